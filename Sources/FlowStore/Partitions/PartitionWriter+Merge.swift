import FlowModel

/// Small fresh blocks become large ones: neighbours by serial number, so that a row keeps its number and a cursor its
/// place. A large block is never rewritten.
extension PartitionWriter {
    /// Blocks of fewer rows are merged among themselves first, sixteen at a time, so that a row is written about three
    /// times, not once for each new neighbour.
    private static let smallRows = 4096
    private static let smallCount = 16

    /// Merges one group of blocks in one transaction.
    ///
    /// - Parameter everything: also groups that may still grow.
    /// - Returns: how many blocks went into one; 0 when there is nothing to merge.
    func mergeOnce(everything: Bool, encoder: inout BlockEncoder, decoder: inout BlockDecoder) throws -> Int {
        guard let ids = try nextGroup(everything: everything) else { return 0 }
        try database.execute("BEGIN IMMEDIATE")
        do {
            try merge(ids, encoder: &encoder, decoder: &decoder)
            try database.execute("COMMIT")
        } catch {
            // The cause is what the caller must hear of; the writer is thrown away, and the connection with it.
            try? database.execute("ROLLBACK")
            throw error
        }
        return ids.count
    }

    /// Makes what no merge has taken large, too: blocks that others rely on not to change. Flows that come later make blocks
    /// of their own.
    func settle() throws {
        let select = try database.prepare("SELECT id FROM flow_block WHERE merged = 0")
        var ids: [Int64] = []
        while try select.step() { ids.append(select.integer(0)) }
        guard !ids.isEmpty else { return }
        let reader = try BlockReader(database, version: PartitionSchema.version)
        // A block of format 1 has no checksum, and gets none.
        let update = try database.prepare(
            "UPDATE flow_block SET merged = 1, checksum = iif(checksum IS NULL, NULL, ?2) WHERE id = ?1")
        let columns = try database.prepare("SELECT columns FROM flow_block WHERE id = ?1")
        try database.write {
            for id in ids {
                guard var header = try reader.header(id: id) else { throw BlockDamage.badNumber }
                header.isMerged = true
                columns.bind(1, id)
                guard try columns.step() else { throw BlockDamage.badNumber }
                update.bind(1, id)
                update.bind(2, Int64(header.checksum(directory: columns.octets(0))))
                columns.reset()
                try update.run()
            }
        }
    }

    private func merge(_ ids: [Int64], encoder: inout BlockEncoder, decoder: inout BlockDecoder) throws {
        let reader = try BlockReader(database, version: PartitionSchema.version)
        var joined = FlowBatch()
        var names: [String: UInt32] = [:]
        var firstSerial: Int64?
        for id in ids {
            guard var header = try reader.header(id: id) else { throw BlockDamage.badNumber }
            try reader.load(.all, into: &header)
            firstSerial = firstSerial ?? header.firstSerial
            joined.join(try decoder.decode(header, .all, addresses: dictionary.addresses), names: &names)
        }
        var header = try encode(joined, encoder: &encoder)
        header.firstSerial = firstSerial ?? 0
        header.isMerged = header.rows >= limits.rowsPerBlock * 3 / 4
        let removeColumns = try database.prepare("DELETE FROM flow_column WHERE id BETWEEN ?1 AND ?2")
        let removeBlock = try database.prepare("DELETE FROM flow_block WHERE id = ?1")
        for id in ids {
            removeColumns.bind(1, id << 6)
            removeColumns.bind(2, id << 6 | 63)
            try removeColumns.run()
            removeBlock.bind(1, id)
            try removeBlock.run()
        }
        try store(header)
        try storeAddresses()
    }

    private struct Piece {
        var id: Int64
        var first: Int64
        var rows: Int
    }

    private func nextGroup(everything: Bool) throws -> [Int64]? {
        let select = try database.prepare(
            "SELECT id, first_serial, rows FROM flow_block WHERE merged = 0 ORDER BY first_serial")
        var group: [Piece] = []
        var total = 0
        while try select.step() {
            let (first, rows) = try BlockReader.serials(select.integer(1), select.integer(2))
            let piece = Piece(id: select.integer(0), first: first, rows: rows)
            let isNeighbour = group.last.map { $0.first + Int64($0.rows) == piece.first } ?? true
            if !isNeighbour || total + piece.rows > limits.rowsPerBlock * 5 / 4 {
                // This group cannot grow any more.
                if group.count > 1 { return group.map(\.id) }
                group = []
                total = 0
            }
            group.append(piece)
            total += piece.rows
        }
        guard group.count > 1 else { return nil }
        if everything || total >= limits.rowsPerBlock * 3 / 4 { return group.map(\.id) }
        let small = group.reversed().prefix { $0.rows < Self.smallRows }
        return small.count >= Self.smallCount ? small.reversed().map(\.id) : nil
    }
}
