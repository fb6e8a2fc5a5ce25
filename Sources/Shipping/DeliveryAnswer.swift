import Foundation

/// What came of one attempt to deliver a batch.
package enum DeliveryAnswer: Equatable, Sendable {
    /// 200 and a collector's receipt: committed to disk, now or by an earlier attempt.
    case stored(isDuplicate: Bool)
    /// 400, 413, 415: this batch will never be taken.
    case rejected(status: Int)
    /// 401, 403 and whatever speaks for a wrong address or a wrong token: somebody must mend it. So does a success without a
    /// receipt: a proxy, a portal or another program answered, and the batch is on nobody's disk.
    case refused(status: Int)
    /// 408, 429, 5xx: later. The time is the server's `Retry-After`, if it sent one; `isUntouched` when a collector says that
    /// it did not even begin to store the batch.
    case busy(status: Int, retryAfter: Duration?, isUntouched: Bool = false)
    /// No answer: no connection, a time-out, a connection that broke. The reason is a bounded label.
    case failed(reason: String)

    /// - Parameters:
    ///   - retryAfter: the header's value; seconds are understood, a date is not, and more than an hour is an hour.
    ///   - body: of the answer. A collector's receipt is `{"accepted": n, "duplicate": false}` (docs/formats/batch.md).
    package init(status: Int, retryAfter: String?, body: [UInt8]) {
        switch status {
        case 200:
            guard let receipt = Receipt(body) else {
                self = .refused(status: status)
                return
            }
            self = .stored(isDuplicate: receipt.duplicate)
        case 400, 413, 415: self = .rejected(status: status)
        case 408, 429, 500...:
            self = .busy(status: status, retryAfter: Self.seconds(retryAfter), isUntouched: Fault(body)?.type == Fault.busy)
        default: self = .refused(status: status)
        }
    }

    /// What a collector says of a batch that is on disk.
    private struct Receipt: Decodable {
        var accepted: Int
        var duplicate: Bool

        init?(_ body: [UInt8]) {
            guard let receipt = try? JSONDecoder().decode(Self.self, from: Data(body)) else { return nil }
            self = receipt
        }
    }

    /// What a collector says of a batch that is not (RFC 9457).
    private struct Fault: Decodable {
        var type: String

        /// Too much is under way: the batch was turned away at the door.
        static let busy = "urn:zonal:problem:busy"

        init?(_ body: [UInt8]) {
            guard let fault = try? JSONDecoder().decode(Self.self, from: Data(body)) else { return nil }
            self = fault
        }
    }

    /// The bounded name for metrics.
    package var label: String {
        switch self {
        case .stored(let isDuplicate): isDuplicate ? "duplicate" : "stored"
        case .rejected: "rejected"
        case .refused(401), .refused(403): "unauthorised"
        case .refused: "unexpected-status"
        case .busy(429, _, _): "too-many-requests"
        case .busy: "unavailable"
        case .failed(let reason): reason
        }
    }

    /// True when nobody knows what became of the batch: it was sent, perhaps whole, and the collector did not say whether it
    /// has it. 502 and 504 speak for a gateway that got no answer either; and a collector whose store failed may have stored a
    /// part, in the partitions that came before the one that failed.
    package var isUncertain: Bool {
        switch self {
        case .failed("connect-failed"), .failed("connect-timeout"): false
        case .failed: true
        case .busy(let status, _, let isUntouched): status >= 500 && !isUntouched
        default: false
        }
    }

    private static func seconds(_ text: String?) -> Duration? {
        guard let text, let seconds = Int(text.filter { $0 != " " }), seconds >= 0 else { return nil }
        return .seconds(min(seconds, 3600))
    }
}
