import FlowModel
import FlowQuery
import Synchronization

/// The blocks of one partition for the threads of one query: each asks for the next one, and for its columns.
///
/// Reading the database is the small part of the work, so one connection and one transaction serve all threads: the answer
/// is of one moment, and unpacking, filtering and grouping run side by side.
/// `@unchecked Sendable`: `state` and the reader in it are reached only through the `Mutex`.
final class BlockSource: @unchecked Sendable {
    private struct State {
        var blocks: ArraySlice<StoredBlock>
        var oldestKept: Int64?
        var failure: (any Error)?
        var statistics = QueryStatistics()
    }

    /// Good for as long as the query runs: the dictionary grows in the next transaction only.
    let addresses: AddressTable
    private let reader: PartitionReader
    private let filter: FlowFilter
    private let candidates: AddressCandidates?
    /// Blocks of which only some rows are wanted, for rollups answer for the others; and when these end.
    private let partial: Set<Int64>
    private let ranges: [TimeRange]
    private let state: Mutex<State>

    init(reader: PartitionReader, rest: RollupRun.Rest, filter: FlowFilter, oldestKept: Int64?) {
        self.reader = reader
        partial = rest.partial
        ranges = rest.ranges
        self.filter = filter
        addresses = reader.table
        candidates = filter.requiredAddresses.map { AddressCandidates($0, in: reader.addresses) }
        state = Mutex(State(blocks: rest.blocks[...], oldestKept: oldestKept))
    }

    /// The next block that may hold an answer; nil when there is none, or when another thread has failed.
    ///
    /// - Parameter oldestKept: what the asking thread's execution says; what holds for one part holds for the whole.
    func next(oldestKept: Int64?, decoder: inout BlockDecoder) throws -> StoredBlock? {
        while true {
            let taken = try state.withLock { state in
                if let oldestKept { state.oldestKept = max(state.oldestKept ?? oldestKept, oldestKept) }
                return try claim(&state)
            }
            guard let taken else { return nil }
            // The set is unpacked outside the lock; the columns of a block without a wanted address never.
            guard let candidates, let set = taken.set else { return taken.block }
            if try candidates.meet(set, of: taken.block, &decoder.coder) { return taken.block }
            state.withLock { $0.statistics.blocksWithoutAddress += 1 }
        }
    }

    /// The next block, with the set of its addresses where that is still to be looked into.
    private func claim(_ state: inout State) throws -> (block: StoredBlock, set: EncodedColumn?)? {
        while state.failure == nil, let block = take(&state) {
            guard let candidates, !block.header.hasLocalAddresses else { return (block, nil) }
            guard let meets = candidates.meet(block) else {
                var header = block.header
                try reader.blocks.load(BlockColumns([.addressSet]), into: &header)
                return (block, try BlockDecoder.column(header, .addressSet))
            }
            if meets { return (block, nil) }
            state.statistics.blocksWithoutAddress += 1
        }
        return nil
    }

    /// The next block that time, bounds and candidates do not rule out.
    private func take(_ state: inout State) -> StoredBlock? {
        while let block = state.blocks.popFirst() {
            if let kept = state.oldestKept, block.header.end.upperBound < kept {
                // Sorted by their newest row: the rest is older still.
                state.statistics.blocksTooOld += state.blocks.count + 1
                state.blocks = []
                return nil
            }
            if candidates?.isEmpty == true, !block.header.hasLocalAddresses {
                state.statistics.blocksWithoutAddress += 1
            } else if filter.matchesAll || filter.canMatch(block.bounds) {
                return block
            } else {
                state.statistics.blocksOutOfBounds += 1
            }
        }
        return nil
    }

    /// Puts the data of columns into a header.
    ///
    /// - Parameter isFirst: the block was not read from before.
    func load(_ columns: BlockColumns, into header: inout BlockHeader, isFirst: Bool) throws {
        try state.withLock { state in
            let octets = try reader.blocks.load(columns, into: &header)
            state.statistics.octetsRead += octets
            if isFirst { state.statistics.blocksRead += 1 }
        }
    }

    /// When the rows end that are wanted of a block; nil for all.
    func ranges(of block: StoredBlock) -> [TimeRange]? { partial.contains(block.header.id) ? ranges : nil }

    func count(_ change: (inout QueryStatistics) -> Void) { state.withLock { change(&$0.statistics) } }

    /// The locator of a block's first row.
    func locator(_ block: StoredBlock) -> RowLocator {
        RowLocator(partition: reader.name.rank, block: 0, row: block.header.firstSerial)
    }

    /// The first failure ends all threads.
    func fail(_ error: any Error) {
        state.withLock { state in
            if state.failure == nil { state.failure = error }
        }
    }

    var failure: (any Error)? { state.withLock { $0.failure } }
    var statistics: QueryStatistics { state.withLock { $0.statistics } }
}
