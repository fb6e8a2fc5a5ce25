import FlowModel
import FlowQuery
import FlowStore
import HTTPTypes
import Hummingbird
import Reporting
import Telemetry

/// The routes that ask the store and the catalogue. A bounded number of them runs at one time, on threads of their own.
struct AnswerRoutes: Sendable {
    let desk: AnswerDesk
    let threads: WorkerThreads
    let limits: QueryLimits
    /// Rows times columns of an answer.
    let valueLimit: Int
    let metrics: MetricRegistry
    let clock: @Sendable () -> Int64
    /// Set when the service stops.
    let isStopping: Flag

    /// Milliseconds asked for where `since` is missing.
    private static let defaultSpan: Int64 = 3_600_000

    func respond(to request: Request, _ subject: Subject, _ context: CollectorRequestContext) async throws -> Response {
        let now = clock()
        let (question, format) = try read(request, subject, now: now)
        let (desk, limits, valueLimit) = (desk, limits, valueLimit)
        let made = try await run(context, isQuery: subject.readsFlows) { isCancelled throws(StoreError) in
            let answer = try desk.answer(question, now: now, limits: limits, isCancelled: isCancelled)
            try Self.checkSize(answer, valueLimit: valueLimit)
            return (octets: answer.render(format), headers: AnswerHeaders.fields(answer))
        }
        var response = CollectorResponder.body(made.octets, contentType: format.contentType, on: context)
        response.headers.append(contentsOf: made.headers)
        return response
    }

    func report(to request: Request, _ context: CollectorRequestContext) async throws -> Response {
        let now = clock()
        let parameters = try Self.parameters(request)
        let accept = request.headers[.accept]
        let asked: (question: FlowReport.Question, format: ReportFormat)
        do throws(RequestFaults) {
            asked = try ReportParameters.parse(parameters, now: now, defaultSpan: Self.defaultSpan, accept: accept)
        } catch {
            throw Problem(error)
        }
        let (desk, limits) = (desk, limits)
        let made = try await run(context, isQuery: true) { isCancelled throws(StoreError) in
            let report = try desk.report(asked.question, limits: limits, isCancelled: isCancelled)
            return (octets: asked.format.render(report), name: asked.format.fileName(report))
        }
        var response = CollectorResponder.body(made.octets, contentType: asked.format.contentType, on: context)
        response.headers[.contentDisposition] = "attachment; filename=\"\(made.name)\""
        return response
    }

    // MARK: - Reading

    private func read(_ request: Request, _ subject: Subject, now: Int64) throws -> (Question, AnswerFormat) {
        let parameters = try Self.parameters(request)
        var faults: [RequestFault] = []
        var format = AnswerFormat.json
        var question = Question.fields
        do throws(RequestFault) {
            format = try AnswerFormat.choose(parameter: parameters["format"], accept: request.headers[.accept])
        } catch {
            faults.append(error)
        }
        do throws(RequestFaults) {
            question = try Question.parse(subject, parameters, now: now, defaultSpan: Self.defaultSpan)
                .shaped(for: format, hasFields: parameters["fields"] != nil)
        } catch {
            faults += error.faults
        }
        if case .flows(let request) = question, let fault = sizeFault(request) { faults.append(fault) }
        if !faults.isEmpty { throw Problem(RequestFaults(faults)) }
        return (question, format)
    }

    private func sizeFault(_ request: FlowRequest) -> RequestFault? {
        let (rows, columns) =
            switch request.kind {
            case .flows(let fields, let limit, _): (limit, fields?.count ?? Field.stored.count)
            case .aggregate(let by, let measures, _, _, let limit): (limit, by.count + measures.count)
            // How many buckets hold how many groups is known when they are counted.
            case .series: (0, 0)
            }
        guard rows > valueLimit / max(1, columns) else { return nil }
        let message = "\(rows) rows of \(columns) fields are more than \(valueLimit) values; ask for at most \(valueLimit / max(1, columns)) rows a page, or name fewer fields"
        return RequestFault(parameter: "limit", message: message)
    }

    /// The rows of a series are no more than the pairs of bucket and group that it has, often fewer than its limit allows.
    private static func checkSize(_ answer: Answer, valueLimit: Int) throws(StoreError) {
        guard case .table(let table) = answer.rows, table.rows.count > valueLimit / max(1, table.columns.count) else { return }
        throw StoreError(
            .tooLarge, place: "",
            "\(table.rows.count) rows of \(table.columns.count) fields are more than \(valueLimit) values; "
                + "ask for a longer interval, a shorter time, a lower limit of groups or fewer fields")
    }

    private static func parameters(_ request: Request) throws -> [String: String] {
        do throws(RequestFaults) {
            return try QueryParameters.parse(request.uri.query ?? "")
        } catch {
            throw Problem(error)
        }
    }

    // MARK: - Running

    /// Runs the work on one of the threads, until the client goes or the service stops; counts queries.
    private func run<Result: Sendable>(
        _ context: CollectorRequestContext, isQuery: Bool,
        _ work: @escaping @Sendable (_ isCancelled: @escaping @Sendable () -> Bool) throws(StoreError) -> Result
    ) async throws -> Result {
        let hasGone = await context.departure()
        let isStopping = isStopping
        let isCancelled: @Sendable () -> Bool = { hasGone.isSet || isStopping.isSet }
        let metrics = metrics
        do {
            return try await threads.run { () throws(Problem) in
                let began = ContinuousClock.now
                do throws(StoreError) {
                    if isCancelled() { throw StoreError(.cancelled, place: "", "the query was cancelled") }
                    let result = try work(isCancelled)
                    if isQuery { Self.count(metrics, since: began, failure: nil) }
                    return result
                } catch {
                    if isQuery { Self.count(metrics, since: began, failure: error.code) }
                    throw Problem(query: error, isStopping: isStopping.isSet)
                }
            }
        } catch is WorkerThreads.Full {
            if isQuery { metrics.add(CollectorMetrics.queriesFailed, labels: ["busy"]) }
            throw Problem(503, .busy, "too many queries are waiting; ask again in a moment", retryAfterSeconds: 2)
        }
    }

    private static func count(_ metrics: MetricRegistry, since began: ContinuousClock.Instant, failure: StoreError.Code?) {
        metrics.add(CollectorMetrics.queries)
        metrics.add(CollectorMetrics.querySeconds, seconds: (ContinuousClock.now - began) / .seconds(1))
        if let failure { metrics.add(CollectorMetrics.queriesFailed, labels: [failure.rawValue]) }
    }
}
