import FlowModel
import FlowQuery

extension BlockHeader {
    /// What a filter may know of the block before its columns are read; without its addresses.
    var bounds: BlockBounds {
        var bounds = BlockBounds()
        bounds.times = [.end: end, .start: start, .flowStart: flowStart]
        bounds.protocols = Set((0...255).filter { protocols.count == 32 && protocols[Int($0) >> 3] & (1 << ($0 & 7)) != 0 })
        if hasNames { bounds.texts = [.agent: names.agents, .interface: names.interfaces] }
        for (field, name, absent) in Self.numbers {
            guard let column = columns[name]?.column else { continue }
            bounds.numbers[field] = Self.raw(column.minimum, column.maximum, absent: absent)
        }
        return bounds
    }

    /// Bounds as `FlowBatch` holds the values. With `absent`, columns hold one more than the value, 0 for absent.
    private static func raw(_ minimum: UInt64, _ maximum: UInt64, absent: UInt64?) -> ClosedRange<UInt64> {
        guard minimum <= maximum else { return 0 ... .max }
        guard let absent else { return minimum...maximum }
        if minimum > 0 { return (minimum - 1)...(maximum - 1) }
        return maximum == 0 ? absent...absent : 0...absent
    }

    /// Fields whose bounds are those of a column, and what «absent» is where there is such a thing.
    private static let numbers: [(Field, BlockColumn, UInt64?)] = {
        let octet = UInt64(UInt8.max)
        let word16 = UInt64(UInt16.max)
        let word32 = UInt64(UInt32.max)
        return [
            (.packets, .packets, nil), (.bytes, .bytes, nil), (.revPackets, .reversePackets, nil),
            (.revBytes, .reverseBytes, nil), (.state, .state, nil), (.endReason, .endReason, nil),
            (.initiatorBasis, .initiatorBasis, nil), (.encap, .encapsulation, nil), (.tunnelDepth, .tunnelDepth, nil), (.direction, .direction, octet),
            (.proto, .proto, nil), (.srcPort, .sourcePort, nil), (.dstPort, .destinationPort, nil),
            (.part, .part, nil), (.sampling, .sampling, nil), (.witnesses, .witnesses, nil), (.vni, .vni, word32),
            (.vlan, .vlan, word16), (.innerVLAN, .innerVLAN, word16), (.dscp, .dscp, octet),
            (.icmpType, .icmpType, octet), (.icmpCode, .icmpCode, octet), (.rttClient, .clientRoundTrip, word32),
            (.rttServer, .serverRoundTrip, word32), (.retransmits, .retransmits, word32),
            (.revRetransmits, .reverseRetransmits, word32), (.outOfOrder, .outOfOrder, word32),
            (.revOutOfOrder, .reverseOutOfOrder, word32),
        ]
    }()
}
