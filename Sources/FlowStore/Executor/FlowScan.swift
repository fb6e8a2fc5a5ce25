package import FlowModel
package import FlowQuery

/// The records that match a filter, block after block, for who takes them all: SQL and exports.
///
/// Reads what partitions, bounds and address sets do not rule out, the newest partition first and in it the block with the
/// newest record first; rows within a block are as stored. Holds one block at a time, and the headers and the dictionary
/// of one partition. Each partition is of one moment; what arrives while a scan runs is in those that it comes to later.
///
/// Used by one thread at a time.
package final class FlowScan {
    /// Which records, and what of them.
    package struct Request: Sendable {
        package var filter: FlowFilter
        package var range: TimeRange
        /// Records that another agent's record already counts, too.
        package var includeWitnesses: Bool
        /// All flows alive in the range, not the records that end in it.
        package var overlap: Bool
        /// What the reader looks at; derived fields have the columns filled that they are made from.
        package var fields: [Field]

        package init(
            filter: FlowFilter = .all, range: TimeRange = .always, includeWitnesses: Bool = false, overlap: Bool = false,
            fields: [Field] = Field.stored
        ) {
            self.filter = filter
            self.range = range
            self.includeWitnesses = includeWitnesses
            self.overlap = overlap
            self.fields = fields
        }
    }

    /// A block with at least one row that matches.
    package struct Block: Sendable {
        /// All rows; columns that nobody asked for are empty.
        package var batch: FlowBatch
        /// Those that match, ascending.
        package var rows: [Int32]
        /// The partition, and the serial number of the block's first row in it: a row keeps its number when blocks are joined.
        package var first: RowLocator
    }

    package let request: Request
    private let limits: QueryLimits
    private let isCancelled: @Sendable () -> Bool
    private let pool: ReaderPool
    private let folder: PartitionFolder
    private let wanted: BlockColumns
    private let began = ContinuousClock.now
    private var decoder: BlockDecoder
    private var pending: ArraySlice<PartitionName>
    private var retried: Set<PartitionName> = []
    private var current: (reader: PartitionReader, source: BlockSource)?
    package private(set) var statistics = QueryStatistics()
    /// Partitions of which something, or all, could not be read.
    private(set) var leftOut: [(name: PartitionName, problem: StoreError)] = []

    /// - Throws: that the folder cannot be read.
    init(
        _ request: Request, limits: QueryLimits, pool: ReaderPool, folder: PartitionFolder,
        isCancelled: @escaping @Sendable () -> Bool
    ) throws {
        self.request = request
        self.limits = limits
        self.isCancelled = isCancelled
        self.pool = pool
        self.folder = folder
        var needed = request.filter.fields
        if request.range != .always { needed.insert(.end) }
        if request.range.until != nil, request.overlap { needed.insert(.flowStart) }
        if !request.includeWitnesses { needed.insert(.counted) }
        for field in request.fields { needed.formUnion(field.columns) }
        var wanted = BlockColumns()
        for field in needed { wanted.formUnion(BlockColumns(for: field)) }
        self.wanted = wanted
        decoder = try BlockDecoder()
        pending = []
        let names = try folder.list().partitions
        pool.keepOnly(names)
        pending = names.filter(asks(for:)).sorted { ($0.slot?.start ?? .max) > ($1.slot?.start ?? .max) }[...]
        statistics.partitions = pending.count
    }

    deinit { close() }

    /// The next block with a row that matches; nil behind the last one.
    ///
    /// A partition that cannot be read is left out, and told of in the account; rows of it may have been given before.
    /// - Throws: that the scan was cancelled or is over its time, or what hinders more than one partition.
    package func next() throws(StoreError) -> Block? {
        while true {
            do {
                try checkLimits()
                if current == nil {
                    guard let name = pending.popFirst() else { return nil }
                    try open(name)
                }
                guard let current else { continue }
                guard let block = try nextBlock(of: current.source) else {
                    close()
                    continue
                }
                let rows = select(block.batch)
                statistics.rowsScanned += block.batch.count
                statistics.rowsMatched += rows.count
                if !rows.isEmpty { return Block(batch: block.batch, rows: rows, first: block.first) }
            } catch {
                let problem = StoreError.from(error, place: current.map { folder.path($0.reader.name) } ?? folder.path)
                guard problem.isOfOneFile, let name = current?.reader.name else { throw problem }
                leftOut.append((name, problem))
                // Nothing is known of the state of a reader that failed: it is dropped.
                current = nil
            }
        }
    }

    /// Lets go of the partition that is open. A scan that came to its end has done so.
    package func close() {
        guard let (reader, source) = current else { return }
        statistics.add(source.statistics)
        reader.end()
        pool.giveBack(reader)
        current = nil
    }

    // MARK: - Partitions and blocks

    private func asks(for name: PartitionName) -> Bool {
        guard let slot = name.slot else { return true }
        if let since = request.range.since, slot.last < since { return false }
        if let until = request.range.until, slot.start >= until, !request.overlap { return false }
        return true
    }

    private func open(_ name: PartitionName) throws {
        do {
            let reader = try pool.take(name)
            try reader.begin()
            let blocks = try reader.blocks.blocks(request.range, overlap: request.overlap)
            statistics.partitionsRead += 1
            statistics.blocks += blocks.count
            if !blocks.isEmpty, wanted.needsAddresses || request.filter.requiredAddresses != nil {
                try reader.readAddresses()
            }
            current = (
                reader,
                BlockSource(reader: reader, rest: RollupRun.Rest(blocks: blocks), filter: request.filter, oldestKept: nil)
            )
        } catch {
            if !Files.exists(folder.path(name)) { return try replace(name) }
            let problem = StoreError.from(error, place: folder.path(name))
            guard problem.isOfOneFile else { throw problem }
            leftOut.append((name, problem))
        }
    }

    /// A partition that was removed, or replaced by its next generation, since the folder was listed.
    private func replace(_ name: PartitionName) throws {
        guard retried.insert(name).inserted,
            let next = try folder.list().partitions.first(where: { $0.slot == name.slot && $0 != name })
        else { return }
        pending = [next] + pending
    }

    private func nextBlock(of source: BlockSource) throws -> (batch: FlowBatch, first: RowLocator)? {
        guard let stored = try source.next(oldestKept: nil, decoder: &decoder) else { return nil }
        var header = stored.header
        let columns = wanted.withAllNames()
        try source.load(columns, into: &header, isFirst: true)
        var block = FlowBlock()
        block.batch.count = header.rows
        try decoder.decode(header, .init(columns: columns, addresses: source.addresses), into: &block)
        return (block.batch, source.locator(stored))
    }

    private func select(_ batch: FlowBatch) -> [Int32] {
        var rows = request.filter.select(batch)
        if request.range != .always {
            let ends = batch.flowEndMilliseconds
            let range = request.range
            if request.overlap {
                let begins = range.until == nil ? ends : batch.initialStartMilliseconds
                rows.removeAll { !range.overlaps(flowStart: begins[Int($0)], end: ends[Int($0)]) }
            } else {
                rows.removeAll { !range.contains(end: ends[Int($0)]) }
            }
        }
        if !request.includeWitnesses {
            let counted = batch.counted
            rows.removeAll { !counted[Int($0)] }
        }
        return rows
    }

    private func checkLimits() throws(StoreError) {
        if isCancelled() { throw StoreError(.cancelled, place: "", "the query was cancelled") }
        if ContinuousClock.now - began > limits.time {
            throw StoreError(
                .timeBudget, place: "",
                "the query took longer than its budget of \(limits.time.components.seconds) s; "
                    + "ask for a shorter time or narrow the filter")
        }
    }
}

extension FlowScan.Block {
    /// Puts the rows that match in the order of answers: by `end`, the newest first, and of those of one moment what was stored
    /// last.
    ///
    /// - Precondition: the scan asked for `end`.
    package mutating func sortNewestFirst() {
        let ends = batch.flowEndMilliseconds
        rows.sort { ends[Int($0)] != ends[Int($1)] ? ends[Int($0)] > ends[Int($1)] : $0 > $1 }
    }

    /// The rows that match and nothing else, in their order, with the columns of `fields` alone.
    ///
    /// - Precondition: the scan asked for these fields.
    package func matching(_ fields: [Field]) -> FlowBatch {
        var batch = FlowBatch()
        batch.gather(FlowBlock(self.batch), rows: rows, fields: fields.reduce(into: []) { $0.formUnion($1.columns) })
        return batch
    }
}
