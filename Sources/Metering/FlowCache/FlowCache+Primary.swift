import FlowModel

extension FlowCache {
    /// Decides about a packet from another observation point than the direction's primary.
    ///
    /// - Returns: true when the point is the primary from now on and the packet counts; false when it is a
    ///   witness's packet, which is counted as such and changes nothing else.
    @inline(never)
    mutating func takePrimary(_ index: Int, _ observation: borrowing PacketObservation, isReversed: Bool) -> Bool {
        let time = observation.timestampNanoseconds
        let set = makeWitnessSet(of: index)
        let last = sides[Self.side(index, isReversed)].last
        if time &- last > configuration.replacingSilence, isNext(set, observation, isReversed: isReversed) {
            takeOver(index, set, observation, isReversed: isReversed)
            return true
        }
        witness(index, set, observation, isReversed: isReversed)
        return false
    }

    /// The standby takes over; another one when there is no standby, or it is silent too.
    private mutating func isNext(_ set: UInt32?, _ observation: borrowing PacketObservation, isReversed: Bool) -> Bool {
        guard let set else { return true }
        let point = isReversed ? extras.witnesses[set].standbyPoint1 : extras.witnesses[set].standbyPoint0
        let last = isReversed ? extras.witnesses[set].standby1.last : extras.witnesses[set].standby0.last
        if point == observation.point || point == FlowSide.noInterface { return true }
        return observation.timestampNanoseconds &- last > configuration.replacingSilence
    }

    private mutating func witness(_ index: Int, _ set: UInt32?, _ observation: borrowing PacketObservation, isReversed: Bool) {
        if meteredAhead > 0 {
            meteredAhead &-= 1
            counters.metered &+= 1
        } else {
            counters.witnessed &+= 1
        }
        guard let set else {
            counters.witnessedUnlisted &+= 1
            if !observation.encapsulation.isNone { noteFirstSight(index, observation, isReversed: isReversed, isPrimary: false) }
            return
        }
        noteStandby(set, observation, isReversed: isReversed)
        guard let place = makePlace(set, of: observation.point, isReversed: isReversed) else {
            counters.witnessedUnlisted &+= 1
            if !observation.encapsulation.isNone { noteFirstSight(index, observation, isReversed: isReversed, isPrimary: false) }
            return
        }
        if isReversed {
            extras.points[place].seen1.packets &+= 1
            extras.points[place].seen1.octets &+= UInt64(observation.octets)
        } else {
            extras.points[place].seen0.packets &+= 1
            extras.points[place].seen0.octets &+= UInt64(observation.octets)
        }
        guard !extras.points[place].saw(isReversed: isReversed) else { return }
        extras.points[place].note(observation.direction, isReversed: isReversed)
        noteFirstSight(index, observation, isReversed: isReversed, isPrimary: false)
    }

    private mutating func noteStandby(_ set: UInt32, _ observation: borrowing PacketObservation, isReversed: Bool) {
        // Packets from before the set was made, of the flow that had the entry before even, count for neither side.
        guard observation.timestampNanoseconds >= extras.witnesses[set].since else { return }
        if isReversed {
            if extras.witnesses[set].standbyPoint1 == FlowSide.noInterface {
                extras.witnesses[set].standbyPoint1 = observation.point
            }
            guard extras.witnesses[set].standbyPoint1 == observation.point else { return }
            extras.witnesses[set].standby1.count(observation)
        } else {
            if extras.witnesses[set].standbyPoint0 == FlowSide.noInterface {
                extras.witnesses[set].standbyPoint0 = observation.point
            }
            guard extras.witnesses[set].standbyPoint0 == observation.point else { return }
            extras.witnesses[set].standby0.count(observation)
        }
    }

    /// The primary is silent while others go on: this one counts from now on, and brings along what it saw in the open
    /// record beyond what the primary counted, so that nothing is lost in the silence. An interface that came later
    /// than the primary has seen less and brings less; nothing is counted twice, since what is brought is the
    /// difference, and is no longer the witness's.
    private mutating func takeOver(_ index: Int, _ set: UInt32?, _ observation: borrowing PacketObservation, isReversed: Bool) {
        let side = Self.side(index, isReversed)
        if let set {
            var former = StandbyVolume(
                first: sides[side].packets > 0 ? heads[index].recordStart : .max, last: sides[side].last,
                volume: isReversed ? extras.witnesses[set].earlier1 : extras.witnesses[set].earlier0)
            former.volume.packets &+= UInt64(sides[side].packets)
            former.volume.octets &+= sides[side].octets
            if sides[side].packets > 0 { notePresence(set, sides[side].interface, index, isReversed: isReversed) }
            bringAlong(index, set, former.volume, observation.point, isReversed: isReversed)
            if isReversed {
                extras.witnesses[set].standby1 = former
                extras.witnesses[set].standbyPoint1 = sides[side].interface
            } else {
                extras.witnesses[set].standby0 = former
                extras.witnesses[set].standbyPoint0 = sides[side].interface
            }
        }
        setPrimary(index, observation.point, isReversed: isReversed)
        noteFirstSight(index, observation, isReversed: isReversed, isPrimary: true)
    }

    /// Moves from the standby's point to the open record what the primary missed.
    private mutating func bringAlong(_ index: Int, _ set: UInt32, _ counted: Volume, _ point: UInt16, isReversed: Bool) {
        // What a sampled primary missed cannot be told.
        guard !sampler.isSampling,
            (isReversed ? extras.witnesses[set].standbyPoint1 : extras.witnesses[set].standbyPoint0) == point,
            let place = place(set, of: point, isReversed: isReversed)
        else { return }
        let standby = isReversed ? extras.witnesses[set].standby1 : extras.witnesses[set].standby0
        guard standby.volume.packets > counted.packets, standby.volume.octets > counted.octets else { return }
        // What earlier records told of as witnessed stays so.
        let seen = isReversed ? extras.points[place].seen1 : extras.points[place].seen0
        let side = Self.side(index, isReversed)
        // No more than the record's counter has room for.
        let room = UInt64(UInt32.max - sides[side].packets)
        let packets = min(standby.volume.packets - counted.packets, seen.packets, room)
        let octets = min(standby.volume.octets - counted.octets, seen.octets)
        guard packets > 0 else { return }
        let rest = Volume(packets: seen.packets - packets, octets: seen.octets - octets)
        if isReversed { extras.points[place].seen1 = rest } else { extras.points[place].seen0 = rest }
        meteredAhead &+= packets
        heads[index].recordStart = beginning(index, with: min(standby.first, standby.last))
        sides[side].packets &+= UInt32(truncatingIfNeeded: packets)
        sides[side].octets &+= octets
        sides[side].last = max(sides[side].last, standby.last)
    }

    /// The former primary, which saw packets of this record, is one of its witnesses.
    private mutating func notePresence(_ set: UInt32, _ point: UInt16, _ index: Int, isReversed: Bool) {
        guard let place = makePlace(set, of: point, isReversed: isReversed) else { return }
        extras.points[place].note(isReversed ? details[index].direction1 : details[index].direction0, isReversed: isReversed)
    }

    mutating func setPrimary(_ index: Int, _ point: UInt16, isReversed: Bool) {
        sides[Self.side(index, isReversed)].interface = point
    }
}

extension StandbyVolume {
    mutating func count(_ observation: borrowing PacketObservation) {
        first = min(first, observation.timestampNanoseconds)
        last = max(last, observation.timestampNanoseconds)
        volume.packets &+= 1
        volume.octets &+= UInt64(observation.octets)
    }
}
