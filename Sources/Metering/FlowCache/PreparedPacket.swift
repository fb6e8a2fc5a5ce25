import FlowModel

/// What the flow cache needs of one more packet of a record: its key, its hash, and what is counted. 80 octets, of a
/// packet observation's 184.
struct PreparedPacket: BitwiseCopyable {
    let key: CanonicalKey
    let hash: UInt32
    let time: Int64
    let octets: UInt32
    /// TCP: its first sequence number and the one after its payload.
    let sequence: UInt32
    let sequenceEnd: UInt32
    /// Where the observation is in its batch.
    let position: UInt32
    let point: UInt16
    let flags: UInt8
    let isReversed: Bool

    /// Packets that are prepared together: enough that a cache line has come when its turn is there, few enough that
    /// they stay in the first-level cache.
    static let batch = 32

    @inline(__always)
    init(_ observation: borrowing PacketObservation, position: UInt32, _ hasher: FlowHash) {
        var isReversed = false
        key = CanonicalKey(observation, isReversed: &isReversed)
        hash = hasher(key)
        time = observation.timestampNanoseconds
        octets = observation.octets
        sequence = observation.tcpSequence
        sequenceEnd = observation.tcpSequence &+ observation.tcpPayloadLength
        self.position = position
        point = observation.point
        flags = observation.tcpFlags.rawValue
        self.isReversed = isReversed
    }

    static var blank: PreparedPacket { PreparedPacket(PacketObservation(), position: 0, FlowHash(seed: (0, 0))) }
}
