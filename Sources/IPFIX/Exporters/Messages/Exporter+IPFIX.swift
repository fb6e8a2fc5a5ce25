extension Exporter {
    /// IPFIX (RFC 7011 §3.1): a header of 16 octets with the message's length, then sets.
    ///
    /// - Returns: where the message ends; nil when the rest cannot be read.
    mutating func readIPFIX(
        _ bytes: RawSpan, at start: Int, _ reading: inout MessageReading, into rows: inout ExportRows
    ) -> Int? {
        let headerLength = 16
        guard bytes.byteCount - start >= headerLength else {
            statistics.count(.header)
            return nil
        }
        let length = Int(bytes.uint16(at: start + 2))
        guard length >= headerLength else {
            statistics.count(.messageLength)
            return nil
        }
        // Of one that was cut, what is there is read.
        if length > bytes.byteCount - start { statistics.count(.messageLength) }
        let end = min(bytes.byteCount, start + length)
        let export = Int64(bytes.uint32(at: start + 4)) * 1000
        let sequence = bytes.uint32(at: start + 8)
        let domainID = bytes.uint32(at: start + 12)
        statistics.messagesIPFIX += 1
        statistics.clockSkewMilliseconds = export - reading.receivedMilliseconds

        let slot = domain(ExportDomain.Key(version: .ipfix, id: domainID), limit: reading.settings.domainsPerExporter)
        let context = MessageContext(
            version: .ipfix, domainID: domainID, domain: slot, session: reading.session, exportMilliseconds: export,
            receivedMilliseconds: reading.receivedMilliseconds)
        (reading.records, reading.optionsRecords) = (0, 0)
        reading.isComplete = length <= bytes.byteCount - start
        var offset = start + headerLength
        while end - offset >= 4 {
            // Zeros are padding too, however many.
            if bytes.uint32(at: offset) == 0 { break }
            let id = bytes.uint16(at: offset)
            let length = Int(bytes.uint16(at: offset + 2))
            if length < 4 || length > end - offset {
                statistics.count(.setLength)
                reading.isComplete = false
                if length < 4 { break }
            }
            // Of a set longer than the rest, the records that are there are read.
            let content = offset + 4..<min(end, offset + length)
            switch id {
            case 2: readTemplates(.ipfix, content, bytes, context, &reading)
            case 3: readTemplates(.ipfixOptions, content, bytes, context, &reading)
            case 256...: readSet(id, content, bytes, context, &reading, into: &rows)
            default: statistics.count(.setID)
            }
            offset += length
        }
        // Data records count, those of options too; how many there are of a set without template nobody knows.
        let units = reading.isComplete ? UInt32(truncatingIfNeeded: reading.records) : nil
        let own = UInt32(truncatingIfNeeded: reading.records - reading.optionsRecords)
        note(receive(sequence, units: units, own: own, context), .ipfix)
        return end
    }
}
