/// An IPv4 or IPv6 address. The two families are never mixed: an IPv4-mapped IPv6 address is an IPv6 address.
///
/// `high` and `low` hold the 128 bits in host order; an IPv4 address is the lower 32 bits of `low`, `high` is 0.
@frozen
package struct IPAddress: Hashable, Sendable {
    package var high: UInt64
    package var low: UInt64
    package var isIPv6: Bool

    @inlinable
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
        self.isIPv6 = true
    }

    /// - Parameter ipv4: the address in host byte order: 10.0.0.1 is 0x0A000001.
    @inlinable
    package init(ipv4: UInt32) {
        self.high = 0
        self.low = UInt64(ipv4)
        self.isIPv6 = false
    }

    /// 0.0.0.0: stands for «absent» in columns of outer addresses.
    package static let zero = IPAddress(ipv4: 0)

    /// 32 for IPv4, 128 for IPv6.
    @inlinable package var bitWidth: Int { isIPv6 ? 128 : 32 }

    /// True for 224.0.0.0/4 and ff00::/8 (RFC 5771, RFC 4291 §2.7).
    package var isMulticast: Bool { isIPv6 ? high >> 56 == 0xFF : low >> 28 == 0xE }

    /// True for 255.255.255.255; a subnet's own broadcast address cannot be told without its prefix length.
    package var isLimitedBroadcast: Bool { !isIPv6 && low == 0xFFFF_FFFF }

    /// True for 127.0.0.0/8 and ::1.
    package var isLoopback: Bool { isIPv6 ? high == 0 && low == 1 : low >> 24 == 127 }

    /// True for 169.254.0.0/16 and fe80::/10.
    package var isLinkLocal: Bool { isIPv6 ? high >> 54 == 0x3FA : low >> 16 == 0xA9FE }

    /// True for 0.0.0.0 and ::.
    package var isUnspecified: Bool { high == 0 && low == 0 }
}

extension IPAddress: Comparable {
    @inlinable
    package static func < (a: IPAddress, b: IPAddress) -> Bool {
        if a.isIPv6 != b.isIPv6 { return !a.isIPv6 }
        return a.high != b.high ? a.high < b.high : a.low < b.low
    }
}
