/// What came of one attempt to deliver a batch.
package enum DeliveryAnswer: Equatable, Sendable {
    /// 200: committed to disk, now or by an earlier attempt.
    case stored(isDuplicate: Bool)
    /// 400, 413, 415: this batch will never be taken.
    case rejected(status: Int)
    /// 401, 403 and whatever speaks for a wrong address or a wrong token: somebody must mend it.
    case refused(status: Int)
    /// 408, 429, 5xx: later. The time is the server's `Retry-After`, if it sent one.
    case busy(status: Int, retryAfter: Duration?)
    /// No answer: no connection, a time-out, a connection that broke. The reason is a bounded label.
    case failed(reason: String)

    /// - Parameter retryAfter: the header's value; seconds are understood, a date is not, and more than an hour is an hour.
    package init(status: Int, retryAfter: String?, isDuplicate: Bool) {
        switch status {
        case 200..<300: self = .stored(isDuplicate: isDuplicate)
        case 400, 413, 415: self = .rejected(status: status)
        case 408, 429, 500...: self = .busy(status: status, retryAfter: Self.seconds(retryAfter))
        default: self = .refused(status: status)
        }
    }

    /// The bounded name for metrics.
    package var label: String {
        switch self {
        case .stored(let isDuplicate): isDuplicate ? "duplicate" : "stored"
        case .rejected: "rejected"
        case .refused(401), .refused(403): "unauthorised"
        case .refused: "unexpected-status"
        case .busy(429, _): "too-many-requests"
        case .busy: "unavailable"
        case .failed(let reason): reason
        }
    }

    /// True when nobody knows what became of the batch: it was sent, perhaps whole, and the collector did not say whether it
    /// has it. 502 and 504 speak for a gateway that got no answer either.
    package var isUncertain: Bool {
        switch self {
        case .failed("connect-failed"), .failed("connect-timeout"): false
        case .failed, .busy(502, _), .busy(504, _): true
        default: false
        }
    }

    private static func seconds(_ text: String?) -> Duration? {
        guard let text, let seconds = Int(text.filter { $0 != " " }), seconds >= 0 else { return nil }
        return .seconds(min(seconds, 3600))
    }
}
