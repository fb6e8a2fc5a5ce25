import Collecting
import FlowModel
import TestSupport
import Testing

@Suite("sFlow: what cannot be read")
struct SFlowMalformedTests {
    private typealias T = SFlowTester
    private static let header = T.header(T.frame(T.packet([1, 2, 3, 4])))

    @Test("other versions and headers that end: nobody's, counted apart")
    func withoutAgent() {
        let tester = T()
        for version in [0, 2, 4, 6, 0x0005_0001] as [UInt32] { tester.send(T.words(version, 1, 1, 1, 1, 1, 1)) }
        let whole = T.datagram([])
        for length in 0..<whole.count { tester.send(Array(whole.prefix(length))) }
        tester.send(T.datagram([], agent: T.words(3, 1)))
        tester.send(T.datagram([], agent: T.words(2, 1, 1)).dropLast(4))
        #expect(tester.faultsWithoutAgent == [.version: 5, .header: UInt64(whole.count) + 2])
        #expect(tester.agents.isEmpty && tester.flows.isEmpty)
    }

    @Test("samples: fewer and more than the header says, longer than the datagram, shorter than their words")
    func samples() {
        let tester = T()
        let sample = T.flowSample([Self.header])
        tester.send(T.datagram([sample], count: 3))
        #expect(tester.faults(.sampleCount) == 1 && tester.flows.count == 1)
        tester.send(T.datagram([sample, sample], count: 1))
        #expect(tester.faults(.trailingOctets) == 1 && tester.flows.count == 2)
        tester.send(T.datagram([sample], count: .max))
        #expect(tester.faults(.sampleCount) == 2 && tester.flows.count == 3)
        tester.send(T.datagram([T.words(1, .max) + sample.dropFirst(8)]))
        #expect(tester.faults(.sampleLength) == 1 && tester.flows.count == 4)
        tester.send(T.datagram([T.part(1, T.words(1, 2, 3)), T.part(3, T.words(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)), sample]))
        #expect(tester.faults(.sampleTruncated) == 2 && tester.flows.count == 5 && tester.statistics()?.flowSamples == 5)
    }

    @Test("records: fewer than the sample says, longer than it, shorter than their words")
    func records() {
        let tester = T()
        tester.send(T.datagram([T.part(1, T.words(1, 3, 512, 1, 0, 3, 4, .max) + Self.header)]))
        #expect(tester.faults(.recordCount) == 1 && tester.flows.count == 1)
        tester.send(T.datagram([T.part(1, T.words(1, 3, 512, 1, 0, 3, 4, 1) + T.words(1, .max) + Self.header.dropFirst(8))]))
        #expect(tester.faults(.recordLength) == 1 && tester.flows.count == 2)
        // A header that says to be longer than its record: what is there is read.
        tester.send(T.datagram([T.flowSample([T.part(1, T.words(1, 100, 4, .max) + T.frame(T.packet()))])]))
        #expect(tester.faults(.recordTruncated) == 1 && tester.flows.count == 3)
        for format in [1, 2, 3, 4, 1001] as [UInt32] { tester.send(T.datagram([T.flowSample([T.part(format, T.words(1)), Self.header])])) }
        #expect(tester.faults(.recordTruncated) == 6 && tester.flows.count == 8)
    }

    @Test("lengths that are no whole words are filled up; at the very end the fill may be missing")
    func fill() {
        let tester = T()
        tester.send(T.datagram([T.part(2, [1]), T.flowSample([T.part(1002, [1, 2, 3]), Self.header])]))
        tester.send(T.datagram([T.flowSample([Self.header]), T.words(2, 5) + [1, 2, 3, 4, 5]]))
        #expect(tester.flows.count == 2 && tester.statistics()?.faults.isEmpty == true && tester.statistics()?.counterSamples == 2)
    }

    @Test("cut at every length, every octet turned over, random octets: no trap, and every sample has an account")
    func noise() throws {
        let whole = T.datagram([
            T.flowSample([T.vlans(7, 8), Self.header]), T.part(2, [1, 2, 3, 4]),
            T.expandedSample([
                T.part(2, T.words(1, 2, 3, 4, 5, 6)), T.header(T.frame(T.packet(T.vxlan(5, T.packet()), to: 4789), vlan: 3)),
                T.part(3, T.words(1500, 6, 1, 2, 3, 4, 5, 6)), T.part(4, T.words(1500, 6, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)),
            ]),
        ])
        var inputs = (0...whole.count).map { Array(whole.prefix($0)) }
        var generator = SeededGenerator(seed: 4)
        for place in whole.indices {
            for _ in 0..<20 {
                var changed = whole
                changed[place] = .random(in: .min ... .max, using: &generator)
                if Bool.random(using: &generator) { changed[Int.random(in: whole.indices, using: &generator)] ^= 0xFF }
                inputs.append(changed)
            }
        }
        for input in inputs {
            let head: [UInt8] = [.random(in: 0...3, using: &generator), UInt8(input.count >> 8), UInt8(input.count & 255)]
            let fault = SFlowCheck.fault(in: (head + input + head + whole).span)
            #expect(fault == nil)
        }
    }
}
