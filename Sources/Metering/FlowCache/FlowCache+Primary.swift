import FlowModel

extension FlowCache {
    /// Decides about a packet from another interface than the direction's primary.
    ///
    /// - Returns: true when the interface is the primary from now on and the packet counts; false when it is a
    ///   witness's packet, which is counted as such and changes nothing else.
    @inline(never)
    mutating func takePrimary(
        _ index: Int, _ observation: PacketObservation, isReversed: Bool, _ primary: UInt16
    ) -> Bool {
        let time = observation.timestampNanoseconds
        let last = isReversed ? entries[index].last1 : entries[index].last0
        let standby = isReversed ? details[index].standby1 : details[index].standby0
        let isNext = standby.interface == observation.interface || standby.interface == FlowEntry.noInterface
            || time &- standby.last > configuration.primarySilence
        if isNext, time &- last > configuration.primarySilence {
            takeOver(index, observation, isReversed: isReversed, from: primary)
            return true
        }
        witness(index, observation, isReversed: isReversed, standby)
        return false
    }

    private mutating func witness(
        _ index: Int, _ observation: PacketObservation, isReversed: Bool, _ standby: StandbyPoint
    ) {
        if meteredAhead > 0 {
            meteredAhead &-= 1
            counters.metered &+= 1
        } else {
            counters.witnessed &+= 1
        }
        // Late packets of the flow that had the entry before are none of this one.
        if observation.timestampNanoseconds >= details[index].flowStart {
            var point = standby
            if point.interface == FlowEntry.noInterface { point.interface = observation.interface }
            if point.interface == observation.interface {
                point.last = max(point.last, observation.timestampNanoseconds)
                point.volume.packets &+= 1
                point.volume.octets &+= UInt64(observation.octets)
                if isReversed { details[index].standby1 = point } else { details[index].standby0 = point }
            }
        }
        switch details[index].witnesses.note(interface: observation.interface, isReversed: isReversed) {
        case .again: return
        case .first: break
        case .noRoom: guard observation.encapsulation != .none, details[index].encapsulation == .none else { return }
        }
        noteFirstSight(index, observation, isReversed: isReversed, isPrimary: false)
    }

    /// The primary is silent while others go on: this one counts from now on, and brings along what it saw of the flow
    /// beyond what the primary counted, so that nothing is lost in the silence. An interface that came later than the
    /// primary has seen less and brings less; nothing is counted twice, since what is brought is the difference.
    private mutating func takeOver(
        _ index: Int, _ observation: PacketObservation, isReversed: Bool, from primary: UInt16
    ) {
        let standby = isReversed ? details[index].standby1 : details[index].standby0
        let earlier = isReversed ? details[index].earlier1 : details[index].earlier0
        let packets = isReversed ? entries[index].packets1 : entries[index].packets0
        let octets = isReversed ? entries[index].octets1 : entries[index].octets0
        var former = StandbyPoint(interface: primary, last: isReversed ? entries[index].last1 : entries[index].last0)
        former.volume = Volume(packets: earlier.packets &+ packets, octets: earlier.octets &+ octets)
        if packets > 0 { _ = details[index].witnesses.note(interface: primary, isReversed: isReversed) }
        if standby.interface == observation.interface, standby.volume.packets > former.volume.packets,
            standby.volume.octets > former.volume.octets
        {
            let missed = Volume(
                packets: standby.volume.packets - former.volume.packets, octets: standby.volume.octets - former.volume.octets)
            meteredAhead &+= missed.packets
            entries[index].recordStart = min(entries[index].recordStart, standby.last)
            if isReversed {
                entries[index].packets1 &+= missed.packets
                entries[index].octets1 &+= missed.octets
                entries[index].last1 = max(entries[index].last1, standby.last)
            } else {
                entries[index].packets0 &+= missed.packets
                entries[index].octets0 &+= missed.octets
                entries[index].last0 = max(entries[index].last0, standby.last)
            }
        }
        if isReversed { details[index].standby1 = former } else { details[index].standby0 = former }
        setPrimary(index, observation.interface, isReversed: isReversed)
        noteFirstSight(index, observation, isReversed: isReversed, isPrimary: true)
    }

    mutating func setPrimary(_ index: Int, _ interface: UInt16, isReversed: Bool) {
        if isReversed { entries[index].interface1 = interface } else { entries[index].interface0 = interface }
    }
}
