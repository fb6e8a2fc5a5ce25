import Dashboards
import HTTPTypes
import Hummingbird
import Logging
import Telemetry

/// Answers every request: finds the route, checks the method, counts, and turns errors into problems.
struct CollectorResponder: HTTPResponder {
    typealias Context = CollectorRequestContext

    let answers: AnswerRoutes
    let intake: BatchRoute
    let readiness: @Sendable () -> Problem?
    /// Before `/metrics` shows them.
    let gauges: GaugeRefresh
    let metrics: MetricRegistry
    let logger: Logger

    func respond(to request: Request, context: Context) async throws -> Response {
        let route = Route(path: request.uri.path)
        var response: Response
        do {
            response = try await answer(request, route, context)
        } catch let problem as Problem {
            response = Self.response(problem, on: context)
        } catch is CancellationError {
            response = Self.response(Problem(503, .stopping, "the collector is stopping", retryAfterSeconds: 5), on: context)
        } catch {
            logger.error(
                "A request has failed.",
                metadata: [LogKey.requestPath: "\(route.label)", LogKey.errorCause: "\(error)"])
            response = Self.response(Problem(500, .store, "\(error)"), on: context)
        }
        response.headers[.xContentTypeOptions] = "nosniff"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        let status = response.status.code
        metrics.add(CollectorMetrics.httpRequests, labels: [route.label, String(status)])
        if status >= 500 {
            logger.debug(
                "A request was answered with an error.",
                metadata: [
                    LogKey.requestMethod: "\(request.method)", LogKey.requestPath: "\(route.label)",
                    LogKey.requestStatus: "\(status)",
                ])
        }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(_ request: Request, _ route: Route, _ context: Context) async throws -> Response {
        if case .page = route, DashboardAssets.asset(path: request.uri.path) == nil {
            throw Problem(404, .notFound, "there is nothing at this path; the page is at /, the API below /v1/")
        }
        if route == .unknown {
            let paths = Subject.allCases.map { "/v1/\($0.rawValue)" } + ["/v1/reports", "/v1/batches"]
            throw Problem(404, .notFound, "there is nothing at this path; there are \(paths.joined(separator: ", "))")
        }
        guard route.methods.contains(request.method.rawValue) else {
            let methods = route.methods.joined(separator: ", ")
            var problem = Problem(405, .method, "\(route.label) takes \(methods)")
            problem.allowedMethods = route.methods
            throw problem
        }
        switch route {
        case .batches: return try await intake.respond(to: request, context)
        case .answer(let subject): return try await answers.respond(to: request, subject, context)
        case .reports: return try await answers.report(to: request, context)
        case .health: return Self.text("ok\n", on: context)
        case .readiness:
            if let problem = readiness() { throw problem }
            return Self.text("ready\n", on: context)
        case .metrics:
            await gauges.refresh()
            return Self.text(PrometheusText.render(metrics), contentType: PrometheusText.contentType, on: context)
        case .page, .unknown: return Self.page(request.uri.path, on: context)
        }
    }

    // MARK: - Responses

    static func response(_ problem: Problem, on context: Context) -> Response {
        var response = body(
            problem.body, contentType: Problem.contentType, on: context, status: .init(code: problem.status))
        if let seconds = problem.retryAfterSeconds { response.headers[.retryAfter] = String(seconds) }
        if !problem.allowedMethods.isEmpty { response.headers[.allow] = problem.allowedMethods.joined(separator: ", ") }
        return response
    }

    static func body(
        _ octets: [UInt8], contentType: String, on context: Context, status: HTTPResponse.Status = .ok
    ) -> Response {
        Response(
            status: status, headers: [.contentType: contentType],
            body: PacedBody(octets: octets, channel: context.channel).body)
    }

    static func text(_ text: String, contentType: String = "text/plain; charset=utf-8", on context: Context) -> Response {
        body(Array(text.utf8), contentType: contentType, on: context)
    }

    private static func page(_ path: String, on context: Context) -> Response {
        guard let asset = DashboardAssets.asset(path: path) else {
            return response(Problem(404, .notFound, ""), on: context)
        }
        var response = body(asset.bytes, contentType: asset.contentType, on: context)
        // The next version of the program has other files under the same names.
        response.headers[.cacheControl] = "no-cache"
        return response
    }
}
