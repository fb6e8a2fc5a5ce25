import AsyncHTTPClient
import NIOCore

/// The HTTP client of the commands that ask a collector. Lives as long as the process.
enum CollectorClient {
    static let shared: HTTPClient = {
        var configuration = HTTPClient.Configuration(
            timeout: HTTPClient.Configuration.Timeout(connect: .seconds(5)))
        // A person waits: a refused connection is an answer, not a reason to try for minutes.
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()
}
