/// Spreads records over time: a collector's socket holds a hundred datagrams, and what comes when it is full is lost without
/// a word.
///
/// The default of flows from files is 20,000 records a second: some 2,000 datagrams, of which a socket of the kernel's default
/// size (212,992 bytes) holds those of 40 ms; nfcapd and its like are held up for less than that by writing files. Live flows
/// come at the rate of the network, and only bursts are smoothed.
struct Pace {
    static let bulk = 20_000
    static let live = 200_000
    /// What was not used of the time before is not made up for, but for this much.
    private static let slack: Duration = .milliseconds(2)
    /// Shorter waits cost more than they give.
    private static let grain: Duration = .milliseconds(1)

    private var due: ContinuousClock.Instant

    init(at now: ContinuousClock.Instant) { due = now }

    /// Books some records.
    ///
    /// - Returns: how long to wait before the next ones.
    mutating func sent(_ records: Int, perSecond rate: Int, at now: ContinuousClock.Instant) -> Duration {
        due = max(due, now - Self.slack) + .nanoseconds(Int64(records) * 1_000_000_000 / Int64(max(1, rate)))
        let wait = due - now
        return wait >= Self.grain ? wait : .zero
    }
}
