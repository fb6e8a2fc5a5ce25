/// An alert: a query plus frozen evidence. Its identity is (`rule`, `scope`); repeats fold into it.
package struct Alert: Sendable, Equatable {
    /// Syslog severities (RFC 5424 §6.2.1) in use: 2 critical … 6 informational.
    package enum Severity: UInt8, Sendable, CaseIterable {
        case critical = 2
        case high = 3
        case medium = 4
        case low = 5
        case informational = 6
        package var name: String { ["critical", "high", "medium", "low", "info"][Int(rawValue) - 2] }
        package init?(name: String) {
            guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
            self = found
        }
    }
    package enum State: String, Sendable, CaseIterable { case open, closed }

    /// Stable for one open alert: a short lower-case hexadecimal text.
    package var id: String
    /// `D1`, `D2`, `D20` of the rule table.
    package var rule: String
    /// `horizontal-scan`, `vertical-scan`, `agent-silence`.
    package var name: String
    /// What the alert is about, as text that identifies it together with `rule`.
    package var scope: String
    package var severity: Severity
    package var state: State = .open
    package var source: IPAddress?
    package var destination: IPAddress?
    package var destinationPort: UInt16?
    package var protocolIdentifier: UInt8?
    package var tenant: Tenant = .none
    package var agent: String = ""
    /// What was counted (distinct targets, ports, seconds of silence), and the limit it passed.
    package var observed: Double = 0
    package var threshold: Double = 0
    package var windowSeconds: UInt32 = 0
    package var baseline: Double?
    package var firstSeenMilliseconds: Int64 = 0
    package var lastSeenMilliseconds: Int64 = 0
    package var openedMilliseconds: Int64 = 0
    package var closedMilliseconds: Int64?
    /// How many times the rule has fired for this scope while open.
    package var count: UInt64 = 1
    /// One sentence, printable ASCII: `10.0.1.11 failed to reach 12 hosts on tcp 445 in 5 min (limit 8)`.
    package var summary: String = ""
    /// MITRE ATT&CK technique ids, comma separated.
    package var techniques: String = ""
    /// The filter that shows the flows behind the alert, and the times to use it with.
    package var filter: String = ""
    package var filterSinceMilliseconds: Int64 = 0
    package var filterUntilMilliseconds: Int64 = 0
    /// Some of the flows behind it: at most 8, as the record stood when it was seen.
    package var samples: [Sample] = []
    /// Completeness of the window; nil where no account exists.
    package var completeness: Double?
    /// True when a bounded table lost an entry inside the window, so that the count is a lower bound.
    package var isApproximate = false

    package struct Sample: Sendable, Equatable {
        package var endMilliseconds: Int64
        package var protocolIdentifier: UInt8
        package var source: IPAddress
        package var destination: IPAddress
        package var sourcePort: UInt16
        package var destinationPort: UInt16
        package var state: ConnectionState
        package var agent: String
        package var flowId: UInt64
        package init(
            endMilliseconds: Int64, protocolIdentifier: UInt8, source: IPAddress, destination: IPAddress,
            sourcePort: UInt16, destinationPort: UInt16, state: ConnectionState, agent: String, flowId: UInt64
        ) {
            self.endMilliseconds = endMilliseconds
            self.protocolIdentifier = protocolIdentifier
            self.source = source
            self.destination = destination
            self.sourcePort = sourcePort
            self.destinationPort = destinationPort
            self.state = state
            self.agent = agent
            self.flowId = flowId
        }
    }

    package init(id: String, rule: String, name: String, scope: String, severity: Severity) {
        self.id = id
        self.rule = rule
        self.name = name
        self.scope = scope
        self.severity = severity
    }
}
