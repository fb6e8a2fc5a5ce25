import Compression
import FlowModel

/// Turns groups into blocks. Keeps its buffers: one encoder a builder.
struct RollupEncoder: ~Copyable {
    private var coder: ColumnEncoder
    private var values: [UInt64] = []
    /// The groups of the block under way.
    private var groups: [UInt64] = []

    init() throws(ZstdError) {
        coder = try ColumnEncoder(level: 1)
    }

    /// Codes groups, eight words each.
    ///
    /// - Parameters:
    ///   - firstBucket: what the buckets of the keys count from.
    ///   - addresses: nil for rollups without them.
    mutating func encode(
        _ groups: [UInt64], kind: RollupKind, firstBucket: Int64, tenants: RollupTenants, addresses: RollupAddresses?
    ) throws(ZstdError) -> BlockHeader {
        self.groups = groups
        var header = BlockHeader()
        header.rows = groups.count / RollupGroup.stride
        if values.count != header.rows { values = [UInt64](repeating: 0, count: header.rows) }
        try encodeKeys(kind, firstBucket, tenants, &header)
        for (word, column) in [
            (2, BlockColumn.records), (3, .flows), (4, .packets), (5, .bytes), (6, .reversePackets), (7, .reverseBytes),
        ] {
            try put(column, word, &header) { $0 }
        }
        if let addresses { try encode(addresses, &header) }
        self.groups = []
        return header
    }

    /// Makes a column of one word of each group.
    @inline(__always)
    private mutating func put(
        _ column: BlockColumn, _ word: Int, _ header: inout BlockHeader, _ value: (UInt64) -> UInt64
    ) throws(ZstdError) {
        Self.fill(&values, groups, word, value)
        header.columns[column] = BlockHeader.Entry(column: try coder.encode(values), isElsewhere: false)
    }

    @inline(__always)
    private static func fill(
        _ values: inout [UInt64], _ groups: [UInt64], _ word: Int, _ value: (UInt64) -> UInt64
    ) {
        var place = word
        var target = values.mutableSpan
        for row in target.indices {
            target[row] = value(groups[place])
            place &+= RollupGroup.stride
        }
    }

    private mutating func encodeKeys(
        _ kind: RollupKind, _ firstBucket: Int64, _ tenants: RollupTenants, _ header: inout BlockHeader
    ) throws(ZstdError) {
        let span = kind.bucketMilliseconds
        try put(.end, 1, &header) { TimeCoding.ordered((firstBucket &+ Int64($0 >> RollupKey.bucketShift)) &* span) }
        let first = TimeCoding.time(ordered: values.min() ?? 0)
        header.end = first...max(first, TimeCoding.time(ordered: values.max() ?? 0))
        let tenant = { (word: UInt64) in Int(word >> RollupKey.tenantShift & 0xFF_FFFF) }
        try put(.vni, 1, &header) { UInt64(tenants.vni(tenant($0)) &+ 1) }
        try put(.vlan, 1, &header) { UInt64(tenants.vlan(tenant($0)) &+ 1) }
        try put(.destinationPort, 1, &header) { $0 & 0xFFFF }
        try put(.proto, 1, &header) { $0 >> RollupKey.protocolShift & 0xFF }
        header.protocols = [UInt8](repeating: 0, count: 32)
        for value in values { header.protocols[Int(value >> 3)] |= 1 << UInt8(truncatingIfNeeded: value & 7) }
    }

    private mutating func encode(_ addresses: RollupAddresses, _ header: inout BlockHeader) throws(ZstdError) {
        var used: [UInt32] = []
        var places: [UInt32: UInt64] = [:]
        for (column, shift) in [(BlockColumn.source, UInt64(0)), (.destination, 32)] {
            var local = header.localAddresses
            try put(column, 0, &header) { word in
                let id = UInt32(truncatingIfNeeded: word >> shift)
                guard id >= BlockHeader.localBase, let address = addresses.local(id) else { return UInt64(id) }
                // A list of the step becomes one of the block.
                if let place = places[id] { return place }
                let place = UInt64(BlockHeader.localBase) + UInt64(local.count)
                local.append(address)
                places[id] = place
                return place
            }
            header.localAddresses = local
            var previous: UInt32 = .max
            for value in values where value < UInt64(BlockHeader.localBase) {
                let id = UInt32(truncatingIfNeeded: value)
                if id != previous { used.append(id) }
                previous = id
            }
        }
        let limit = UInt32(truncatingIfNeeded: addresses.dictionary.count)
        let set = BlockEncoder.sortedUnique(used, below: limit)
        header.columns[.addressSet] = BlockHeader.Entry(column: try coder.encode(set: set), isElsewhere: false)
    }
}
