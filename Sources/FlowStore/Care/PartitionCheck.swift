import FlowModel

/// Reads one partition wholly, in one moment, and says what is wrong with it: the file's structure, the numbers that it
/// keeps of itself, dictionary, serial numbers, batch ids, and every column of every block against what the block's row
/// says of it.
struct PartitionCheck {
    /// The first faults, one sentence each; empty for a sound partition.
    private(set) var faults: [String] = []
    private(set) var records: Int64 = 0
    private(set) var blocks = 0

    /// Faults that are told; one page gone wrong may make thousands.
    static let faultLimit = 20

    /// - Throws: what is no damage: the file is gone, may not be read, is of a newer format.
    init(_ folder: PartitionFolder, _ name: PartitionName) throws(StoreError) {
        do {
            let reader = try PartitionReader(folder: folder, name: name)
            try reader.begin()
            defer { reader.end() }
            // What is read of a torn tree is no more than the tree says.
            try checkStructure(reader.database)
            guard faults.isEmpty else { return }
            try reader.checkNumbers()
            try checkDictionary(reader)
            try checkBatches(reader.database)
            let serials = try checkSerials(reader.database)
            for serial in serials { try checkBlock(serial, reader) }
            try checkColumns(reader.database)
        } catch {
            let problem = StoreError.from(error, place: folder.path(name))
            guard problem.code == .damaged else { throw problem }
            note(problem.reason)
        }
    }

    private mutating func note(_ fault: String) {
        if faults.count < Self.faultLimit { faults.append(fault) }
    }

    private mutating func checkStructure(_ database: Database) throws {
        let check = try database.prepare("PRAGMA quick_check(\(Self.faultLimit))")
        while try check.step() {
            let line = check.text(0)
            if line != "ok" { note("the file's structure is damaged: \(line)") }
        }
    }

    private mutating func checkDictionary(_ reader: PartitionReader) throws {
        try reader.readAddresses()
        let sorted = reader.addresses.sorted()
        for index in sorted.indices.dropFirst() where sorted[index] == sorted[index - 1] {
            note("the dictionary has \(sorted[index]) twice")
        }
    }

    private mutating func checkBatches(_ database: Database) throws {
        let select = try database.prepare("SELECT agent, epoch, first, last FROM batch ORDER BY agent, epoch, first")
        var before: (agent: String, epoch: Int64, last: Int64)?
        while try select.step() {
            let (agent, epoch, first, last) = (select.text(0), select.integer(1), select.integer(2), select.integer(3))
            let overlaps = before.map { $0.agent == agent && $0.epoch == epoch && $0.last >= first } ?? false
            if first < 1 || last < first || overlaps { note("batch ids \(first) to \(last) of \"\(agent)\" cannot be") }
            before = (agent, epoch, last)
        }
    }

    // MARK: - Blocks

    private struct Serial {
        var id: Int64
        var sums: BlockHeader.Sums
    }

    /// Serial numbers count on from block to block without a gap: a block that is lost leaves one.
    private mutating func checkSerials(_ database: Database) throws -> [Serial] {
        let select = try database.prepare(
            """
            SELECT id, first_serial, rows, counted_records, counted_flows, counted_packets, counted_bytes,
                counted_rev_packets, counted_rev_bytes FROM flow_block ORDER BY first_serial
            """)
        var serials: [Serial] = []
        var next: Int64 = 1
        while try select.step() {
            let (first, rows) = try BlockReader.serials(select.integer(1), select.integer(2))
            if first != next { note("block \(select.integer(0)) begins with record \(first), and \(next) is the next one") }
            next = first + Int64(rows)
            records += Int64(rows)
            blocks += 1
            serials.append(
                Serial(
                    id: select.integer(0),
                    sums: BlockHeader.Sums(
                        records: select.bits(3), flows: select.bits(4), packets: select.bits(5), bytes: select.bits(6),
                        reversePackets: select.bits(7), reverseBytes: select.bits(8))))
        }
        let expected = try PartitionWriter.number("next_serial", database) ?? 1
        if next != expected { note("the blocks end before record \(next), and \(expected) is the next one") }
        return serials
    }

    private mutating func checkBlock(_ serial: Serial, _ reader: PartitionReader) throws {
        do {
            var decoder = try BlockDecoder()
            guard var header = try reader.blocks.header(id: serial.id) else { throw BlockDamage.badNumber }
            try reader.blocks.load(.all, into: &header)
            try reader.blocks.load(BlockColumns([.addressSet]), into: &header)
            let batch = try decoder.decode(header, .all, addresses: reader.addresses)
            for fault in Self.faults(header, batch, in: reader.name.slot) { note("block \(serial.id): \(fault)") }
            if Self.sums(batch) != serial.sums { note("block \(serial.id): its sums are not those of its records") }
            let set = Set(try decoder.addressSet(header).map { try Self.address($0, reader.addresses) } + header.localAddresses)
            if !batch.sourceAddress.allSatisfy(set.contains) || !batch.destinationAddress.allSatisfy(set.contains) {
                note("block \(serial.id): an address is not in its set of addresses")
            }
        } catch let damage as BlockDamage {
            note("block \(serial.id): \(damage)")
        }
    }

    private static func address(_ id: UInt32, _ addresses: [IPAddress]) throws(BlockDamage) -> IPAddress {
        guard Int(id) < addresses.count else { throw .unknownAddress(id) }
        return addresses[Int(id)]
    }

    /// What the block's row says of its records and is not so: queries skip blocks by it.
    private static func faults(_ header: BlockHeader, _ batch: FlowBatch, in slot: PartitionName.Slot?) -> [String] {
        var faults: [String] = []
        func expect(_ name: String, _ bounds: ClosedRange<Int64>, _ values: [Int64]) {
            if values.min() != bounds.lowerBound || values.max() != bounds.upperBound {
                faults.append("the bounds of \(name) are not those of its records")
            }
        }
        expect("end", header.end, batch.flowEndMilliseconds)
        expect("start", header.start, batch.flowStartMilliseconds)
        expect("flow_start", header.flowStart, batch.initialStartMilliseconds)
        if let slot, header.end.lowerBound < slot.start || header.end.upperBound > slot.last {
            faults.append("it has records of another partition's time")
        }
        var protocols = [UInt8](repeating: 0, count: 32)
        for number in batch.protocolIdentifier { protocols[Int(number >> 3)] |= 1 << (number & 7) }
        if protocols != header.protocols { faults.append("its protocols are not those of its records") }
        return faults
    }

    private static func sums(_ batch: FlowBatch) -> BlockHeader.Sums {
        var sums = BlockHeader.Sums()
        for row in 0..<batch.count where batch.counted[row] {
            sums.records &+= 1
            if batch.part[row] == 0 { sums.flows &+= 1 }
            sums.packets &+= batch.packetDeltaCount[row]
            sums.bytes &+= batch.octetDeltaCount[row]
            sums.reversePackets &+= batch.reversePacketDeltaCount[row]
            sums.reverseBytes &+= batch.reverseOctetDeltaCount[row]
        }
        return sums
    }

    private mutating func checkColumns(_ database: Database) throws {
        let strays = try database.integer(
            "SELECT count(*) FROM flow_column WHERE id >> 6 NOT IN (SELECT id FROM flow_block)")
        if strays > 0 { note("\(strays) columns belong to no block") }
    }
}
