import FlowModel
import IPFIX
import Testing

/// What no exporter should send: never a trap, always an account, and the rest is read.
@Suite("malformed exports")
struct MalformedExportTests {
    typealias T = ExportTester
    private static func big<I: FixedWidthInteger>(_ value: I) -> [UInt8] { FileBuilder.big(value) }

    @Test("a version that is none, and no header")
    func version() {
        var tester = T()
        tester.send([])
        tester.send([0])
        tester.send([0, 7, 0, 0])
        tester.send([0, 9, 0, 0])
        tester.send([0, 5])
        #expect(tester.faults(.header) == 4 && tester.faults(.version) == 1)
        #expect(tester.statistics.messages == 0 && tester.statistics.octets == 11)
    }

    @Test("a message shorter than its header, or longer than what came: what is there is read")
    func messageLength() {
        var tester = T()
        var short = T.ipfix([T.template])
        short[3] = 15
        tester.send(short)
        #expect(tester.faults(.messageLength) == 1 && tester.statistics.messages == 0)
        let whole = T.ipfix([T.template, T.data(3)])
        tester.send(Array(whole.dropLast(13)))
        #expect(tester.faults(.messageLength) == 2 && tester.flows().count == 1)
    }

    @Test("several messages in one piece, of several versions; octets behind them")
    func several() {
        var tester = T()
        let v5 = T.netFlow5([T.netFlow5Record(first: 1, last: 2)])
        let v9 = T.netFlow9([T.netFlow9Template(300, [(8, 4), (12, 4), (1, 4)]), T.data(1)], count: 2)
        let outcome = tester.send(T.ipfix([T.template, T.data(1)]) + v5 + v9 + v5 + T.ipfix([T.data(2)]) + [0, 0])
        #expect(outcome.messages == 5 && outcome.rows == 0..<6)
        #expect(tester.faults(.trailingOctets) == 1 && tester.statistics.versions == [5, 9, 10])
    }

    @Test("sets shorter than their header, longer than their message, with numbers kept for later")
    func sets() {
        var tester = T()
        tester.send([T.template, Self.big(UInt16(300)) + Self.big(UInt16(3)), T.data(1)])
        #expect(tester.faults(.setLength) == 1 && tester.flows().count == 0)
        tester.send([Self.big(UInt16(300)) + Self.big(UInt16(60_000)) + T.record(1) + T.record(2)])
        #expect(tester.faults(.setLength) == 2 && tester.flows().count == 2)
        tester.send([FileBuilder.set(4, [1, 2, 3, 4]), FileBuilder.set(255, []), T.data(1)])
        #expect(tester.faults(.setID) == 2 && tester.flows().count == 1)
        tester.send(T.netFlow9([FileBuilder.set(2, [0, 0, 0, 0]), Self.big(UInt16(300)) + Self.big(UInt16(1))]))
        #expect(tester.faults(.setID) == 3 && tester.faults(.setLength) == 3)
    }

    @Test("padding: behind records, behind templates, sets of zeros")
    func padding() {
        var tester = T()
        let padded = FileBuilder.set(300, T.record(1) + [0, 0, 0])
        tester.send([FileBuilder.set(2, Array(T.template.dropFirst(4)) + [0, 0]), padded, [UInt8](repeating: 0, count: 9)])
        #expect(tester.flows().count == 1 && tester.statistics.faults.isEmpty)
        let v9 = FileBuilder.set(0, Array(T.netFlow9Template(300, [(8, 4), (12, 4), (1, 4)]).dropFirst(4)) + [0, 0, 0, 0])
        tester.send(T.netFlow9([v9, padded, [UInt8](repeating: 0, count: 64)]))
        #expect(tester.flows().count == 1 && tester.statistics.faults.isEmpty)
    }

    @Test("templates without fields, without octets, cut, with numbers below 256, with scopes that cannot be")
    func templates() {
        var tester = T()
        tester.send(T.netFlow9([T.netFlow9Template(300, [])]))
        #expect(tester.faults(.templateEmpty) == 1)
        tester.send([FileBuilder.template(300, [(8, 0), (12, 0)])])
        #expect(tester.faults(.templateWithoutOctets) == 1)
        tester.send([FileBuilder.set(2, Self.big(UInt16(300)) + Self.big(UInt16(9)) + [0, 8, 0, 4])])
        #expect(tester.faults(.templateTruncated) == 1)
        tester.send([FileBuilder.set(2, Self.big(UInt16(300)) + Self.big(UInt16(2)) + [0, 8, 0, 4, 0x80, 1, 0, 4])])
        #expect(tester.faults(.templateTruncated) == 2)
        tester.send([FileBuilder.template(255, [(8, 4), (12, 4)])])
        #expect(tester.faults(.templateID) == 1)
        tester.send([FileBuilder.optionsTemplate(300, scope: 0, [(149, 4, nil)]), FileBuilder.optionsTemplate(300, scope: 2, [(149, 4, nil)])])
        #expect(tester.faults(.templateScope) == 2)
        tester.send(T.netFlow9([FileBuilder.set(1, Self.big(UInt16(300)) + [0, 3, 0, 4] + [0, 1, 0, 4])]))
        #expect(tester.faults(.templateScope) == 3)
        #expect(tester.statistics.templates == 0)
        // Zero-length fields among others are nothing.
        tester.send([FileBuilder.template(300, [(8, 4), (2, 0), (12, 4), (210, 0), (1, 4)]), T.data(2)])
        #expect(tester.flows().octetDeltaCount == [100, 100])
    }

    @Test("records that end before their fields do: the whole ones before are read")
    func records() {
        var tester = T()
        tester.send([FileBuilder.template(300, [(8, 4), (12, 4), (1, 65535)])])
        let record: [UInt8] = [10, 0, 0, 1, 10, 0, 0, 2]
        tester.send([FileBuilder.set(300, record + [1, 9] + record + [7, 9])])
        #expect(tester.faults(.recordTruncated) == 1 && tester.flows().octetDeltaCount == [9])
        tester.send([FileBuilder.set(300, record + [255, 0]), FileBuilder.set(300, [1, 2, 3])])
        #expect(tester.faults(.recordTruncated) == 3 && tester.flows().count == 0)
        tester.send(Array(T.netFlow5([T.netFlow5Record(first: 1, last: 2), T.netFlow5Record(first: 1, last: 2)]).dropLast(10)))
        #expect(tester.faults(.recordCount) == 1 && tester.flows().count == 1)
    }

    @Test("a record of one octet beside a thousand fields of none costs what its octets cost")
    func manyEmptyFields() {
        var tester = T()
        let fields: [FileBuilder.Field] = [(8, 4, nil)] + [FileBuilder.Field](repeating: (1, 0, nil), count: 1000) + [(82, 65535, nil)]
        tester.send([FileBuilder.template(300, fields)])
        let record: [UInt8] = [10, 0, 0, 1, 0]
        for _ in 0..<20 { tester.send([FileBuilder.set(300, [[UInt8]](repeating: record, count: 12_000).flatMap { $0 })]) }
        #expect(tester.flows().count == 240_000)
    }

    @Test("one exporter's faults touch nobody else's records")
    func neighbours() {
        var tester = T()
        tester.send([T.template])
        tester.address = IPAddress(ipv4: 0x0A09_0002)
        tester.send([FileBuilder.template(300, [(8, 4), (12, 4), (2, 1)])])
        for length in 0..<60 { tester.send(Array(T.ipfix([FileBuilder.set(2, [1, 44, 0, 9, 0, 8]), T.data(3)]).prefix(length))) }
        _ = tester.flows()
        tester.address = T.address
        tester.send([T.data(2)])
        #expect(tester.flows().octetDeltaCount == [100, 100] && tester.statistics.faults.isEmpty)
    }

    @Test("cut at every length, every octet turned over, and random octets: no trap, and the account adds up", arguments: 0..<4)
    func noise(kind: Int) {
        let fields: [FileBuilder.Field] = [
            (8, 4, nil), (12, 4, nil), (27, 16, nil), (1, 8, nil), (85, 65535, nil), (22, 4, nil), (21, 4, nil), (48, 1, nil), (10, 4, nil),
            (14, 65535, nil), (892, 65535, 6876), (239, 1, nil), (351, 8, nil), (1, 4, 29305),
        ]
        let options = FileBuilder.optionsTemplate(301, scope: 1, [(10, 4, nil), (82, 65535, nil), (305, 4, nil), (160, 8, nil), (346, 4, nil)])
        var generator = SeededGenerator(UInt64(kind) + 1)
        let octets = (0..<90).map { _ in UInt8.random(in: 0...9, using: &generator) }
        let messages = [
            T.ipfix([FileBuilder.template(300, fields), options, FileBuilder.set(300, octets), FileBuilder.set(301, octets)]),
            T.netFlow9([
                T.netFlow9Template(300, [(8, 4), (12, 4), (22, 4), (21, 4), (34, 4)]), T.netFlow9Options(301, scopes: [(2, 4)], [(82, 8)]),
                FileBuilder.set(300, octets), FileBuilder.set(301, octets),
            ]),
            T.netFlow5([T.netFlow5Record(first: 1, last: 2), T.netFlow5Record(first: 3, last: 4)]),
        ]
        var tester = T {
            $0.keeps = kind.isMultiple(of: 2) ? .all : .none
            $0.keptOctets = 1_000_000
        }
        var sent = 0
        func account() -> Bool {
            let statistics = tester.statistics
            let accounted = statistics.setsReadLater + statistics.setsExpired + UInt64(statistics.setsWaiting)
            return accounted == statistics.setsWithoutTemplate
        }
        for message in messages {
            for length in 0...message.count { tester.send(Array(message.prefix(length))) }
            for place in message.indices {
                for _ in 0..<4 {
                    var changed = message
                    changed[place] = UInt8.random(in: .min ... .max, using: &generator)
                    if kind == 1 { changed[Int.random(in: message.indices, using: &generator)] ^= 0xFF }
                    tester.transport = kind == 3 ? .stream : .datagram
                    sent += tester.send(changed).messages
                }
            }
            #expect(account())
        }
        for _ in 0..<2000 {
            var random = (0..<Int.random(in: 0...200, using: &generator)).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            if random.count > 4 { random.replaceSubrange(0..<2, with: [0, [5, 9, 10][Int.random(in: 0..<3, using: &generator)]]) }
            if random.count > 24, random[1] == 10 { random.replaceSubrange(2..<4, with: Self.big(UInt16(random.count))) }
            tester.send(random)
        }
        #expect(account() && sent > 0)
        let flows = tester.flows()
        #expect(UInt64(flows.count) == tester.statistics.flowRecords)
        for row in 0..<flows.count { #expect(Int(flows.interface[row]) < flows.names.count && Int(flows.agent[row]) < flows.names.count) }
    }
}
