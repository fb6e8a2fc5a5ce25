import FlowModel
import FlowQuery
import Synchronization

/// The blocks of one partition for the threads of one query: each asks for the next one, with the columns it needs.
///
/// Reading the database is the small part of the work, so one connection and one transaction serve all threads: the answer
/// is of one moment, and unpacking, filtering and grouping run side by side.
/// `@unchecked Sendable`: `state` and the reader in it are reached only through the `Mutex`.
final class BlockSource: @unchecked Sendable {
    /// A block to consume.
    struct Block: Sendable {
        var header: BlockHeader
        var first: RowLocator
    }

    private struct State {
        var headers: ArraySlice<BlockHeader>
        var blocksRead = 0
        var oldestKept: Int64?
        var failure: (any Error)?
    }

    /// Good for as long as the query runs: the dictionary grows in the next transaction only.
    let addresses: [IPAddress]
    private let reader: PartitionReader
    private let wanted: BlockColumns
    private let filter: FlowFilter
    private let candidates: AddressCandidates?
    private let state: Mutex<State>

    init(
        reader: PartitionReader, headers: [BlockHeader], wanted: BlockColumns, filter: FlowFilter, oldestKept: Int64?
    ) {
        self.reader = reader
        self.wanted = wanted
        self.filter = filter
        addresses = reader.addresses
        candidates = filter.requiredAddresses.map { AddressCandidates($0, in: reader.addresses) }
        state = Mutex(State(headers: headers[...], oldestKept: oldestKept))
    }

    /// The next block that may hold an answer; nil when there is none, or when another thread has failed.
    ///
    /// - Parameter oldestKept: what the asking thread's execution says; what holds for one part holds for the whole.
    func next(oldestKept: Int64?, decoder: inout BlockDecoder) throws -> Block? {
        while true {
            let taken = try state.withLock { state -> Block? in
                if let oldestKept { state.oldestKept = max(state.oldestKept ?? oldestKept, oldestKept) }
                guard state.failure == nil, let header = take(&state) else { return nil }
                return try load(header, &state)
            }
            guard let block = taken else { return nil }
            // The set is unpacked outside the lock; the columns of a block without a wanted address never.
            if let candidates, !block.header.hasLocalAddresses {
                guard candidates.meet(try decoder.addressSet(block.header)) else { continue }
                var whole = block
                try state.withLock { state in
                    try reader.blocks.load(wanted, into: &whole.header)
                    state.blocksRead += 1
                }
                return whole
            }
            return block
        }
    }

    /// The next header that time, bounds and candidates do not rule out.
    private func take(_ state: inout State) -> BlockHeader? {
        while let header = state.headers.popFirst() {
            if let kept = state.oldestKept, header.end.upperBound < kept {
                // Sorted by their newest row: the rest is older still.
                state.headers = []
                return nil
            }
            if candidates?.isEmpty == true, !header.hasLocalAddresses { continue }
            if filter.matchesAll || filter.canMatch(header.bounds) { return header }
        }
        return nil
    }

    private func load(_ header: BlockHeader, _ state: inout State) throws -> Block {
        var header = header
        if candidates != nil, !header.hasLocalAddresses {
            try reader.blocks.load(BlockColumns([.addressSet]), into: &header)
        } else {
            try reader.blocks.load(wanted, into: &header)
            state.blocksRead += 1
        }
        let first = RowLocator(partition: reader.name.rank, block: 0, row: header.firstSerial)
        return Block(header: header, first: first)
    }

    /// The first failure ends all threads.
    func fail(_ error: any Error) {
        state.withLock { state in
            if state.failure == nil { state.failure = error }
        }
    }

    var failure: (any Error)? { state.withLock { $0.failure } }
    var blocksRead: Int { state.withLock { $0.blocksRead } }
}

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

    /// True when one of `ids` is a candidate.
    func meet(_ ids: [UInt32]) -> Bool {
        for id in ids {
            let word = Int(id >> 6)
            if word < bits.count, bits[word] & (1 << UInt64(id & 63)) != 0 { return true }
        }
        return false
    }
}
