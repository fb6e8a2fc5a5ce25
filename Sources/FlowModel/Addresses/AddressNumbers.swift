/// Addresses, each with a small number in the order of their first coming, from 0.
///
/// Open addressing with linear probing over one array of numbers; the hash is keyed at random per process, since the
/// addresses are the senders' choice.
package struct AddressNumbers: Sendable {
    /// By number.
    package private(set) var addresses: [IPAddress]
    private var slots: [UInt32]
    private let seed = UInt64.random(in: .min ... .max)

    /// - Parameter first: the address that has number 0.
    package init(first: IPAddress = .zero) {
        addresses = [first]
        slots = [UInt32](repeating: .max, count: 1024)
        place(0)
    }

    package var count: Int { addresses.count }

    /// The number of an address that has one.
    package func number(of address: IPAddress) -> UInt32? {
        let slot = slot(of: address)
        return slots[slot] == .max ? nil : slots[slot]
    }

    /// The number of an address, which gets the next one if it has none.
    package mutating func number(adding address: IPAddress) -> UInt32 {
        let found = slot(of: address)
        return slots[found] == .max ? add(address, at: found) : slots[found]
    }

    /// Numbers a whole column: those without a number get one while there are fewer than `limit`.
    ///
    /// - Parameter numbers: as long as `column` afterwards; `UInt32.max` for an address that found no room.
    package mutating func number(_ column: [IPAddress], limit: Int, into numbers: inout [UInt32]) {
        if numbers.count != column.count { numbers = [UInt32](repeating: 0, count: column.count) }
        for row in column.indices {
            let address = column[row]
            let slot = slot(of: address)
            let known = slots[slot]
            numbers[row] = known != .max ? known : addresses.count < limit ? add(address, at: slot) : .max
        }
    }

    @inline(__always)
    private func slot(of address: IPAddress) -> Int {
        let mask = slots.count &- 1
        var slot = hash(address) & mask
        while slots[slot] != .max, addresses[Int(slots[slot])] != address { slot = (slot &+ 1) & mask }
        return slot
    }

    private mutating func add(_ address: IPAddress, at slot: Int) -> UInt32 {
        let number = UInt32(truncatingIfNeeded: addresses.count)
        addresses.append(address)
        if 2 * addresses.count > slots.count {
            slots = [UInt32](repeating: .max, count: 4 * slots.count)
            for number in addresses.indices { place(UInt32(truncatingIfNeeded: number)) }
        } else {
            slots[slot] = number
        }
        return number
    }

    private mutating func place(_ number: UInt32) {
        slots[slot(of: addresses[Int(number)])] = number
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
