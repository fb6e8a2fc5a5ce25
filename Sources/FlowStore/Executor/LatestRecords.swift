import FlowModel
import FlowQuery

/// Shows the records that came in last, in the order in which they came, partition by partition. Blocks its thread.
struct LatestRecords {
    let pool: ReaderPool
    let folder: PartitionFolder

    /// What of one partition is shown: its last blocks by serial number, the newest first.
    private struct Piece {
        var reader: PartitionReader
        var headers: [BlockHeader]
    }

    /// - Parameters:
    ///   - limit: records at least, where there are so many; whole blocks are shown.
    ///   - since: blocks without a record that ends then or later are left out.
    func read(
        _ limit: Int, endingSince since: Int64, fields: [Field], _ body: (FlowBatch) -> Void
    ) throws {
        var wanted = BlockColumns()
        for field in fields { wanted.formUnion(BlockColumns(for: field)) }
        var pieces: [Piece] = []
        var left = limit
        let names = try folder.list().partitions.filter { $0.slot.map { $0.last >= since } ?? false }
        for name in names.sorted(by: { $0.rank > $1.rank }) where left > 0 {
            try skippingUnreadable(name) {
                let reader = try pool.take(name)
                try reader.begin()
                var piece = Piece(reader: reader, headers: [])
                let range = TimeRange(since: since)
                for header in try reader.blocks.headers(range, overlap: false).sorted(by: { $0.firstSerial > $1.firstSerial }) {
                    guard left > 0 else { break }
                    piece.headers.append(header)
                    left -= header.rows
                }
                pieces.append(piece)
            }
        }
        var decoder = try BlockDecoder()
        for piece in pieces.reversed() {
            try skippingUnreadable(piece.reader.name) { try show(piece, wanted, &decoder, body) }
        }
    }

    private func show(
        _ piece: Piece, _ wanted: BlockColumns, _ decoder: inout BlockDecoder, _ body: (FlowBatch) -> Void
    ) throws {
        if wanted.needsAddresses { try piece.reader.readAddresses() }
        for header in piece.headers.reversed() {
            var header = header
            try piece.reader.blocks.load(wanted, into: &header)
            body(try decoder.decode(header, wanted, addresses: piece.reader.addresses))
        }
        piece.reader.end()
        // One whose reading failed is dropped: nothing is known of its state.
        pool.giveBack(piece.reader)
    }

    /// A partition that cannot be read has nothing to show; queries tell of it.
    private func skippingUnreadable(_ name: PartitionName, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch {
            let problem = StoreError.from(error, place: folder.path(name))
            guard problem.isOfOneFile || problem.code == .notFound else { throw problem }
        }
    }
}
