/// What became of the connections of one listening socket.
package struct StreamAccount: Sendable {
    /// Why a connection was not taken.
    package enum Refusal: String, Sendable, CaseIterable {
        /// Its address is not allowed to export.
        case address
        /// There are as many connections as may be, of all or of its address.
        case limit
        case addressLimit = "address-limit"
    }

    /// Why a connection ended.
    package enum Ending: String, Sendable, CaseIterable {
        /// By the exporter, behind a whole message.
        case exporter
        /// By the exporter or the network, in the middle of a message.
        case cut
        /// What came is no IPFIX.
        case framing
        /// A message was begun, and its rest did not come.
        case stalled
        /// TLS was not agreed on, or not in time.
        case handshake
        /// An error of the network or of TLS.
        case failure
        /// By the collector's own end.
        case stop
    }

    /// HOST:PORT.
    package let place: String
    package let isTLS: Bool
    package var open = 0
    package var accepted: UInt64 = 0
    package var octets: UInt64 = 0
    package var refused: [Refusal: UInt64] = [:]
    package var ended: [Ending: UInt64] = [:]
}
