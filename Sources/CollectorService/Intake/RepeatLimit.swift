/// Lets so many lines of one kind through a minute, and says how many were held back since the last one.
struct RepeatLimit: Sendable {
    private let limit: Int
    private var minute: Int64 = .min
    private var count = 0
    private var suppressed = 0

    init(linesPerMinute limit: Int = 10) { self.limit = limit }

    /// - Returns: nil when the line is to be held back, else how many were before it.
    mutating func admit(nowMilliseconds now: Int64) -> Int? {
        if now / 60_000 != minute {
            minute = now / 60_000
            count = 0
        }
        guard count < limit else {
            suppressed += 1
            return nil
        }
        count += 1
        defer { suppressed = 0 }
        return suppressed
    }
}
