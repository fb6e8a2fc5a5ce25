import FlowModel

/// What is known of a flow's witnesses, made when a second observation point sees it: 120 octets, and 40 for each place
/// in the open record.
struct WitnessSet: BitwiseCopyable {
    /// The flow's other extra.
    var next: ExtraReference
    /// The first of the points of the open record, and their number.
    var points: UInt32 = .max
    var pointCount: UInt16 = 0
    /// The point of each direction's standby, the witness that takes over when the primary falls silent.
    var standbyPoint0 = FlowSide.noInterface
    var standbyPoint1 = FlowSide.noInterface
    /// Standbys and primaries are compared by what they saw from here on: the beginning of the record in which the set
    /// was made. Earlier packets that come late count for neither.
    var since: Int64
    /// What the standbys saw: what the primary missed is the difference.
    var standby0 = StandbyVolume()
    var standby1 = StandbyVolume()
    /// Counted by the primaries from `since` to the open record.
    var earlier0 = Volume()
    var earlier1 = Volume()

    /// Places of a record that are kept apart beside the primary (design section 4).
    static let pointLimit = 8
}

/// A standby's packets of one direction.
struct StandbyVolume: BitwiseCopyable {
    /// Nanoseconds, of the first of the open record, and of the latest.
    var first: Int64 = .max
    var last: Int64 = .min
    var volume = Volume()
}

/// One place beside the primaries, and what was seen there in the open record: an interface, over which each direction of
/// the flow goes one way. An interface that a direction crosses both ways is two.
struct WitnessPoint: BitwiseCopyable {
    var next: UInt32
    var interface: UInt16
    /// Bits 0 and 1: packets of the lower, of the higher side were seen; then two bits for each direction's way over
    /// the interface.
    private var marks: UInt16 = 0
    var seen0 = Volume()
    var seen1 = Volume()

    init(interface: UInt16, next: UInt32) {
        self.interface = interface
        self.next = next
    }

    func saw(isReversed: Bool) -> Bool { marks & (isReversed ? 2 : 1) != 0 }

    mutating func note(_ direction: FlowDirection, isReversed: Bool) {
        marks |= isReversed ? 2 | UInt16(direction.packed) << 4 : 1 | UInt16(direction.packed) << 2
    }

    /// Which way the direction's packets cross the interface; absent when none were seen.
    func direction(isReversed: Bool) -> FlowDirection {
        guard saw(isReversed: isReversed) else { return .absent }
        return FlowDirection(packed: UInt8(truncatingIfNeeded: marks >> (isReversed ? 4 : 2)))
    }

    /// Whether the direction's packets may cross here in that way: they do, or (`saw`) none were seen.
    func mayCross(isEgress: Bool, isReversed: Bool) -> Bool {
        !saw(isReversed: isReversed) || direction(isReversed: isReversed).isEgress == isEgress
    }

    var isEmpty: Bool { seen0.packets | seen1.packets == 0 }
}
