package import FlowModel

/// Reads a captured frame down to its transport header, through overlays, into a `PacketObservation`.
///
/// Never throws, never traps on input: a frame that cannot be read is an outcome with a reason. When an overlay's
/// payload cannot be read, or holds no IP, the packet counts for its outer flow; so does one nested deeper than the
/// bound, for the deepest flow within it.
package struct PacketDecoder: Sendable {
    /// What is looked through. What is not is an ordinary packet of its outer flow, or no IP packet.
    package struct Layers: OptionSet, Sendable, Hashable {
        package let rawValue: UInt16
        package init(rawValue: UInt16) { self.rawValue = rawValue }

        package static var vxlan: Layers { Layers(rawValue: 1 << 0) }
        package static var vxlanGPE: Layers { Layers(rawValue: 1 << 1) }
        package static var geneve: Layers { Layers(rawValue: 1 << 2) }
        /// GRE with IP, Ethernet (NVGRE), MPLS or PPP in it.
        package static var gre: Layers { Layers(rawValue: 1 << 3) }
        package static var erspan: Layers { Layers(rawValue: 1 << 4) }
        /// IPv4 and IPv6 in IPv4 and IPv6.
        package static var ipip: Layers { Layers(rawValue: 1 << 5) }
        package static var mpls: Layers { Layers(rawValue: 1 << 6) }
        package static var pppoe: Layers { Layers(rawValue: 1 << 7) }
        package static var all: Layers { Layers(rawValue: 0xFF) }
    }

    package struct Configuration: Sendable {
        package var layers = Layers.all
        /// UDP destination ports taken for VXLAN (RFC 7348: 4789; 8472 is the old Linux default).
        package var vxlanPorts: [UInt16] = [4789, 8472]
        package var vxlanGPEPorts: [UInt16] = [4790]
        /// RFC 8926.
        package var genevePorts: [UInt16] = [6081]
        /// MPLS in UDP (RFC 7510).
        package var mplsPorts: [UInt16] = [6635]
        /// GRE in UDP (RFC 8086).
        package var grePorts: [UInt16] = [4754]
        /// How many overlays are looked through, at most 32. The deepest that is met in practice is three: the overlay of
        /// a guest's containers, in that of its host, mirrored.
        package var maximumDepth = 4

        package init() {}
    }

    /// What the configuration comes to. One word to hand down, where a struct would be as many as it has fields.
    final class Rules: Sendable {
        let layers: Layers
        let ports: TunnelPorts
        let maximumDepth: Int

        init(_ configuration: Configuration) {
            layers = configuration.layers
            ports = TunnelPorts(configuration)
            maximumDepth = min(max(0, configuration.maximumDepth), 32)
        }
    }

    let linkType: LinkType
    let rules: Rules

    package init(linkType: LinkType, configuration: Configuration = Configuration()) {
        self.linkType = linkType
        rules = Rules(configuration)
    }

    /// - Parameters:
    ///   - octets: the captured part of the frame, from its link-layer header on.
    ///   - wireLength: the frame's length on the wire in octets, at least `octets.byteCount`.
    ///   - observation: overwritten but for `timestampNanoseconds`, `interface` and `direction`, which the capture sets
    ///     beforehand; it says nothing of a frame that was not observed. The same one serves for frame after frame.
    ///   - fragments: of the capture point or of several; it tells them apart.
    package func decode(
        _ octets: borrowing RawSpan, wireLength: Int, into observation: inout PacketObservation,
        fragments: inout FragmentTable
    ) -> DecodeOutcome {
        if linkType == .ethernet, decodeCommon(octets, &observation) { return .observed }
        return decodeAny(octets, wireLength, &observation, &fragments)
    }

    /// Reads a frame of any kind: layer by layer, as long as there is one more inside that can be read.
    @inline(never)
    func decodeAny(
        _ octets: borrowing RawSpan, _ wireLength: Int, _ observation: inout PacketObservation,
        _ fragments: inout FragmentTable
    ) -> DecodeOutcome {
        observation.clear()
        var place = Place(offset: 0, end: max(wireLength, octets.byteCount))
        let link = readLink(octets, &place, &observation)
        let outcome = readPacket(link, octets, &place, &observation, &fragments)
        guard outcome == .observed else { return outcome }
        while Int(observation.depth) < rules.maximumDepth, mayBeTunnel(observation) {
            var inner = observation
            guard let next = enterTunnel(octets, &place, &inner),
                readPacket(next, octets, &place, &inner, &fragments) == .observed
            else { break }
            observation = inner
        }
        fragments.finish(observation)
        return .observed
    }

    /// Reads headers up to and with one transport header.
    private func readPacket(
        _ first: NextHeader, _ octets: borrowing RawSpan, _ place: inout Place, _ observation: inout PacketObservation,
        _ fragments: inout FragmentTable
    ) -> DecodeOutcome {
        var outcome = readHeaders(first, octets, &place, &observation)
        guard outcome == .observed else { return outcome }
        outcome = readTransport(octets, place, &observation)
        guard outcome == .observed else { return outcome }
        observation.setTenant()
        if place.fragment.isFirst || place.fragment.isLater { fragments.take(place, &observation) }
        return .observed
    }

    /// Reads headers up to the transport header, which `place` points to then.
    @inline(__always)
    func readHeaders(
        _ first: NextHeader, _ octets: borrowing RawSpan, _ place: inout Place, _ observation: inout PacketObservation
    ) -> DecodeOutcome {
        var next = first
        while true {
            switch next {
            case .ethernet: next = readEthernet(octets, &place, &observation)
            case .etherType(let type): next = readEtherType(type, octets, &place, &observation)
            case .mpls: next = readMPLS(octets, &place)
            case .ppp: next = readPPP(octets, &place)
            case .ipv4: next = readIPv4(octets, &place, &observation)
            case .ipv6: next = readIPv6(octets, &place, &observation)
            case .ip:
                guard octets.has(1, at: place.offset) else { return .truncatedLink }
                switch octets.uint8(at: place.offset) >> 4 {
                case 4: next = .ipv4
                case 6: next = .ipv6
                default: return .notIP
                }
            case .transport: return .observed
            case .end(let outcome): return outcome
            }
        }
    }
}
