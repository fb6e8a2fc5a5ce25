/// How it goes with one link: whether it holds, and whether it is to be given up for refusals.
///
/// A connection holds when it is as old as the steady time. Datagrams say nothing themselves: they go well when for so long
/// after one was sent none was refused.
struct LinkCourse: Sendable {
    private let settings: FlowExports.Settings
    private let hasOthers: Bool
    /// nil while nothing says that it holds.
    private var steady: ContinuousClock.Instant?
    private var isSteady = false
    /// The first refusal since all went well.
    private var firstRefusal: ContinuousClock.Instant?
    /// It was steady once.
    private(set) var hasHeld = false

    init(_ settings: FlowExports.Settings, isDatagram: Bool, hasOthers: Bool) {
        self.settings = settings
        self.hasOthers = hasOthers
        steady = isDatagram ? nil : ContinuousClock.now + settings.steadyTime
    }

    mutating func sent(at now: ContinuousClock.Instant) { steady = steady ?? now + settings.steadyTime }

    /// Books that datagrams were refused.
    ///
    /// - Returns: true when the link is to be given up.
    mutating func refused(at now: ContinuousClock.Instant) -> Bool {
        (steady, isSteady) = (nil, false)
        let first = firstRefusal ?? now
        firstRefusal = first
        return now - first >= settings.refusedTime || hasOthers && !hasHeld
    }

    /// - Returns: true once, when it has held for long enough.
    mutating func becomesSteady(at now: ContinuousClock.Instant) -> Bool {
        guard !isSteady, let steady, now >= steady else { return false }
        (isSteady, hasHeld, firstRefusal) = (true, true, nil)
        return true
    }

    /// nil where it is, or where it is not known when it will be.
    func timeUntilSteady(at now: ContinuousClock.Instant) -> Duration? { isSteady ? nil : steady.map { $0 - now } }
}
