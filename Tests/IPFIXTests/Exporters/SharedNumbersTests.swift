import IPFIX
import Testing

/// Open vSwitch numbers the records of all its domains together, where RFC 7011 §3.1 has each domain count for itself.
@Suite("sequence numbers over several domains")
struct SharedNumbersTests {
    typealias T = ExportTester
    private static let optionsTemplate = FileBuilder.optionsTemplate(301, scope: 1, [(144, 4, nil), (41, 8, nil)])
    private static let options = FileBuilder.set(301, [UInt8](repeating: 0, count: 12))

    /// What the switch sends every ten minutes: templates, and statistics of its own as a record of domain 0.
    private static func refresh(_ tester: inout T, at sequence: UInt32) {
        tester.send([T.template], sequence: sequence, domain: 7)
        tester.send([optionsTemplate], sequence: sequence, domain: 0)
        tester.send([options], sequence: sequence, domain: 0)
    }

    @Test("statistics in domain 0 are no gap in the bridge's domain, and what is lost there is told")
    func bridge() {
        var tester = T()
        Self.refresh(&tester, at: 1)
        for sequence in 2..<50 as Range<UInt32> { tester.send([T.data(1)], sequence: sequence, domain: 7) }
        Self.refresh(&tester, at: 50)
        for sequence in 51..<60 as Range<UInt32> { tester.send([T.data(1)], sequence: sequence, domain: 7) }
        #expect(tester.statistics.sequenceGaps == 0 && tester.statistics.missing.records == 0)
        #expect(!tester.statistics.numbersCountOwnRecords && tester.statistics.restarts == 0 && tester.statistics.lateMessages == 0)
        // 60 to 62 are lost; then the statistics are.
        tester.send([T.data(1)], sequence: 63, domain: 7)
        tester.send([T.data(1)], sequence: 65, domain: 7)
        #expect(tester.statistics.sequenceGaps == 2 && tester.statistics.missing.records == 4)
    }

    @Test("domains that take turns in one count: all there, then one lost")
    func turns() {
        var tester = T()
        for domain in [1, 2] as [UInt32] { tester.send([T.template], sequence: 0, domain: domain) }
        for sequence in 0..<40 as Range<UInt32> where sequence != 33 {
            tester.send([T.data(1)], sequence: sequence, domain: 1 + sequence % 2)
        }
        #expect(tester.statistics.sequenceGaps == 1 && tester.statistics.missing.records == 1)
        #expect(!tester.statistics.numbersCountOwnRecords)
    }

    @Test("domains that count for themselves: what one lost is told, whatever the other's numbers are")
    func own() {
        var tester = T()
        for domain in [1, 2] as [UInt32] { tester.send([T.template], sequence: domain == 1 ? 0 : 1000, domain: domain) }
        for step in 0..<20 as Range<UInt32> {
            if step != 7 { tester.send([T.data(5)], sequence: 5 * step, domain: 1) }
            if step != 12 { tester.send([T.data(3)], sequence: 1000 + 3 * step, domain: 2) }
        }
        #expect(tester.statistics.sequenceGaps == 2 && tester.statistics.missing.records == 8)
    }

    @Test("domains that count for themselves, of one size and in turn: the number after a gap is by chance the next of all, and is a gap")
    func chance() {
        var tester = T()
        let (a, b) = (1 as UInt32, 2 as UInt32)
        for domain in [b, a] { tester.send([T.template, T.data(10)], sequence: 0, domain: domain) }
        // B's 10 is lost.
        tester.send([T.data(10)], sequence: 10, domain: a)
        tester.send([T.data(10)], sequence: 20, domain: b)
        #expect(tester.statistics.sequenceGaps == 1 && tester.statistics.missing.records == 10)
        for step in 2..<8 as Range<UInt32> {
            tester.send([T.data(10)], sequence: step * 10, domain: a)
            // And 50.
            if step != 4 { tester.send([T.data(10)], sequence: step * 10 + 10, domain: b) }
        }
        #expect(tester.statistics.sequenceGaps == 2 && tester.statistics.missing.records == 20)
        #expect(tester.statistics.lateMessages == 0 && tester.statistics.restarts == 0 && !tester.statistics.numbersCountOwnRecords)
    }

    @Test("what is lost before it is known that all domains count together is told, and nothing else")
    func lossBefore() {
        var tester = T()
        Self.refresh(&tester, at: 1)
        for sequence in 2..<50 as Range<UInt32> { tester.send([T.data(1)], sequence: sequence, domain: 7) }
        // 50 is lost, and 53 and 54 are; 55 is the switch's own.
        for sequence in [51, 52] as [UInt32] { tester.send([T.data(1)], sequence: sequence, domain: 7) }
        tester.send([Self.options], sequence: 55, domain: 0)
        for sequence in 56..<60 as Range<UInt32> { tester.send([T.data(1)], sequence: sequence, domain: 7) }
        #expect(tester.statistics.sequenceGaps == 2 && tester.statistics.missing.records == 3)
        #expect(tester.statistics.lateMessages == 0 && tester.statistics.restarts == 0 && !tester.statistics.numbersCountOwnRecords)
    }
}
