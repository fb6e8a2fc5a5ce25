import FlowModel

/// Puts fields of records into the columns of a batch, and what foreign records say in other ways into our words.
struct FlowRowReader {
    var flows = FlowBatch()
    var names: NameSlots
    /// When the exporter of the message started; nil when it did not say.
    var systemInitMilliseconds: Int64?
    /// The agent of rows that name none.
    var reportedAgent = ""
    var exportMilliseconds: Int64 = 0
    var domain: UInt32 = 0

    init(nameLimit: Int) { names = NameSlots(limit: nameLimit) }

    /// Starts an empty batch; names of interfaces and agents stay known.
    mutating func begin() {
        flows = FlowBatch()
        names.begin()
    }

    mutating func finish() -> FlowBatch {
        names.finish(&flows)
        defer { flows = FlowBatch() }
        return flows
    }

    mutating func setMessage(domain: UInt32, exportMilliseconds: Int64) {
        self.domain = domain
        self.exportMilliseconds = exportMilliseconds
    }

    mutating func nameInterface(_ number: UInt32, domain: UInt32, _ name: String) {
        names.set(.interface(domain: domain, number: number), name)
    }

    mutating func nameAgent(_ number: UInt32, _ name: String) { names.set(.agent(number), name) }

    /// Appends rows in which everything is absent.
    mutating func append(_ count: Int) -> Range<Int> {
        let start = flows.count
        flows.appendAbsent(count)
        return start..<flows.count
    }

    /// Appends what a witness saw; its interface comes as the file's number.
    mutating func appendWitness(_ record: WitnessRecord, domain: UInt32) {
        var record = record
        record.interface = names.slot(of: .interface(domain: domain, number: record.interface))
        flows.witnessRecords.append(record)
    }

    /// Reads one field of some records into its column.
    mutating func read(_ field: FlowField, _ place: FieldPlace, _ traits: TemplatePlan.Traits, _ bytes: RawSpan) {
        switch field {
        case .packets, .totalPackets, .initiatorPackets: place.fill(&flows.packetDeltaCount, bytes) { $0 }
        case .octets, .totalOctets, .initiatorOctets: place.fill(&flows.octetDeltaCount, bytes) { $0 }
        case .reversePackets, .reverseTotalPackets, .responderPackets:
            place.fill(&flows.reversePacketDeltaCount, bytes) { $0 }
        case .reverseOctets, .reverseTotalOctets, .responderOctets:
            place.fill(&flows.reverseOctetDeltaCount, bytes) { $0 }
        case .protocolIdentifier: place.fill(&flows.protocolIdentifier, bytes) { UInt8(truncatingIfNeeded: $0) }
        case .sourceIPv4: place.fill(&flows.sourceAddress, bytes) { IPAddress(ipv4: UInt32(truncatingIfNeeded: $0)) }
        case .destinationIPv4:
            place.fill(&flows.destinationAddress, bytes) { IPAddress(ipv4: UInt32(truncatingIfNeeded: $0)) }
        case .sourceIPv6: place.fillIPv6(&flows.sourceAddress, bytes, isSecond: traits.contains(.sourceIPv4))
        case .destinationIPv6:
            place.fillIPv6(&flows.destinationAddress, bytes, isSecond: traits.contains(.destinationIPv4))
        case .sourcePort: place.fill(&flows.sourceTransportPort, bytes) { UInt16(clamping: $0) }
        case .destinationPort: place.fill(&flows.destinationTransportPort, bytes) { UInt16(clamping: $0) }
        case .icmpTypeIPv4: readICMP(place, bytes, isType: true, isIPv6: false)
        case .icmpCodeIPv4: readICMP(place, bytes, isType: false, isIPv6: false)
        case .icmpTypeIPv6: readICMP(place, bytes, isType: true, isIPv6: true)
        case .icmpCodeIPv6: readICMP(place, bytes, isType: false, isIPv6: true)
        case .icmpTypeAndCode:
            place.fill(&flows.icmpType, bytes) { UInt8(truncatingIfNeeded: $0 >> 8) }
            place.fill(&flows.icmpCode, bytes) { UInt8(truncatingIfNeeded: $0) }
        case .tcpFlags: place.fillFlags(&flows.tcpControlBits, bytes)
        case .reverseTCPFlags: place.fillFlags(&flows.reverseTCPControlBits, bytes)
        case .initialTCPFlags:
            place.fillFlags(&flows.initialTCPFlags, bytes)
            if !traits.contains(.native) { place.addFlags(&flows.tcpControlBits, bytes) }
        case .reverseInitialTCPFlags:
            place.fillFlags(&flows.reverseInitialTCPFlags, bytes)
            if !traits.contains(.native) { place.addFlags(&flows.reverseTCPControlBits, bytes) }
        case .unionTCPFlags: place.addFlags(&flows.tcpControlBits, bytes)
        case .reverseUnionTCPFlags: place.addFlags(&flows.reverseTCPControlBits, bytes)
        case .retransmits: place.fill(&flows.retransmits, bytes) { UInt32(clamping: $0) }
        case .reverseRetransmits: place.fill(&flows.reverseRetransmits, bytes) { UInt32(clamping: $0) }
        case .outOfOrder: place.fill(&flows.outOfOrder, bytes) { UInt32(clamping: $0) }
        case .reverseOutOfOrder: place.fill(&flows.reverseOutOfOrder, bytes) { UInt32(clamping: $0) }
        case .clientRoundTrip: place.fill(&flows.clientRoundTripMicroseconds, bytes) { UInt32(clamping: $0) }
        case .serverRoundTrip: place.fill(&flows.serverRoundTripMicroseconds, bytes) { UInt32(clamping: $0) }
        case .initiatorBasis: place.fill(&flows.initiatorBasis, bytes) { Vocabulary.initiatorBasis($0) }
        case .state: place.fill(&flows.connectionState, bytes) { Vocabulary.connectionState($0) }
        case .endReason: place.fill(&flows.flowEndReason, bytes) { Vocabulary.flowEndReason($0) }
        case .flowId: place.fill(&flows.flowId, bytes) { $0 }
        case .part: place.fill(&flows.part, bytes) { UInt32(clamping: $0) }
        case .layer2SegmentId: readLayer2Segment(place, traits, bytes)
        case .virtualNetworkId: place.fill(&flows.vni, bytes) { UInt32(clamping: $0) }
        case .vlan, .vlanId: place.fillVLAN(&flows.vlan, bytes, isNative: traits.contains(.native))
        case .innerVLAN: place.fillVLAN(&flows.innerVLAN, bytes, isNative: traits.contains(.native))
        case .encapsulation: place.fill(&flows.encapsulation, bytes) { Vocabulary.encapsulation($0) }
        case .tunnelDepth: place.fill(&flows.tunnelDepth, bytes) { UInt8(clamping: $0) }
        case .outerSourceIPv4: place.fill(&flows.outerSource, bytes) { IPAddress(ipv4: UInt32(truncatingIfNeeded: $0)) }
        case .outerDestinationIPv4:
            place.fill(&flows.outerDestination, bytes) { IPAddress(ipv4: UInt32(truncatingIfNeeded: $0)) }
        case .outerSourceIPv6: place.fillIPv6(&flows.outerSource, bytes, isSecond: false)
        case .outerDestinationIPv6: place.fillIPv6(&flows.outerDestination, bytes, isSecond: false)
        case .dscp: place.fill(&flows.dscp, bytes) { UInt8(clamping: $0) }
        case .typeOfService: place.fill(&flows.dscp, bytes) { UInt8(truncatingIfNeeded: ($0 & 0xFF) >> 2) }
        case .sourceMAC: place.fill(&flows.sourceMAC, bytes) { MACAddress($0) }
        case .destinationMAC: place.fill(&flows.destinationMAC, bytes) { MACAddress($0) }
        case .interface: readInterface(place, bytes)
        case .egressInterface: readEgressInterface(place, bytes)
        case .direction: place.fill(&flows.direction, bytes) { $0 == 0 ? .ingress : $0 == 1 ? .egress : .absent }
        case .sampling, .samplingPacketInterval: place.fill(&flows.samplingInterval, bytes) { UInt32(clamping: $0) }
        case .samplingPacketSpace:
            place.merge(&flows.samplingInterval, bytes) { space, taken in
                taken == 0 ? 0 : UInt32(clamping: (UInt64(taken) &+ min(space, UInt64(UInt32.max))) / UInt64(taken))
            }
        case .witnesses: place.fill(&flows.witnesses, bytes) { UInt16(clamping: $0) }
        case .counted: place.fill(&flows.counted, bytes) { $0 != 2 }
        case .agent: readAgent(place, bytes)
        case .biflowDirection: turnRound(place, bytes)
        default: readTime(field, place, traits, bytes)
        }
    }
}
