import FlowModel

extension PacketDecoder {
    /// ERSPAN (draft-foschiano-erspan-03 §4): a mirrored Ethernet frame in GRE.
    ///
    /// Type I has no header of its own, and no GRE sequence number either, by which it is told from type II (8 octets);
    /// type III has 12 octets, and 8 more when the O flag is set. Which mirror it came from is no tenant.
    func enterERSPAN(
        _ type: UInt16, hasSequence: Bool, _ octets: borrowing RawSpan, _ place: inout Place,
        _ observation: inout PacketObservation
    ) -> NextHeader? {
        guard rules.layers.contains(.erspan) else { return nil }
        enter(.erspan, &observation)
        let start = place.offset
        if type == 0x88BE && !hasSequence { return .ethernet }
        guard octets.has(8, at: start) else { return nil }
        if type == 0x88BE {
            guard octets.uint8(at: start) >> 4 == 1 else { return nil }
            place.offset = start &+ 8
            return .ethernet
        }
        guard octets.has(12, at: start), octets.uint8(at: start) >> 4 == 2 else { return nil }
        let word = octets.uint16(at: start &+ 10)
        place.offset = start &+ (word & 1 != 0 ? 20 : 12)
        // Frame type 2 is a bare IP packet; others that are in use are Ethernet frames.
        return (word >> 10) & 0x1F == 2 ? .ip : .ethernet
    }
}
