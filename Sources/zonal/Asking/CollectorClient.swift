import AgentCommands
import AsyncHTTPClient
import NIOCore

/// The HTTP client of the commands that ask a collector. Lives as long as the process.
enum CollectorClient {
    static let shared = Client()

    struct Client: Sendable {
        private let client: HTTPClient = {
            var configuration = HTTPClient.Configuration(
                timeout: HTTPClient.Configuration.Timeout(connect: .seconds(5)))
            // A person waits: a refused connection is an answer, not a reason to try for minutes.
            configuration.connectionPool.retryConnectionEstablishment = false
            // A collector sends nobody elsewhere, and an address that was not checked is not asked.
            configuration.redirectConfiguration = .disallow
            return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        }()

        /// - Parameters:
        ///   - timeout: until the last octet of the answer.
        ///   - hint: what can be done when that was too short.
        /// - Throws: why there is no answer, without the address: one clause for people.
        func execute(_ request: HTTPClientRequest, timeout: TimeAmount, hint: String = "") async throws(CommandFailure) -> HTTPClientResponse {
            // What cannot be an address stops the client below, and the process with it.
            do throws(CollectorURL.Fault) {
                _ = try CollectorURL(String(request.url.prefix { $0 != "?" }))
            } catch {
                throw CommandFailure(error.reason)
            }
            do {
                return try await client.execute(request, timeout: timeout)
            } catch {
                throw CommandFailure(CollectorSilence.reason(error, timeout: timeout, hint: hint))
            }
        }
    }
}
