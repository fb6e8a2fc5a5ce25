/// What a capture held, and what became of it.
///
/// Every frame, and every datagram that fragments came to, is a fragment, a UDP datagram, a TCP segment, of another protocol, or
/// has a reason why it was not read: `frames + datagramsAssembled` is the sum of these.
package struct ExportPacketStatistics: Hashable, Sendable {
    package var frames: UInt64 = 0
    /// Frames that could not be read down to UDP or TCP, by the reasons of `DecodeOutcome`, and `truncated-transport`.
    package var framesNotRead: [String: UInt64] = [:]
    package var otherProtocols: UInt64 = 0

    /// UDP datagrams, those put together of fragments among them: taken as exports, of other content or other ports, and of
    /// those taken the ones of which the capture has not all.
    package var datagrams: UInt64 = 0
    package var datagramsTaken: UInt64 = 0
    package var datagramsOther: UInt64 = 0
    package var datagramsCut: UInt64 = 0

    /// Fragments of IP, the datagrams that they came to, and those of which not all came, by reason.
    package var fragments: UInt64 = 0
    package var datagramsAssembled: UInt64 = 0
    package var datagramsLost: [FragmentLoss: UInt64] = [:]
    /// Fragments that hold what had come before, or contradict it: they are left out.
    package var fragmentsRepeated: UInt64 = 0

    /// TCP segments, and those with content that were looked at: of the ports that were asked for.
    package var segments: UInt64 = 0
    package var segmentsWithContent: UInt64 = 0
    /// Connections (each way is one) with IPFIX in them, those with other content, and those forgotten for want of room.
    package var connections: UInt64 = 0
    package var connectionsOther: UInt64 = 0
    package var connectionsForgotten: UInt64 = 0
    package var streamMessages: UInt64 = 0
    /// Holes in connections with IPFIX, and how many octets are not in the capture; of a beginning that is missing, which is one
    /// hole too, the octets are among those skipped.
    package var streamGaps: UInt64 = 0
    package var streamOctetsMissing: UInt64 = 0
    /// Octets that belong to no message that could be read whole, because of a hole or a message without sense.
    package var streamOctetsSkipped: UInt64 = 0

    package init() {}

    /// Why the fragments of a datagram did not come to one.
    package enum FragmentLoss: String, Hashable, Sendable, CaseIterable {
        /// Not all had come 30 s after the first, or at the end.
        case incomplete
        /// Others needed the room.
        case evicted
        /// Lengths and places that contradict each other.
        case contradictory
        /// The capture has not all octets of one.
        case cut
    }

    package var datagramsLostInAll: UInt64 { datagramsLost.values.reduce(0, +) }
    package var framesNotReadInAll: UInt64 { framesNotRead.values.reduce(0, +) }
}
