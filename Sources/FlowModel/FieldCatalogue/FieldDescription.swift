/// One line of the field catalogue: what `Field` alone does not say. Help, `/v1/fields` and pickers are made from it.
package struct FieldDescription: Sendable {
    package let field: Field
    package let kind: Field.Kind
    /// The unit of the number, `""` where there is none.
    package let unit: String
    /// The information element it travels as (IANA name and number, or `enterprise`), `""` for derived fields.
    package let element: String
    /// One sentence.
    package let meaning: String
}

extension Field {
    package var kind: Kind { description.kind }

    package var description: FieldDescription { Self.table[self] ?? Self.undescribed(self) }

    /// A hole in the table below is a fault of ours; a test looks for one.
    private static func undescribed(_ field: Field) -> FieldDescription {
        preconditionFailure("the field catalogue has no line for \(field.rawValue)")
    }

    /// All lines, in the order of output.
    package static let catalogue: [FieldDescription] = allCases.map(\.description)

    private static let table: [Field: FieldDescription] = {
        var table: [Field: FieldDescription] = [:]
        for (field, kind, unit, element, meaning) in lines {
            table[field] = FieldDescription(field: field, kind: kind, unit: unit, element: element, meaning: meaning)
        }
        return table
    }()

    private static let lines: [(Field, Kind, String, String, String)] = [
        (.start, .timestamp, "", "flowStartMilliseconds (152)", "First packet of the record."),
        (.end, .timestamp, "", "flowEndMilliseconds (153)", "Last packet of the record; the instant it belongs to."),
        (.flowStart, .timestamp, "", "enterprise", "First packet of the flow."),
        (.proto, .proto, "", "protocolIdentifier (4)", "IP protocol: a name or a number."),
        (.src, .address, "", "sourceIPv4Address (8), sourceIPv6Address (27)", "Address of the initiator."),
        (.srcPort, .port, "", "sourceTransportPort (7)", "Port of the initiator; 0 for protocols without ports."),
        (.dst, .address, "", "destinationIPv4Address (12), destinationIPv6Address (28)", "Address of the responder."),
        (.dstPort, .port, "", "destinationTransportPort (11)", "Port of the responder; 0 for protocols without ports."),
        (.packets, .count, "packets", "packetDeltaCount (2)", "Packets from src to dst."),
        (.bytes, .count, "bytes", "octetDeltaCount (1)", "IP-layer bytes from src to dst."),
        (.revPackets, .count, "packets", "reverse packetDeltaCount", "Packets from dst to src."),
        (.revBytes, .count, "bytes", "reverse octetDeltaCount", "IP-layer bytes from dst to src."),
        (.tcpFlags, .flags, "", "tcpControlBits (6)", "TCP flags from src, all packets of the record together."),
        (.revTCPFlags, .flags, "", "reverse tcpControlBits", "TCP flags from dst, all packets of the record together."),
        (.firstTCPFlags, .flags, "", "enterprise", "TCP flags of the flow's first packet from src."),
        (.revFirstTCPFlags, .flags, "", "enterprise", "TCP flags of the flow's first packet from dst."),
        (.state, .state, "", "enterprise", "Connection state in Zeek's words: S0 SF REJ S1 RSTO RSTR SH OTH …"),
        (.endReason, .endReason, "", "flowEndReason (136)", "Why the record ended: idle, active, end, forced, resources."),
        (.initiatorBasis, .initiatorBasis, "", "enterprise; biflowDirection (239)",
            "How the initiator is known: syn, synack, icmp, first-packet, port, unknown."),
        (.flowID, .hex, "", "flowId (148)", "The same for all records of one flow of one agent."),
        (.part, .number, "", "enterprise", "Number of the record within its flow, 0 first."),
        (.vni, .number, "", "layer2SegmentId (351)", "Innermost virtual network: VXLAN or Geneve VNI, NVGRE VSID."),
        (.vlan, .number, "", "dot1qVlanId (243)", "Outermost VLAN tag of the frame that carries the flow."),
        (.innerVLAN, .number, "", "dot1qCustomerVlanId (245)", "Second VLAN tag."),
        (.encap, .encapsulation, "", "enterprise", "Overlay that carried the flow; the innermost where there are several."),
        (.tunnelDepth, .number, "", "enterprise", "Overlays around the flow; absent where there is none."),
        (.outerSrc, .address, "", "enterprise", "Outer source address of the overlay."),
        (.outerDst, .address, "", "enterprise", "Outer destination address of the overlay."),
        (.srcMAC, .mac, "", "sourceMacAddress (56)", "MAC address of the initiator's frames."),
        (.dstMAC, .mac, "", "destinationMacAddress (80)", "MAC address that the initiator's frames go to."),
        (.dscp, .number, "", "ipDiffServCodePoint (195)", "DSCP of the initiator's first packet."),
        (.icmpType, .number, "", "icmpTypeIPv4 (176), icmpTypeIPv6 (178)", "ICMP type of the initiator's first packet."),
        (.icmpCode, .number, "", "icmpCodeIPv4 (177), icmpCodeIPv6 (179)", "ICMP code of the initiator's first packet."),
        (.rttClient, .microseconds, "us", "enterprise", "Handshake round trip between observation point and client."),
        (.rttServer, .microseconds, "us", "enterprise", "Handshake round trip between observation point and server."),
        (.retransmits, .number, "segments", "enterprise", "Retransmitted TCP segments from src."),
        (.revRetransmits, .number, "segments", "enterprise", "Retransmitted TCP segments from dst."),
        (.outOfOrder, .number, "segments", "enterprise", "TCP segments from src out of order."),
        (.revOutOfOrder, .number, "segments", "enterprise", "TCP segments from dst out of order."),
        (.agent, .text, "", "enterprise", "Agent or exporter that reported the record."),
        (.interface, .text, "", "ingressInterface (10), interfaceName (82)", "Interface where the initiator's packets were seen."),
        (.direction, .direction, "", "flowDirection (61)", "Which way the initiator's packets crossed it: ingress, egress."),
        (.sampling, .number, "", "samplingInterval (34)", "1 in n packets was looked at."),
        (.counted, .boolean, "", "", "False for a record that another agent's record already counts."),
        (.witnesses, .number, "", "enterprise", "Other interfaces of the agent that saw the flow too."),
        (.duration, .milliseconds, "ms", "", "end − flow_start."),
        (.totalBytes, .count, "bytes", "", "bytes + rev_bytes."),
        (.totalPackets, .count, "packets", "", "packets + rev_packets."),
        (.bps, .real, "bit/s", "", "Bits a second of the record, both directions."),
        (.pps, .real, "packet/s", "", "Packets a second of the record, both directions."),
        (.rtt, .microseconds, "us", "", "rtt_client + rtt_server."),
        (.communityID, .text, "", "", "Community ID (version 1, seed 0): the name that Zeek, Suricata and Wireshark give the flow too."),
        (.servicePort, .port, "", "", "dst_port where the initiator is known, else the smaller port."),
        (.records, .count, "records", "", "Number of records."),
        (.flows, .count, "flows", "", "Number of flows: records with part 0, so that a long flow is one."),
    ]
}
