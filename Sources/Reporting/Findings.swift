import FlowModel
import FlowQuery

/// The sentences of a report on what was seen and what was not, the same in every form.
///
/// «No flows» and «nobody was looking» are different answers and must not look alike.
struct Findings {
    enum Level: String {
        /// Nothing is known to be missing.
        case good
        /// Little is missing, or an agent is silent.
        case fair
        /// Much is missing, or nobody was looking.
        case bad
        /// No account.
        case unknown
    }

    let level: Level
    let headline: String
    /// How much, which span is held, who is looking; then the reasons.
    let sentences: [String]
    let reasons: [String]

    init(_ report: FlowReport) {
        let value = report.completeness.value
        level = Self.level(value, report.agents)
        headline =
            switch (value, level) {
            case (nil, _): "What was not seen is not known"
            case (.some, .good): "Nothing is known to be missing"
            case (.some(let value), _) where value < 1: "Something was not seen"
            default: "Not every agent is heard"
            }
        var sentences: [String] = []
        if let value {
            sentences.append("Kept \(Readable.percent(value)) of what was offered.")
        } else {
            sentences.append("There is no account for this span.")
        }
        sentences.append(Self.held(report))
        sentences.append(Self.watchers(report))
        sentences += report.agents.filter { $0.state != .capturing }.prefix(20).map { agent in
            "Agent \(agent.report.agent) \(agent.state == .gone ? "has said goodbye" : "is silent"), heard last at \(Readable.time(agent.lastSeenMilliseconds)) UTC."
        }
        sentences += report.agents.filter(\.hasLosses).prefix(20).map(Self.losses)
        self.sentences = sentences
        reasons = report.completeness.reasons
    }

    private static func level(_ value: Double?, _ agents: [FlowReport.Agent]) -> Level {
        if !agents.isEmpty, !agents.contains(where: { $0.state == .capturing }) { return .bad }
        guard let value else { return .unknown }
        if value < 0.99 { return .bad }
        if value < 1 || agents.contains(where: { $0.state == .silent || $0.hasLosses }) { return .fair }
        return .good
    }

    /// The span of records held, beside the span that was asked for.
    private static func held(_ report: FlowReport) -> String {
        guard let oldest = report.completeness.oldestMilliseconds, let newest = report.completeness.newestMilliseconds else {
            return "The store holds no records yet."
        }
        var text = ""
        if let until = report.range.until, until <= oldest { text = "The asked span lies before all records held. " }
        if let since = report.range.since, since > newest { text = "The asked span lies after all records held. " }
        return text + "Records are held from \(Readable.time(oldest)) to \(Readable.time(newest)) UTC."
    }

    private static func watchers(_ report: FlowReport) -> String {
        let agents = report.agents
        let looking = agents.filter { $0.state == .capturing }
        if agents.isEmpty {
            return "No agent has reported to this collector: only imported flows or flows of other exporters can be here."
        }
        if looking.isEmpty { return "No agent is capturing: an empty answer says nothing about the network." }
        let interfaces = looking.reduce(0) { $0 + $1.report.interfaces.count }
        return "\(looking.count) of \(Readable.plural(agents.count, "agent")) \(looking.count == 1 ? "is" : "are") capturing on \(Readable.plural(interfaces, "interface"))."
    }

    private static func losses(_ agent: FlowReport.Agent) -> String {
        var parts: [String] = []
        if agent.dropped > 0 { parts.append("\(Readable.plural(agent.dropped, "packet")) dropped by the kernel") }
        if agent.report.evicted > 0 { parts.append("\(Readable.plural(agent.report.evicted, "flow")) ended early for want of room") }
        if agent.report.recordsDropped > 0 { parts.append("\(Readable.plural(agent.report.recordsDropped, "record")) not sent") }
        return "Agent \(agent.report.agent), since its start: \(parts.joined(separator: ", "))."
    }
}
