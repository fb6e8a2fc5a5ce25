import FlowModel
import FlowQuery

/// One partition while rollups are made of it.
final class RollupWork {
    let slot: PartitionName.Slot
    /// The partition's ids in the file that the step before wrote to.
    var mapping = AddressMapping()
    private var mapped: RollupName?
    private let reader: PartitionReader

    struct State {
        var origin: Int64
        var lastWrite: Int64
        var blocks: [(block: TakenBlock, rows: Int, end: ClosedRange<Int64>)]
    }

    init(_ name: PartitionName, slot: PartitionName.Slot, _ partitions: PartitionFolder) throws {
        self.slot = slot
        let place = partitions.path(name)
        do {
            reader = try PartitionReader(folder: partitions, name: name)
        } catch {
            if !Files.exists(place) { throw StoreError(.notFound, place: place, "the partition has been removed") }
            throw error
        }
    }

    /// Forgets the ids of any other file.
    func map(to file: RollupName) {
        if mapped != file { mapping = AddressMapping() }
        mapped = file
    }

    /// Runs `body` in a transaction of its own, so that the file's log does not grow for the reader's sake.
    func reading<Result>(_ body: (PartitionReader) throws -> Result) throws -> Result {
        try reader.begin()
        defer { reader.end() }
        return try body(reader)
    }

    /// The blocks that rollups may be made of. One whose rows end outside of the partition's time, which no collector
    /// writes, has none: its buckets would be of another file.
    func look() throws -> State {
        try reading { reader in
            State(
                origin: try reader.origin(), lastWrite: try reader.lastWrite(),
                blocks: try reader.mergedBlocks().filter { $0.end.lowerBound >= slot.start && $0.end.upperBound <= slot.last })
        }
    }
}

/// The sums of one step, of each kind.
struct RollupStep {
    let slot: PartitionName.Slot
    var tenants = RollupTenants()
    private(set) var taken: [RollupKind: [(block: TakenBlock, rows: Int)]] = [:]
    private var groups: [RollupKind: any RollupGrouping] = [:]
    private let expected: Int

    /// - Parameter expected: rows that will be added, about.
    init(slot: PartitionName.Slot, expected: Int) {
        self.slot = slot
        self.expected = expected
    }

    mutating func add(
        _ keys: FlowKeys, _ block: (block: TakenBlock, rows: Int, end: ClosedRange<Int64>), _ header: BlockHeader,
        _ file: RollupFile, _ addresses: [IPAddress], _ mapping: inout AddressMapping
    ) throws {
        let kind = file.name.kind
        let second = try keys.keys(kind, firstBucket: kind.bucket(slot.start))
        let first =
            kind.hasAddresses ? try keys.addresses(&mapping, addresses, header.localAddresses, &file.addresses) : []
        groups[kind, default: RollupGroup.grouping(kind, expected: expected)].add(first: first, second: second, keys.sums)
        taken[kind, default: []].append((block.block, block.rows))
    }

    func encode(_ file: RollupFile, rowsPerBlock: Int, encoder: inout RollupEncoder) throws -> [BlockHeader] {
        let kind = file.name.kind
        guard let groups = groups[kind] else { return [] }
        return try RollupFile.encode(
            groups, kind: kind, firstBucket: kind.bucket(slot.start), tenants: tenants, addresses: file.addresses,
            rowsPerBlock: rowsPerBlock, encoder: &encoder)
    }
}
