import FlowModel

extension FlowCache {
    /// Writes the open record of an entry to `exported` and begins an empty one; nothing for an empty one.
    mutating func export(_ index: Int, _ reason: FlowEndReason) {
        guard !recordIsEmpty(index) else { return }
        rows.append(record(index, reason))
        if rows.count == Self.rowLimit { settleRows() }
        counters.records &+= 1
        refreshLocalAddresses(index)
        if details[index].extra != .none {
            exportWitnesses(index, initiatorIsHigh: heads[index].marks.contains(.initiatorIsHigh))
            if let place = gapSet(of: index) { extras.gaps[place].clearCounts() }
        }
        details[index].part &+= 1
        heads[index].recordStart = .max
        clearRecord(index &<< 1)
        clearRecord(index &<< 1 | 1)
    }

    private mutating func clearRecord(_ side: Int) {
        sides[side].packets = 0
        sides[side].octets = 0
        sides[side].flags = TCPFlags(rawValue: 0)
        sides[side].spread = 0
    }

    /// Moves the rows to the columns.
    mutating func settleRows() {
        guard !rows.isEmpty else { return }
        // Out of the way for the call, whose argument must not lie in what it changes.
        var ready: [FlowRecord] = []
        swap(&ready, &rows)
        exported.append(contentsOf: ready.span)
        ready.removeAll(keepingCapacity: true)
        swap(&ready, &rows)
    }

    /// Addresses that the flow's primaries show to be ours were so up to the last packet.
    private mutating func refreshLocalAddresses(_ index: Int) {
        guard details[index].isLocal0 || details[index].isLocal1 else { return }
        let key = heads[index].key(addresses)
        let tenant = heads[index].tenant
        let (low, high) = (sides[index &<< 1], sides[index &<< 1 | 1])
        if details[index].isLocal0, low.packets > 0 { noteLocal(tenant, key.lowAddress, at: low.last) }
        if details[index].isLocal1, high.packets > 0 { noteLocal(tenant, key.highAddress, at: high.last) }
    }

    private mutating func record(_ index: Int, _ reason: FlowEndReason) -> FlowRecord {
        let head = heads[index]
        let detail = details[index]
        let key = head.key(addresses)
        let high = head.marks.contains(.initiatorIsHigh)
        let own = sides[Self.side(index, high)]
        let other = sides[Self.side(index, !high)]
        let milli: Int64 = 1_000_000
        var record = FlowRecord()
        record.flowStartMilliseconds = head.recordStart / milli
        // A late packet of a part whose time has passed must not end the part before it begins.
        record.flowEndMilliseconds = max(own.last, other.last, head.recordStart) / milli
        record.initialStartMilliseconds = min(detail.flowStart, head.recordStart) / milli
        record.packetDeltaCount = UInt64(own.packets)
        record.octetDeltaCount = own.octets
        record.reversePacketDeltaCount = UInt64(other.packets)
        record.reverseOctetDeltaCount = other.octets
        record.flowEndReason = reason
        record.part = detail.part
        record.flowId = detail.flowId
        record.initiatorBasis = detail.basis
        record.protocolIdentifier = head.protocolIdentifier
        record.sourceAddress = high ? key.highAddress : key.lowAddress
        record.destinationAddress = high ? key.lowAddress : key.highAddress
        record.vni = head.vni
        record.vlan = detail.vlan
        record.innerVLAN = detail.innerVLAN
        record.dscp = detail.dscp
        record.samplingInterval = sampler.sampling.interval
        setOverlay(&record, index, detail, initiatorIsHigh: high)
        let turnMACs = detail.macIsHigh != high
        record.sourceMAC = turnMACs ? detail.destinationMAC : detail.sourceMAC
        record.destinationMAC = turnMACs ? detail.sourceMAC : detail.destinationMAC
        switch head.protocolIdentifier {
        case 6:
            setPorts(&record, head, initiatorIsHigh: high)
            setTCP(&record, index, own, other, initiatorIsHigh: high)
        case 1, 58:
            record.icmpType = detail.icmpType
            record.icmpCode = detail.icmpCode
            record.connectionState = answeredState(own, other)
        default:
            setPorts(&record, head, initiatorIsHigh: high)
            record.connectionState = answeredState(own, other)
        }
        setObservationPoint(&record, index, own.interface, other.interface, initiatorIsHigh: high)
        return record
    }

    private mutating func setOverlay(_ record: inout FlowRecord, _ index: Int, _ detail: FlowDetail, initiatorIsHigh high: Bool) {
        record.encapsulation = detail.encapsulation
        record.tunnelDepth = detail.depth
        guard !detail.encapsulation.isNone, let outer = outerAddresses(of: index) else { return }
        let turn = detail.outerIsHigh != high
        record.outerSource = turn ? outer.destination : outer.source
        record.outerDestination = turn ? outer.source : outer.destination
    }

    private mutating func setPorts(_ record: inout FlowRecord, _ head: FlowHead, initiatorIsHigh high: Bool) {
        record.sourceTransportPort = high ? head.highPort : head.lowPort
        record.destinationTransportPort = high ? head.lowPort : head.highPort
    }

    private mutating func setTCP(
        _ record: inout FlowRecord, _ index: Int, _ own: FlowSide, _ other: FlowSide, initiatorIsHigh high: Bool
    ) {
        let detail = details[index]
        record.tcpControlBits = own.flags
        record.reverseTCPControlBits = other.flags
        record.initialTCPFlags = high ? detail.initialFlags1 : detail.initialFlags0
        record.reverseInitialTCPFlags = high ? detail.initialFlags0 : detail.initialFlags1
        record.connectionState = heads[index].state.state(
            initiatorIsHigh: high, initiatorSpoke: !record.initialTCPFlags.isNone,
            responderSpoke: !record.reverseInitialTCPFlags.isNone)
        if sampler.isSampling { return }
        if detail.phase == .over { record.clientRoundTripMicroseconds = detail.clientRoundTrip }
        if detail.phase != .acknowledgedFirst { record.serverRoundTripMicroseconds = detail.serverRoundTrip }
        if heads[index].marks.contains(.unmeasured) { return }
        (record.retransmits, record.reverseRetransmits, record.outOfOrder, record.reverseOutOfOrder) = (0, 0, 0, 0)
        guard let place = gapSet(of: index) else { return }
        let gaps = extras.gaps[place]
        record.retransmits = high ? gaps.retransmits1 : gaps.retransmits0
        record.reverseRetransmits = high ? gaps.retransmits0 : gaps.retransmits1
        record.outOfOrder = high ? gaps.outOfOrder1 : gaps.outOfOrder0
        record.reverseOutOfOrder = high ? gaps.outOfOrder0 : gaps.outOfOrder1
    }

    /// UDP and ICMP: SF when both directions were seen in the flow so far, else S0.
    private mutating func answeredState(_ own: FlowSide, _ other: FlowSide) -> ConnectionState {
        own.interface != FlowSide.noInterface && other.interface != FlowSide.noInterface ? .sf : .s0
    }

    /// Interface and direction are those of the initiator's packets; of the answers where only they were seen.
    private mutating func setObservationPoint(
        _ record: inout FlowRecord, _ index: Int, _ own: UInt16, _ other: UInt16, initiatorIsHigh high: Bool
    ) {
        let seen = own == FlowSide.noInterface ? other : own
        record.interface = seen == FlowSide.noInterface ? 0 : UInt32(ObservationPoint.interface(seen)) + 1
        record.direction = own == FlowSide.noInterface
            ? (high ? details[index].direction0 : details[index].direction1)
            : (high ? details[index].direction1 : details[index].direction0)
        record.witnesses = witnessCount(index, of: seen, other)
    }
}
