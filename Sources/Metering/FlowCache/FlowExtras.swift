import FlowModel

/// A place in one of the pools of what few flows have: the kind in the two upper bits, the index in the others.
struct ExtraReference: BitwiseCopyable, Equatable {
    enum Kind: UInt32 {
        case witnesses, outer, gaps, none
    }

    private let rawValue: UInt32

    static var none: ExtraReference { ExtraReference(rawValue: .max) }

    private init(rawValue: UInt32) { self.rawValue = rawValue }

    /// - Parameter index: below 2^30; a pool holds fewer.
    init(_ kind: Kind, _ index: UInt32) { rawValue = kind.rawValue << 30 | index & 0x3FFF_FFFF }

    var kind: Kind { Kind(rawValue: rawValue >> 30) ?? .none }
    var index: UInt32 { rawValue & 0x3FFF_FFFF }
}

/// The outer addresses of a flow in an overlay.
struct OuterAddresses: BitwiseCopyable {
    let source: IPAddress
    let destination: IPAddress
    /// The next of the flow's extras.
    let next: ExtraReference
}

/// Side tables: witnesses, sequence gaps and outer addresses of the flows that have any. They share a bound in bytes; where
/// it is reached, what finds no room is not kept, and counted.
///
/// Memory that one kind has used stays its own, so an eighth of the bound is kept for each: a burst of flows with many
/// witnesses must not leave the agent unable to measure a retransmission for the rest of its life.
struct FlowExtras: ~Copyable {
    var witnesses: SparePool<WitnessSet>
    var points: SparePool<WitnessPoint>
    var gaps: SparePool<SequenceGaps>
    var outers: SparePool<OuterAddresses>
    private let byteLimit: Int

    init(byteLimit: Int) {
        self.byteLimit = byteLimit
        witnesses = SparePool(capacity: byteLimit / SparePool<WitnessSet>.bytesPerElement)
        points = SparePool(capacity: byteLimit / SparePool<WitnessPoint>.bytesPerElement)
        gaps = SparePool(capacity: byteLimit / SparePool<SequenceGaps>.bytesPerElement)
        outers = SparePool(capacity: byteLimit / SparePool<OuterAddresses>.bytesPerElement)
    }

    var bytes: Int { witnesses.bytes + points.bytes + gaps.bytes + outers.bytes }

    /// True when a kind that has used `own` bytes may use `size` more.
    private func hasRoom(_ size: Int, own: Int) -> Bool {
        let reserve = byteLimit / 8
        if own + size <= reserve { return true }
        // What the others have used, or have a right to.
        let kinds = max(witnesses.bytes + points.bytes, reserve) + max(gaps.bytes, reserve) + max(outers.bytes, reserve)
        return kinds - max(own, reserve) + own + size <= byteLimit
    }

    mutating func takeWitnesses(_ value: WitnessSet) -> UInt32? {
        guard witnesses.hasFree || hasRoom(SparePool<WitnessSet>.bytesPerElement, own: witnesses.bytes + points.bytes) else {
            return nil
        }
        return witnesses.take(value)
    }

    mutating func takePoint(_ value: WitnessPoint) -> UInt32? {
        guard points.hasFree || hasRoom(SparePool<WitnessPoint>.bytesPerElement, own: witnesses.bytes + points.bytes) else {
            return nil
        }
        return points.take(value)
    }

    mutating func takeGaps(_ value: SequenceGaps) -> UInt32? {
        guard gaps.hasFree || hasRoom(SparePool<SequenceGaps>.bytesPerElement, own: gaps.bytes) else { return nil }
        return gaps.take(value)
    }

    mutating func takeOuter(_ value: OuterAddresses) -> UInt32? {
        guard outers.hasFree || hasRoom(SparePool<OuterAddresses>.bytesPerElement, own: outers.bytes) else { return nil }
        return outers.take(value)
    }
}

extension FlowCache {
    /// Where the flow's extra of that kind is, if it has one.
    private mutating func extra(_ kind: ExtraReference.Kind, of index: Int) -> UInt32? {
        var reference = details[index].extra
        while true {
            if reference.kind == kind { return reference.index }
            switch reference.kind {
            case .witnesses: reference = extras.witnesses[reference.index].next
            case .outer: reference = extras.outers[reference.index].next
            case .gaps: reference = extras.gaps[reference.index].next
            case .none: return nil
            }
        }
    }

    /// Where the flow's witnesses are kept, if it has any.
    mutating func witnessSet(of index: Int) -> UInt32? { extra(.witnesses, of: index) }

    /// Where the flow's sequence gaps are kept, if it has any.
    mutating func gapSet(of index: Int) -> UInt32? { extra(.gaps, of: index) }

    /// The outer addresses of a flow in an overlay, if there was room for them.
    mutating func outerAddresses(of index: Int) -> OuterAddresses? { extra(.outer, of: index).map { extras.outers[$0] } }

    /// The flow's sequence gaps, made if there are none; nil when there is no room.
    mutating func makeGapSet(of index: Int) -> UInt32? {
        if let place = gapSet(of: index) { return place }
        guard let place = extras.takeGaps(SequenceGaps(next: details[index].extra)) else { return nil }
        details[index].extra = ExtraReference(.gaps, place)
        return place
    }

    /// The flow's witnesses, made if there are none; nil when there is no room.
    mutating func makeWitnessSet(of index: Int) -> UInt32? {
        if let place = witnessSet(of: index) { return place }
        // Where no record is open, what comes from now on.
        let since = heads[index].recordStart == .max ? lastPacket(index) &+ 1 : heads[index].recordStart
        guard let place = extras.takeWitnesses(WitnessSet(next: details[index].extra, since: since)) else { return nil }
        details[index].extra = ExtraReference(.witnesses, place)
        return place
    }

    /// Keeps the outer addresses of a flow that has none yet.
    ///
    /// - Returns: false when there is no room.
    mutating func keepOuter(_ source: IPAddress, _ destination: IPAddress, of index: Int) -> Bool {
        let addresses = OuterAddresses(source: source, destination: destination, next: details[index].extra)
        guard let place = extras.takeOuter(addresses) else { return false }
        details[index].extra = ExtraReference(.outer, place)
        return true
    }

    /// Gives back all that a flow has beside its entry; it ends here.
    mutating func releaseExtras(_ index: Int) {
        var reference = details[index].extra
        details[index].extra = .none
        while reference != .none {
            let place = reference.index
            switch reference.kind {
            case .witnesses:
                reference = extras.witnesses[place].next
                // Packets that witnesses saw after the last record belong to none.
                counters.witnessedUnlisted &+= releasePoints(place)
                extras.witnesses.give(place)
            case .outer:
                reference = extras.outers[place].next
                extras.outers.give(place)
            case .gaps:
                reference = extras.gaps[place].next
                extras.gaps.give(place)
            case .none: return
            }
        }
    }
}
