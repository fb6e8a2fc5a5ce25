import FlowModel
import FlowQuery

/// The ids, in one partition's dictionary, of the addresses that a filter asks for.
struct AddressCandidates: Sendable {
    private let bits: [UInt64]
    private let count: Int

    /// - Complexity: O(addresses × log prefixes), once for a partition and query.
    init(_ prefixes: [IPPrefix], in addresses: [IPAddress]) {
        var bits = [UInt64](repeating: 0, count: addresses.count / 64 + 1)
        var count = 0
        // In order and none inside another: only the last one that begins at or before an address can hold it.
        let sorted = AddressSet(prefixes).prefixes
        for id in addresses.indices {
            let address = addresses[id]
            var low = 0
            var high = sorted.count
            while low < high {
                let middle = (low + high) / 2
                if address < sorted[middle].address { high = middle } else { low = middle + 1 }
            }
            guard low > 0, sorted[low - 1].contains(address) else { continue }
            bits[id >> 6] |= 1 << UInt64(id & 63)
            count += 1
        }
        self.bits = bits
        self.count = count
    }

    var isEmpty: Bool { count == 0 }

    /// True when a candidate is in the set of a block's addresses.
    func meet(_ set: EncodedColumn, rows: Int, _ coder: inout ColumnDecoder) throws(BlockDamage) -> Bool {
        if set.encoding == .bitmap {
            let words = try coder.bits(set)
            let first = Int(set.minimum >> 6)
            for (index, word) in words.enumerated() where first + index < bits.count {
                if word & bits[first + index] != 0 { return true }
            }
            return false
        }
        for id in try coder.set(set, limit: 2 * rows) {
            let word = Int(id >> 6)
            if word < bits.count, bits[word] & (1 << UInt64(id & 63)) != 0 { return true }
        }
        return false
    }
}
