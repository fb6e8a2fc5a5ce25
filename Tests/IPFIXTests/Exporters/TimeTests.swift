import FlowModel
import IPFIX
import Testing

/// Every way to say when, in messages made by the RFCs' text.
@Suite("times of exporters' records")
struct ExportTimeTests {
    typealias T = ExportTester
    private static func big<I: FixedWidthInteger>(_ value: I) -> [UInt8] { FileBuilder.big(value) }

    /// First and last of one v9 record with uptimes.
    private static func netFlow9(first: UInt32, last: UInt32, uptime: UInt32) -> [Int64] {
        var tester = T()
        let template = T.netFlow9Template(300, [(8, 4), (12, 4), (22, 4), (21, 4)])
        let record: [UInt8] = [10, 0, 0, 1, 10, 0, 0, 2] + big(first) + big(last)
        tester.send(T.netFlow9([template, FileBuilder.set(300, record)], uptime: uptime))
        let flows = tester.flows()
        return flows.flowStartMilliseconds.map { $0 - T.exportMilliseconds } + flows.flowEndMilliseconds.map { $0 - T.exportMilliseconds }
    }

    @Test("v9 and v5: milliseconds of uptime before the header's")
    func uptimes() {
        #expect(Self.netFlow9(first: 900_000, last: 990_000, uptime: 1_000_000) == [-100_000, -10_000])
        var tester = T()
        tester.send(T.netFlow5([T.netFlow5Record(first: 900_000, last: 990_000)], nanoseconds: 250_000_000))
        let flows = tester.flows()
        #expect(flows.flowStartMilliseconds == [T.exportMilliseconds - 99_750])
        #expect(flows.flowEndMilliseconds == [T.exportMilliseconds - 9750])
    }

    @Test("an uptime that wrapped between the flow and the header, after 49.7 days")
    func wrap() {
        #expect(Self.netFlow9(first: UInt32.max - 4999, last: 2000, uptime: 10_000) == [-15_000, -8000])
        #expect(Self.netFlow9(first: UInt32.max - 20_000, last: UInt32.max - 10_000, uptime: 10_000) == [-30_001, -20_001])
    }

    @Test("softflowd reads a file: before its own start is a wrapped offset")
    func beforeStart() {
        #expect(Self.netFlow9(first: UInt32.max, last: 2577, uptime: 3381) == [-3382, -804])
        // IPFIX: IE 160 and IE 22, 2³² ms off what lies after the export.
        let start = Self.big(UInt64(T.exportMilliseconds - 5000))
        let record = T.row([(160, start), (22, Self.big(UInt32.max - 999)), (21, Self.big(UInt32(4000)))])
        #expect(record.flowStartMilliseconds == T.exportMilliseconds - 6000 && record.flowEndMilliseconds == T.exportMilliseconds - 1000)
    }

    @Test("an uptime a little after the header's is the exporter's clock, and no wrap")
    func afterHeader() { #expect(Self.netFlow9(first: 1_000_500, last: 1_002_000, uptime: 1_000_000) == [500, 2000]) }

    @Test("seconds, milliseconds, NTP fractions, microseconds before the export, none (RFC 7011 §6.1.7 to §6.1.10)")
    func absolute() {
        let seconds = T.row([(150, Self.big(UInt32(1_600_000_000))), (151, Self.big(UInt32(1_600_000_005)))])
        #expect(seconds.flowStartMilliseconds == 1_600_000_000_000 && seconds.flowEndMilliseconds == 1_600_000_005_000)
        let milliseconds = T.row([(152, Self.big(UInt64(1_600_000_000_123))), (153, Self.big(UInt64(1_600_000_000_456)))])
        #expect(milliseconds.flowStartMilliseconds == 1_600_000_000_123 && milliseconds.flowEndMilliseconds == 1_600_000_000_456)
        // 1,600,000,000 s since 1970 are 3,808,988,800 s since 1900; three quarters of a second are 3 × 2³⁰ parts.
        let ntp = Self.big(UInt64(3_808_988_800) << 32 | 3 << 30)
        for elements in [(154, 155), (156, 157)] as [(UInt16, UInt16)] {
            let record = T.row([(elements.0, ntp), (elements.1, ntp)])
            #expect(record.flowStartMilliseconds == 1_600_000_000_750 && record.flowEndMilliseconds == 1_600_000_000_750)
        }
        let delta = T.row([(158, Self.big(UInt32(2_500_000))), (159, Self.big(UInt32(500_000)))])
        #expect(delta.flowStartMilliseconds == T.exportMilliseconds - 2500 && delta.flowEndMilliseconds == T.exportMilliseconds - 500)
        let (none, _, statistics) = T.row([(number: UInt16(4), octets: [6], enterprise: nil)])
        #expect(none.flowStartMilliseconds == T.exportMilliseconds && none.flowEndMilliseconds == T.exportMilliseconds)
        #expect(statistics.recordsWithoutTime == 1)
        // A duration stands in for the end that is missing; an event's time is its end.
        let lasting = T.row([(152, Self.big(UInt64(1_600_000_000_000))), (161, Self.big(UInt32(250)))])
        #expect(lasting.flowEndMilliseconds == 1_600_000_000_250)
        let event = T.row([(152, Self.big(UInt64(1_600_000_000_000))), (323, Self.big(UInt64(1_600_000_009_000)))])
        #expect(event.flowEndMilliseconds == 1_600_000_009_000 && event.flowStartMilliseconds == 1_600_000_000_000)
    }

    @Test("IPFIX uptimes with the start in an options record")
    func systemInit() {
        let options = FileBuilder.optionsTemplate(500, scope: 1, [(149, 4, nil), (160, 8, nil)])
        let start = FileBuilder.set(500, Self.big(UInt32(1)) + Self.big(UInt64(T.exportMilliseconds - 100_000)))
        let (record, _, statistics) = T.row(
            [(22, Self.big(UInt32(60_000)), nil), (21, Self.big(UInt32(90_000)), nil)], before: [options, start])
        #expect(record.flowStartMilliseconds == T.exportMilliseconds - 40_000 && record.flowEndMilliseconds == T.exportMilliseconds - 10_000)
        #expect(statistics.recordsWithReckonedTime == 0)
    }

    @Test("IPFIX uptimes of an exporter that never says when it started: lengths are right, and it is counted")
    func reckoned() {
        var tester = T()
        tester.send([FileBuilder.template(300, [(8, 4), (12, 4), (22, 4), (21, 4)])])
        func record(_ first: UInt32, _ last: UInt32) -> [UInt8] { [10, 0, 0, 1, 10, 0, 0, 2] + Self.big(first) + Self.big(last) }
        tester.send([FileBuilder.set(300, record(60_000, 90_000) + record(70_000, 95_000))])
        // Ten seconds later, an uptime that says the start was two seconds earlier than it looked.
        tester.send([FileBuilder.set(300, record(100_000, 107_000))], export: T.exportSeconds + 10)
        let flows = tester.flows()
        #expect(flows.flowEndMilliseconds == [-5000, 0, 10_000].map { $0 + T.exportMilliseconds })
        #expect(flows.flowStartMilliseconds == [-35_000, -25_000, 3000].map { $0 + T.exportMilliseconds })
        #expect(tester.statistics.recordsWithReckonedTime == 3)
    }

    @Test("records that end before they start, and times before 1970: kept and counted")
    func odd() {
        let back = T.row([
            (number: UInt16(152), octets: Self.big(UInt64(2000)), enterprise: nil), (153, Self.big(UInt64(1000)), nil),
        ])
        #expect(back.0.flowStartMilliseconds == 2000 && back.0.flowEndMilliseconds == 1000 && back.2.recordsEndingBeforeStart == 1)
        let negative = T.row([(number: UInt16(152), octets: Self.big(UInt64.max), enterprise: nil), (153, Self.big(UInt64.max), nil)])
        #expect(negative.0.flowStartMilliseconds == 0 && negative.2.recordsBefore1970 == 1)
        for element in 150...162 as ClosedRange<UInt16> {
            for length in 1...8 {
                _ = T.row([(element, [UInt8](repeating: 0xFF, count: length)), (22, [0xFF]), (161, [UInt8](repeating: 0xFF, count: 8))])
            }
        }
    }

    @Test("export time minus time of receipt")
    func skew() {
        var tester = T()
        tester.milliseconds = T.exportMilliseconds + 1500
        tester.send([T.template])
        #expect(tester.statistics.clockSkewMilliseconds == -1500)
        #expect(tester.statistics.lastSeenMilliseconds == T.exportMilliseconds + 1500 && tester.statistics.versions == [10])
    }
}
