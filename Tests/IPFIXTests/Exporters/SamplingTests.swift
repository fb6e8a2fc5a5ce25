import FlowModel
import IPFIX
import Testing

/// Sampling in every way that exporters say it. Counters stay as they are.
@Suite("sampling of exporters")
struct SamplingTests {
    typealias T = ExportTester
    private static func big<I: FixedWidthInteger>(_ value: I) -> [UInt8] { FileBuilder.big(value) }
    private static let sampled = T.netFlow9Template(300, [(8, 4), (12, 4), (1, 4), (48, 1)])
    private static func record(_ sampler: UInt8) -> [UInt8] { T.record(1) + [sampler] }

    @Test("v5's header: 2 bits of mode, 14 of interval")
    func netFlow5() {
        var tester = T()
        tester.send(T.netFlow5([T.netFlow5Record(first: 1, last: 2)], sampling: 0x4000 | 1000))
        tester.send(T.netFlow5([T.netFlow5Record(first: 1, last: 2)], sampling: 0))
        let flows = tester.flows()
        #expect(flows.samplingInterval == [1000, 0] && flows.packetDeltaCount == [3, 3])
    }

    @Test("in the record itself: 34, 305 with 306")
    func inRecord() {
        #expect(T.row([(34, Self.big(UInt32(100)))]).samplingInterval == 100)
        #expect(T.row([(305, Self.big(UInt32(1))), (306, Self.big(UInt32(99)))]).samplingInterval == 100)
    }

    @Test("in options: what each set of elements comes to", arguments: [
        ([(34, 4, 50)], 50), ([(50, 4, 64), (49, 1, 2)], 64), ([(305, 4, 512)], 512), ([(305, 4, 1), (306, 4, 999)], 1000),
        ([(305, 4, 10), (306, 4, 90)], 10), ([(305, 4, 1), (309, 4, 1), (310, 4, 256)], 256), ([(309, 4, 3), (310, 4, 10)], 3),
        ([(307, 4, 100), (308, 4, 900)], 10),
    ] as [([(UInt16, UInt16, UInt32)], UInt32)])
    func options(elements: [(UInt16, UInt16, UInt32)], interval: UInt32) {
        var tester = T()
        let template = FileBuilder.optionsTemplate(500, scope: 1, [(149, 4, nil)] + elements.map { ($0.0, $0.1, nil) })
        let values = elements.flatMap { element in Array(Self.big(element.2).suffix(Int(element.1))) }
        tester.send([template, FileBuilder.set(500, Self.big(UInt32(1)) + values), T.template, T.data(1)])
        let flows = tester.flows()
        #expect(flows.samplingInterval == [interval] && flows.octetDeltaCount == [100])
    }

    @Test("a probability (RFC 5477 §8.2)")
    func probability() {
        var tester = T()
        let template = FileBuilder.optionsTemplate(500, scope: 1, [(302, 4, nil), (311, 8, nil)])
        tester.send([template, FileBuilder.set(500, Self.big(UInt32(1)) + Self.big((0.01).bitPattern)), T.template, T.data(1)])
        #expect(tester.flows().samplingInterval == [100])
    }

    @Test("by sampler: each record has its own's interval; the last value holds; the unknown one has that of number 0")
    func samplers() {
        var tester = T()
        let options = T.netFlow9Options(500, scopes: [(1, 4)], [(48, 1), (49, 1), (50, 4)])
        func value(_ sampler: UInt8, _ interval: UInt32) -> [UInt8] {
            FileBuilder.set(500, Self.big(UInt32(0)) + [sampler, 2] + Self.big(interval))
        }
        let records = FileBuilder.set(300, Self.record(1) + Self.record(2) + Self.record(7))
        tester.send(T.netFlow9([options, value(1, 100), value(2, 200), Self.sampled, records]))
        #expect(tester.flows().samplingInterval == [100, 200, 0])
        tester.send(T.netFlow9([value(0, 10), value(2, 400), records]))
        #expect(tester.flows().samplingInterval == [100, 400, 10])
        // Another source id has said nothing.
        tester.send(T.netFlow9([Self.sampled, records], source: 2))
        #expect(tester.flows().samplingInterval == [0, 0, 0])
    }

    @Test("IOS names a sampler in its options that its records never repeat; the C7600's records have number 0")
    func unnamed() {
        var tester = T()
        let options = T.netFlow9Options(500, scopes: [(1, 4)], [(48, 1), (50, 4)])
        let value = FileBuilder.set(500, Self.big(UInt32(0)) + [3] + Self.big(UInt32(128)))
        let plain = T.netFlow9Template(301, [(8, 4), (12, 4), (1, 4)])
        tester.send(T.netFlow9([options, value, plain, FileBuilder.set(301, T.record(1))]))
        tester.send(T.netFlow9([Self.sampled, FileBuilder.set(300, Self.record(0))]))
        #expect(tester.flows().samplingInterval == [128, 128])
    }

    @Test("a default where nothing is said, and what is set for an exporter whatever it says")
    func settings() {
        var tester = T {
            $0.defaultSampling = 7
            $0.samplingOverrides[IPAddress(ipv4: 0x0A09_0002)] = 9
        }
        tester.send([T.template, T.data(1)])
        tester.send(T.netFlow9([Self.sampled, FileBuilder.set(300, Self.record(5))]))
        tester.address = IPAddress(ipv4: 0x0A09_0002)
        tester.send([T.template, T.data(1)])
        tester.send(T.netFlow5([T.netFlow5Record(first: 1, last: 2)], sampling: 100))
        #expect(tester.flows().samplingInterval == [7, 7, 9, 9])
    }
}
