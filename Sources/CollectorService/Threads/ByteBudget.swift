import Synchronization

/// Memory that many requests share: each takes what it may need before it begins, and gives it back.
final class ByteBudget: Sendable {
    private let limit: Int
    private let taken = Mutex(0)

    init(limit: Int) { self.limit = limit }

    /// - Returns: false when there is not enough left.
    func take(_ bytes: Int) -> Bool {
        taken.withLock { taken in
            guard bytes <= limit - taken else { return false }
            taken += bytes
            return true
        }
    }

    func give(_ bytes: Int) { taken.withLock { $0 -= bytes } }
}
