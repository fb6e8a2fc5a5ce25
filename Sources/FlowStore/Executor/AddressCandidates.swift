import FlowModel
import FlowQuery
import Synchronization

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

    /// True when a candidate is in the set of a block's addresses, as far as that is in memory; nil where it is not.
    func meet(_ block: StoredBlock) -> Bool? {
        guard let set = block.header.columns[.addressSet]?.column else { return nil }
        return block.addressBits.withLock { words in words.map { meet($0, from: set.minimum) } }
    }

    /// True when a candidate is in the set of a block's addresses.
    ///
    /// - Parameter set: with its data.
    func meet(_ set: EncodedColumn, of block: StoredBlock, _ coder: inout ColumnDecoder) throws(BlockDamage) -> Bool {
        if set.encoding == .bitmap {
            let words = try coder.bits(set, limit: 2 * block.header.rows)
            if words.count <= StoredBlock.keptWords { block.addressBits.withLock { $0 = words } }
            return meet(words, from: set.minimum)
        }
        for id in try coder.set(set, limit: 2 * block.header.rows) {
            let word = Int(id >> 6)
            if word < bits.count, bits[word] & (1 << UInt64(id & 63)) != 0 { return true }
        }
        return false
    }

    private func meet(_ words: [UInt64], from first: UInt64) -> Bool {
        let first = Int(first >> 6)
        guard first < bits.count else { return false }
        for (index, candidate) in bits[first...].prefix(words.count).enumerated() where candidate & words[index] != 0 { return true }
        return false
    }
}
