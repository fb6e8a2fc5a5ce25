import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Delivers one batch by HTTP: `POST /v1/batches` (docs/formats/batch.md). Decides nothing.
struct Uploader: Sendable {
    private let client: HTTPClient
    private let configuration: Shipper.Configuration
    private let url: String

    init(configuration: Shipper.Configuration, url: String) {
        self.configuration = configuration
        self.url = url
        var http = HTTPClient.Configuration()
        http.timeout.connect = TimeAmount(configuration.connectTimeout)
        http.timeout.read = TimeAmount(configuration.requestTimeout)
        http.redirectConfiguration = .disallow
        // Trying again is decided here, where it is counted.
        http.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: http)
    }

    func shutdown() async {
        // What is still under way is cut off; whoever stops a shipper has waited for `drain` or does not want to.
        try? await client.shutdown()
    }

    /// One attempt, in at most the request's time.
    func deliver(_ batch: QueuedBatch) async -> DeliveryAnswer {
        // The client's own deadline ends with the answer's head, and its read timeout begins anew with every octet: neither
        // bounds the whole of an answer.
        await withTaskGroup { group in
            group.addTask { await attempt(batch) }
            group.addTask {
                do {
                    try await Task.sleep(for: configuration.requestTimeout)
                    return .failed(reason: "timeout")
                } catch {
                    return .failed(reason: "cancelled")
                }
            }
            let answer = await group.next()
            group.cancelAll()
            return answer ?? .failed(reason: "cancelled")
        }
    }

    private func attempt(_ batch: QueuedBatch) async -> DeliveryAnswer {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/ipfix")
        request.headers.add(name: "Content-Encoding", value: "gzip")
        request.headers.add(name: "Zonal-Agent", value: configuration.agent)
        request.headers.add(name: "Zonal-Epoch", value: Shipper.text(epoch: configuration.epoch))
        request.headers.add(name: "Zonal-Sequence", value: String(batch.sequence))
        if let token = configuration.token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        request.body = .bytes(batch.octets)
        do {
            let response = try await client.execute(request, timeout: TimeAmount(configuration.requestTimeout))
            // The answer is short; one that is not is no answer of a collector.
            let body = try await response.body.collect(upTo: 64 << 10)
            return DeliveryAnswer(
                status: Int(response.status.code), retryAfter: response.headers.first(name: "Retry-After"),
                body: Array(body.readableBytesView))
        } catch {
            return .failed(reason: Self.label(error))
        }
    }

    /// The bounded name of a failed attempt.
    private static func label(_ error: any Error) -> String {
        if let error = error as? HTTPClientError {
            return switch error {
            case .connectTimeout, .tlsHandshakeTimeout: "connect-timeout"
            case .deadlineExceeded, .readTimeout, .writeTimeout: "timeout"
            case .remoteConnectionClosed, .uncleanShutdown: "connection-closed"
            case .cancelled: "cancelled"
            default: "network"
            }
        }
        if let error = error as? IOError {
            return switch error.errnoCode {
            case ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ETIMEDOUT: "connect-failed"
            case ECONNRESET, EPIPE: "connection-closed"
            default: "network"
            }
        }
        if error is NIOConnectionError { return "connect-failed" }
        if error is CancellationError { return "cancelled" }
        // The connection ended within an answer.
        if case HTTPParserError.invalidEOFState? = error as? HTTPParserError { return "connection-closed" }
        return "network"
    }
}
