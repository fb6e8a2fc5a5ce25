package import FlowModel

/// Where the payload of a frame's innermost IP packet lies: for those who read on behind the headers.
///
/// All places are octets from the beginning of the frame. `end` is what the IP header says, and may lie behind the captured
/// part.
package struct PacketPayload: Sendable {
    /// What the packet is of a datagram that was cut into several (RFC 791 §3.2, RFC 8200 §4.5).
    package struct Fragment: Hashable, Sendable {
        package var identification: UInt32
        /// Octets from the beginning of the datagram's payload.
        package var offset: Int
        package var hasMore: Bool
        package var isIPv6: Bool
        /// The IP header's own protocol, which all fragments of a datagram have; 0 for IPv6.
        package var headerProtocol: UInt8
    }

    package var source = IPAddress.zero
    package var destination = IPAddress.zero
    /// Of what begins at `transport`; without meaning in a later fragment of IPv6.
    package var protocolIdentifier: UInt8 = 0
    package var fragment: Fragment?
    /// Where the IP packet's data begin, and where the transport header does, which may stand behind further headers.
    package var start = 0
    package var transport = 0
    package var end = 0

    package init() {}

    init(_ place: Place, _ observation: PacketObservation) {
        source = observation.key.sourceAddress
        destination = observation.key.destinationAddress
        protocolIdentifier = observation.key.protocolIdentifier
        transport = place.offset
        start = place.offset
        end = place.end
        guard place.fragment.isFirst || place.fragment.isLater else { return }
        start = place.fragment.data
        fragment = Fragment(
            identification: place.fragment.identification, offset: Int(place.fragment.offset) &* 8,
            hasMore: place.fragment.hasMore, isIPv6: place.fragment.isIPv6, headerProtocol: place.fragment.protocolIdentifier)
    }
}

extension PacketDecoder {
    /// Finds the payload of the innermost IP packet of a frame, overlays looked through as `decode` does.
    ///
    /// - Parameters:
    ///   - octets: the captured part of the frame, from its link-layer header on.
    ///   - wireLength: the frame's length on the wire in octets.
    ///   - payload: overwritten; it says nothing of a frame that was not observed.
    package func findPayload(
        _ octets: borrowing RawSpan, wireLength: Int, _ payload: inout PacketPayload
    ) -> DecodeOutcome {
        var observation = PacketObservation()
        var place = Place(offset: 0, end: max(wireLength, octets.byteCount))
        let link = readLink(octets, &place, &observation)
        let outcome = readHeaders(link, octets, &place, &observation)
        guard outcome == .observed else { return outcome }
        payload = PacketPayload(place, observation)
        // Transport headers tell whether there is an overlay, and are no matter besides: TCP that is cut has no payload.
        guard readTransport(octets, place, &observation) == .observed else { return .observed }
        while Int(observation.depth) < rules.maximumDepth, !place.fragment.isFirst, mayBeTunnel(observation) {
            var inner = observation
            guard let next = enterTunnel(octets, &place, &inner),
                readHeaders(next, octets, &place, &inner) == .observed,
                readTransport(octets, place, &inner) == .observed
            else { break }
            observation = inner
            payload = PacketPayload(place, observation)
        }
        return .observed
    }
}
