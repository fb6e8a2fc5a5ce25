/// Deadlines of flow entries in slots, chained through the entries themselves, the latest come at a slot's head.
///
/// A slot says when to look at an entry, not when it ends: a flow that was seen since is moved on when its slot
/// comes up, so that a packet never touches the wheel. Deadlines past the wheel's span are looked at once a turn; a slot
/// is so wide that the idle timeout is within it.
///
/// Entries whose record is empty (a connection that has ended, or is silent) are in none of the slots but in two
/// lists of their own: they have nothing to lose and go first when room is needed.
struct TimerWheel {
    /// An eighth of a second, or a 400th of a longer idle timeout than 50 seconds.
    let slotNanoseconds: Int64
    static let slotCount = 512
    /// A clock that goes back by so many ticks, 64 seconds, was set.
    private let setBackTicks: Int64
    /// The lists of empty entries, behind the slots.
    static let closedList = 512
    static let dormantList = 513
    static let none: UInt32 = .max

    /// First and last entry of each slot and list.
    var heads = [UInt32](repeating: TimerWheel.none, count: TimerWheel.slotCount + 2)
    var tails = [UInt32](repeating: TimerWheel.none, count: TimerWheel.slotCount + 2)
    /// Everything before this tick has been looked at; a tick is `slotNanoseconds` long.
    private(set) var tick: Int64 = .min

    /// - Parameter idleTimeout: nanoseconds.
    init(idleTimeout: Int64) {
        slotNanoseconds = max(125_000_000, idleTimeout / 400)
        setBackTicks = max(1, 64_000_000_000 / slotNanoseconds)
    }

    /// The tick in which to look at an entry whose deadline is at `deadline`: never the past, never past the span.
    @inline(__always)
    func tick(for deadline: Int64) -> Int64 {
        let wanted = deadline / slotNanoseconds + 1
        guard tick != .min else { return wanted }
        return min(max(wanted, tick), tick &+ Int64(Self.slotCount) - 1)
    }

    @inline(__always)
    static func slot(of tick: Int64) -> Int { Int(truncatingIfNeeded: tick) & (slotCount - 1) }

    /// Starts the clock at the first packet's time; later calls do nothing.
    mutating func start(at time: Int64) {
        if tick == .min { tick = time / slotNanoseconds }
    }

    /// True when time has gone back by more than a minute: the clock was set.
    func isSetBack(at time: Int64) -> Bool {
        tick != .min && time / slotNanoseconds < tick - setBackTicks
    }

    /// Begins anew at `time`, with no entries.
    mutating func restart(at time: Int64) { tick = time / slotNanoseconds }

    /// The next tick that has fully passed at `time` and was not looked at yet; it counts as looked at. A leap over more
    /// than a whole turn is one turn: every slot comes up once.
    mutating func nextPassed(at time: Int64) -> Int64? {
        guard tick != .min else { return nil }
        let now = time / slotNanoseconds
        guard now > tick else { return nil }
        let next = max(tick, now - Int64(Self.slotCount))
        tick = next + 1
        return next
    }

    /// The tick that `nextPassed` gave comes up once more: not all of its slot was looked at.
    mutating func lookAgain(at tick: Int64) { self.tick = tick }
}
