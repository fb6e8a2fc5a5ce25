/// A network: an address and the number of leading bits that count. Host bits are cleared on making one.
package struct IPPrefix: Hashable, Sendable {
    package let address: IPAddress
    package let length: Int

    /// - Returns: nil when `length` is not in 0...32 (IPv4) or 0...128 (IPv6).
    package init?(_ address: IPAddress, length: Int) {
        guard (0...address.bitWidth).contains(length) else { return nil }
        let (high, low) = Self.mask(isIPv6: address.isIPv6, length: length)
        var base = address
        base.high &= high
        base.low &= low
        self.address = base
        self.length = length
    }

    /// Reads `10.1.0.0/16`, `fd00::/8`; a bare address is its own /32 or /128.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2, let address = IPAddress(String(first)) else { return nil }
        guard parts.count == 2 else {
            self.init(address, length: address.bitWidth)
            return
        }
        // `Int` alone would read signs.
        guard parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let length = Int(parts[1]) else { return nil }
        self.init(address, length: length)
    }

    package func contains(_ other: IPAddress) -> Bool {
        guard other.isIPv6 == address.isIPv6 else { return false }
        let (high, low) = Self.mask(isIPv6: other.isIPv6, length: length)
        return other.high & high == address.high && other.low & low == address.low
    }

    private static func mask(isIPv6: Bool, length: Int) -> (high: UInt64, low: UInt64) {
        guard isIPv6 else {
            return (0, length == 0 ? 0 : UInt64(UInt32.max << UInt32(32 - length)))
        }
        let high: UInt64 = length == 0 ? 0 : length >= 64 ? .max : .max << UInt64(64 - length)
        let low: UInt64 = length <= 64 ? 0 : .max << UInt64(128 - length)
        return (high, low)
    }
}

extension IPPrefix: CustomStringConvertible {
    package var description: String { "\(address)/\(length)" }
}
