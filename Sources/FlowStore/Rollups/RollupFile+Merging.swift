import FlowModel
import FlowQuery

/// Each step adds a run of rows, and rows of different runs may have equal keys: these are summed up later.
extension RollupFile {
    struct Run {
        var number: Int64
        var rows: Int64
    }

    /// The runs of one hour that are worth merging: all, without those that are far larger than the others together, so
    /// that what late flows add does not have the whole hour written again.
    func mergeableRuns(window: Int64) throws -> [Run] {
        let select = try database.prepare(
            "SELECT run, CAST(total(rows) AS INTEGER) FROM rollup_block WHERE window = ?1 GROUP BY run")
        select.bind(1, window)
        var runs: [Run] = []
        while try select.step() {
            guard (0...1 << 40).contains(select.integer(1)) else { throw BlockDamage.badNumber }
            runs.append(Run(number: select.integer(0), rows: select.integer(1)))
        }
        runs.sort { ($0.rows, $0.number) < ($1.rows, $1.number) }
        var total = runs.reduce(0) { $0 + $1.rows }
        while let largest = runs.last, runs.count > 1 {
            total -= largest.rows
            if total * 4 >= largest.rows, total + largest.rows <= Self.mergeLimit { return runs }
            runs.removeLast()
        }
        return []
    }

    /// Rows that one merge takes at most; an hour with more keeps several runs.
    private static let mergeLimit: Int64 = 16_000_000

    /// Merges runs into one, in one transaction. The rows are gone through several times when they are many, a part of the
    /// keys each time: what is held in memory is bounded.
    ///
    /// - Throws: `cancelled` between two blocks; nothing has changed then.
    func merge(
        _ runs: [Run], window: Int64, configuration: RollupConfiguration, encoder: inout RollupEncoder,
        decoder: inout RollupColumns, isCancelled: () -> Bool
    ) throws {
        try database.execute("BEGIN IMMEDIATE")
        do {
            let headers = try runs.flatMap { try blocks.headers(window: window, run: $0.number) }
            let rows = headers.reduce(0) { $0 + $1.rows }
            guard try isWorthwhile(headers, configuration, &decoder) else {
                try unite(headers, window: window)
                try database.execute("COMMIT")
                return
            }
            let passes = max(1, (rows + configuration.rowsPerPass - 1) / configuration.rowsPerPass)
            var source = RollupSource(headers, kind: name.kind)
            var merged: [BlockHeader] = []
            for pass in 0..<passes {
                var groups = RollupGroup.grouping(name.kind, expected: rows / passes + configuration.rowsPerBlock)
                for header in headers {
                    if isCancelled() { throw StoreError(.cancelled, place: "", "the merge was cancelled") }
                    var header = header
                    try blocks.load(RollupBatch.columns(withAddresses: name.kind.hasAddresses), into: &header)
                    try source.read(header, pass: pass, of: passes, &addresses, &decoder, into: &groups)
                }
                merged += try Self.encode(
                    groups, kind: name.kind, firstBucket: source.firstBucket, tenants: source.tenants,
                    addresses: addresses, rowsPerBlock: configuration.rowsPerBlock, encoder: &encoder)
            }
            let removeColumns = try database.prepare("DELETE FROM rollup_column WHERE id BETWEEN ?1 AND ?2")
            let removeBlock = try database.prepare("DELETE FROM rollup_block WHERE id = ?1")
            for header in headers {
                removeColumns.bind(1, header.id << 6)
                removeColumns.bind(2, header.id << 6 | 63)
                try removeColumns.run()
                removeBlock.bind(1, header.id)
                try removeBlock.run()
            }
            try store(merged, window: window)
            try database.execute("COMMIT")
            // The merged rows are far fewer: what they leave goes back to the disk.
            try database.execute("PRAGMA incremental_vacuum")
        } catch {
            // The cause is what the caller must hear of; this object is thrown away, and the connection with it.
            try? database.execute("ROLLBACK")
            throw error
        }
        addresses.endStep()
    }

    /// Whether merging saves a tenth of the rows, by a sixteenth of the keys.
    private func isWorthwhile(
        _ headers: [BlockHeader], _ configuration: RollupConfiguration, _ decoder: inout RollupColumns
    ) throws -> Bool {
        let rows = headers.reduce(0) { $0 + $1.rows }
        guard rows > configuration.rowsPerSample else { return true }
        var source = RollupSource(headers, kind: name.kind)
        var groups = RollupGroup.grouping(name.kind, expected: rows / 8)
        var sampled = 0
        for var header in headers {
            try blocks.load(RollupBatch.columns(withAddresses: name.kind.hasAddresses), into: &header)
            sampled += try source.read(header, pass: 0, of: 16, &addresses, &decoder, into: &groups)
        }
        var kept = 0
        try groups.forEachBlock(of: rows) { kept += $0.count / RollupGroup.stride }
        return kept < sampled - sampled / 10
    }

    /// Has runs that share few keys count as one, so that nobody looks at them again.
    private func unite(_ headers: [BlockHeader], window: Int64) throws {
        let run = try nextRun()
        let update = try database.prepare("UPDATE rollup_block SET run = ?1 WHERE id = ?2")
        for header in headers {
            update.bind(1, run)
            update.bind(2, header.id)
            try update.run()
        }
    }

    /// The groups as blocks.
    static func encode(
        _ groups: any RollupGrouping, kind: RollupKind, firstBucket: Int64, tenants: RollupTenants,
        addresses: RollupAddresses, rowsPerBlock: Int, encoder: inout RollupEncoder
    ) throws -> [BlockHeader] {
        var headers: [BlockHeader] = []
        try groups.forEachBlock(of: rowsPerBlock) { block in
            headers.append(
                try encoder.encode(
                    block, kind: kind, firstBucket: firstBucket, tenants: tenants,
                    addresses: kind.hasAddresses ? addresses : nil))
        }
        return headers
    }
}

/// Blocks of rollups on their way into groups again.
struct RollupSource {
    let firstBucket: Int64
    var tenants = RollupTenants()
    private let kind: RollupKind

    init(_ headers: [BlockHeader], kind: RollupKind) {
        self.kind = kind
        firstBucket = kind.bucket(headers.map(\.end.lowerBound).min() ?? 0)
    }

    /// Adds those rows of a block whose key falls to this pass. - Returns: how many.
    @discardableResult
    mutating func read(
        _ header: BlockHeader, pass: Int, of passes: Int, _ addresses: inout RollupAddresses, _ decoder: inout RollupColumns,
        into groups: inout any RollupGrouping
    ) throws -> Int {
        var first: [UInt64] = []
        if kind.hasAddresses {
            let sources = try decoder.words32(header, .source)
            let destinations = try decoder.words32(header, .destination)
            first.reserveCapacity(header.rows)
            for row in 0..<header.rows {
                first.append(
                    UInt64(try id(destinations[row], header, &addresses)) << 32 | UInt64(try id(sources[row], header, &addresses)))
            }
        }
        let buckets = try decoder.ends(header)
        let protocols = try decoder.octets(header, .proto)
        let ports = try decoder.words16(header, .destinationPort)
        let networks = try decoder.words32(header, .vni, bias: .max)
        let tags = try decoder.words16(header, .vlan, bias: .max)
        var second: [UInt64] = []
        second.reserveCapacity(header.rows)
        for row in 0..<header.rows {
            let bucket = kind.bucket(buckets[row]) - firstBucket
            let tenant = tenants.number(vni: networks[row], vlan: tags[row])
            guard (0..<RollupKey.bucketLimit).contains(bucket), tenant < RollupKey.tenantLimit else {
                throw BlockDamage.badNumber
            }
            second.append(
                UInt64(bucket) << RollupKey.bucketShift | tenant << RollupKey.tenantShift
                    | UInt64(protocols[row]) << RollupKey.protocolShift | UInt64(ports[row]))
        }
        var sums = RollupSums()
        sums.records = try decoder.words64(header, .records)
        sums.flows = try decoder.words64(header, .flows)
        sums.packets = try decoder.words64(header, .packets)
        sums.bytes = try decoder.words64(header, .bytes)
        sums.reversePackets = try decoder.words64(header, .reversePackets)
        sums.reverseBytes = try decoder.words64(header, .reverseBytes)
        if passes > 1 {
            let rows = (0..<header.rows).filter { row in
                // The same key falls to the same pass in every block.
                let hash = RollupKey.hash(first.isEmpty ? 0 : first[row], second[row], 0x5A6E_6C52)
                return Int(hash % UInt64(passes)) == pass
            }
            if !first.isEmpty { first = rows.map { first[$0] } }
            second = rows.map { second[$0] }
            sums = sums.keeping(rows)
        }
        groups.add(first: first, second: second, sums)
        return second.count
    }

    private func id(
        _ id: UInt32, _ header: BlockHeader, _ addresses: inout RollupAddresses
    ) throws(BlockDamage) -> UInt32 {
        if id < addresses.dictionary.count { return id }
        let place = Int(id &- BlockHeader.localBase)
        guard id >= BlockHeader.localBase, place < header.localAddresses.count else { throw .unknownAddress(id) }
        return addresses.id(of: header.localAddresses[place])
    }
}

extension RollupSums {
    /// Some rows, in their order.
    func keeping(_ rows: [Int]) -> RollupSums {
        var kept = RollupSums()
        kept.records = rows.map { records[$0] }
        kept.flows = rows.map { flows[$0] }
        kept.packets = rows.map { packets[$0] }
        kept.bytes = rows.map { bytes[$0] }
        kept.reversePackets = rows.map { reversePackets[$0] }
        kept.reverseBytes = rows.map { reverseBytes[$0] }
        return kept
    }
}
