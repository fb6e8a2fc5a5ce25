import Collecting
import FlowModel
import TestSupport
import Testing

@Suite("sFlow: what is counted of agents")
struct SFlowAccountTests {
    private typealias T = SFlowTester
    private static let header = T.header(T.frame(T.packet()))

    @Test("counters, notices of dropped packets, other enterprises: counted, and skipped by their length")
    func others() throws {
        let tester = T()
        tester.send(
            T.datagram([
                T.part(2, [1, 2, 3, 4, 5]), T.part(4, []), T.part(5, T.words(1, 2)), T.part(4300 << 12 | 1, T.words(1)), T.part(77, [9]),
                T.flowSample([T.part(1002, T.words(1)), T.part(9 << 12 | 1, [1]), Self.header, T.part(1003, [])]),
            ]))
        let statistics = try #require(tester.statistics())
        #expect(statistics.counterSamples == 2 && statistics.droppedPacketSamples == 1 && statistics.otherSamples == 2)
        #expect(statistics.flowSamples == 1 && statistics.rows == 1 && statistics.records == 4 && statistics.recordsSkipped == 3)
        #expect(statistics.faults.isEmpty && tester.flows.count == 1)
    }

    @Test("every tenth datagram lost is as many missing, per sub-agent; and the samples that were in them")
    func gaps() throws {
        let tester = T()
        var lost = 0
        for number in 0..<200 as Range<UInt32> {
            for subAgent in [0, 7] as [UInt32] {
                if number > 0, number % 10 == 0, subAgent == 7 {
                    lost += 1
                    continue
                }
                let samples = [T.flowSample([Self.header], sequence: number * 2), T.flowSample([Self.header], sequence: number * 2 + 1)]
                tester.send(T.datagram(samples, subAgent: subAgent, sequence: number))
            }
        }
        let statistics = try #require(tester.statistics())
        #expect(lost == 19 && statistics.missingDatagrams == 19 && statistics.datagramGaps == 19 && statistics.lateDatagrams == 0)
        #expect(statistics.missingSamples == 38 && statistics.sampleGaps == 19 && statistics.restarts == 0)
        #expect(statistics.sources == 4)
    }

    @Test("datagrams in another order are late, none is missing; a new count is a restart")
    func order() throws {
        let tester = T()
        for sequence in [1, 2, 4, 3, 5, 7, 8, 6, 9] as [UInt32] { tester.send(T.datagram([], sequence: sequence)) }
        var statistics = try #require(tester.statistics())
        #expect(statistics.missingDatagrams == 0 && statistics.datagramGaps == 2 && statistics.lateDatagrams == 2)
        for sequence in 100_000...100_004 as ClosedRange<UInt32> { tester.send(T.datagram([], sequence: sequence)) }
        for sequence in 1...4 as ClosedRange<UInt32> { tester.send(T.datagram([], sequence: sequence)) }
        statistics = try #require(tester.statistics())
        #expect(statistics.missingDatagrams == 99_990 && statistics.restarts == 1)
    }

    @Test("what the agent dropped: the increase of each source's count, over its end, never by a late sample")
    func drops() {
        let tester = T()
        func told(_ source: UInt32, _ drops: [UInt32], first: UInt32 = 1) -> UInt64 {
            for (number, drops) in drops.enumerated() {
                tester.send(T.datagram([T.flowSample([Self.header], sequence: first + UInt32(number), source: source, drops: drops)], sequence: 0))
            }
            return tester.statistics()?.droppedByAgent ?? .max
        }
        #expect(told(3, [100, 100, 103]) == 3)
        #expect(told(4, [.max - 1, .max, 2]) == 7)
        #expect(told(5, [50, 60, 55, 60]) == 17)
        // The source began again.
        #expect(told(5, [4, 6], first: 3_000_000_000) == 19)
    }

    @Test("agents and sources are bounded: those silent for longest give way")
    func bounds() throws {
        let tester = T {
            $0.agents = 3
            $0.sourcesPerAgent = 4
            $0.sources = 9
        }
        for number in 1...10 as ClosedRange<UInt32> {
            tester.send(T.datagram([T.flowSample([Self.header], source: number)], subAgent: number, sequence: number))
        }
        var statistics = try #require(tester.statistics())
        #expect(statistics.sources == 4 && statistics.sourcesEvicted == 16 && statistics.rows == 10)
        for agent in 2...100 as ClosedRange<UInt32> {
            let samples = (1...8).map { T.flowSample([Self.header], source: $0) }
            tester.send(T.datagram(samples, agent: T.words(1, agent)))
            let sources = tester.agents.reduce(0) { $0 + (tester.statistics(of: $1)?.sources ?? 0) }
            #expect(tester.agents.count <= 3 && sources <= 9)
        }
        #expect(tester.agentsEvicted == 98 && tester.statistics() == nil)
        tester.send(T.datagram([]))
        statistics = try #require(tester.statistics())
        #expect(statistics.datagrams == 1)
    }

    @Test("names that agents make up do not grow without end")
    func names() {
        let tester = T()
        for first in stride(from: UInt32(1), to: 70_000, by: 100) {
            tester.send(T.datagram((first..<first + 100).map { T.flowSample([Self.header], source: 1 << 24, input: $0) }))
        }
        #expect(tester.flows.count == 70_000 && tester.flows.names.count == 65_536)
        #expect(tester.flows.interface.last == 0 && tester.flows.interface.first != 0)
    }
}
