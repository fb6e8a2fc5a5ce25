package import FlowModel

/// Reads a captured frame down to its transport header, through overlays, into a `PacketObservation`.
///
/// Never throws, never traps on input: a frame that cannot be read is an outcome with a reason. When an overlay's
/// payload cannot be read, or holds no IP, the packet counts for its outer flow.
package struct PacketDecoder: Sendable {
    package struct Configuration: Sendable {
        /// UDP destination ports taken for VXLAN (RFC 7348: 4789; 8472 is the old Linux default).
        package var vxlanPorts: [UInt16] = [4789, 8472]
        /// How many overlays are looked through; a further one is an ordinary UDP flow.
        package var maximumDepth = 4

        package init() {}
    }

    let linkType: LinkType
    let vxlanPort0: UInt16
    let vxlanPort1: UInt16
    let moreVXLANPorts: [UInt16]
    let maximumDepth: Int

    package init(linkType: LinkType, configuration: Configuration = Configuration()) {
        self.linkType = linkType
        // The usual two are plain fields: an array access per UDP packet can be had cheaper.
        let ports = configuration.vxlanPorts
        vxlanPort0 = ports.first ?? 0
        vxlanPort1 = ports.count > 1 ? ports[1] : vxlanPort0
        moreVXLANPorts = Array(ports.dropFirst(2))
        maximumDepth = max(0, configuration.maximumDepth)
    }

    /// - Parameters:
    ///   - octets: the captured part of the frame, from its link-layer header on.
    ///   - wireLength: the frame's length on the wire in octets, at least `octets.byteCount`.
    ///   - observation: overwritten but for `timestampNanoseconds`, `interface` and `direction`, which the capture sets.
    package func decode(
        _ octets: borrowing RawSpan, wireLength: Int, into observation: inout PacketObservation
    ) -> DecodeOutcome {
        observation.vlan = .max
        observation.innerVLAN = .max
        observation.vni = .max
        observation.encapsulation = .none
        observation.outerSource = .zero
        observation.outerDestination = .zero
        observation.sourceMAC = .absent
        observation.destinationMAC = .absent
        observation.tcpFlags = []
        observation.icmpType = .max
        observation.icmpCode = .max
        observation.isOneWay = false
        observation.isICMPRequest = false

        var place = Place(offset: 0, wireLength: max(wireLength, octets.byteCount), depth: 0)
        let outcome = decodeLink(octets, &place, &observation)
        guard outcome == .observed else { return outcome }
        observation.key.tenant = Tenant(vni: observation.vni, vlan: observation.vlan)
        return .observed
    }

    /// Where in the frame decoding is.
    struct Place {
        /// Of the next header, from the start of the frame.
        var offset: Int
        let wireLength: Int
        /// Overlays passed so far.
        var depth: Int
    }

    @inline(__always)
    private func decodeLink(
        _ octets: borrowing RawSpan, _ place: inout Place, _ observation: inout PacketObservation
    ) -> DecodeOutcome {
        switch linkType {
        case .ethernet:
            return decodeEthernet(octets, &place, &observation)
        case .linuxCooked:
            guard octets.has(16, at: 0) else { return .truncatedLink }
            place.offset = 16
            return decodeEtherType(octets.uint16(at: 14), octets, &place, &observation)
        case .linuxCooked2:
            guard octets.has(20, at: 0) else { return .truncatedLink }
            place.offset = 20
            return decodeEtherType(octets.uint16(at: 0), octets, &place, &observation)
        case .rawIP:
            return decodeIP(octets, &place, &observation)
        case .loopback:
            guard octets.has(4, at: 0) else { return .truncatedLink }
            place.offset = 4
            return decodeIP(octets, &place, &observation)
        }
    }

    /// An IP packet whose version only its own first octet tells.
    private func decodeIP(
        _ octets: borrowing RawSpan, _ place: inout Place, _ observation: inout PacketObservation
    ) -> DecodeOutcome {
        guard octets.has(1, at: place.offset) else { return .truncatedLink }
        switch octets.uint8(at: place.offset) >> 4 {
        case 4: return decodeIPv4(octets, &place, &observation)
        case 6: return decodeIPv6(octets, &place, &observation)
        default: return .notIP
        }
    }

    @inline(__always)
    func isVXLAN(port: UInt16) -> Bool {
        port != 0 && (port == vxlanPort0 || port == vxlanPort1 || (!moreVXLANPorts.isEmpty && moreVXLANPorts.contains(port)))
    }
}
