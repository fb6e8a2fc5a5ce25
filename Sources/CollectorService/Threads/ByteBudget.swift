import Synchronization

/// Memory that many requests share: each takes of it as it needs, and gives it back.
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

/// What one request has taken of a budget.
final class BudgetShare: Sendable {
    /// Bytes that are taken at a time, while there are so many.
    static let step = 1 << 20

    private let budget: ByteBudget
    private let taken = Mutex(0)

    init(of budget: ByteBudget) { self.budget = budget }

    /// Has at least `bytes`. - Returns: false when there is not enough left.
    func grow(to bytes: Int) -> Bool {
        taken.withLock { taken in
            let needed = bytes - taken
            if needed <= 0 { return true }
            if budget.take(max(needed, Self.step)) {
                taken += max(needed, Self.step)
            } else if budget.take(needed) {
                taken += needed
            } else {
                return false
            }
            return true
        }
    }

    func giveBack() {
        taken.withLock { taken in
            budget.give(taken)
            taken = 0
        }
    }
}
