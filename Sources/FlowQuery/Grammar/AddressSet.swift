package import FlowModel

/// A set of networks, each once, none inside another, in order. A single address is its own /32 or /128.
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
        }
        prefixes = kept
    }

    /// - Complexity: O(prefixes); `AddressMatcher` is for many rows.
    package func contains(_ address: IPAddress) -> Bool {
        prefixes.contains { $0.contains(address) }
    }
}

extension IPPrefix {
    /// True for a network of one address.
    package var isSingleAddress: Bool { length == address.bitWidth }
}
