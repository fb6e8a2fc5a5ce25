import FlowModel

extension FlowCache {
    /// A flow's first packet: makes an entry, for which another may have to go.
    @inline(never)
    mutating func begin(
        _ key: CanonicalKey, _ hash: UInt32, _ observation: borrowing PacketObservation, isReversed: Bool
    ) {
        wheel.start(at: observation.timestampNanoseconds)
        let index = takeRoom()
        let long = key.isIPv6
            ? addresses.take(
                LongAddresses(lowHigh: key.lowHigh, lowLow: key.lowLow, highHigh: key.highHigh, highLow: key.highLow))
            : nil
        heads[index] = .blank
        heads[index].setKey(key, longAddresses: long)
        sides[index &<< 1] = .blank
        sides[index &<< 1 | 1] = .blank
        setPrimary(index, observation.point, isReversed: isReversed)
        table.insert(hash, index: index)
        startFlow(index, observation, spread: UInt8(truncatingIfNeeded: hash >> 24), isReversed: isReversed)
        if heads[index].isTCP { noteTCP(index, observation, isReversed: isReversed) }
        heads[index].recordStart = beginning(index, with: observation.timestampNanoseconds)
        count(
            Self.side(index, isReversed), octets: observation.octets, observation.tcpFlags.rawValue,
            at: observation.timestampNanoseconds)
        schedule(index, at: deadline(index))
    }

    /// Gives the entry a new flow id and what the first packet tells of the flow; used again when a new flow begins on
    /// an entry whose flow has ended.
    mutating func startFlow(_ index: Int, _ observation: borrowing PacketObservation, spread: UInt8, isReversed: Bool) {
        counters.flows &+= 1
        flowIdCounter &+= 1
        let guess = InitiatorGuess(first: observation)
        details[index] = FlowDetail(first: observation, isReversed: isReversed)
        details[index].flowId = Self.flowId(flowIdSeed, flowIdCounter)
        details[index].basis = guess.basis
        if guess.isSender {
            details[index].dscp = observation.dscp
            details[index].icmpType = observation.icmpType
            details[index].icmpCode = observation.icmpCode
        } else if guess.basis.isICMP {
            // The answer came first: the type of the request is the port that the answer is paired with.
            details[index].icmpType = UInt8(truncatingIfNeeded: observation.key.destinationTransportPort)
            details[index].icmpCode = 0
        }
        heads[index].state = TCPProgress(rawValue: 0)
        heads[index].marks = guess.isSender == isReversed ? .initiatorIsHigh : FlowHead.Marks(rawValue: 0)
        sides[index &<< 1].spread = spread
        sides[index &<< 1].sequence = 0
        sides[index &<< 1 | 1].sequence = 0
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
    mutating func noteFirstPacket(_ index: Int, _ observation: borrowing PacketObservation, isReversed: Bool) {
        if heads[index].isTCP { noteInitialFlags(index, observation.tcpFlags, isReversed: isReversed) }
        guard isReversed == heads[index].marks.contains(.initiatorIsHigh), details[index].dscp == .max else { return }
        details[index].dscp = observation.dscp
        details[index].icmpType = observation.icmpType
        details[index].icmpCode = observation.icmpCode
    }

    /// A direction is seen at an interface for the first time (in this record, for a witness): what only this point
    /// knows is noted.
    mutating func noteFirstSight(_ index: Int, _ observation: borrowing PacketObservation, isReversed: Bool, isPrimary: Bool) {
        // True for a frame that a workload sent in, whose source is therefore an address of ours.
        let (interface, isIngress) = (observation.interface, observation.direction.isIngress)
        let isLocal = observation.encapsulation.isNone && isIngress && localAddresses.isWorkload(interface)
        if isLocal { noteLocal(observation.key.tenant, observation.key.sourceAddress, at: observation.timestampNanoseconds) }
        if !observation.encapsulation.isNone, details[index].encapsulation.isNone {
            noteOverlay(index, observation, isReversed: isReversed)
        }
        if isPrimary { details[index].setPoint(observation.direction, isLocal: isLocal, isReversed: isReversed) }
    }

    private mutating func noteOverlay(_ index: Int, _ observation: borrowing PacketObservation, isReversed: Bool) {
        details[index].setOverlay(observation.encapsulation, depth: observation.depth, isReversed: isReversed)
        if !keepOuter(observation.outerSource, observation.outerDestination, of: index) { counters.outersDropped &+= 1 }
    }

    mutating func noteLocal(_ tenant: Tenant, _ address: IPAddress, at time: Int64) {
        if !localAddresses.note(tenant, address, at: time) { counters.localAddressesDropped &+= 1 }
    }
}
