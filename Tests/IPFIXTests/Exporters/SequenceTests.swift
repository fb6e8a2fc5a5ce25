import FlowModel
import IPFIX
import Testing

/// Sequence numbers: v5 counts flows, v9 packets, IPFIX data records.
@Suite("sequence numbers of exporters")
struct SequenceTests {
    typealias T = ExportTester
    private static let record = T.netFlow5Record(first: 1, last: 2)

    @Test("v5: every tenth message dropped is exactly so many flows missing, over a wrap of the number too")
    func netFlow5() {
        var tester = T()
        var sequence = UInt32.max - 500
        var dropped: UInt64 = 0
        for message in 0..<100 {
            let count = message % 30 + 1
            // The last one comes: who would know of it otherwise?
            if message % 10 == 5 { dropped += UInt64(count) } else {
                tester.send(T.netFlow5([[UInt8]](repeating: Self.record, count: count), sequence: sequence))
            }
            sequence &+= UInt32(count)
        }
        #expect(tester.statistics.missing.flows == dropped && tester.statistics.sequenceGaps == 10)
        #expect(tester.statistics.restarts == 0 && tester.statistics.lateMessages == 0)
    }

    @Test("v9: packets, whatever is in them; each source id counts for itself")
    func netFlow9() {
        var tester = T()
        for sequence in 0..<100 as Range<UInt32> where sequence % 10 != 3 {
            tester.send(T.netFlow9([], sequence: sequence, source: 1))
            tester.send(T.netFlow9([], sequence: sequence * 1000, source: 100 + sequence))
        }
        #expect(tester.statistics.missing.packets == 10 && tester.statistics.sequenceGaps == 10)
    }

    @Test("IPFIX: data records, options among them, templates not")
    func ipfix() {
        var tester = T()
        let options = FileBuilder.optionsTemplate(301, scope: 1, [(149, 4, nil), (41, 8, nil)])
        let optionsData = FileBuilder.set(301, [UInt8](repeating: 0, count: 12))
        tester.send([T.template, options, T.data(5), optionsData], sequence: 0)
        tester.send([T.template, T.data(2)], sequence: 6)
        #expect(tester.statistics.sequenceGaps == 0 && tester.statistics.lateMessages == 0)
        tester.send([T.data(2)], sequence: 11)
        #expect(tester.statistics.missing.records == 3 && tester.statistics.lateMessages == 0)
        // Nobody knows how many records a set without template has: no gap is made up.
        tester.send([T.data(4, id: 999)], sequence: 13)
        tester.send([T.data(1)], sequence: 17)
        #expect(tester.statistics.missing.records == 3 && tester.statistics.sequenceGaps == 1)
    }

    @Test("a late message takes back what was missing")
    func late() {
        var tester = T()
        for sequence in [10, 11, 13, 12, 14] as [UInt32] { tester.send(T.netFlow9([], sequence: sequence)) }
        #expect(tester.statistics.missing.packets == 0 && tester.statistics.lateMessages == 1)
        #expect(tester.statistics.sequenceGaps == 1 && tester.statistics.restarts == 0)
        // One that came already takes nothing back.
        tester.send(T.netFlow9([], sequence: 17))
        tester.send(T.netFlow9([], sequence: 10))
        #expect(tester.statistics.missing.packets == 1)
    }

    @Test("a new count after a restart is no loss: by the start in the header, by a jump back, by a run of small numbers")
    func restart() {
        var tester = T()
        tester.send(T.netFlow9([], sequence: 10, uptime: 1_000_000))
        tester.send(T.netFlow9([], sequence: 0, uptime: 2000))
        tester.send(T.netFlow9([], sequence: 1, uptime: 3000))
        #expect(tester.statistics.restarts == 1 && tester.statistics.missing.packets == 0)
        var ipfix = T()
        ipfix.send([T.template, T.data(5)], sequence: 1_000_000)
        ipfix.send([T.data(5)], sequence: 0)
        ipfix.send([T.data(5)], sequence: 5)
        #expect(ipfix.statistics.restarts == 1 && ipfix.statistics.missing.records == 0)
        var small = T()
        small.send([T.template, T.data(5)], sequence: 100)
        for sequence in stride(from: UInt32(0), to: 50, by: 5) { small.send([T.data(5)], sequence: sequence) }
        #expect(small.statistics.restarts == 1 && small.statistics.lateMessages == 0 && small.statistics.missing.records == 0)
        // From a number of more than 31 bits back to 0.
        var high = T()
        high.send([T.template, T.data(5)], sequence: 3_000_000_000)
        high.send([T.data(5)], sequence: 0)
        #expect(high.statistics.restarts == 1 && high.statistics.missing.records == 0)
    }

    @Test("each port counts for itself")
    func ports() {
        var tester = T()
        for sequence in 0..<20 as Range<UInt32> {
            tester.port = 1000
            tester.send(T.netFlow9([], sequence: sequence))
            tester.port = 1001
            tester.send(T.netFlow9([], sequence: 5000 + sequence))
        }
        #expect(tester.statistics.sequenceGaps == 0 && tester.statistics.lateMessages == 0 && tester.statistics.restarts == 0)
    }

    @Test("softflowd's IPFIX numbers count their own message's records: no gap is made up, and real ones are found")
    func softflowd() {
        var tester = T()
        let options = FileBuilder.optionsTemplate(301, scope: 1, [(149, 4, nil), (41, 8, nil)])
        // As softflowd 1.1.0 sends them: 24, 56, 88, …, then less.
        tester.send([T.template, options, FileBuilder.set(301, [UInt8](repeating: 0, count: 12)), T.data(24)], sequence: 24)
        for sequence in [56, 88, 120] as [UInt32] { tester.send([T.data(32)], sequence: sequence) }
        tester.send([T.data(5)], sequence: 125)
        #expect(tester.statistics.numbersCountOwnRecords && tester.statistics.missing.records == 0)
        #expect(tester.statistics.sequenceGaps == 0 && tester.statistics.lateMessages == 0)
        tester.send([T.data(10)], sequence: 155)
        #expect(tester.statistics.missing.records == 20 && tester.statistics.sequenceGaps == 1)
        // Met in mid-stream it takes two messages of another size, which are then no loss.
        var late = T()
        late.send([T.template, T.data(32)], sequence: 1000)
        for (count, sequence) in [(30, 1030), (30, 1060), (7, 1067), (32, 1099)] as [(Int, UInt32)] {
            late.send([T.data(count)], sequence: sequence)
        }
        #expect(late.statistics.numbersCountOwnRecords && late.statistics.missing.records == 0)
        #expect(late.statistics.sequenceGaps == 0 && late.statistics.lateMessages == 0)
        // Who counts as the RFC says is not taken for it, whatever is lost.
        var right = T()
        var sequence: UInt32 = 0
        var lost: UInt64 = 0
        right.send([T.template])
        for message in 0..<200 {
            let count = message * 7 % 31 + 1
            if message % 10 == 4 { lost += UInt64(count) } else { right.send([T.data(count)], sequence: sequence) }
            sequence += UInt32(count)
        }
        #expect(!right.statistics.numbersCountOwnRecords && right.statistics.missing.records == lost)
    }
}
