/// An IEEE 802 MAC address, in the lower 48 bits of `value`.
@frozen
package struct MACAddress: Hashable, Sendable {
    package var value: UInt64

    @inlinable
    package init(_ value: UInt64) { self.value = value }

    /// «Absent» in columns: no such frame, or an exporter that does not tell.
    package static let absent = MACAddress(.max)
    @inlinable package var isAbsent: Bool { value == .max }
}

extension MACAddress: CustomStringConvertible {
    /// Lower-case hexadecimal with colons: `02:42:ac:11:00:02`.
    package var description: String {
        var octets: [UInt8] = []
        for shift in stride(from: 44, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: (value >> UInt64(shift)) & 15)
            octets.append(digit < 10 ? 48 + digit : 87 + digit)
            if shift % 8 == 0 && shift != 0 { octets.append(58) }
        }
        return String(decoding: octets, as: UTF8.self)
    }

    /// Reads six hexadecimal octets separated by colons or hyphens.
    package init?(_ text: String) {
        let parts = text.split(omittingEmptySubsequences: false) { $0 == ":" || $0 == "-" }
        guard parts.count == 6 else { return nil }
        var value: UInt64 = 0
        for part in parts {
            // `UInt8` alone would read `+2`.
            guard part.utf8.count == 2, part.first != "+", let octet = UInt8(part, radix: 16) else { return nil }
            value = value << 8 | UInt64(octet)
        }
        self.value = value
    }
}
