/// Holds back lines that say the same again and again: one a minute, with the number of those held back.
struct WarningLimit: Sendable {
    static let interval: Duration = .seconds(60)
    private var sentences: [String: (last: ContinuousClock.Instant, held: Int)] = [:]

    /// - Returns: how many lines were held back since the last one; nil to hold this one back too.
    mutating func admit(_ sentence: String, at now: ContinuousClock.Instant) -> Int? {
        guard let known = sentences[sentence], now - known.last < Self.interval else {
            let held = sentences[sentence]?.held ?? 0
            sentences[sentence] = (now, 0)
            return held
        }
        sentences[sentence] = (known.last, known.held + 1)
        return nil
    }

    /// Things go well again: the next trouble is news.
    mutating func reset() { sentences.removeAll() }
}
