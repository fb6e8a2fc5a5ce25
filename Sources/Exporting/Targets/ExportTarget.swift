package import IPFIX

/// Where flows are exported to, and how: `udp://192.0.2.1:4739?format=uniflow`.
package struct ExportTarget: Sendable, Hashable {
    package enum Transport: String, Sendable, CaseIterable {
        case udp, tcp, tls

        /// IANA's ports of IPFIX.
        var standardPort: UInt16 { self == .tls ? 4740 : 4739 }
    }

    /// Files of TLS, in PEM.
    package struct TLSFiles: Sendable, Hashable {
        /// The certificates that the collector's must be signed by; nil for those that this machine trusts.
        package var ca: String?
        /// Our own certificate, with those that lead to the CA behind it, and its key: for a collector that asks for them.
        package var certificate: String?
        package var key: String?

        package init() {}
    }

    package var transport: Transport
    /// A name or an address, without brackets.
    package var host: String
    package var port: UInt16
    package var settings: ExportSettings
    package var tls = TLSFiles()
    /// So many records a second at most; nil for the default of the way that they come by.
    package var recordsPerSecond: Int?

    package init(_ transport: Transport, host: String, port: UInt16? = nil) {
        self.transport = transport
        self.host = host
        self.port = port ?? transport.standardPort
        settings = ExportSettings(transport == .udp ? .datagram : .stream)
    }
}

extension ExportTarget: CustomStringConvertible {
    /// `tcp://[fd00::1]:4739`, for logs and metrics: never what follows the question mark.
    package var description: String {
        "\(transport.rawValue)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }
}
