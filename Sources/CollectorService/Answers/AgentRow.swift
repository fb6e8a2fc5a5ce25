import FlowModel
import FlowQuery
package import FlowStore
package import Reporting

/// One agent in an answer.
package struct AgentRow: Sendable {
    package var agent: AgentState
    package var state: FlowReport.Agent.State
    /// Addresses that the agent says are local to it; nil where only the collector that hears it could know.
    package var localAddresses: Int?
    /// Answered flows of its addresses that another agent saw and this one did not report, since the collector's start.
    package var missingWitnesses: UInt64?

    /// - Parameter silenceMilliseconds: an agent not heard for longer is silent.
    package init(
        _ agent: AgentState, nowMilliseconds now: Int64, silenceMilliseconds: Int64, localAddresses: Int?,
        missingWitnesses: UInt64? = nil
    ) {
        self.missingWitnesses = missingWitnesses
        self.agent = agent
        self.localAddresses = localAddresses
        if agent.report.isGoodbye {
            state = .gone
        } else {
            let (silence, overflow) = now.subtractingReportingOverflow(agent.lastSeenMilliseconds)
            state = overflow || silence > silenceMilliseconds ? .silent : .capturing
        }
    }

    /// As reports want it.
    package var reported: FlowReport.Agent {
        FlowReport.Agent(
            report: agent.report, state: state, firstSeenMilliseconds: agent.firstSeenMilliseconds,
            lastSeenMilliseconds: agent.lastSeenMilliseconds, localAddresses: localAddresses)
    }

    private var dropped: UInt64 {
        agent.report.interfaces.reduce(0) { sum, interface in
            let (next, overflow) = sum.addingReportingOverflow(interface.dropped)
            return overflow ? .max : next
        }
    }

    func write(to writer: inout JSONWriter) {
        let report = agent.report
        writer.object { writer in
            writer.member("agent", report.agent)
            writer.member("epoch", FlowBatch.hex(report.epoch))
            writer.member("first_seen", time: agent.firstSeenMilliseconds)
            writer.member("last_seen", time: agent.lastSeenMilliseconds)
            writer.member("state", state.rawValue)
            writer.key("interfaces")
            writer.array { writer in for interface in report.interfaces { Self.write(interface, to: &writer) } }
            writer.member("captured", report.captured)
            writer.member("metered", report.metered)
            writer.member("witnessed", report.witnessed)
            writer.key("not_metered")
            writer.object { writer in
                for (reason, packets) in report.notMetered.sorted(by: { $0.key < $1.key }) { writer.member(reason, packets) }
            }
            writer.member("dropped", dropped)
            writer.member("evicted", report.evicted)
            writer.member("records_dropped", report.recordsDropped)
            writer.member("local_addresses", localAddresses)
            writer.member("missing_batches", agent.missingSequences)
            writer.member("missing_witnesses", missingWitnesses)
        }
    }

    private static func write(_ interface: AgentReport.Interface, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("name", interface.name)
            writer.member("kind", interface.kind)
            writer.member("vni", interface.vni == .max ? nil : interface.vni)
            writer.member("captured", interface.captured)
            writer.member("dropped", interface.dropped)
        }
    }

    /// Interfaces as their number, reasons as their sum.
    static func table(_ agents: [AgentRow]) -> ResultTable {
        let columns: [ResultTable.Column] = [
            .init(.agent), .init(name: "epoch", kind: .hex), .init(name: "first_seen", kind: .timestamp),
            .init(name: "last_seen", kind: .timestamp), .init(name: "state", kind: .text),
            .init(name: "interfaces", kind: .number), .init(name: "captured", kind: .count),
            .init(name: "metered", kind: .count), .init(name: "witnessed", kind: .count),
            .init(name: "not_metered", kind: .count), .init(name: "dropped", kind: .count),
            .init(name: "evicted", kind: .count), .init(name: "records_dropped", kind: .count),
            .init(name: "local_addresses", kind: .number), .init(name: "missing_batches", kind: .count),
            .init(name: "missing_witnesses", kind: .count),
        ]
        let rows: [[FieldValue]] = agents.map { row in
            let report = row.agent.report
            let notMetered = report.notMetered.values.reduce(UInt64(0)) { $0 &+ $1 }
            return [
                .text(report.agent), .text(FlowBatch.hex(report.epoch)), .timestamp(row.agent.firstSeenMilliseconds),
                .timestamp(row.agent.lastSeenMilliseconds), .text(row.state.rawValue),
                .integer(UInt64(report.interfaces.count)), .integer(report.captured), .integer(report.metered),
                .integer(report.witnessed), .integer(notMetered), .integer(row.dropped), .integer(report.evicted),
                .integer(report.recordsDropped), row.localAddresses.map { .integer(UInt64(max(0, $0))) } ?? .absent,
                .integer(row.agent.missingSequences), row.missingWitnesses.map { .integer($0) } ?? .absent,
            ]
        }
        return ResultTable(columns: columns, rows: rows)
    }
}
