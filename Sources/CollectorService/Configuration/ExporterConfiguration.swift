package import Collecting
package import FlowModel

/// What a collector is told of other people's exporters. Without an endpoint nobody is listened to.
package struct ExporterConfiguration: Sendable {
    /// Where NetFlow v5, v9 and IPFIX are taken over UDP.
    package var endpoints: [(host: String, port: UInt16)] = []
    /// Where sFlow v5 is taken.
    package var sflowEndpoints: [(host: String, port: UInt16)] = []
    /// Where IPFIX is taken over TCP, and over TLS.
    package var tcpEndpoints: [(host: String, port: UInt16)] = []
    package var tlsEndpoints: [(host: String, port: UInt16)] = []
    /// Needed for TLS.
    package var tls: ListenerTLS?
    /// Sockets for each endpoint of UDP; the kernel spreads exporters over them.
    package var socketsPerEndpoint = 1
    /// Octets to ask for, for each socket.
    package var receiveBuffer = 32 << 20
    /// Who is listened to; empty takes everybody.
    package var allowed: [IPPrefix] = []
    /// 1 in n packets where an exporter says nothing of it; 0 leaves it open.
    package var defaultSampling: UInt32 = 0
    /// How long a record of one direction waits for the other's, in milliseconds; nil joins none.
    package var joinWindowMilliseconds: Int64?
    /// Records are stored when so many have come, or when the oldest has waited for a second.
    package var batchRecords = 65_536

    package init() {}

    var isEmpty: Bool { endpoints.isEmpty && sflowEndpoints.isEmpty && tcpEndpoints.isEmpty && tlsEndpoints.isEmpty }
}
