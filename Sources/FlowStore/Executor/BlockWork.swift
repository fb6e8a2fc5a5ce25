import FlowModel
import FlowQuery

/// What one thread does with a block: asks for the columns that decide, keeps the rows that belong to the answer, and reads
/// the other columns for these alone.
struct BlockWork: ~Copyable {
    var execution: FlowExecution
    var decoder: BlockDecoder
    /// Kept from block to block, so that its arrays are used again.
    private var block = FlowBlock()
    private let usesSums: Bool

    /// Where fewer than one in so many rows are left, they are read one by one.
    private static let sparseness = 8

    init(_ execution: FlowExecution) throws {
        self.execution = execution
        decoder = try BlockDecoder()
        usesSums = execution.canUseSums
    }

    mutating func consume(_ stored: StoredBlock, _ source: BlockSource) throws {
        let facts = stored.facts(execution.request)
        if usesSums, facts.isInRange, facts.isMatching, execution.isOneBucket(stored.header.end), let sums = stored.sums {
            let counted = Int(clamping: stored.header.sums.records)
            try execution.add(rows: stored.header.rows, counted: counted, end: stored.header.end.lowerBound, sums: sums)
            source.count { $0.blocksSummed += 1 }
            return
        }
        let deciding = execution.deciding(facts)
        var header = stored.header
        let asIDs = !execution.readsAddresses
        let first = BlockColumns(deciding).withAllNames()
        try source.load(first, into: &header, isFirst: true)
        block.first = source.locator(stored)
        block.batch.count = header.rows
        try decoder.decode(header, .init(columns: first, addresses: source.addresses, asIDs: asIDs), into: &block)
        if !asIDs || header.hasLocalAddresses { block.ids = nil }
        let rows = execution.select(block, knowing: facts)
        guard rows.count > 0 else {
            source.count { $0.blocksUnmatched += 1 }
            return
        }
        let missing = execution.telling.subtracting(deciding)
        if let list = rows.rows, list.count * Self.sparseness < header.rows {
            try addFew(list, deciding, missing, &header, source)
            return
        }
        var second = BlockColumns(missing).withAllNames()
        if second.contains(.start) { second.insert(.end) }
        try source.load(second, into: &header, isFirst: false)
        try decoder.decode(header, .init(columns: second, addresses: source.addresses, asIDs: asIDs), into: &block)
        try execution.add(block, rows)
    }

    /// Of a few rows: what decided is taken over, the rest is read for them alone.
    private mutating func addFew(
        _ rows: [Int32], _ deciding: Set<Field>, _ missing: Set<Field>, _ header: inout BlockHeader, _ source: BlockSource
    ) throws {
        var few = FlowBlock()
        few.first = block.first
        few.places = rows
        var missing = missing
        var known = deciding.intersection(execution.telling)
        // Both names share the block's texts, so they are read together.
        if !missing.isDisjoint(with: [.agent, .interface]) {
            missing.formUnion(known.intersection([.agent, .interface]))
            known.subtract([.agent, .interface])
        }
        few.batch.gather(block, rows: rows, fields: known)
        few.batch.count = rows.count
        let columns = BlockColumns(missing).withAllNames()
        try source.load(columns, into: &header, isFirst: false)
        try decoder.decode(header, .init(columns: columns, rows: rows, addresses: source.addresses), into: &few)
        try execution.add(few, .all(rows.count))
    }
}
