import FlowModel

extension JoinRefusal {
    /// Why a row cannot be half of a biflow; nil when it can.
    @inline(__always)
    init?(_ flows: borrowing FlowBatch, row: Int, exporter: UInt32) {
        let source = flows.sourceAddress[row]
        let destination = flows.destinationAddress[row]
        let proto = flows.protocolIdentifier[row]
        if Self.isBiflow(flows, row) {
            self = .hasReverse
        } else if flows.packetDeltaCount[row] | flows.octetDeltaCount[row] == 0 {
            self = .withoutCounters
        } else if exporter == 0 {
            self = .withoutExporter
        } else if source.isIPv6 != destination.isIPv6 || Self.isAbsent(source) || Self.isAbsent(destination) {
            self = .withoutAddresses
        } else if Self.isGroup(source) || Self.isGroup(destination) {
            self = .groupAddress
        } else if flows.flowEndMilliseconds[row] < flows.flowStartMilliseconds[row] {
            self = .endsBeforeStart
        } else if proto == 1 || proto == 58 {
            guard ICMPAnswers.other(than: flows.icmpType[row], isIPv6: proto == 58) == nil else { return nil }
            self = .oneWay
        } else {
            let ports = (flows.sourceTransportPort[row], flows.destinationTransportPort[row])
            if ports.0 | ports.1 == 0 && Self.hasPorts(proto) {
                self = .withoutPorts
            } else if ports.0 == ports.1 && source.low == destination.low && source.high == destination.high {
                self = .sameEnds
            } else {
                return nil
            }
        }
    }

    @inline(__always)
    private static func isBiflow(_ flows: borrowing FlowBatch, _ row: Int) -> Bool {
        let counters = flows.reversePacketDeltaCount[row] | flows.reverseOctetDeltaCount[row]
        let flags = flows.reverseTCPControlBits[row].rawValue | flows.reverseInitialTCPFlags[row].rawValue
        let segments = flows.reverseRetransmits[row] & flows.reverseOutOfOrder[row]
        return counters != 0 || flags | flows.initiatorBasis[row].rawValue != 0 || segments != .max
    }

    @inline(__always)
    private static func isAbsent(_ address: IPAddress) -> Bool { address.high | address.low == 0 }

    /// 224.0.0.0/4, 255.255.255.255, ff00::/8.
    @inline(__always)
    private static func isGroup(_ address: IPAddress) -> Bool {
        address.isIPv6 ? address.high >> 56 == 0xFF : address.low >> 28 == 0xE || address.low == 0xFFFF_FFFF
    }

    /// TCP, UDP, DCCP, SCTP, UDP-Lite.
    private static func hasPorts(_ proto: UInt8) -> Bool {
        switch proto {
        case 6, 17, 33, 132, 136: true
        default: false
        }
    }
}
