import Collecting
import FlowModel
import FlowQuery
import IPFIX

/// One of other people's exporters in an answer: what came from it since the collector's start, and what did not.
package struct ExporterRow: Sendable {
    enum Account: Sendable {
        /// NetFlow v5, v9 and IPFIX.
        case exports(ExporterStatistics)
        /// sFlow.
        case samples(SFlowStatistics)
    }

    let address: IPAddress
    let account: Account

    func write(to writer: inout JSONWriter) {
        switch account {
        case .exports(let statistics): ExportAccount(statistics: statistics).write(to: &writer, address)
        case .samples(let statistics): SampleAccount(statistics: statistics).write(to: &writer, address)
        }
    }

    private var cells: [FieldValue] {
        switch account {
        case .exports(let statistics): ExportAccount(statistics: statistics).cells
        case .samples(let statistics): SampleAccount(statistics: statistics).cells
        }
    }

    /// Faults as their sum, what is missing in the exporter's own unit.
    static func table(_ exporters: [ExporterRow]) -> ResultTable {
        let columns: [ResultTable.Column] = [
            .init(name: "exporter", kind: .text), .init(name: "versions", kind: .text),
            .init(name: "last_seen", kind: .timestamp), .init(name: "messages", kind: .count),
            .init(name: "records", kind: .count), .init(name: "options", kind: .count), .init(name: "templates", kind: .count),
            .init(name: "missing", kind: .count), .init(name: "gaps", kind: .count), .init(name: "late", kind: .count),
            .init(name: "restarts", kind: .count), .init(name: "without_template", kind: .count),
            .init(name: "expired", kind: .count), .init(name: "faults", kind: .count),
            .init(name: "skew(ms)", kind: .text),
        ]
        return ResultTable(columns: columns, rows: exporters.map { [.text($0.address.description)] + $0.cells })
    }
}

/// What an exporter of NetFlow or IPFIX has done, for answers.
private struct ExportAccount {
    let statistics: ExporterStatistics

    /// Data sets that wait for their template.
    private var waiting: UInt64 {
        let settled = statistics.setsReadLater &+ statistics.setsExpired
        return statistics.setsWithoutTemplate > settled ? statistics.setsWithoutTemplate - settled : 0
    }

    private var versions: String { statistics.versions.map { $0 == 10 ? "IPFIX" : "v\($0)" }.joined(separator: ", ") }
    private var faults: UInt64 { statistics.faults.values.reduce(0, &+) }

    func write(to writer: inout JSONWriter, _ address: IPAddress) {
        writer.object { writer in
            writer.member("exporter", address.description)
            writer.member("protocol", "netflow")
            writer.key("versions")
            writer.array { writer in for version in statistics.versions { writer.value(.integer(UInt64(version))) } }
            writer.member("first_seen", time: statistics.firstSeenMilliseconds)
            writer.member("last_seen", time: statistics.lastSeenMilliseconds)
            writer.member("port", UInt64(statistics.port))
            writer.member("messages", statistics.messages)
            writer.member("bytes", statistics.octets)
            writer.member("records", statistics.flowRecords)
            writer.member("other_records", statistics.otherRecords)
            writer.member("options_records", statistics.optionsRecords)
            writer.member("templates", UInt64(max(0, statistics.templates)))
            writer.key("missing")
            writer.object { writer in
                writer.member("flows", statistics.missing.flows)
                writer.member("packets", statistics.missing.packets)
                writer.member("records", statistics.missing.records)
            }
            writer.member("sequence_gaps", statistics.sequenceGaps)
            writer.member("late_messages", statistics.lateMessages)
            writer.member("restarts", statistics.restarts)
            writer.member("sets_without_template", statistics.setsWithoutTemplate)
            writer.member("sets_read_later", statistics.setsReadLater)
            writer.member("sets_expired", statistics.setsExpired)
            writer.member("sets_waiting", waiting)
            writer.member("clock_skew_ms", statistics.clockSkewMilliseconds)
            writer.key("faults")
            writer.object { writer in
                for (fault, times) in statistics.faults.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                    writer.member(fault.rawValue, times)
                }
            }
            writer.key("mended_records")
            writer.object { writer in
                writer.member("with_totals", statistics.recordsWithTotals)
                writer.member("without_time", statistics.recordsWithoutTime)
                writer.member("with_reckoned_time", statistics.recordsWithReckonedTime)
                writer.member("ending_before_start", statistics.recordsEndingBeforeStart)
                writer.member("before_1970", statistics.recordsBefore1970)
            }
        }
    }

    var cells: [FieldValue] {
        [
            .text(versions), .timestamp(statistics.lastSeenMilliseconds), .integer(statistics.messages),
            .integer(statistics.flowRecords), .integer(statistics.optionsRecords), .integer(UInt64(max(0, statistics.templates))),
            .integer(statistics.missing.flows &+ statistics.missing.packets &+ statistics.missing.records),
            .integer(statistics.sequenceGaps), .integer(statistics.lateMessages), .integer(statistics.restarts),
            .integer(statistics.setsWithoutTemplate), .integer(statistics.setsExpired), .integer(faults),
            .text(String(statistics.clockSkewMilliseconds)),
        ]
    }
}

/// What an sFlow agent has done, for answers.
private struct SampleAccount {
    let statistics: SFlowStatistics

    private var faults: UInt64 { statistics.faults.values.reduce(0, &+) }

    func write(to writer: inout JSONWriter, _ address: IPAddress) {
        writer.object { writer in
            writer.member("exporter", address.description)
            writer.member("protocol", "sflow")
            writer.key("versions")
            writer.array { $0.value(.integer(5)) }
            writer.member("first_seen", time: statistics.firstSeenMilliseconds)
            writer.member("last_seen", time: statistics.lastSeenMilliseconds)
            writer.member("sender", statistics.sender.address.description)
            writer.member("port", UInt64(statistics.sender.port))
            writer.member("messages", statistics.datagrams)
            writer.member("bytes", statistics.octets)
            writer.member("records", statistics.rows)
            writer.key("samples")
            writer.object { writer in
                writer.member("flow", statistics.flowSamples)
                writer.member("counter", statistics.counterSamples)
                writer.member("dropped_packet", statistics.droppedPacketSamples)
                writer.member("other", statistics.otherSamples)
            }
            writer.key("samples_without_flow")
            writer.object { writer in
                for (reason, times) in statistics.samplesWithoutFlow.sorted(by: { $0.key < $1.key }) { writer.member(reason, times) }
            }
            writer.key("missing")
            writer.object { writer in
                writer.member("datagrams", statistics.missingDatagrams)
                writer.member("samples", statistics.missingSamples)
            }
            writer.member("sequence_gaps", statistics.datagramGaps &+ statistics.sampleGaps)
            writer.member("late_messages", statistics.lateDatagrams &+ statistics.lateSamples)
            writer.member("restarts", statistics.restarts &+ statistics.sampleRestarts)
            writer.member("dropped_by_agent", statistics.droppedByAgent)
            writer.key("faults")
            writer.object { writer in
                for (fault, times) in statistics.faults.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                    writer.member(fault.rawValue, times)
                }
            }
        }
    }

    /// Missing are datagrams: a sample that the agent dropped itself is none of the network's.
    var cells: [FieldValue] {
        [
            .text("sFlow v5"), .timestamp(statistics.lastSeenMilliseconds), .integer(statistics.datagrams), .integer(statistics.rows),
            .integer(0), .integer(0), .integer(statistics.missingDatagrams), .integer(statistics.datagramGaps &+ statistics.sampleGaps),
            .integer(statistics.lateDatagrams &+ statistics.lateSamples),
            .integer(statistics.restarts &+ statistics.sampleRestarts), .integer(0), .integer(0), .integer(faults), .text(""),
        ]
    }
}
