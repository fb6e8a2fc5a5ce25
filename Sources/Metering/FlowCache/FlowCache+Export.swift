import FlowModel

extension FlowCache {
    /// Writes the open record of an entry to `exported` and begins an empty one; nothing for an empty one.
    mutating func export(_ index: Int, _ reason: FlowEndReason) {
        guard !entries[index].recordIsEmpty else { return }
        exported.append(record(index, reason))
        counters.records &+= 1
        refreshLocalAddresses(index)
        details[index].part &+= 1
        details[index].witnesses = WitnessList()
        details[index].earlier0.packets &+= entries[index].packets0
        details[index].earlier0.octets &+= entries[index].octets0
        details[index].earlier1.packets &+= entries[index].packets1
        details[index].earlier1.octets &+= entries[index].octets1
        entries[index].marks.insert(.hasParts)
        entries[index].recordStart = .max
        entries[index].packets0 = 0
        entries[index].packets1 = 0
        entries[index].octets0 = 0
        entries[index].octets1 = 0
        entries[index].flags0 = TCPFlags(rawValue: 0)
        entries[index].flags1 = TCPFlags(rawValue: 0)
    }

    /// Addresses that the flow's primaries show to be ours were so up to the last packet.
    private mutating func refreshLocalAddresses(_ index: Int) {
        let key = entries[index].key
        if details[index].isLocal0, entries[index].packets0 > 0 { noteLocal(key.tenant, key.lowAddress, at: entries[index].last0) }
        if details[index].isLocal1, entries[index].packets1 > 0 { noteLocal(key.tenant, key.highAddress, at: entries[index].last1) }
    }

    private func record(_ index: Int, _ reason: FlowEndReason) -> FlowRecord {
        let entry = entries[index]
        let detail = details[index]
        let high = entry.marks.contains(.initiatorIsHigh)
        let milli: Int64 = 1_000_000
        var record = FlowRecord()
        record.flowStartMilliseconds = entry.recordStart / milli
        // A late packet of a part whose time has passed must not end the part before it begins.
        record.flowEndMilliseconds = max(entry.lastPacket, entry.recordStart) / milli
        record.initialStartMilliseconds = min(detail.flowStart, entry.recordStart) / milli
        record.packetDeltaCount = high ? entry.packets1 : entry.packets0
        record.octetDeltaCount = high ? entry.octets1 : entry.octets0
        record.reversePacketDeltaCount = high ? entry.packets0 : entry.packets1
        record.reverseOctetDeltaCount = high ? entry.octets0 : entry.octets1
        record.flowEndReason = reason
        record.part = detail.part
        record.flowId = detail.flowId
        record.initiatorBasis = detail.basis
        record.protocolIdentifier = entry.key.protocolIdentifier
        record.sourceAddress = high ? entry.key.highAddress : entry.key.lowAddress
        record.destinationAddress = high ? entry.key.lowAddress : entry.key.highAddress
        record.vni = detail.vni
        record.vlan = detail.vlan
        record.innerVLAN = detail.innerVLAN
        record.dscp = detail.dscp
        record.encapsulation = detail.encapsulation
        record.samplingInterval = 1
        if detail.encapsulation != .none {
            let turn = detail.outerIsHigh != high
            record.outerSource = turn ? detail.outerDestination : detail.outerSource
            record.outerDestination = turn ? detail.outerSource : detail.outerDestination
        }
        let turnMACs = detail.macIsHigh != high
        record.sourceMAC = turnMACs ? detail.destinationMAC : detail.sourceMAC
        record.destinationMAC = turnMACs ? detail.sourceMAC : detail.destinationMAC
        setProtocolFields(&record, entry, detail, initiatorIsHigh: high)
        setObservationPoint(&record, entry, detail, initiatorIsHigh: high)
        return record
    }

    private func setProtocolFields(
        _ record: inout FlowRecord, _ entry: FlowEntry, _ detail: FlowDetail, initiatorIsHigh high: Bool
    ) {
        switch entry.key.protocolIdentifier {
        case 6:
            record.sourceTransportPort = high ? entry.key.highPort : entry.key.lowPort
            record.destinationTransportPort = high ? entry.key.lowPort : entry.key.highPort
            record.tcpControlBits = high ? entry.flags1 : entry.flags0
            record.reverseTCPControlBits = high ? entry.flags0 : entry.flags1
            record.initialTCPFlags = high ? detail.initialFlags1 : detail.initialFlags0
            record.reverseInitialTCPFlags = high ? detail.initialFlags0 : detail.initialFlags1
            record.connectionState = entry.state.state(
                initiatorIsHigh: high, initiatorSpoke: !record.initialTCPFlags.isEmpty,
                responderSpoke: !record.reverseInitialTCPFlags.isEmpty)
        case 1, 58:
            record.icmpType = detail.icmpType
            record.icmpCode = detail.icmpCode
            record.connectionState = answeredState(entry)
        default:
            record.sourceTransportPort = high ? entry.key.highPort : entry.key.lowPort
            record.destinationTransportPort = high ? entry.key.lowPort : entry.key.highPort
            record.connectionState = answeredState(entry)
        }
    }

    /// UDP and ICMP: SF when both directions were seen in the flow so far, else S0.
    private func answeredState(_ entry: FlowEntry) -> ConnectionState {
        entry.interface0 != FlowEntry.noInterface && entry.interface1 != FlowEntry.noInterface ? .sf : .s0
    }

    /// Interface and direction are those of the initiator's packets; of the answers where only they were seen.
    private func setObservationPoint(
        _ record: inout FlowRecord, _ entry: FlowEntry, _ detail: FlowDetail, initiatorIsHigh high: Bool
    ) {
        let own = high ? entry.interface1 : entry.interface0
        let other = high ? entry.interface0 : entry.interface1
        let seen = own == FlowEntry.noInterface ? other : own
        record.interface = seen == FlowEntry.noInterface ? 0 : UInt32(seen) + 1
        record.direction = own == FlowEntry.noInterface
            ? (high ? detail.direction0 : detail.direction1)
            : (high ? detail.direction1 : detail.direction0)
        record.witnesses = witnesses(detail.witnesses, of: seen, other)
    }

    /// The interfaces beside `seen`: those in the list, and the other direction's primary.
    private func witnesses(_ list: WitnessList, of seen: UInt16, _ other: UInt16) -> UInt16 {
        var number = list.count
        if list.contains(seen) { number -= 1 }
        if other != FlowEntry.noInterface, other != seen, !list.contains(other) { number += 1 }
        return UInt16(min(number, WitnessList.limit))
    }
}
