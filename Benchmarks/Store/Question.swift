import FlowModel
import FlowQuery
import FlowStore

/// One of the queries that stores are compared by: its filter in the words of people, and what its answer says.
///
/// The rows of an answer are texts in one fixed form, so that other systems' answers can be held against them.
struct Question {
    let name: String
    let filter: String
    let kind: FlowRequest.Kind
    /// Columns of the answer, in the order of the rows to compare; empty for what counts rows and bytes by itself.
    private let columns: [String]

    static let all: [Question] = [
        Question(
            name: "q1", filter: "", kind: .aggregate(by: [], measures: [.records, .bytes, .packets], order: .bytes, descending: true, limit: 1),
            columns: ["records", "bytes", "packets"]),
        Question(
            name: "q2", filter: "", kind: .aggregate(by: [.src], measures: [.bytes], order: .bytes, descending: true, limit: 10),
            columns: ["src", "bytes"]),
        Question(
            name: "q3", filter: "host 10.77.77.77",
            kind: .aggregate(by: [], measures: [.records, .bytes], order: .bytes, descending: true, limit: 1), columns: ["records", "bytes"]),
        Question(name: "q3rows", filter: "host 10.77.77.77", kind: .flows(fields: nil, limit: 1000, cursor: nil), columns: []),
        Question(
            name: "q4", filter: "proto tcp and dst port 445 and dst net 10.1.0.0/16",
            kind: .aggregate(by: [], measures: [.records, .bytes], order: .bytes, descending: true, limit: 1), columns: ["records", "bytes"]),
        Question(
            name: "q5", filter: "", kind: .series(intervalMilliseconds: 60_000, by: [.proto], measures: [.bytes], limit: 20),
            columns: ["start", "proto", "bytes"]),
        Question(
            name: "q6", filter: "",
            kind: .aggregate(by: [.src, .dst, .dstPort], measures: [.bytes], order: .bytes, descending: true, limit: 20),
            columns: ["src", "dst", "dst_port", "bytes"]),
    ]

    /// The sums, and the order of the sixth, as who counts both directions of a biflow in one gives them (nfdump): asked only to
    /// compare answers.
    static let bothDirections: [Question] = [
        both("q1", "", [], [.records, .totalBytes, .totalPackets], 1, ["records", "total_bytes", "total_packets"]),
        both("q2", "", [.src], [.totalBytes], 10, ["src", "total_bytes"]),
        both("q3", "host 10.77.77.77", [], [.records, .totalBytes], 1, ["records", "total_bytes"]),
        both("q4", "proto tcp and dst port 445 and dst net 10.1.0.0/16", [], [.records, .totalBytes], 1, ["records", "total_bytes"]),
        both("q6", "", [.src, .dst, .dstPort], [.bytes, .totalBytes], 20, ["src", "dst", "dst_port", "bytes"]),
    ]

    private static func both(
        _ name: String, _ filter: String, _ by: [Field], _ measures: [GroupValue], _ limit: Int, _ columns: [String]
    ) -> Question {
        Question(
            name: name + "both", filter: filter,
            kind: .aggregate(by: by, measures: measures, order: .totalBytes, descending: true, limit: limit), columns: columns)
    }

    func request(_ range: TimeRange = .always) throws -> FlowRequest {
        FlowRequest(filter: try FlowFilter(filter), range: range, kind: kind)
    }

    func rows(_ answer: QueryAnswer) -> [[String]] {
        if columns.isEmpty {
            let place = answer.table.columns.firstIndex { $0.name == "bytes" } ?? 0
            var sum: UInt64 = 0
            for row in answer.table.rows { if case .integer(let value) = row[place] { sum &+= value } }
            return [[String(answer.table.rows.count), String(sum)]]
        }
        let places = columns.map { name in answer.table.columns.firstIndex { $0.name == name } }
        return answer.table.rows.map { row in places.map { place in place.map { Self.text(row[$0]) } ?? "?" } }
    }

    private static func text(_ value: FieldValue) -> String {
        switch value {
        case .timestamp(let time): String(time / 60_000)
        case .text("icmp"): "1"
        case .text("tcp"): "6"
        case .text("udp"): "17"
        default: value.text
        }
    }
}
