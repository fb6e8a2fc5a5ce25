package import FlowModel

/// Where syslog messages go, and how.
package struct SyslogDestination: Sendable, Hashable {
    package enum Transport: String, Sendable, CaseIterable { case udp, tcp }

    /// How messages are told apart.
    package enum Framing: String, Sendable, CaseIterable {
        /// UDP: each message is a datagram (RFC 5426).
        case datagram
        /// TCP: each message ends with a line feed (RFC 6587 §3.4.2). The default of TCP: every receiver reads it.
        case lf
        /// TCP: each message follows its length in octets (RFC 6587 §3.4.1).
        case octetCounting = "octet-counting"
    }

    package var transport: Transport
    /// A name or an address.
    package var host: String
    package var port: UInt16
    /// Always `datagram` for UDP, never for TCP.
    package private(set) var framing: Framing
    /// 0 to 23; 20 is local4 (RFC 5424 §6.2.1).
    package var facility: UInt8
    /// Alerts of lesser severity are not sent, neither their opening nor their end.
    package var minimumSeverity: Alert.Severity
    /// Messages that may wait; past it the oldest is dropped and counted.
    package var queueLimit: Int

    /// - Parameter framing: of TCP; nil is its default, `lf`. A framing that the transport does not have is its default.
    package init(
        _ transport: Transport, host: String, port: UInt16, framing: Framing? = nil, facility: UInt8 = 20,
        minimumSeverity: Alert.Severity = .informational, queueLimit: Int = 10_000
    ) {
        self.transport = transport
        self.host = host
        self.port = port
        switch transport {
        case .udp: self.framing = .datagram
        case .tcp: self.framing = framing == .octetCounting ? .octetCounting : .lf
        }
        self.facility = min(facility, 23)
        self.minimumSeverity = minimumSeverity
        self.queueLimit = max(queueLimit, 1)
    }

    /// `tcp://[fd00::1]:514`, for logs.
    package var description: String {
        "\(transport.rawValue)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }
}
