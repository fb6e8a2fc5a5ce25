import FlowModel
import FlowQuery

@testable import Reporting

/// Flows of two hours between a few hosts, the same in every run, and the report made from them by real requests.
enum Sample {
    /// 2026-11-22T12:00:00Z.
    static let since: Int64 = 1_795_348_800_000
    static let until = since + 7_200_000
    static let longName = "hypervisor-with-a-very-long-name-0017.rack42.example.internal"

    static func records(_ count: Int = 600) -> [FlowRecord] {
        let hosts = [
            "10.0.1.11", "10.0.1.12", "10.0.1.13", "10.0.2.21", "fd00:5001:dead:beef:42ac:11ff:fe00:1a2",
            "fd00:5001:dead:beef:42ac:11ff:fe00:1a3",
        ].compactMap { IPAddress($0) }
        var state: UInt64 = 7
        func next(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        return (0..<count).map { index in
            var record = FlowRecord()
            let family = next(4) == 0 ? 4 : 0
            let source = Int(next(family == 4 ? 2 : 4))
            record.sourceAddress = hosts[family + source]
            record.destinationAddress = hosts[family + (source + 1) % (family == 4 ? 2 : 4)]
            let kind = next(10)
            record.protocolIdentifier = kind < 6 ? 6 : kind < 9 ? 17 : family == 4 ? 58 : 1
            record.destinationTransportPort = kind < 6 ? [443, 445, 22, 5432][Int(next(4))] : kind < 9 ? 53 : 0
            record.sourceTransportPort = kind < 9 ? UInt16(40_000 + index) : 0
            record.octetDeltaCount = 60 + next(1 << (4 + next(16)))
            record.packetDeltaCount = 1 + record.octetDeltaCount / 900
            record.reverseOctetDeltaCount = kind == 5 ? 0 : 60 + next(1 << (4 + next(19)))
            record.reversePacketDeltaCount = record.reverseOctetDeltaCount / 1000
            record.part = next(8) == 0 ? 1 : 0
            record.flowEndMilliseconds = since + Int64(next(7_200_000))
            record.flowStartMilliseconds = record.flowEndMilliseconds - Int64(next(40_000))
            record.initialStartMilliseconds = record.flowStartMilliseconds
            record.vni = 5001
            return record
        }
    }

    static func question(filter: String = "") throws -> FlowReport.Question {
        FlowReport.Question(
            range: TimeRange(since: since, until: until), filter: try FlowFilter(filter), nowMilliseconds: until + 5000)
    }

    static func answers(_ question: FlowReport.Question, _ records: [FlowRecord]) throws -> [FlowReport.Part: QueryAnswer] {
        var batch = FlowBatch()
        for record in records { batch.append(record) }
        var answers: [FlowReport.Part: QueryAnswer] = [:]
        for part in FlowReport.Part.allCases {
            var execution = FlowExecution(FlowReport.request(part, of: question))
            try execution.consume(batch)
            answers[part] = QueryAnswer(table: execution.finish(), completeness: completeness())
        }
        return answers
    }

    static func completeness() -> Completeness {
        Completeness(
            stages: [
                Completeness.Stage(stage: "kernel-ring", unit: "packets", kept: 982_130_000, offered: 1_000_000_000),
                Completeness.Stage(stage: "eviction", unit: "records", kept: 120_000, offered: 120_000),
            ],
            reasons: ["lab-host-a dropped 17870000 packets in the kernel ring: raise --ring-size."],
            oldestMilliseconds: since - 86_400_000, newestMilliseconds: until - 2000)
    }

    static func agents() -> [FlowReport.Agent] {
        [("lab-host-a", FlowReport.Agent.State.capturing), (longName, .silent)].map { name, state in
            var report = AgentReport()
            report.agent = name
            report.epoch = 0x9F3A
            report.interfaces = [
                AgentReport.Interface(index: 2, name: "veth1a2b3c", kind: "veth", vni: 5001, captured: 812_345, dropped: state == .capturing ? 17 : 0),
                AgentReport.Interface(index: 3, name: "vxlan5001", kind: "vxlan", captured: 934_512),
            ]
            report.captured = 1_746_857
            report.metered = 812_000
            report.witnessed = 934_364
            report.notMetered = ["not-ip": 392, "truncated-ipv4": 101]
            return FlowReport.Agent(
                report: report, state: state, firstSeenMilliseconds: since - 9_000_000,
                lastSeenMilliseconds: state == .capturing ? until + 1000 : since + 60_000,
                localAddresses: state == .capturing ? 7 : nil)
        }
    }

    static func alerts() -> [Alert] {
        var scan = Alert(id: "9e3779b1", rule: "D1", name: "horizontal-scan", scope: "10.0.1.11 tcp 445 vni 5001", severity: .medium)
        scan.source = IPAddress("10.0.1.11")
        scan.destinationPort = 445
        scan.protocolIdentifier = 6
        scan.tenant = Tenant(.virtualNetwork, 5001)
        scan.observed = 23
        scan.threshold = 8
        scan.windowSeconds = 300
        scan.firstSeenMilliseconds = since + 600_000
        scan.lastSeenMilliseconds = since + 900_000
        scan.count = 4
        scan.summary = "10.0.1.11 failed to reach 23 hosts on tcp 445 in 5 min (limit 8)"
        scan.techniques = "T1046,T1018"
        scan.filter = "src host 10.0.1.11 and dst port 445 and proto tcp"
        scan.completeness = 0.9991
        scan.samples = (1...4).compactMap { number in
            guard let source = IPAddress("10.0.1.11"), let target = IPAddress("10.0.2.\(number)") else { return nil }
            return Alert.Sample(
                endMilliseconds: since + Int64(number) * 1000, protocolIdentifier: 6, source: source, destination: target,
                sourcePort: 40_000, destinationPort: 445, state: .rej, agent: "lab-host-a", flowId: 77)
        }
        var silence = Alert(id: "0002", rule: "D20", name: "agent-silence", scope: longName, severity: .high)
        silence.agent = longName
        silence.state = .closed
        silence.closedMilliseconds = until
        silence.summary = "No batch from \(longName) for 25200 s (limit 60 s)"
        silence.firstSeenMilliseconds = since
        silence.lastSeenMilliseconds = until
        return [scan, silence]
    }

    static func report(filter: String = "", records: [FlowRecord] = records()) throws -> FlowReport {
        let question = try question(filter: filter)
        return FlowReport(question, answers: try answers(question, records), alerts: alerts(), agents: agents())
    }
}
