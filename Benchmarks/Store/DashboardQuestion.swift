import FlowModel
import FlowQuery

/// One thing that a dashboard asks, of a stretch of time that ends with the newest flow.
struct DashboardQuestion {
    let name: String
    let filter: String
    let kind: FlowRequest.Kind
    /// nil: everything.
    let minutes: Int64?

    func range(_ newest: Int64) -> TimeRange {
        minutes.map { TimeRange(since: newest - $0 * 60_000, until: newest + 1) } ?? .always
    }

    static let all: [DashboardQuestion] = [
        top("top sources, 15 min", [.src], 15),
        series("bytes a minute by protocol, 1 h", [.proto], 60),
        page("newest flows", ""),
        top("top edges, 15 min", [.src, .dst, .dstPort], 15),
        DashboardQuestion(name: "a rare host, everything", filter: "host 10.77.77.77", kind: rows, minutes: nil),
        top("top ports, 1 h", [.dstPort], 60),
        page("newest flows of a host", "host 10.3.0.7"),
        series("bytes a minute, 1 h", [], 60),
        DashboardQuestion(name: "refused into a net, 1 h", filter: "dst net 10.1.0.0/16 and dst port 445 and proto tcp", kind: rows, minutes: 60),
        top("top sources of a service, 1 h", [.src], 60, "dst port 5432"),
    ]

    private static let rows = FlowRequest.Kind.flows(fields: nil, limit: 100, cursor: nil)

    private static func top(_ name: String, _ by: [Field], _ minutes: Int64, _ filter: String = "") -> DashboardQuestion {
        DashboardQuestion(
            name: name, filter: filter, kind: .aggregate(by: by, measures: GroupValue.standard, order: .bytes, descending: true, limit: 10),
            minutes: minutes)
    }

    private static func series(_ name: String, _ by: [Field], _ minutes: Int64) -> DashboardQuestion {
        DashboardQuestion(
            name: name, filter: "", kind: .series(intervalMilliseconds: 60_000, by: by, measures: GroupValue.standard, limit: 10),
            minutes: minutes)
    }

    private static func page(_ name: String, _ filter: String) -> DashboardQuestion {
        DashboardQuestion(name: name, filter: filter, kind: rows, minutes: 60)
    }
}
