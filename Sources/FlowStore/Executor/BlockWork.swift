import FlowModel
import FlowQuery

/// What one thread does with a block: asks for the columns that decide, one test after the other, keeps the rows that belong
/// to the answer, and reads the other columns for these alone.
struct BlockWork: ~Copyable {
    var execution: FlowExecution
    var decoder: BlockDecoder
    /// Kept from block to block, so that its arrays are used again.
    private var block = FlowBlock()
    private let usesSums: Bool

    init(_ execution: FlowExecution) throws {
        self.execution = execution
        decoder = try BlockDecoder()
        usesSums = execution.canUseSums
    }

    mutating func consume(_ stored: StoredBlock, _ source: BlockSource) throws {
        var facts = stored.facts(execution.request)
        if let ranges = source.ranges(of: stored) {
            facts.isInRange = false
            facts.ranges = ranges
        }
        if usesSums, facts.isInRange, facts.isMatching, execution.isOneBucket(stored.header.end), let sums = stored.sums {
            let counted = Int(clamping: stored.header.sums.records)
            try execution.add(rows: stored.header.rows, counted: counted, end: stored.header.end.lowerBound, sums: sums)
            source.count { $0.blocksSummed += 1 }
            return
        }
        execution.scan(stored.header.rows)
        // Taken out while it is filled, so that there is one of it.
        var taken = FlowBlock()
        swap(&taken, &block)
        var reading = Reading(stored, source, asIDs: !execution.readsAddresses, block: taken)
        taken = FlowBlock()
        defer { block = reading.whole }
        let steps = execution.steps(facts)
        let telling = execution.telling(stored.header.end)
        for (number, step) in steps.enumerated() {
            if reading.isSparse {
                let later = steps[number...].reduce(into: telling) { $0.formUnion($1.fields) }
                reading.compact(keeping: later)
            }
            try reading.read(step.fields, &decoder)
            reading.selection = execution.select(step, reading.block, from: reading.selection)
            guard reading.selection.count > 0 else {
                source.count { $0.blocksUnmatched += 1 }
                return
            }
        }
        if reading.isSparse { reading.compact(keeping: telling) }
        try reading.read(telling, &decoder)
        try execution.add(reading.block, reading.selection)
    }
}

/// One block while it is read: its columns come one after the other, and its rows become fewer.
private struct Reading {
    var block: FlowBlock
    var selection: RowSelection
    private var header: BlockHeader
    private let source: BlockSource
    private let asIDs: Bool
    /// The stored fields that `block` has.
    private var known: Set<Field> = []
    private var isFirst = true
    /// The block with all rows, once only some are read on: its arrays serve the next one.
    private var left: FlowBlock?

    /// Where fewer than one in so many rows are left, only these are read on.
    private static let sparseness = 8

    init(_ stored: StoredBlock, _ source: BlockSource, asIDs: Bool, block: consuming FlowBlock) {
        header = stored.header
        selection = .all(stored.header.rows)
        self.source = source
        self.asIDs = asIDs && !stored.header.hasLocalAddresses
        self.block = block
        self.block.first = source.locator(stored)
        self.block.ends = stored.header.end
        self.block.places = nil
        self.block.batch.count = stored.header.rows
        if !self.asIDs { self.block.ids = nil }
    }

    /// What the next block can be read into.
    var whole: FlowBlock { left ?? block }

    var isSparse: Bool { block.places == nil && selection.count * Self.sparseness < header.rows }

    /// Keeps only the selected rows, of the fields that are still wanted.
    mutating func compact(keeping wanted: Set<Field>) {
        let rows = selection.list
        var few = FlowBlock()
        few.first = block.first
        few.ends = block.ends
        // Both names share the block's texts, so they are read together.
        known.formIntersection(wanted.subtracting([.agent, .interface]))
        few.batch.gather(block, rows: rows, fields: known)
        few.batch.count = rows.count
        few.places = rows
        left = block
        block = few
        selection = .all(rows.count)
    }

    /// Reads the columns of fields that are not there yet.
    mutating func read(_ fields: Set<Field>, _ decoder: inout BlockDecoder) throws {
        let missing = fields.subtracting(known)
        guard !missing.isEmpty || isFirst else { return }
        let columns = BlockColumns(missing).withAllNames()
        try source.load(columns, into: &header, isFirst: isFirst)
        isFirst = false
        let wish = BlockDecoder.Wish(
            columns: columns, rows: block.places, addresses: source.addresses, asIDs: asIDs && block.places == nil)
        try decoder.decode(header, wish, into: &block)
        known.formUnion(missing)
    }
}
