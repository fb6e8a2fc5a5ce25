package import FlowModel

/// A set of addresses as the fewest networks that hold them, in order. A single address is its own /32 or /128.
package struct AddressSet: Sendable, Hashable {
    package let prefixes: [IPPrefix]

    package init(_ unordered: [IPPrefix]) {
        let sorted = unordered.sorted { a, b in
            a.address != b.address ? a.address < b.address : a.length < b.length
        }
        var kept: [IPPrefix] = []
        kept.reserveCapacity(sorted.count)
        for prefix in sorted {
            // Sorted so, a network follows what it lies in at once: only the last one kept can hold it.
            if let last = kept.last, last.length <= prefix.length, last.contains(prefix.address) { continue }
            kept.append(prefix)
            // Two halves are their whole, which may be half of a larger one.
            while kept.count >= 2, let whole = kept[kept.count - 2].joined(with: kept[kept.count - 1]) {
                kept.removeLast(2)
                kept.append(whole)
            }
        }
        prefixes = kept
    }

    /// - Complexity: O(prefixes); `AddressMatcher` is for many rows.
    package func contains(_ address: IPAddress) -> Bool {
        prefixes.contains { $0.contains(address) }
    }

    /// The addresses as runs without a hole between them, each with the networks that it is made of.
    var runs: [ArraySlice<IPPrefix>] {
        var runs: [ArraySlice<IPPrefix>] = []
        var start = 0
        for index in prefixes.indices {
            let next = index + 1
            if next < prefixes.count, prefixes[index].last.following == prefixes[next].address { continue }
            runs.append(prefixes[start..<next])
            start = next
        }
        return runs
    }
}

extension IPPrefix {
    /// True for a network of one address.
    package var isSingleAddress: Bool { length == address.bitWidth }

    /// The last address of the network.
    var last: IPAddress {
        let bits = address.bitWidth - length
        let low: UInt64 = bits >= 64 ? .max : 1 << UInt64(bits) - 1
        let high: UInt64 = bits <= 64 ? 0 : bits == 128 ? .max : 1 << UInt64(bits - 64) - 1
        return address.isIPv6
            ? IPAddress(high: address.high | high, low: address.low | low)
            : IPAddress(ipv4: UInt32(truncatingIfNeeded: address.low | low))
    }

    /// The network that this and the one behind it are the two halves of; nil when they are none.
    fileprivate func joined(with other: IPPrefix) -> IPPrefix? {
        guard length == other.length, length > 0, address.isIPv6 == other.address.isIPv6, last.following == other.address,
            let whole = IPPrefix(address, length: length - 1), whole.address == address
        else { return nil }
        return whole
    }

    /// The fewest networks that hold the addresses from one to another of the same family.
    ///
    /// - Returns: empty when the families differ or the last comes before the first.
    static func covering(_ first: IPAddress, _ last: IPAddress) -> [IPPrefix] {
        guard first.isIPv6 == last.isIPv6, first <= last else { return [] }
        var networks: [IPPrefix] = []
        var next: IPAddress? = first
        while let address = next, address <= last {
            var length = address.bitWidth
            while length > 0, let wider = IPPrefix(address, length: length - 1), wider.address == address, wider.last <= last {
                length -= 1
            }
            guard let network = IPPrefix(address, length: length) else { break }
            networks.append(network)
            next = network.last.following
        }
        return networks
    }
}

extension IPAddress {
    /// The next address of the same family; nil behind the last.
    fileprivate var following: IPAddress? {
        if isIPv6 {
            let (next, overflow) = low.addingReportingOverflow(1)
            if !overflow { return IPAddress(high: high, low: next) }
            return high == .max ? nil : IPAddress(high: high + 1, low: 0)
        }
        return low >= 0xFFFF_FFFF ? nil : IPAddress(ipv4: UInt32(truncatingIfNeeded: low + 1))
    }
}
