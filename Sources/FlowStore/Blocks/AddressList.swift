import FlowModel

/// Addresses as rows of the table `address` and in a block of its own: 1 octet family, then 4 or 16 octets.
enum AddressList {
    static func encode(_ addresses: some Collection<IPAddress>) -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(addresses.count * 5)
        for address in addresses {
            if address.isIPv6 {
                octets.append(6)
                append(address.high, octets: 8, to: &octets)
                append(address.low, octets: 8, to: &octets)
            } else {
                octets.append(4)
                append(address.low, octets: 4, to: &octets)
            }
        }
        return octets
    }

    /// Appends the addresses that `octets` holds.
    static func decode(_ octets: [UInt8], into addresses: inout [IPAddress]) throws(BlockDamage) {
        var position = 0
        while position < octets.count {
            let family = octets[position]
            let length = family == 6 ? 17 : 5
            guard family == 4 || family == 6, position <= octets.count - length else { throw .cut }
            if family == 6 {
                addresses.append(
                    IPAddress(
                        high: word(octets, at: position + 1, octets: 8), low: word(octets, at: position + 9, octets: 8)))
            } else {
                addresses.append(
                    IPAddress(ipv4: UInt32(truncatingIfNeeded: word(octets, at: position + 1, octets: 4))))
            }
            position += length
        }
    }

    private static func append(_ value: UInt64, octets count: Int, to octets: inout [UInt8]) {
        for index in (0..<count).reversed() { octets.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }

    private static func word(_ data: [UInt8], at position: Int, octets: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<octets { value = value << 8 | UInt64(data[position + index]) }
        return value
    }
}
