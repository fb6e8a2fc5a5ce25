import FlowModel
import IPFIX

/// Messages by hand: what one exporter sends, and what a decoder makes of it.
struct ExportTester {
    static let address = IPAddress(ipv4: 0x0A09_0001)
    static let exportSeconds: UInt32 = 1_700_000_000
    static let exportMilliseconds: Int64 = 1_700_000_000_000

    var decoder: ExportDecoder
    var transport = ExportTransport.datagram
    var address = Self.address
    var port: UInt16 = 2055
    var milliseconds = Self.exportMilliseconds

    init(_ change: (inout ExportDecoder.Configuration) -> Void = { _ in }) {
        var configuration = ExportDecoder.Configuration()
        change(&configuration)
        decoder = ExportDecoder(configuration: configuration)
    }

    @discardableResult
    mutating func send(_ octets: [UInt8]) -> ExportOutcome {
        // SAFETY: the octets are integers, which any bits are.
        let bytes = unsafe octets.span.bytes
        return decoder.decode(
            bytes, from: ExporterSource(address, port: port), over: transport, receivedMilliseconds: milliseconds)
    }

    /// Sends one IPFIX message.
    @discardableResult
    mutating func send(
        _ sets: [[UInt8]], sequence: UInt32 = 0, domain: UInt32 = 1, export: UInt32 = Self.exportSeconds
    ) -> ExportOutcome {
        send(Self.ipfix(sets, sequence: sequence, domain: domain, export: export))
    }

    mutating func flows() -> FlowBatch { decoder.takeFlows().flows }
    var statistics: ExporterStatistics { decoder.statistics(of: address) ?? ExporterStatistics() }
    func faults(_ fault: ExportFault) -> UInt64 { statistics.faults[fault] ?? 0 }

    static func ipfix(
        _ sets: [[UInt8]], sequence: UInt32 = 0, domain: UInt32 = 1, export: UInt32 = Self.exportSeconds
    ) -> [UInt8] {
        let body = sets.flatMap { $0 }
        return big(UInt16(10)) + big(UInt16(16 + body.count)) + big(export) + big(sequence) + big(domain) + body
    }

    static func netFlow9(
        _ sets: [[UInt8]], count: Int = 0, sequence: UInt32 = 0, source: UInt32 = 1, uptime: UInt32 = 1_000_000,
        export: UInt32 = Self.exportSeconds
    ) -> [UInt8] {
        big(UInt16(9)) + big(UInt16(count)) + big(uptime) + big(export) + big(sequence) + big(source) + sets.flatMap { $0 }
    }

    static func netFlow5(
        _ records: [[UInt8]], sequence: UInt32 = 0, uptime: UInt32 = 1_000_000, nanoseconds: UInt32 = 0, engine: UInt16 = 0,
        sampling: UInt16 = 0
    ) -> [UInt8] {
        big(UInt16(5)) + big(UInt16(records.count)) + big(uptime) + big(exportSeconds) + big(nanoseconds) + big(sequence) + big(engine)
            + big(sampling) + records.flatMap { $0 }
    }

    /// A record of v5: 10.0.0.1 port 1000 to 10.0.0.2 port 80, TCP.
    static func netFlow5Record(first: UInt32, last: UInt32, packets: UInt32 = 3, octets: UInt32 = 200) -> [UInt8] {
        let addresses: [UInt8] = [10, 0, 0, 1, 10, 0, 0, 2, 10, 0, 0, 254]
        let counters = big(UInt16(7)) + big(UInt16(8)) + big(packets) + big(octets)
        return addresses + counters + big(first) + big(last) + big(UInt16(1000)) + big(UInt16(80))
            + [0, 0x1B, 6, 0xB8, 0, 1, 0, 2, 24, 16, 0, 0]
    }

    static func netFlow9Template(_ id: UInt16, _ fields: [(UInt16, UInt16)]) -> [UInt8] {
        FileBuilder.set(0, big(id) + big(UInt16(fields.count)) + fields.flatMap { big($0.0) + big($0.1) })
    }

    static func netFlow9Options(_ id: UInt16, scopes: [(UInt16, UInt16)], _ fields: [(UInt16, UInt16)]) -> [UInt8] {
        FileBuilder.set(
            1,
            big(id) + big(UInt16(scopes.count * 4)) + big(UInt16(fields.count * 4)) + (scopes + fields).flatMap { big($0.0) + big($0.1) })
    }

    static func big<T: FixedWidthInteger>(_ value: T) -> [UInt8] { FileBuilder.big(value) }

    // A template of addresses and octets, and records of it.
    static let template = FileBuilder.template(300, [(8, 4), (12, 4), (1, 4)])
    static func record(_ number: UInt8, octets: UInt32 = 100) -> [UInt8] { [10, 0, 0, number, 10, 0, 1, number] + big(octets) }
    static func data(_ count: Int, id: UInt16 = 300) -> [UInt8] {
        FileBuilder.set(id, (0..<count).flatMap { record(UInt8(truncatingIfNeeded: $0)) })
    }

    /// The row of one record that has the two addresses and the fields given.
    static func row(
        _ fields: [(number: UInt16, octets: [UInt8], enterprise: UInt32?)], export: UInt32 = exportSeconds,
        before: [[UInt8]] = []
    ) -> (FlowRecord, FlowBatch, ExporterStatistics) {
        var tester = ExportTester()
        if !before.isEmpty { tester.send(before, export: export) }
        let all: [FileBuilder.Field] = [(8, 4, nil), (12, 4, nil)] + fields.map { ($0.number, UInt16($0.octets.count), $0.enterprise) }
        tester.send(
            [FileBuilder.template(400, all), FileBuilder.set(400, [10, 0, 0, 1, 10, 0, 0, 2] + fields.flatMap(\.octets))], export: export)
        let flows = tester.flows()
        return (flows.count == 1 ? flows[0] : FlowRecord(), flows, tester.statistics)
    }

    static func row(_ fields: [(UInt16, [UInt8])], export: UInt32 = exportSeconds) -> FlowRecord {
        row(fields.map { ($0.0, $0.1, nil) }, export: export).0
    }
}
