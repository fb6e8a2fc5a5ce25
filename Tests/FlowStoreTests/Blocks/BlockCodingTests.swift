import FlowModel
import FlowQuery
import TestSupport
import Testing

@testable import FlowStore

@Suite("Block coding")
struct BlockCodingTests {
    static let sizes = [1, 2, 3, 63, 64, 65, 255, 256, 257, 1000, 5000]

    func roundTrip(_ batch: FlowBatch, rows: RowChoice, addressLimit: Int = 4_000_000) throws -> FlowBatch {
        var encoder = try BlockEncoder()
        var decoder = try BlockDecoder()
        var dictionary = AddressNumbers()
        var header = try encoder.encode(batch, rows: rows, dictionary: &dictionary, addressLimit: addressLimit)
        // Through the directory, as the file has it.
        var read = BlockHeader()
        read.rows = header.rows
        read.names = try BlockNames(decoding: header.names.encoded)
        var stored: [IPAddress] = []
        try AddressList.decode(AddressList.encode(header.localAddresses), into: &stored)
        read.localAddresses = stored
        try read.readDirectory(header.directory)
        #expect(read.columns == header.columns)
        var known: [IPAddress] = []
        try AddressList.decode(AddressList.encode(dictionary.addresses), into: &known)
        #expect(known == dictionary.addresses)
        header.localAddresses = []
        return try decoder.decode(read, .all, addresses: known)
    }

    @Test("every field of every record comes back", arguments: sizes)
    func exact(_ size: Int) throws {
        for seed in 1...5 as ClosedRange<UInt64> {
            var flows = RandomFlows(seed: seed, ends: hour14..<(hour14 + hour))
            let batch = flows.batch(size)
            #expect(try roundTrip(batch, rows: RowChoice(0..<size)).namedRecords == batch.namedRecords)
        }
    }

    @Test("a block from before a column was there is read, its records without it")
    func olderBlock() throws {
        var flows = RandomFlows(seed: 3, ends: hour14..<(hour14 + hour))
        let batch = flows.batch(300)
        var encoder = try BlockEncoder()
        var dictionary = AddressNumbers()
        var header = try encoder.encode(batch, rows: RowChoice(0..<300), dictionary: &dictionary, addressLimit: 4_000_000)
        header.columns[.tunnelDepth] = nil
        var decoder = try BlockDecoder()
        let read = try decoder.decode(header, .all, addresses: dictionary.addresses)
        #expect(read.tunnelDepth == [UInt8](repeating: 0, count: 300))
        #expect(read.dscp == batch.dscp)
        // Nothing is known of its bounds, and it is not passed over.
        #expect(header.bounds.numbers[.tunnelDepth] == nil)
    }

    @Test("records that are all alike cost no data and come back")
    func constant() throws {
        var batch = FlowBatch()
        for _ in 0..<1000 { batch.append(FlowRecord()) }
        #expect(try roundTrip(batch, rows: RowChoice(0..<1000)).namedRecords == batch.namedRecords)
    }

    @Test("times at the ends of their range come back")
    func extremeTimes() throws {
        var batch = FlowBatch()
        for end in [Int64.min, -1, 0, 1, .max] {
            for start in [Int64.min, 0, .max] {
                var record = FlowRecord()
                record.flowEndMilliseconds = end
                record.flowStartMilliseconds = start
                record.initialStartMilliseconds = end
                batch.append(record)
            }
        }
        #expect(try roundTrip(batch, rows: RowChoice(0..<batch.count)).namedRecords == batch.namedRecords)
    }

    @Test("a part of a batch, by range and by list")
    func parts() throws {
        var flows = RandomFlows(seed: 3, ends: hour14..<(hour14 + hour))
        let batch = flows.batch(300)
        let range = try roundTrip(batch, rows: RowChoice(100..<200))
        #expect(range.namedRecords == (100..<200).map { batch.named($0) })
        let list = (0..<300).filter { $0 % 7 == 2 }.map { Int32($0) }
        let listed = try roundTrip(batch, rows: RowChoice(5..<20, of: list))
        #expect(listed.namedRecords == (5..<20).map { batch.named(Int(list[$0])) })
    }

    @Test("addresses that find no room in the dictionary stay in the block")
    func localAddresses() throws {
        var flows = RandomFlows(seed: 4, ends: hour14..<(hour14 + hour))
        let batch = flows.batch(500)
        for limit in [1, 2, 50] {
            let read = try roundTrip(batch, rows: RowChoice(0..<500), addressLimit: limit)
            #expect(read.namedRecords == batch.namedRecords)
        }
    }

    @Test("only the columns asked for are filled")
    func someColumns() throws {
        var flows = RandomFlows(seed: 5, ends: hour14..<(hour14 + hour))
        let batch = flows.batch(100)
        var encoder = try BlockEncoder()
        var decoder = try BlockDecoder()
        var dictionary = AddressNumbers()
        let header = try encoder.encode(
            batch, rows: RowChoice(0..<100), dictionary: &dictionary, addressLimit: 1000)
        for field in Field.allCases {
            let read = try decoder.decode(header, BlockColumns(for: field), addresses: dictionary.addresses)
            #expect(read.count == 100)
            for row in 0..<100 { #expect(read.value(field, row: row) == batch.value(field, row: row), "\(field)") }
        }
    }

    @Test("the address set is the sorted set of all source and destination addresses", arguments: [10, 1000])
    func addressSet(_ size: Int) throws {
        var flows = RandomFlows(seed: 6, ends: hour14..<(hour14 + hour))
        flows.hosts = 100_000
        var encoder = try BlockEncoder()
        var decoder = try BlockDecoder()
        var dictionary = AddressNumbers()
        for _ in 0..<3 {
            let batch = flows.batch(size)
            let header = try encoder.encode(
                batch, rows: RowChoice(0..<size), dictionary: &dictionary, addressLimit: 1_000_000)
            let set = try decoder.addressSet(header)
            #expect(set == Set(set).sorted())
            #expect(Set(set.map { dictionary.addresses[Int($0)] }) == Set(batch.sourceAddress + batch.destinationAddress))
        }
    }

    @Test("bounds hold every value of the block", arguments: 1...5 as ClosedRange<UInt64>)
    func bounds(_ seed: UInt64) throws {
        var flows = RandomFlows(seed: seed, ends: hour14..<(hour14 + hour))
        let batch = flows.batch(50)
        var encoder = try BlockEncoder()
        var dictionary = AddressNumbers()
        let header = try encoder.encode(batch, rows: RowChoice(0..<50), dictionary: &dictionary, addressLimit: 1000)
        let bounds = header.bounds
        #expect(bounds.protocols == Set(batch.protocolIdentifier))
        #expect(bounds.texts[.agent] == Set(batch.agent.map { batch.name($0) }))
        #expect(bounds.texts[.interface] == Set(batch.interface.map { batch.name($0) }))
        #expect(bounds.times[.end] == header.end)
        #expect(header.end.lowerBound == batch.flowEndMilliseconds.min())
        #expect(header.end.upperBound == batch.flowEndMilliseconds.max())
        #expect(bounds.times[.flowStart]?.lowerBound == batch.initialStartMilliseconds.min())
        #expect(bounds.times[.flowStart]?.upperBound == batch.initialStartMilliseconds.max())
        for row in 0..<50 {
            #expect(bounds.numbers[.vni]?.contains(UInt64(batch.vni[row])) == true)
            #expect(bounds.numbers[.vlan]?.contains(UInt64(batch.vlan[row])) == true)
            #expect(bounds.numbers[.dscp]?.contains(UInt64(batch.dscp[row])) == true)
            #expect(bounds.numbers[.bytes]?.contains(batch.octetDeltaCount[row]) == true)
            #expect(bounds.numbers[.direction]?.contains(UInt64(batch.direction[row].rawValue)) == true)
            #expect(bounds.numbers[.state]?.contains(UInt64(batch.connectionState[row].rawValue)) == true)
            #expect(bounds.numbers[.retransmits]?.contains(UInt64(batch.retransmits[row])) == true)
        }
    }

    @Test("damaged octets give an error or other values, never a crash", arguments: 1...20 as ClosedRange<UInt64>)
    func damage(_ seed: UInt64) throws {
        var flows = RandomFlows(seed: seed, ends: hour14..<(hour14 + hour))
        let batch = flows.batch(80)
        var encoder = try BlockEncoder()
        var decoder = try BlockDecoder()
        var dictionary = AddressNumbers()
        let header = try encoder.encode(batch, rows: RowChoice(0..<80), dictionary: &dictionary, addressLimit: 1000)
        let directory = header.directory
        for _ in 0..<200 {
            var octets = directory
            let place = Int.random(in: octets.indices, using: &flows.generator)
            if Bool.random(using: &flows.generator) {
                octets[place] ^= 1 << UInt8.random(in: 0..<8, using: &flows.generator)
            } else {
                octets.removeSubrange(place...)
            }
            var read = BlockHeader()
            read.rows = 80
            read.names = header.names
            do {
                try read.readDirectory(octets)
                let result = try decoder.decode(read, .all, addresses: dictionary.addresses)
                _ = try decoder.addressSet(read)
                #expect(result.namedRecords.count == 80)
            } catch {
                // A typed error: what it is does not matter here.
            }
        }
        for length in 0..<header.names.encoded.count {
            #expect(throws: BlockDamage.self) { try BlockNames(decoding: Array(header.names.encoded[..<length])) }
        }
    }

    @Test("a set of ids that says it is larger than its block can have is refused before it is unpacked")
    func hugeSet() throws {
        var decoder = try ColumnDecoder()
        let huge: [UInt8] = [0, 0, 0, 0xF0, 0, 0, 0, 0xF0, 0, 0, 0, 0x80, 0, 0, 0, 0]
        let column = EncodedColumn(encoding: .set, minimum: 0, maximum: 1, data: huge)
        #expect(throws: BlockDamage.badNumber) { try decoder.set(column, limit: 131_072) }
        var encoder = try ColumnEncoder()
        let ids: [UInt32] = [0, 7, 9, .max]
        #expect(try decoder.set(encoder.encode(set: ids), limit: 4) == ids)
        #expect(throws: BlockDamage.badNumber) { try decoder.set(encoder.encode(set: ids), limit: 3) }
    }

    @Test("few values are packed into bits, of every number of rows", arguments: [1, 2, 3, 7, 8, 9, 23, 24, 63, 64, 1000, 65_536])
    func packed(rows: Int) throws {
        var encoder = try ColumnEncoder()
        var decoder = try ColumnDecoder()
        for distinct in [1, 2, 3, 4, 5, 16, 17, 256, 257] {
            let values = (0..<rows).map { UInt64(($0 * 7) % distinct) * 1_000_003 + 5 }
            let column = try encoder.encode(values)
            if rows == 65_536, (2...256).contains(distinct) {
                #expect(column.encoding == (distinct <= 16 ? .packed : .indexed))
            }
            var read: [UInt64] = []
            try decoder.words64(column, rows: rows, into: &read)
            #expect(read == values)
            // Some rows alone, and with something added.
            let some = stride(from: 0, to: rows, by: 3).map { Int32($0) }
            try decoder.words64(column, rows: rows, selected: some, bias: 10, into: &read)
            #expect(read == some.map { values[Int($0)] + 10 })
        }
    }

    @Test("sets come back as they were, dense ones as bits")
    func sets() throws {
        var encoder = try ColumnEncoder()
        var decoder = try ColumnDecoder()
        var generator = SeededGenerator(seed: 5)
        for (size, limit) in [(1, 10), (2, 4_000_000), (3000, 4000), (3000, 400_000), (60_000, 3_900_000), (30_000, 38_000)] {
            let ids = Set((0..<size).map { _ in UInt32.random(in: 0..<UInt32(limit), using: &generator) }).sorted()
            let column = try encoder.encode(set: ids)
            #expect(column.encoding == (limit < 10 * size && size > 100 ? .bitmap : column.encoding))
            #expect(try decoder.set(column, limit: size) == ids)
        }
    }

    @Test("every octet of a column that is stored apart is under a checksum")
    func flips() throws {
        var encoder = try ColumnEncoder()
        var decoder = try ColumnDecoder()
        var generator = SeededGenerator(seed: 9)
        let kinds: [[UInt64]] = [
            (0..<4096).map { _ in UInt64.random(in: 0..<(1 << 30), using: &generator) },
            (0..<4096).map { _ in UInt64.random(in: 0..<200, using: &generator) * 77_777 },
            (0..<4096).map { _ in UInt64.random(in: 0..<9, using: &generator) * 77_777 },
            // Two values are too few for a frame of their own.
            (0..<4096).map { _ in Bool.random(using: &generator) ? 6 : 17 },
        ]
        for values in kinds {
            let column = try encoder.encode(values)
            for _ in 0..<400 {
                var spoiled = column
                let place = Int.random(in: 0..<spoiled.data.count, using: &generator)
                spoiled.data[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                var read: [UInt64] = []
                do {
                    try decoder.words64(spoiled, rows: values.count, into: &read)
                    // What does not matter to the content may be anything, such as a reserved bit of a frame's header.
                    #expect(read == values, "octet \(place) of \(column.encoding)")
                } catch {
                    continue
                }
            }
        }
    }
}
