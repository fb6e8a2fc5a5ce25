/// The paths that a collector answers.
enum Route: Equatable {
    case batches
    case answer(Subject)
    case reports
    case health, readiness, metrics
    /// The page and its files.
    case page
    case unknown

    init(path: String) {
        switch path {
        case "/v1/batches": self = .batches
        case "/v1/reports": self = .reports
        case "/healthz": self = .health
        case "/readyz": self = .readiness
        case "/metrics": self = .metrics
        default:
            if path.hasPrefix("/v1/"), let subject = Subject(rawValue: String(path.dropFirst(4))) {
                self = .answer(subject)
            } else {
                self = path.hasPrefix("/v1/") ? .unknown : .page
            }
        }
    }

    var methods: [String] { self == .batches ? ["POST"] : ["GET", "HEAD"] }

    /// Bounded, for metrics.
    var label: String {
        switch self {
        case .batches: "/v1/batches"
        case .answer(let subject): "/v1/\(subject.rawValue)"
        case .reports: "/v1/reports"
        case .health: "/healthz"
        case .readiness: "/readyz"
        case .metrics: "/metrics"
        case .page: "page"
        case .unknown: "unknown"
        }
    }
}
