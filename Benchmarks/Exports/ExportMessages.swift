/// What an exporter sends, in memory: datagrams as full as a network of 1500 octets allows, templates every hundredth.
struct ExportMessages {
    private static let payload = 1_400

    private(set) var octets: [UInt8] = []
    private(set) var datagrams: [Range<Int>] = []
    private(set) var records = 0

    /// Twenty fields: element and octets; 0 octets for one of variable length.
    private typealias Fields = [(number: UInt16, octets: UInt16)]
    private static let common: Fields = [
        (8, 4), (12, 4), (15, 4), (10, 4), (14, 4), (7, 2), (11, 2), (6, 1), (4, 1), (5, 1), (16, 4), (17, 4), (9, 1), (13, 1), (61, 1),
    ]
    private static let netFlow9: Fields = common + [(2, 4), (1, 4), (22, 4), (21, 4), (58, 2)]
    private static let ipfix: Fields = common + [(2, 8), (1, 8), (152, 8), (153, 8), (243, 2)]
    private static let named: Fields = Array(ipfix.dropLast()) + [(82, 0)]

    static func netFlow5(_ count: Int) -> ExportMessages {
        var messages = ExportMessages()
        while messages.records < count {
            let start = messages.octets.count
            messages.append(UInt16(5), UInt16(29))
            messages.append(UInt32(3_600_000), UInt32(1_700_000_000), UInt32(0), UInt32(truncatingIfNeeded: messages.records), UInt32(0))
            for _ in 0..<29 { messages.append(fixed: 48) }
            messages.datagrams.append(start..<messages.octets.count)
        }
        return messages
    }

    static func netFlow9(_ count: Int) -> ExportMessages { make(9, netFlow9, count) }
    static func ipfix(_ count: Int) -> ExportMessages { make(10, ipfix, count) }
    /// With names of interfaces: of one length, or of another in every record.
    static func named(_ count: Int, isEven: Bool) -> ExportMessages { make(10, named, count, isEven: isEven) }

    private static func make(_ version: UInt16, _ fields: Fields, _ count: Int, isEven: Bool = true) -> ExportMessages {
        var messages = ExportMessages()
        while messages.records < count {
            let start = messages.octets.count
            messages.append(version, 0)
            if version == 9 { messages.append(UInt32(3_600_000)) }
            let sequence = version == 9 ? messages.datagrams.count : messages.records
            messages.append(UInt32(1_700_000_000), UInt32(truncatingIfNeeded: sequence), UInt32(1))
            if messages.datagrams.count % 100 == 0 { messages.append(template: fields, version) }
            let set = messages.octets.count
            messages.append(UInt16(300), 0)
            let longest = Int(fields.reduce(16) { $0 + $1.octets })
            while messages.octets.count - start + longest <= payload { messages.append(record: fields, isEven: isEven) }
            messages.set(UInt16(messages.octets.count - set), at: set + 2)
            if version == 10 { messages.set(UInt16(messages.octets.count - start), at: start + 2) }
            messages.datagrams.append(start..<messages.octets.count)
        }
        return messages
    }

    private mutating func append(template fields: Fields, _ version: UInt16) {
        append(version == 9 ? UInt16(0) : 2, UInt16(8 + fields.count * 4), 300, UInt16(fields.count))
        for field in fields { append(field.number, field.octets == 0 ? 65_535 : field.octets) }
    }

    private mutating func append(record fields: Fields, isEven: Bool) {
        let number = UInt64(truncatingIfNeeded: records) &* 0x9E37_79B9_7F4A_7C15
        for field in fields {
            switch field.number {
            case 0...UInt16.max where field.octets == 0:
                let length = isEven ? 4 : 1 + records % 14
                octets.append(UInt8(length))
                octets += repeatElement(UInt8(ascii: "e"), count: length)
            case 8, 12: append(UInt32(0x0A00_0000) | UInt32(truncatingIfNeeded: number >> (field.number == 8 ? 40 : 20)) & 0xFF_FFFF)
            case 10, 14: append(UInt32(truncatingIfNeeded: number & 7))
            case 152, 153: append(UInt64(1_700_000_000_000 - number % 60_000))
            default: for place in 0..<Int(field.octets) { octets.append(UInt8(truncatingIfNeeded: number >> UInt64(place * 5)) & 0x1F) }
            }
        }
        records += 1
    }

    private mutating func append(fixed length: Int) {
        let number = UInt64(truncatingIfNeeded: records) &* 0x9E37_79B9_7F4A_7C15
        for place in 0..<length { octets.append(UInt8(truncatingIfNeeded: number >> UInt64(place % 8 * 8)) & 0x1F) }
        records += 1
    }

    private mutating func append<T: FixedWidthInteger>(_ values: T...) {
        for value in values {
            for place in (0..<T.bitWidth / 8).reversed() { octets.append(UInt8(truncatingIfNeeded: value >> T(place * 8))) }
        }
    }

    private mutating func set(_ value: UInt16, at place: Int) {
        octets[place] = UInt8(value >> 8)
        octets[place + 1] = UInt8(value & 255)
    }
}
