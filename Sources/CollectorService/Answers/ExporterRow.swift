import FlowModel
import FlowQuery
import IPFIX

/// One of other people's exporters in an answer: what came from it since the collector's start, and what did not.
package struct ExporterRow: Sendable {
    let address: IPAddress
    let statistics: ExporterStatistics

    /// Data sets that wait for their template.
    private var waiting: UInt64 {
        let settled = statistics.setsReadLater &+ statistics.setsExpired
        return statistics.setsWithoutTemplate > settled ? statistics.setsWithoutTemplate - settled : 0
    }

    private var versions: String { statistics.versions.map { $0 == 10 ? "IPFIX" : "v\($0)" }.joined(separator: ", ") }
    private var faults: UInt64 { statistics.faults.values.reduce(0, &+) }

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("exporter", address.description)
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
        let rows: [[FieldValue]] = exporters.map { row in
            let known = row.statistics
            return [
                .text(row.address.description), .text(row.versions), .timestamp(known.lastSeenMilliseconds),
                .integer(known.messages), .integer(known.flowRecords), .integer(known.optionsRecords),
                .integer(UInt64(max(0, known.templates))),
                .integer(known.missing.flows &+ known.missing.packets &+ known.missing.records), .integer(known.sequenceGaps),
                .integer(known.lateMessages), .integer(known.restarts), .integer(known.setsWithoutTemplate),
                .integer(known.setsExpired), .integer(row.faults), .text(String(known.clockSkewMilliseconds)),
            ]
        }
        return ResultTable(columns: columns, rows: rows)
    }
}
