/// One transport session of an exporter (RFC 7011 §2): a connection, or what its datagrams from one port are together.
struct TransportSession: Hashable, Sendable {
    var port: UInt16
    var transport: ExportTransport
}

/// What the sets of a message need to know of it.
struct MessageContext: Sendable {
    enum Version: UInt16, Sendable, Hashable, Codable {
        case netFlow5 = 5
        case netFlow9 = 9
        case ipfix = 10
    }

    var version: Version
    /// The observation domain (IPFIX), source id (v9), or engine (v5), and where the exporter keeps it.
    var domainID: UInt32
    var domain: Int
    var session: TransportSession
    var exportMilliseconds: Int64
    /// When the exporter started, which v5 and v9 say in every message.
    var startMilliseconds: Int64?
    var receivedMilliseconds: Int64
    /// 1 in n packets, of v5's header; 0 when it does not say.
    var samplingInterval: UInt32 = 0
}
