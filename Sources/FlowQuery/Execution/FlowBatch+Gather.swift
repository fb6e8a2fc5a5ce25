package import FlowModel

extension FlowBatch {
    /// Appends some columns of some rows of a block, with the names they point to carried over and ids as addresses; all
    /// other columns stay as they are.
    package mutating func gather(_ block: FlowBlock, rows: [Int32], fields: Set<Field>) {
        for field in fields {
            if let ids = block.ids, let column = AddressColumn(field) {
                gather(ids, column, rows)
            } else {
                gather(field, block.batch, rows)
            }
        }
        count += rows.count
    }

    private mutating func gather(_ ids: AddressIDs, _ column: AddressColumn, _ rows: [Int32]) {
        let addresses = ids.table.addresses
        let column = (column, ids[column])
        let found = rows.map { addresses[Int(column.1[Int($0)])] }
        switch column.0 {
        case .source: sourceAddress += found
        case .destination: destinationAddress += found
        case .outerSource: outerSource += found
        case .outerDestination: outerDestination += found
        }
    }

    private mutating func gather(_ field: Field, _ other: FlowBatch, _ rows: [Int32]) {
        switch field {
        case .start: Self.take(&flowStartMilliseconds, other.flowStartMilliseconds, rows)
        case .end: Self.take(&flowEndMilliseconds, other.flowEndMilliseconds, rows)
        case .flowStart: Self.take(&initialStartMilliseconds, other.initialStartMilliseconds, rows)
        case .proto: Self.take(&protocolIdentifier, other.protocolIdentifier, rows)
        case .src: Self.take(&sourceAddress, other.sourceAddress, rows)
        case .srcPort: Self.take(&sourceTransportPort, other.sourceTransportPort, rows)
        case .dst: Self.take(&destinationAddress, other.destinationAddress, rows)
        case .dstPort: Self.take(&destinationTransportPort, other.destinationTransportPort, rows)
        case .packets: Self.take(&packetDeltaCount, other.packetDeltaCount, rows)
        case .bytes: Self.take(&octetDeltaCount, other.octetDeltaCount, rows)
        case .revPackets: Self.take(&reversePacketDeltaCount, other.reversePacketDeltaCount, rows)
        case .revBytes: Self.take(&reverseOctetDeltaCount, other.reverseOctetDeltaCount, rows)
        case .tcpFlags: Self.take(&tcpControlBits, other.tcpControlBits, rows)
        case .revTCPFlags: Self.take(&reverseTCPControlBits, other.reverseTCPControlBits, rows)
        case .firstTCPFlags: Self.take(&initialTCPFlags, other.initialTCPFlags, rows)
        case .revFirstTCPFlags: Self.take(&reverseInitialTCPFlags, other.reverseInitialTCPFlags, rows)
        case .state: Self.take(&connectionState, other.connectionState, rows)
        case .endReason: Self.take(&flowEndReason, other.flowEndReason, rows)
        case .initiatorBasis: Self.take(&initiatorBasis, other.initiatorBasis, rows)
        case .flowID: Self.take(&flowId, other.flowId, rows)
        case .part: Self.take(&part, other.part, rows)
        case .vni: Self.take(&vni, other.vni, rows)
        case .vlan: Self.take(&vlan, other.vlan, rows)
        case .innerVLAN: Self.take(&innerVLAN, other.innerVLAN, rows)
        case .encap: Self.take(&encapsulation, other.encapsulation, rows)
        case .tunnelDepth: Self.take(&tunnelDepth, other.tunnelDepth, rows)
        case .outerSrc: Self.take(&outerSource, other.outerSource, rows)
        case .outerDst: Self.take(&outerDestination, other.outerDestination, rows)
        case .srcMAC: Self.take(&sourceMAC, other.sourceMAC, rows)
        case .dstMAC: Self.take(&destinationMAC, other.destinationMAC, rows)
        case .dscp: Self.take(&dscp, other.dscp, rows)
        case .icmpType: Self.take(&icmpType, other.icmpType, rows)
        case .icmpCode: Self.take(&icmpCode, other.icmpCode, rows)
        case .rttClient: Self.take(&clientRoundTripMicroseconds, other.clientRoundTripMicroseconds, rows)
        case .rttServer: Self.take(&serverRoundTripMicroseconds, other.serverRoundTripMicroseconds, rows)
        case .retransmits: Self.take(&retransmits, other.retransmits, rows)
        case .revRetransmits: Self.take(&reverseRetransmits, other.reverseRetransmits, rows)
        case .outOfOrder: Self.take(&outOfOrder, other.outOfOrder, rows)
        case .revOutOfOrder: Self.take(&reverseOutOfOrder, other.reverseOutOfOrder, rows)
        case .agent: agent.append(contentsOf: carry(other.agent, of: other, rows))
        case .interface: interface.append(contentsOf: carry(other.interface, of: other, rows))
        case .direction: Self.take(&direction, other.direction, rows)
        case .sampling: Self.take(&samplingInterval, other.samplingInterval, rows)
        case .counted: Self.take(&counted, other.counted, rows)
        case .witnesses: Self.take(&witnesses, other.witnesses, rows)
        case .duration, .totalBytes, .totalPackets, .bps, .pps, .rtt, .communityID, .servicePort, .records, .flows: break
        }
    }

    private static func take<Value>(_ column: inout [Value], _ source: [Value], _ rows: [Int32]) {
        for row in rows { column.append(source[Int(row)]) }
    }

    /// Indices into our names for those of `other`; only the names that the rows use are taken over.
    private mutating func carry(_ column: [UInt32], of other: FlowBatch, _ rows: [Int32]) -> [UInt32] {
        var carried: [UInt32: UInt32] = [:]
        // A block may have as many names as rows: they are looked up, not searched for.
        var ours = Dictionary(zip(names, 0...), uniquingKeysWith: { (first: UInt32, _: UInt32) in first })
        var result: [UInt32] = []
        result.reserveCapacity(rows.count)
        for row in rows {
            let theirs = column[Int(row)]
            if let known = carried[theirs] {
                result.append(known)
            } else {
                let name = other.name(theirs)
                let number = ours[name] ?? UInt32(truncatingIfNeeded: names.count)
                if Int(number) == names.count {
                    names.append(name)
                    ours[name] = number
                }
                carried[theirs] = number
                result.append(number)
            }
        }
        return result
    }
}
