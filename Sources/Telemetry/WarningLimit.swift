/// Holds back lines that say the same again and again: one a minute, with the number of those held back.
package struct WarningLimit: Sendable {
    package static let interval: Duration = .seconds(60)
    /// Causes are few; past so many, the oldest know no more of themselves.
    private static let limit = 64
    private var causes: [String: (last: ContinuousClock.Instant, held: Int)] = [:]

    package init() {}

    /// - Returns: how many lines were held back since the last one; nil to hold this one back too.
    package mutating func admit(_ cause: String, at now: ContinuousClock.Instant) -> Int? {
        if let known = causes[cause], now - known.last < Self.interval {
            causes[cause] = (known.last, known.held + 1)
            return nil
        }
        let held = causes[cause]?.held ?? 0
        if causes.count >= Self.limit { causes.removeAll() }
        causes[cause] = (now, 0)
        return held
    }

    /// Things go well again: the next trouble is news.
    package mutating func reset() { causes.removeAll() }
}
