import FlowModel

/// The codes (see `FieldCode`) of one field over a batch: the stored column itself where it holds unsigned numbers, else
/// a function of the row.
enum NumberColumn {
    case octets([UInt8])
    case shorts([UInt16])
    case words([UInt32])
    case longs([UInt64])
    case times([Int64])
    case computed((Int) -> UInt64)
}

extension NumberColumn {
    /// The code of a row; for what is not done for every row.
    var code: (Int) -> UInt64 {
        switch self {
        case .octets(let column): { UInt64(column[$0]) }
        case .shorts(let column): { UInt64(column[$0]) }
        case .words(let column): { UInt64(column[$0]) }
        case .longs(let column): { column[$0] }
        case .times(let column): { FieldCode.time(column[$0]) }
        case .computed(let code): code
        }
    }
}

extension FlowBatch {
    /// - Returns: nil for a field without codes.
    func numbers(_ field: Field) -> NumberColumn? {
        switch field {
        case .start: .times(flowStartMilliseconds)
        case .end: .times(flowEndMilliseconds)
        case .flowStart: .times(initialStartMilliseconds)
        case .proto: .octets(protocolIdentifier)
        case .srcPort: .shorts(sourceTransportPort)
        case .dstPort: .shorts(destinationTransportPort)
        case .packets: .longs(packetDeltaCount)
        case .bytes: .longs(octetDeltaCount)
        case .revPackets: .longs(reversePacketDeltaCount)
        case .revBytes: .longs(reverseOctetDeltaCount)
        case .flowID: .longs(flowId)
        case .part: .words(part)
        case .vni: .words(vni)
        case .vlan: .shorts(vlan)
        case .innerVLAN: .shorts(innerVLAN)
        case .tunnelDepth: .octets(tunnelDepth)
        case .dscp: .octets(dscp)
        case .icmpType: .octets(icmpType)
        case .icmpCode: .octets(icmpCode)
        case .rttClient: .words(clientRoundTripMicroseconds)
        case .rttServer: .words(serverRoundTripMicroseconds)
        case .retransmits: .words(retransmits)
        case .revRetransmits: .words(reverseRetransmits)
        case .outOfOrder: .words(outOfOrder)
        case .revOutOfOrder: .words(reverseOutOfOrder)
        case .sampling: .words(samplingInterval)
        case .witnesses: .shorts(witnesses)
        default: computedNumbers(field).map { .computed($0) }
        }
    }

    private func computedNumbers(_ field: Field) -> ((Int) -> UInt64)? {
        switch field {
        case .tcpFlags: return flagCodes(tcpControlBits)
        case .revTCPFlags: return flagCodes(reverseTCPControlBits)
        case .firstTCPFlags: return flagCodes(initialTCPFlags)
        case .revFirstTCPFlags: return flagCodes(reverseInitialTCPFlags)
        case .state:
            let column = connectionState
            return { UInt64(column[$0].rawValue) }
        case .endReason:
            let column = flowEndReason
            return { UInt64(column[$0].rawValue) }
        case .initiatorBasis:
            let column = initiatorBasis
            return { UInt64(column[$0].rawValue) }
        case .encap:
            let column = encapsulation
            return { UInt64(column[$0].rawValue) }
        case .direction:
            let column = direction
            return { UInt64(column[$0].rawValue) }
        case .srcMAC:
            let column = sourceMAC
            return { column[$0].value }
        case .dstMAC:
            let column = destinationMAC
            return { column[$0].value }
        case .duration:
            let (end, begin) = (flowEndMilliseconds, initialStartMilliseconds)
            return { row in
                let (difference, overflow) = end[row].subtractingReportingOverflow(begin[row])
                return overflow || difference < 0 ? 0 : UInt64(difference)
            }
        case .totalBytes:
            let (there, back) = (octetDeltaCount, reverseOctetDeltaCount)
            return { there[$0] &+ back[$0] }
        case .totalPackets:
            let (there, back) = (packetDeltaCount, reversePacketDeltaCount)
            return { there[$0] &+ back[$0] }
        case .rtt:
            let (client, server) = (clientRoundTripMicroseconds, serverRoundTripMicroseconds)
            return { row in
                client[row] == .max || server[row] == .max ? .max : UInt64(client[row]) + UInt64(server[row])
            }
        case .servicePort:
            let (source, destination, basis) = (sourceTransportPort, destinationTransportPort, initiatorBasis)
            return { UInt64(basis[$0].servicePort(source: source[$0], destination: destination[$0])) }
        default: return nil
        }
    }

    /// 256 for protocols without such flags.
    private func flagCodes(_ column: [TCPFlags]) -> (Int) -> UInt64 {
        let proto = protocolIdentifier
        return { proto[$0] == 6 ? UInt64(column[$0].rawValue) : 256 }
    }
}
