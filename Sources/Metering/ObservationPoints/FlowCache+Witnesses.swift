import FlowModel

extension FlowCache {
    /// The point of an interface in the open record.
    func point(_ set: UInt32, _ interface: UInt16) -> UInt32? {
        var place = extras.witnesses[set].points
        while place != .max {
            if extras.points[place].interface == interface { return place }
            place = extras.points[place].next
        }
        return nil
    }

    /// The same, made if there is none; nil when the record has 8, or there is no room.
    mutating func makePoint(_ set: UInt32, _ interface: UInt16) -> UInt32? {
        if let place = point(set, interface) { return place }
        guard extras.witnesses[set].pointCount < UInt16(WitnessSet.pointLimit),
            let place = extras.takePoint(WitnessPoint(interface: interface, next: extras.witnesses[set].points))
        else { return nil }
        extras.witnesses[set].points = place
        extras.witnesses[set].pointCount += 1
        return place
    }

    /// Gives back the points of a set.
    ///
    /// - Returns: packets that they held.
    mutating func releasePoints(_ set: UInt32) -> UInt64 {
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
        extras.witnesses[set].earlier0.packets &+= sides[side0].packets
        extras.witnesses[set].earlier0.octets &+= sides[side0].octets
        extras.witnesses[set].earlier1.packets &+= sides[side1].packets
        extras.witnesses[set].earlier1.octets &+= sides[side1].octets
    }

    /// How many interfaces beside `seen` saw the record: its points, and the other direction's primary.
    func witnessCount(_ index: Int, of seen: UInt16, _ other: UInt16) -> UInt16 {
        let isOther = other != FlowSide.noInterface && other != seen
        guard let set = witnessSet(of: index) else { return isOther ? 1 : 0 }
        var number = Int(extras.witnesses[set].pointCount)
        if point(set, seen) != nil { number -= 1 }
        if isOther, point(set, other) == nil { number += 1 }
        return UInt16(min(number, WitnessSet.pointLimit))
    }
}
