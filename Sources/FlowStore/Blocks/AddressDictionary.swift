import FlowModel

/// The addresses of a partition, each with a small number: what the writer looks ids up in. Id 0 is 0.0.0.0.
///
/// Open addressing with linear probing over one array of ids; the hash is keyed at random per process, since the
/// addresses are the senders' choice.
struct AddressDictionary {
    /// By id.
    private(set) var addresses: [IPAddress] = [.zero]
    private var slots: [UInt32]
    private let seed = UInt64.random(in: .min ... .max)

    init() {
        slots = [UInt32](repeating: .max, count: 1024)
        place(0)
    }

    var count: Int { addresses.count }

    /// The id of an address that has one.
    func id(of address: IPAddress) -> UInt32? {
        var slot = hash(address) & (slots.count &- 1)
        while slots[slot] != .max {
            if addresses[Int(slots[slot])] == address { return slots[slot] }
            slot = (slot &+ 1) & (slots.count &- 1)
        }
        return nil
    }

    /// Gives `address`, which has none yet, the next id.
    mutating func add(_ address: IPAddress) -> UInt32 {
        if 2 * addresses.count >= slots.count { grow() }
        let id = UInt32(truncatingIfNeeded: addresses.count)
        addresses.append(address)
        place(id)
        return id
    }

    private mutating func place(_ id: UInt32) {
        var slot = hash(addresses[Int(id)]) & (slots.count &- 1)
        while slots[slot] != .max { slot = (slot &+ 1) & (slots.count &- 1) }
        slots[slot] = id
    }

    private mutating func grow() {
        slots = [UInt32](repeating: .max, count: 2 * slots.count)
        for id in addresses.indices { place(UInt32(truncatingIfNeeded: id)) }
    }

    @inline(__always)
    private func hash(_ address: IPAddress) -> Int {
        // Two rounds of a 64 × 64 → 128 bit product, folded; the seed makes collisions unpredictable.
        let a = (address.low ^ seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        let mixed = a.high ^ a.low ^ address.high ^ (address.isIPv6 ? 0x5555_5555_5555_5555 : 0)
        let b = (mixed ^ seed).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return Int(truncatingIfNeeded: b.high ^ b.low)
    }
}

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
