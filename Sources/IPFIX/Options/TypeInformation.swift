/// Tells strangers what the own elements are (RFC 5610): name, type, semantics and units, in every file.
enum TypeInformation {
    static func write(to writer: inout MessageWriter, own: UInt32) {
        for element in InformationElement.own {
            var record: [UInt8] = []
            record.appendBigEndian(own)
            record.appendBigEndian(element.number)
            record.append(element.type.rawValue)
            record.append(element.semantics.rawValue)
            record.appendBigEndian(element.units.rawValue)
            record.appendVariable(element.name, limit: writer.textLimit)
            writer.append(record, to: OptionsTemplate.typeInformation.id)
        }
    }
}
