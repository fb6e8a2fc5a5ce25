import Compression
import FlowModel
import HTTPTypes
import IPFIX

/// Flows and reports as agents would send them.
enum TestBatch {
    /// 2026-11-22T14:00:00Z: what the collectors of these tests take for now.
    static let now: Int64 = 1_795_356_000_000

    static func address(_ text: String) -> IPAddress { IPAddress(text) ?? .zero }

    /// An answered TCP connection that ended a second before `now`.
    static func record(
        _ source: String = "10.0.1.11", _ destination: String = "10.0.1.12", port: UInt16 = 443, sourcePort: UInt16 = 40_000,
        bytes: UInt64 = 1000, end: Int64 = now - 1000, state: ConnectionState = .sf
    ) -> FlowRecord {
        var record = FlowRecord()
        record.flowStartMilliseconds = end - 500
        record.flowEndMilliseconds = end
        record.initialStartMilliseconds = end - 500
        record.packetDeltaCount = 10
        record.octetDeltaCount = bytes
        record.reversePacketDeltaCount = state == .s0 ? 0 : 8
        record.reverseOctetDeltaCount = state == .s0 ? 0 : 5000
        record.tcpControlBits = state == .sf ? [.syn, .ack, .fin] : [.syn]
        record.initialTCPFlags = [.syn]
        record.flowEndReason = .endOfFlow
        record.initiatorBasis = .syn
        record.connectionState = state
        record.flowId = UInt64(port) << 16 | UInt64(sourcePort)
        record.protocolIdentifier = 6
        record.sourceAddress = address(source)
        record.destinationAddress = address(destination)
        record.sourceTransportPort = sourcePort
        record.destinationTransportPort = port
        record.samplingInterval = 1
        return record
    }

    static func flows(_ records: [FlowRecord]) -> FlowBatch {
        var flows = FlowBatch()
        for record in records { flows.append(record) }
        return flows
    }

    /// One source tries ports 1 to `ports` of one host, which refuses them all.
    static func verticalScan(ports: UInt16 = 40, end: Int64 = now - 1000) -> FlowBatch {
        flows(
            (1...ports).map { port in
                var record = record(
                    "10.0.1.66", "10.0.1.12", port: port, sourcePort: 50_000 + port, bytes: 44, end: end, state: .rej)
                record.packetDeltaCount = 1
                record.reversePacketDeltaCount = 1
                record.reverseOctetDeltaCount = 40
                return record
            })
    }

    static func report(
        _ agent: String = "host-a", epoch: UInt64 = 0x00C0_FFEE_0000_0001, local: [String] = ["10.0.1.11"], captured: UInt64 = 100,
        at milliseconds: Int64 = now
    ) -> AgentReport {
        var report = AgentReport()
        report.agent = agent
        report.epoch = epoch
        report.exportMilliseconds = milliseconds
        report.interfaces = [
            AgentReport.Interface(index: 3, name: "veth-a", kind: "veth", vni: 5001, captured: captured, dropped: 2),
            AgentReport.Interface(index: 4, name: "br0", kind: "bridge", captured: 0, dropped: 0),
        ]
        report.localAddresses = local.map { AgentReport.LocalAddress(tenant: .none, address: address($0)) }
        report.captured = captured
        report.metered = captured - 3
        report.witnessed = 1
        report.notMetered = ["not-ip": 2]
        return report
    }

    /// The body of a batch, packed.
    static func body(_ flows: FlowBatch, report: AgentReport) throws -> [UInt8] {
        var encoder = FlowFileEncoder()
        return try Gzip.compress(encoder.encode(flows: flows, report: report), level: 1)
    }

    static func headers(_ report: AgentReport, sequence: UInt64) -> [(String, String)] {
        [
            ("Content-Type", "application/ipfix"), ("Content-Encoding", "gzip"), ("Zonal-Agent", report.agent),
            ("Zonal-Epoch", FlowBatch.hex(report.epoch)), ("Zonal-Sequence", String(sequence)),
        ]
    }
}
