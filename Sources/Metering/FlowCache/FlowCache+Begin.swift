import FlowModel

extension FlowEntry {
    static var blank: FlowEntry {
        FlowEntry(
            key: CanonicalKey.blank, interface0: noInterface, interface1: noInterface, state: [], flags0: [],
            flags1: [], marks: [], last0: 0, last1: 0, recordStart: .max, packets0: 0, packets1: 0, octets0: 0,
            octets1: 0, wheelPrevious: .max, wheelNext: .max, wheelSlot: .max, hashTag: 0)
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
        details[index] = FlowDetail()
        table.insert(hash, index: index, in: entries, hashedBy: hasher)
        startFlow(index, observation, isReversed: isReversed)
        noteFirstSight(index, observation, isReversed: isReversed)
        if observation.key.protocolIdentifier == 6 { noteTCP(index, observation, isReversed: isReversed) }
        count(index, observation, isReversed: isReversed)
        schedule(index, at: deadline(index))
    }

    /// Gives the entry a new flow id and what the first packet tells of the flow; used again when a SYN begins a new
    /// flow on an entry whose flow has ended.
    mutating func startFlow(_ index: Int, _ observation: PacketObservation, isReversed: Bool) {
        counters.flows &+= 1
        flowIdCounter &+= 1
        let points = details[index].witnesses
        var detail = FlowDetail()
        detail.witnesses = points
        detail.flowId = Self.flowId(flowIdSeed, flowIdCounter)
        detail.flowStart = observation.timestampNanoseconds
        detail.dscp = observation.dscp
        detail.vlan = observation.vlan
        detail.innerVLAN = observation.innerVLAN
        detail.vni = observation.vni
        detail.icmpType = observation.icmpType
        detail.icmpCode = observation.icmpCode
        detail.sourceMAC = observation.sourceMAC
        detail.destinationMAC = observation.destinationMAC
        detail.macIsHigh = isReversed
        details[index] = detail
        entries[index].marks = []
        entries[index].state = []
        let guess = InitiatorGuess(first: observation)
        details[index].basis = guess.basis
        if guess.isSender == isReversed { entries[index].marks.insert(.initiatorIsHigh) }
        if guess.basis == .icmp && !observation.isICMPRequest {
            // The answer came first: the type of the request is the port that the answer is paired with.
            details[index].icmpType = UInt8(truncatingIfNeeded: observation.key.destinationTransportPort)
            details[index].icmpCode = 0
        }
    }

    /// Unique within an epoch: a bijection of the counter, so that ids of two epochs hardly ever meet.
    private static func flowId(_ seed: UInt64, _ counter: UInt64) -> UInt64 {
        var z = seed &+ counter &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return z == 0 ? 1 : z
    }

    /// A direction is seen at an interface for the first time: what only this point knows is noted.
    func isLearnable(_ observation: PacketObservation) -> Bool {
        observation.direction == .ingress && observation.encapsulation == .none
            && localAddresses.isWorkload(observation.interface)
    }

    mutating func noteFirstSight(_ index: Int, _ observation: PacketObservation, isReversed: Bool) {
        if isLearnable(observation) {
            let isNew = localAddresses.note(
                observation.key.tenant, observation.key.sourceAddress, at: observation.timestampNanoseconds)
            if !isNew { counters.localAddressesDropped &+= 1 }
        }
        if observation.encapsulation != .none, details[index].encapsulation == .none {
            details[index].encapsulation = observation.encapsulation
            details[index].outerSource = observation.outerSource
            details[index].outerDestination = observation.outerDestination
            details[index].outerIsHigh = isReversed
        }
        if isReversed {
            if details[index].direction1 == .absent { details[index].direction1 = observation.direction }
        } else {
            if details[index].direction0 == .absent { details[index].direction0 = observation.direction }
        }
    }
}

extension CanonicalKey {
    static var blank: CanonicalKey {
        var ignored = false
        return CanonicalKey(PacketObservation(), isReversed: &ignored)
    }
}
