import Collecting
package import FlowQuery
package import FlowStore

/// An answer that is no success (RFC 9457, `application/problem+json`).
package struct Problem: Error, Sendable {
    /// The last part of `type`, bounded: what went wrong, for programs.
    package enum Code: String, Sendable, CaseIterable {
        case parameters, batch
        case tooLarge = "too-large"
        case busy, timeout
        /// The connection broke, or the client ended it, within the body.
        case incomplete
        case notFound = "not-found"
        case method
        case query, store, stopping

        var title: String {
            switch self {
            case .parameters: "The request has parameters that cannot be understood."
            case .batch: "The batch cannot be taken."
            case .tooLarge: "The body is too large."
            case .busy: "The collector is busy."
            case .timeout: "The request took too long."
            case .incomplete: "The body ended too early."
            case .notFound: "There is nothing here."
            case .method: "The method is not allowed here."
            case .query: "The query cannot be answered."
            case .store: "The store has failed."
            case .stopping: "The collector is stopping."
            }
        }
    }

    package var status: Int
    package var code: Code
    /// One or two sentences for people.
    package var detail: String
    package var faults: [RequestFault] = []
    /// Seconds for `Retry-After`; nil where a retry does not help or needs no wait.
    package var retryAfterSeconds: Int?
    /// Names the problem more closely than `code`, bounded too.
    package var kind: String?
    /// True when whoever made it has counted it in the metrics.
    var isCounted = false
    /// Methods for `Allow`.
    package var allowedMethods: [String] = []

    package init(_ status: Int, _ code: Code, _ detail: String, retryAfterSeconds: Int? = nil) {
        self.status = status
        self.code = code
        self.detail = detail
        self.retryAfterSeconds = retryAfterSeconds
    }

    package init(_ faults: RequestFaults) {
        self.init(400, .parameters, faults.description)
        self.faults = faults.faults
    }

    /// Why a batch was refused.
    init(refused error: IntakeError) {
        self.init(error.status, error.status == 413 ? .tooLarge : .batch, error.message)
        kind = error.code
        isCounted = true
    }

    /// Why a batch could not be stored. Whatever it is, but for the caller's own fault, the sender keeps the batch and comes
    /// again.
    init(storing error: StoreError) {
        switch error.code {
        case .invalid: self.init(400, .batch, error.description)
        case .closed: self.init(503, .stopping, "the collector is stopping; send it again", retryAfterSeconds: 5)
        default: self.init(503, .store, error.description, retryAfterSeconds: 5)
        }
        isCounted = true
    }

    /// Why a question to the store has no answer.
    ///
    /// - Parameter isStopping: the collector stops, and with it the queries that run.
    package init(query error: StoreError, isStopping: Bool = false) {
        switch error.code {
        case .cancelled where isStopping:
            self.init(503, .stopping, "the collector is stopping; ask again in a moment", retryAfterSeconds: 5)
        case .invalid: self.init(400, .query, error.description)
        case .tooLarge: self.init(422, .query, error.description)
        case .timeBudget: self.init(503, .query, error.description)
        case .cancelled: self.init(503, .query, "the query was cancelled: the client closed its side of the connection")
        case .closed: self.init(503, .stopping, "the collector is stopping; ask again in a moment", retryAfterSeconds: 5)
        case .busy: self.init(503, .busy, error.description, retryAfterSeconds: 1)
        default: self.init(500, .store, error.description)
        }
    }

    /// `{"type","title","status","detail","faults":[{"parameter","message","column","expected"}]}`
    package var body: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("type", "urn:zonal:problem:\(kind ?? code.rawValue)")
            writer.member("title", code.title)
            writer.member("status", status)
            writer.member("detail", detail)
            writer.key("faults")
            writer.array { writer in
                for fault in faults {
                    writer.object { writer in
                        writer.member("parameter", fault.parameter)
                        writer.member("message", fault.message)
                        writer.member("column", fault.column)
                        writer.key("expected")
                        writer.array { writer in for word in fault.expected { writer.string(word) } }
                    }
                }
            }
        }
        writer.newline()
        return writer.octets
    }

    package static let contentType = "application/problem+json"
}
