/// A place in one of the pools of what few flows have.
struct ExtraReference: BitwiseCopyable, Equatable {
    private let rawValue: UInt32

    static var none: ExtraReference { ExtraReference(rawValue: .max) }
    static func witnesses(_ index: UInt32) -> ExtraReference { ExtraReference(rawValue: index) }
    static func gaps(_ index: UInt32) -> ExtraReference { ExtraReference(rawValue: index | 1 << 31) }

    private init(rawValue: UInt32) { self.rawValue = rawValue }

    var isGaps: Bool { rawValue & 1 << 31 != 0 }
    var index: UInt32 { rawValue & ~(1 << 31) }
}

/// Side tables: witnesses, sequence gaps and outer IPv6 addresses of the flows that have any. They share a bound in
/// bytes; where it is reached, what finds no room is not kept, and counted.
///
/// Memory that one kind has used stays its own, so an eighth of the bound is kept for each: a burst of flows with many
/// witnesses must not leave the agent unable to measure a retransmission for the rest of its life.
struct FlowExtras: ~Copyable {
    var witnesses: SparePool<WitnessSet>
    var points: SparePool<WitnessPoint>
    var gaps: SparePool<SequenceGaps>
    var outers: SparePool<LongAddresses>
    private let byteLimit: Int

    init(byteLimit: Int) {
        self.byteLimit = byteLimit
        witnesses = SparePool(capacity: byteLimit / SparePool<WitnessSet>.bytesPerElement)
        points = SparePool(capacity: byteLimit / SparePool<WitnessPoint>.bytesPerElement)
        gaps = SparePool(capacity: byteLimit / SparePool<SequenceGaps>.bytesPerElement)
        outers = SparePool(capacity: byteLimit / SparePool<LongAddresses>.bytesPerElement)
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

    mutating func takeOuter(_ value: LongAddresses) -> UInt32? {
        guard outers.hasFree || hasRoom(SparePool<LongAddresses>.bytesPerElement, own: outers.bytes) else { return nil }
        return outers.take(value)
    }
}

extension FlowCache {
    /// Where the flow's witnesses are kept, if it has any.
    func witnessSet(of index: Int) -> UInt32? {
        let first = details[index].extra
        guard first != .none else { return nil }
        if !first.isGaps { return first.index }
        let second = extras.gaps[first.index].next
        return second == .none ? nil : second.index
    }

    /// Where the flow's sequence gaps are kept, if it has any.
    func gapSet(of index: Int) -> UInt32? {
        let first = details[index].extra
        guard first != .none else { return nil }
        if first.isGaps { return first.index }
        let second = extras.witnesses[first.index].next
        return second == .none ? nil : second.index
    }

    /// The flow's sequence gaps, made if there are none; nil when there is no room.
    mutating func makeGapSet(of index: Int) -> UInt32? {
        if let place = gapSet(of: index) { return place }
        guard let place = extras.takeGaps(SequenceGaps(next: details[index].extra)) else { return nil }
        details[index].extra = .gaps(place)
        return place
    }

    /// The flow's witnesses, made if there are none; nil when there is no room.
    mutating func makeWitnessSet(of index: Int) -> UInt32? {
        if let place = witnessSet(of: index) { return place }
        // Where no record is open, what comes from now on.
        let since = heads[index].recordStart == .max ? lastPacket(index) &+ 1 : heads[index].recordStart
        guard let place = extras.takeWitnesses(WitnessSet(next: details[index].extra, since: since)) else { return nil }
        details[index].extra = .witnesses(place)
        return place
    }

    /// Gives back all that a flow has beside its entry; it ends here.
    mutating func releaseExtras(_ index: Int) {
        if let outer = details[index].longOuter { extras.outers.give(outer) }
        guard details[index].extra != .none else { return }
        if let place = gapSet(of: index) { extras.gaps.give(place) }
        if let place = witnessSet(of: index) {
            // Packets that witnesses saw after the last record belong to none.
            counters.witnessedUnlisted &+= releasePoints(place)
            extras.witnesses.give(place)
        }
        details[index].extra = .none
    }
}
