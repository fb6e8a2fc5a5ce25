extension FlowBatch {
    /// The Community ID of a row, from its key (seed 0); nil for an ICMP flow whose type is not known.
    package func communityID(row: Int) -> String? {
        let proto = protocolIdentifier[row]
        var key = FlowKey(
            tenant: .none, protocolIdentifier: proto, sourceAddress: sourceAddress[row],
            destinationAddress: destinationAddress[row], sourceTransportPort: sourceTransportPort[row],
            destinationTransportPort: destinationTransportPort[row])
        guard proto == 1 || proto == 58 else { return CommunityID.text(of: key) }
        let type = icmpType[row]
        guard type != .max else { return nil }
        key.sourceTransportPort = UInt16(type)
        switch proto == 1 ? ICMPPairing.ipv4(type) : ICMPPairing.ipv6(type) {
        case .request(let other), .answer(let other):
            key.destinationTransportPort = UInt16(other)
            return CommunityID.text(of: key)
        case .oneWay:
            guard icmpCode[row] != .max else { return nil }
            key.destinationTransportPort = UInt16(icmpCode[row])
            return CommunityID.text(of: key, isOneWay: true)
        }
    }
}
