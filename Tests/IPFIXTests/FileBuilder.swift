/// Writes IPFIX messages by hand: what the encoder never writes, but others do.
struct FileBuilder {
    typealias Field = (number: UInt16, length: UInt16, enterprise: UInt32?)
    private(set) var octets: [UInt8] = []
    var exportSeconds: UInt32 = 1_700_000_000
    var domain: UInt32 = 1

    mutating func message(_ sets: [[UInt8]]) {
        let body = sets.flatMap { $0 }
        octets += Self.big(UInt16(10)) + Self.big(UInt16(16 + body.count)) + Self.big(exportSeconds)
        octets += Self.big(UInt32(0)) + Self.big(domain) + body
    }

    static func set(_ id: UInt16, _ content: [UInt8]) -> [UInt8] { big(id) + big(UInt16(4 + content.count)) + content }

    static func template(_ id: UInt16, _ fields: [(UInt16, UInt16)]) -> [UInt8] {
        template(id, fields.map { ($0.0, $0.1, nil) } as [Field])
    }

    static func template(_ id: UInt16, _ fields: [Field]) -> [UInt8] {
        set(2, big(id) + big(UInt16(fields.count)) + fields.flatMap(field))
    }

    static func optionsTemplate(_ id: UInt16, scope: Int, _ fields: [Field]) -> [UInt8] {
        set(3, big(id) + big(UInt16(fields.count)) + big(UInt16(scope)) + fields.flatMap(field))
    }

    private static func field(_ field: Field) -> [UInt8] {
        let number = field.enterprise == nil ? field.number : field.number | 0x8000
        return big(number) + big(field.length) + (field.enterprise.map { big($0) } ?? [])
    }

    static func big<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        stride(from: T.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> T($0)) }
    }
}
