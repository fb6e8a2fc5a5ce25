import FlowModel

extension FlowEntry {
    static var blank: FlowEntry {
        let noFlags = TCPFlags(rawValue: 0)
        return FlowEntry(
            key: CanonicalKey.blank, interface0: noInterface, interface1: noInterface, state: TCPProgress(rawValue: 0), flags0: noFlags,
            flags1: noFlags, marks: Marks(rawValue: 0), last0: .min, last1: .min, recordStart: .max, packets0: 0, packets1: 0,
            octets0: 0, octets1: 0, wheelPrevious: .max, wheelNext: .max, wheelSlot: .max, hashTag: 0)
    }
}

extension FlowCache {
    /// A flow's first packet: makes an entry, for which another may have to go.
    @inline(never)
    mutating func begin(
        _ key: CanonicalKey, _ hash: UInt64, _ observation: PacketObservation, isReversed: Bool
    ) {
        wheel.start(at: observation.timestampNanoseconds)
        let index = takeRoom()
        var entry = FlowEntry.blank
        entry.key = key
        entry.hashTag = UInt32(truncatingIfNeeded: hash >> 32)
        if isReversed { entry.interface1 = observation.interface } else { entry.interface0 = observation.interface }
        entries[index] = entry
        table.insert(hash, index: index, in: entries, hashedBy: hasher)
        startFlow(index, observation, isReversed: isReversed)
        if observation.key.protocolIdentifier == 6 { noteTCP(index, observation, isReversed: isReversed) }
        count(index, observation, isReversed: isReversed)
        schedule(index, at: deadline(index))
    }

    /// Gives the entry a new flow id and what the first packet tells of the flow; used again when a new flow begins on
    /// an entry whose flow has ended.
    mutating func startFlow(_ index: Int, _ observation: PacketObservation, isReversed: Bool) {
        counters.flows &+= 1
        flowIdCounter &+= 1
        let guess = InitiatorGuess(first: observation)
        var detail = FlowDetail()
        detail.flowId = Self.flowId(flowIdSeed, flowIdCounter)
        detail.flowStart = observation.timestampNanoseconds
        detail.basis = guess.basis
        detail.vlan = observation.vlan
        detail.innerVLAN = observation.innerVLAN
        detail.vni = observation.vni
        detail.sourceMAC = observation.sourceMAC
        detail.destinationMAC = observation.destinationMAC
        detail.macIsHigh = isReversed
        if guess.isSender {
            detail.dscp = observation.dscp
            detail.icmpType = observation.icmpType
            detail.icmpCode = observation.icmpCode
        } else if guess.basis == .icmp {
            // The answer came first: the type of the request is the port that the answer is paired with.
            detail.icmpType = UInt8(truncatingIfNeeded: observation.key.destinationTransportPort)
            detail.icmpCode = 0
        }
        details[index] = detail
        entries[index].state = TCPProgress(rawValue: 0)
        entries[index].marks = guess.isSender == isReversed ? .initiatorIsHigh : FlowEntry.Marks(rawValue: 0)
        noteFirstSight(index, observation, isReversed: isReversed, isPrimary: true)
    }

    /// Unique within an epoch: a bijection of the counter, so that ids of two epochs hardly ever meet.
    private static func flowId(_ seed: UInt64, _ counter: UInt64) -> UInt64 {
        var z = seed &+ counter &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return z == 0 ? 1 : z
    }

    /// A flow that has begun is seen from its other side for the first time, by the direction's new primary.
    mutating func noteFirstPacket(_ index: Int, _ observation: PacketObservation, isReversed: Bool) {
        if observation.key.protocolIdentifier == 6 { noteInitialFlags(index, observation.tcpFlags, isReversed: isReversed) }
        guard isReversed == entries[index].marks.contains(.initiatorIsHigh), details[index].dscp == .max else { return }
        details[index].dscp = observation.dscp
        details[index].icmpType = observation.icmpType
        details[index].icmpCode = observation.icmpCode
    }

    /// A direction is seen at an interface for the first time (in this record, for a witness): what only this point
    /// knows is noted.
    mutating func noteFirstSight(_ index: Int, _ observation: PacketObservation, isReversed: Bool, isPrimary: Bool) {
        // True for a frame that a workload sent in, whose source is therefore an address of ours.
        let isLocal = observation.direction == .ingress && observation.encapsulation == .none
            && localAddresses.isWorkload(observation.interface)
        if isLocal { noteLocal(observation.key.tenant, observation.key.sourceAddress, at: observation.timestampNanoseconds) }
        if observation.encapsulation != .none, details[index].encapsulation == .none {
            details[index].encapsulation = observation.encapsulation
            details[index].outerSource = observation.outerSource
            details[index].outerDestination = observation.outerDestination
            details[index].outerIsHigh = isReversed
        }
        guard isPrimary else { return }
        if isReversed {
            details[index].direction1 = observation.direction
            details[index].isLocal1 = isLocal
        } else {
            details[index].direction0 = observation.direction
            details[index].isLocal0 = isLocal
        }
    }

    mutating func noteLocal(_ tenant: Tenant, _ address: IPAddress, at time: Int64) {
        if !localAddresses.note(tenant, address, at: time) { counters.localAddressesDropped &+= 1 }
    }
}

extension CanonicalKey {
    static var blank: CanonicalKey {
        var ignored = false
        return CanonicalKey(PacketObservation(), isReversed: &ignored)
    }
}
