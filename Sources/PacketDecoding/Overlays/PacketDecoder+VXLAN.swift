import FlowModel

extension PacketDecoder {
    /// VXLAN (RFC 7348 §5): flags, 24 reserved bits, VNI, 8 reserved bits, then an Ethernet frame.
    ///
    /// Reserved bits are not looked at, since real senders set them; the I flag must be set, else there is no VNI.
    /// On anything but a readable inner IP packet `observation` stays what it was: the outer flow.
    func decodeVXLAN(_ octets: borrowing RawSpan, _ place: Place, _ observation: inout PacketObservation) {
        let start = place.offset &+ 8
        guard octets.has(8, at: start), octets.uint8(at: start) & 0x08 != 0 else { return }
        var inner = observation
        inner.vni = octets.uint32(at: start &+ 4) >> 8
        inner.encapsulation = .vxlan
        inner.outerSource = observation.key.sourceAddress
        inner.outerDestination = observation.key.destinationAddress
        // `vlan` is that of the frame that carries the flow: of the inner frame.
        inner.vlan = .max
        inner.innerVLAN = .max
        var innerPlace = Place(offset: start &+ 8, wireLength: place.wireLength, depth: place.depth &+ 1)
        guard decodeInnerEthernet(octets, &innerPlace, &inner) == .observed else { return }
        observation = inner
    }

    /// Recursion through overlays goes by way of this function, so that the rest can be inlined into it.
    @inline(never)
    private func decodeInnerEthernet(
        _ octets: borrowing RawSpan, _ place: inout Place, _ observation: inout PacketObservation
    ) -> DecodeOutcome {
        decodeEthernet(octets, &place, &observation)
    }
}
