import FlowModel

extension FlowCache {
    /// The place in the open record of an observation point for a direction: where the direction crosses its interface in
    /// that way, else where it was not seen yet.
    mutating func place(_ set: UInt32, of point: UInt16, isReversed: Bool) -> UInt32? {
        var place = extras.witnesses[set].points
        var unused: UInt32?
        while place != .max {
            if extras.points[place].interface == ObservationPoint.interface(point),
                extras.points[place].mayCross(isEgress: ObservationPoint.isEgress(point), isReversed: isReversed)
            {
                if extras.points[place].saw(isReversed: isReversed) { return place }
                unused = place
            }
            place = extras.points[place].next
        }
        return unused
    }

    /// The same, made if there is none; nil when the record has 8, or there is no room.
    mutating func makePlace(_ set: UInt32, of point: UInt16, isReversed: Bool) -> UInt32? {
        if let place = place(set, of: point, isReversed: isReversed) { return place }
        guard extras.witnesses[set].pointCount < UInt16(WitnessSet.pointLimit),
            let place = extras.takePoint(
                WitnessPoint(interface: ObservationPoint.interface(point), next: extras.witnesses[set].points))
        else { return nil }
        extras.witnesses[set].points = place
        extras.witnesses[set].pointCount += 1
        return place
    }

    /// Gives back the points of a set, whose record is over.
    ///
    /// - Returns: packets that they held.
    mutating func releasePoints(_ set: UInt32) -> UInt64 {
        extras.witnesses[set].standby0.first = .max
        extras.witnesses[set].standby1.first = .max
        var packets: UInt64 = 0
        var place = extras.witnesses[set].points
        while place != .max {
            packets &+= extras.points[place].seen0.packets &+ extras.points[place].seen1.packets
            let next = extras.points[place].next
            extras.points.give(place)
            place = next
        }
        extras.witnesses[set].points = .max
        extras.witnesses[set].pointCount = 0
        return packets
    }

    /// Writes what the witnesses of a record saw, beside it, and begins anew.
    mutating func exportWitnesses(_ index: Int, initiatorIsHigh high: Bool) {
        guard let set = witnessSet(of: index) else { return }
        var place = extras.witnesses[set].points
        while place != .max {
            let point = extras.points[place]
            if !point.isEmpty {
                var record = WitnessRecord()
                record.flowId = details[index].flowId
                record.part = details[index].part
                record.interface = UInt32(point.interface) + 1
                let own = point.direction(isReversed: high)
                record.direction = point.saw(isReversed: high) ? own : point.direction(isReversed: !high)
                let (initiator, responder) = high ? (point.seen1, point.seen0) : (point.seen0, point.seen1)
                record.packetDeltaCount = initiator.packets
                record.octetDeltaCount = initiator.octets
                record.reversePacketDeltaCount = responder.packets
                record.reverseOctetDeltaCount = responder.octets
                exported.witnessRecords.append(record)
            }
            place = point.next
        }
        _ = releasePoints(set)
        let (side0, side1) = (index &<< 1, index &<< 1 | 1)
        extras.witnesses[set].earlier0.packets &+= UInt64(sides[side0].packets)
        extras.witnesses[set].earlier0.octets &+= sides[side0].octets
        extras.witnesses[set].earlier1.packets &+= UInt64(sides[side1].packets)
        extras.witnesses[set].earlier1.octets &+= sides[side1].octets
    }

    /// How many places beside the point `seen` saw the record: those of witnesses, and the interface of the other
    /// direction's primary.
    ///
    /// - Parameter seen: the primary of the initiator's direction; of the other where there is none.
    mutating func witnessCount(_ index: Int, of seen: UInt16, _ other: UInt16) -> UInt16 {
        let isOther = other != FlowSide.noInterface && ObservationPoint.interface(other) != ObservationPoint.interface(seen)
        guard let set = witnessSet(of: index) else { return isOther ? 1 : 0 }
        let high = heads[index].marks.contains(.initiatorIsHigh)
        let hasOwn = sides[Self.side(index, high)].interface != FlowSide.noInterface
        var number = Int(extras.witnesses[set].pointCount)
        if place(set, of: seen, isReversed: hasOwn == high) != nil { number -= 1 }
        if isOther, !hasPlace(set, ofInterface: ObservationPoint.interface(other)) { number += 1 }
        return UInt16(min(number, WitnessSet.pointLimit))
    }

    private mutating func hasPlace(_ set: UInt32, ofInterface interface: UInt16) -> Bool {
        var place = extras.witnesses[set].points
        while place != .max {
            if extras.points[place].interface == interface { return true }
            place = extras.points[place].next
        }
        return false
    }
}
