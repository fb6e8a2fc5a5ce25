package import FlowModel

/// The value of one field, read by its abstract data type (RFC 7011 §6.1).
package enum ElementValue: Hashable, Sendable {
    case unsigned(UInt64)
    case signed(Int64)
    case real(Double)
    case boolean(Bool)
    case text(String)
    case mac(MACAddress)
    case address(IPAddress)
    /// Milliseconds since 1970 UTC, and nanoseconds past them.
    case time(milliseconds: Int64, nanoseconds: Int64)
    /// What has no type, a structure, or a length that its type cannot have.
    case octets([UInt8])

    package init(_ octets: [UInt8], type: ElementDescription.DataType) {
        self = Self.read(octets, type) ?? .octets(octets)
    }

    private static func read(_ octets: [UInt8], _ type: ElementDescription.DataType) -> ElementValue? {
        switch type {
        case .unsigned8, .unsigned16, .unsigned32, .unsigned64: return unsigned(octets).map { .unsigned($0) }
        case .signed8, .signed16, .signed32, .signed64:
            guard let value = unsigned(octets) else { return nil }
            // Reduced-size encoding keeps the sign in the first bit (RFC 7011 §6.2).
            let unused = UInt64(64 - octets.count * 8)
            return .signed(Int64(bitPattern: value << unused) >> Int64(unused))
        case .float32, .float64:
            guard let value = unsigned(octets) else { return nil }
            if octets.count == 4 { return .real(Double(Float(bitPattern: UInt32(truncatingIfNeeded: value)))) }
            return octets.count == 8 ? .real(Double(bitPattern: value)) : nil
        case .boolean:
            // 1 true, 2 false (RFC 7011 §6.1.5).
            return octets == [1] ? .boolean(true) : octets == [2] ? .boolean(false) : nil
        case .macAddress: return octets.count == 6 ? unsigned(octets).map { .mac(MACAddress($0)) } : nil
        case .string:
            // Fixed lengths are filled up with zeros.
            return .text(String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self))
        case .dateTimeSeconds:
            return unsigned(octets).map { .time(milliseconds: FlowTime.milliseconds(seconds: $0), nanoseconds: 0) }
        case .dateTimeMilliseconds:
            return unsigned(octets).map { .time(milliseconds: FlowTime.milliseconds(bits: $0), nanoseconds: 0) }
        case .dateTimeMicroseconds, .dateTimeNanoseconds:
            guard octets.count == 8, let value = unsigned(octets) else { return nil }
            let nanoseconds = Int64(((value & 0xFFFF_FFFF) &* 1_000_000_000) >> 32)
            return .time(milliseconds: FlowTime.milliseconds(ntp: value), nanoseconds: nanoseconds % 1_000_000)
        case .ipv4Address:
            return octets.count == 4 ? unsigned(octets).map { .address(IPAddress(ipv4: UInt32(truncatingIfNeeded: $0))) } : nil
        case .ipv6Address:
            guard octets.count == 16, let high = unsigned(Array(octets[0..<8])), let low = unsigned(Array(octets[8..<16]))
            else { return nil }
            return .address(IPAddress(high: high, low: low))
        case .octetArray, .basicList, .subTemplateList, .subTemplateMultiList, .unsigned256: return nil
        }
    }

    private static func unsigned(_ octets: [UInt8]) -> UInt64? {
        guard (1...8).contains(octets.count) else { return nil }
        return octets.reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension ElementValue: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unsigned(let value): String(value)
        case .signed(let value): String(value)
        case .real(let value): String(value)
        case .boolean(let value): String(value)
        case .text(let value): value
        case .mac(let value): value.description
        case .address(let value): value.description
        case .time(let milliseconds, let nanoseconds): Self.text(milliseconds, nanoseconds)
        case .octets(let octets): "0x" + octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }

    /// RFC 3339, with as many digits as there are.
    private static func text(_ milliseconds: Int64, _ nanoseconds: Int64) -> String {
        var octets: [UInt8] = []
        UTCTime.append(milliseconds: milliseconds, to: &octets)
        let text = String(decoding: octets, as: UTF8.self)
        guard nanoseconds > 0, text.hasSuffix("Z") else { return text }
        let digits = String(nanoseconds)
        return text.dropLast() + String(repeating: "0", count: 6 - digits.count) + digits + "Z"
    }
}
