import FlowModel
import FlowQuery
package import FlowStore
package import Reporting

/// Answers questions from a store and a catalogue; HTTP and the command line share it. Blocks its thread.
package struct AnswerDesk: Sendable {
    package let store: any FlowStoring
    package let catalog: Catalog
    /// An agent that was not heard for longer is silent.
    package let silenceMilliseconds: Int64
    /// How many addresses each agent calls its own, as far as that is known.
    private let localAddresses: @Sendable () -> [String: Int]
    /// How many flows each agent should have seen and did not report; nil where only a running collector could know.
    private let missingWitnesses: (@Sendable () -> [String: UInt64])?
    /// What a running collector knows of other people's exporters.
    private let exporters: @Sendable () -> [ExporterRow]

    package init(
        store: any FlowStoring, catalog: Catalog, silenceMilliseconds: Int64 = 60_000,
        localAddresses: @escaping @Sendable () -> [String: Int],
        missingWitnesses: (@Sendable () -> [String: UInt64])? = nil,
        exporters: @escaping @Sendable () -> [ExporterRow] = { [] }
    ) {
        self.store = store
        self.catalog = catalog
        self.silenceMilliseconds = silenceMilliseconds
        self.localAddresses = localAddresses
        self.missingWitnesses = missingWitnesses
        self.exporters = exporters
    }

    package func answer(
        _ question: Question, now: Int64, limits: QueryLimits = QueryLimits(),
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(StoreError) -> Answer {
        switch question {
        case .flows(let request):
            return Answer(try store.query(request, limits: limits, isCancelled: isCancelled))
        case .alerts(let state, let range, let limit):
            let alerts = try catalog.alerts(state: state, since: range.since, until: range.until, limit: limit)
            return Answer(.alerts(alerts), completeness: try completeness(range))
        case .agents:
            return Answer(.agents(try agents(now: now)), completeness: try completeness(.always))
        case .exporters:
            return Answer(.exporters(exporters()), completeness: try completeness(.always))
        case .fields:
            return Answer(.fields(Field.catalogue))
        case .values(let request):
            return try values(request, limits: limits, isCancelled: isCancelled)
        case .complete(let request):
            return try complete(request, limits: limits, isCancelled: isCancelled)
        }
    }

    private func values(
        _ request: ValuesRequest, limits: QueryLimits, isCancelled: @escaping @Sendable () -> Bool
    ) throws(StoreError) -> Answer {
        let end = ContinuousClock.now.advanced(by: limits.time)
        var tables: [ResultTable] = []
        var answer = Answer(.table(ResultTable(columns: [])))
        for question in request.requests {
            var rest = limits
            rest.time = max(.milliseconds(1), ContinuousClock.now.duration(to: end))
            let part = try store.query(question, limits: rest, isCancelled: isCancelled)
            tables.append(part.table)
            answer.completeness = part.completeness
            answer.statistics.add(part.statistics)
        }
        answer.rows = .table(request.table(tables))
        return answer
    }

    /// How long somebody who types waits for values: words come without them.
    private static let completionTime: Duration = .seconds(1)

    private func complete(
        _ request: CompletionRequest, limits: QueryLimits, isCancelled: @escaping @Sendable () -> Bool
    ) throws(StoreError) -> Answer {
        guard let wanted = request.values else { return Answer(.table(request.table(nil))) }
        var short = limits
        short.time = min(limits.time, Self.completionTime)
        do throws(StoreError) {
            var answer = try values(wanted, limits: short, isCancelled: isCancelled)
            answer.rows = .table(request.table(answer.table))
            return answer
        } catch {
            guard error.code == .timeBudget || error.code == .tooLarge else { throw error }
            return Answer(.table(request.table(nil)))
        }
    }

    /// The agents' account, and the span that is held, for answers that do not come from the store.
    private func completeness(_ range: TimeRange) throws(StoreError) -> Completeness {
        var completeness = try catalog.completeness(range)
        let held = try store.held()
        completeness.oldestMilliseconds = held.oldest
        completeness.newestMilliseconds = held.newest
        return completeness
    }

    package func agents(now: Int64) throws(StoreError) -> [AgentRow] {
        let localAddresses = localAddresses()
        let missing = missingWitnesses?()
        return try catalog.agents().map { agent in
            AgentRow(
                agent, nowMilliseconds: now, silenceMilliseconds: silenceMilliseconds,
                localAddresses: localAddresses[agent.report.agent],
                missingWitnesses: missing.map { $0[agent.report.agent] ?? 0 })
        }
    }

    /// Asks for every part of a report, one after the other.
    ///
    /// - Parameter limits: for each part; the time is that of all together.
    package func report(
        _ question: FlowReport.Question, limits: QueryLimits = QueryLimits(),
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(StoreError) -> FlowReport {
        var question = question
        let held = try store.held()
        if let oldest = held.oldest, let newest = held.newest, oldest <= newest { question.held = oldest...newest }
        let end = ContinuousClock.now.advanced(by: limits.time)
        var answers: [FlowReport.Part: QueryAnswer] = [:]
        for part in FlowReport.Part.allCases {
            var rest = limits
            rest.time = max(.milliseconds(1), ContinuousClock.now.duration(to: end))
            do throws(StoreError) {
                answers[part] = try store.query(
                    FlowReport.request(part, of: question), limits: rest, isCancelled: isCancelled)
            } catch {
                // The store speaks of what was left for this part.
                guard error.code == .timeBudget else { throw error }
                throw StoreError(
                    .timeBudget, place: "",
                    "the report took longer than its budget of \(limits.time.components.seconds) s; "
                        + "ask for a shorter time or narrow the filter")
            }
        }
        let alerts = try catalog.alerts(since: question.range.since, until: question.range.until, limit: 1000)
        let agents = try agents(now: question.nowMilliseconds).map(\.reported)
        return FlowReport(question, answers: answers, alerts: alerts, agents: agents)
    }
}

extension QueryStatistics {
    /// What two questions cost that are answered together.
    fileprivate mutating func add(_ other: QueryStatistics) {
        partitions += other.partitions
        partitionsRead += other.partitionsRead
        blocks += other.blocks
        blocksRead += other.blocksRead
        rowsScanned += other.rowsScanned
        rowsMatched += other.rowsMatched
        microseconds += other.microseconds
    }
}
