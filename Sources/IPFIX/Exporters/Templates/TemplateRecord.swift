/// A template record on the wire (RFC 7011 §3.4, RFC 3954 §5.2 and §6.1), and where the next one begins.
package struct TemplateRecord {
    /// How the fields are written.
    package enum Form: Hashable {
        case ipfix
        case ipfixOptions
        case netFlow9
        case netFlow9Options

        package var isOptions: Bool { self == .ipfixOptions || self == .netFlow9Options }
    }

    package var id: UInt16
    package var fields: [FieldSpecifier]
    /// nil for a template of data records.
    package var scopeCount: Int?
    /// True for a record without fields: IPFIX withdraws a template in this way.
    package var isWithdrawal: Bool { fields.isEmpty }

    /// Reads the record at `offset`, which is moved behind it.
    ///
    /// - Throws: what is wrong with it; the rest of the set cannot be read.
    package init(
        _ form: Form, _ bytes: RawSpan, at offset: inout Int, end: Int, fieldLimit: Int
    ) throws(ExportFault) {
        guard end - offset >= 4 else { throw .templateTruncated }
        id = bytes.uint16(at: offset)
        var count = Int(bytes.uint16(at: offset + 2))
        offset += 4
        fields = []
        switch form {
        case .ipfix, .netFlow9: break
        case .ipfixOptions:
            if count == 0 { return }
            guard end - offset >= 2 else { throw .templateTruncated }
            let scopes = Int(bytes.uint16(at: offset))
            offset += 2
            guard (1...count).contains(scopes) else { throw .templateScope }
            scopeCount = scopes
        case .netFlow9Options:
            // Both lengths are of octets, four to a field.
            guard end - offset >= 2 else { throw .templateTruncated }
            let options = Int(bytes.uint16(at: offset))
            offset += 2
            guard count % 4 == 0, options % 4 == 0 else { throw .templateScope }
            scopeCount = count / 4
            count = (count + options) / 4
        }
        guard count <= fieldLimit else { throw .templateFieldLimit }
        // Whether all fields are there is known for the shortest form of them: nothing is reserved for what is not.
        guard end - offset >= count * 4 else { throw .templateTruncated }
        fields.reserveCapacity(count)
        for index in 0..<count {
            guard end - offset >= 4 else { throw .templateTruncated }
            let number = bytes.uint16(at: offset)
            let length = bytes.uint16(at: offset + 2)
            offset += 4
            switch form {
            case .netFlow9: fields.append(FieldSpecifier(enterprise: nil, number: number, length: length))
            case .netFlow9Options:
                let isScope = index < scopeCount ?? 0
                let field = FieldSpecifier(enterprise: nil, number: number, length: length)
                fields.append(isScope ? Self.scope(number, length) : field)
            case .ipfix, .ipfixOptions:
                guard number & 0x8000 != 0 else {
                    fields.append(FieldSpecifier(enterprise: nil, number: number, length: length))
                    continue
                }
                guard end - offset >= 4 else { throw .templateTruncated }
                let enterprise = bytes.uint32(at: offset)
                offset += 4
                fields.append(FieldSpecifier(enterprise: enterprise, number: number & 0x7FFF, length: length))
            }
        }
    }

    /// The enterprise number under which scopes of NetFlow v9 stand that no element says: 1 system, 3 line card, 4 cache, 5
    /// template (RFC 3954 §6.1).
    package static let scopeEnterprise: UInt32 = .max

    /// Scope 2 is the interface, whose number is that of ingressInterface.
    private static func scope(_ number: UInt16, _ length: UInt16) -> FieldSpecifier {
        number == 2
            ? FieldSpecifier(enterprise: nil, number: 10, length: length)
            : FieldSpecifier(enterprise: scopeEnterprise, number: number, length: length)
    }
}
