import FlowQuery
import Foundation
import HTTPTypes
import Hummingbird
import Telemetry

/// `POST /v1/batches`: takes a batch in, within bounds of size, memory and time, and answers when it is on disk.
struct BatchRoute: Sendable {
    let receiver: BatchReceiver
    let threads: WorkerThreads
    let budget: ByteBudget
    let byteLimit: Int
    let timeLimit: Duration
    let metrics: MetricRegistry

    func respond(to request: Request, _ context: CollectorRequestContext) async throws -> Response {
        do {
            return try await take(request, context)
        } catch let problem as Problem {
            // What the receiver refuses it counts itself, by its own reasons.
            if !problem.isCounted { metrics.add(CollectorMetrics.batchesRejected, labels: [problem.code.rawValue]) }
            throw problem
        }
    }

    private func take(_ request: Request, _ context: CollectorRequestContext) async throws -> Response {
        let declared = try declaredLength(request)
        // A page of a stranger's site must not fill a collector on the visitor's machine; agents and curl send no origin.
        if request.headers[text: "Origin"] != nil {
            throw Problem(403, .batch, "batches do not come from web pages: the request has an Origin header")
        }
        let share = BudgetShare(of: budget)
        defer { share.giveBack() }
        let body = try await read(request, declared: declared, into: share)
        metrics.add(CollectorMetrics.batchBytes, body.count)
        let delivery = BatchDelivery(
            body: body, agent: request.headers[text: "Zonal-Agent"], epoch: request.headers[text: "Zonal-Epoch"],
            sequence: request.headers[text: "Zonal-Sequence"], contentType: request.headers[.contentType],
            contentEncoding: request.headers[.contentEncoding])
        let receiver = receiver
        do {
            let outcome = try await threads.run { () throws(Problem) in try receiver.take(delivery) }
            return CollectorResponder.body(outcome.body, contentType: "application/json", on: context)
        } catch is WorkerThreads.Full {
            throw Problem(503, .busy, "too many batches wait to be stored; send it again in a moment", retryAfterSeconds: 1)
        }
    }

    private func declaredLength(_ request: Request) throws -> Int? {
        guard let text = request.headers[.contentLength] else { return nil }
        guard let length = Int(text), length >= 0 else { throw Problem(400, .batch, "Content-Length is no number") }
        guard length <= byteLimit else { throw tooLarge() }
        return length
    }

    private func tooLarge() -> Problem {
        Problem(413, .tooLarge, "a batch may have \(byteLimit) bytes; send smaller ones")
    }

    /// The whole body.
    ///
    /// - Parameter share: takes what the body needs as it comes: who only announces one keeps nobody else out.
    /// - Throws: a problem when it is too large, finds no room, comes too slowly, or ends before its declared length.
    private func read(_ request: Request, declared: Int?, into share: BudgetShare) async throws -> [UInt8] {
        let body = request.body
        let timeLimit = timeLimit
        let octets = try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            group.addTask { try await collect(body, declared: declared, into: share) }
            group.addTask {
                try await Task.sleep(for: timeLimit)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        guard let octets else {
            throw Problem(408, .timeout, "the body did not come within \(timeLimit.components.seconds) seconds; send it again")
        }
        // A connection that breaks looks like the end of the body.
        if let declared, octets.count != declared {
            throw Problem(408, .incomplete, "the body ends after \(octets.count) of \(declared) bytes; send it again")
        }
        return octets
    }

    private func collect(_ body: RequestBody, declared: Int?, into share: BudgetShare) async throws -> [UInt8] {
        var octets: [UInt8] = []
        do {
            for try await buffer in body {
                let length = octets.count + buffer.readableBytes
                guard length <= byteLimit else { throw tooLarge() }
                guard share.grow(to: length) else {
                    throw Problem(
                        503, .busy, "too many batches are on their way in; send it again in a moment", retryAfterSeconds: 1)
                }
                // One allocation, once the body has shown that it comes.
                if octets.isEmpty { octets.reserveCapacity(declared ?? 0) }
                octets.append(contentsOf: buffer.readableBytesView)
            }
        } catch let problem as Problem {
            throw problem
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw Problem(408, .incomplete, "the body does not come to its end (\(error)); send it again")
        }
        return octets
    }
}

extension HTTPFields {
    /// The value of a header; nil also for a name that is none.
    fileprivate subscript(text name: String) -> String? { HTTPField.Name(name).flatMap { self[$0] } }
}
