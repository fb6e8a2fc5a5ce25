import Dispatch
import Synchronization

/// Decisions are committed in the order in which they were made. One that builds on another would else be on disk without it
/// when the process dies between the two: a record stored as a witness of one that was never stored.
final class DecisionOrder: Sendable {
    private struct State {
        var next: UInt64 = 0
        /// Turns that have not ended, the earliest first: as many as there are batches on their way.
        var open: [UInt64] = []
        var waiting: [UInt64: DispatchSemaphore] = [:]
    }
    private let state = Mutex(State())

    /// To be called where the decision is made, under the lock that decisions are made under.
    func begin() -> UInt64 {
        state.withLock { state in
            defer { state.next += 1 }
            state.open.append(state.next)
            return state.next
        }
    }

    /// Returns when all earlier turns have ended. Blocks its thread.
    func wait(for turn: UInt64) {
        let gate = state.withLock { state -> DispatchSemaphore? in
            guard let first = state.open.first, first < turn else { return nil }
            let gate = DispatchSemaphore(value: 0)
            state.waiting[turn] = gate
            return gate
        }
        gate?.wait()
    }

    func end(_ turn: UInt64) {
        let next = state.withLock { state -> DispatchSemaphore? in
            state.open.removeAll { $0 == turn }
            return state.open.first.flatMap { state.waiting.removeValue(forKey: $0) }
        }
        next?.signal()
    }
}

/// Which records of a batch count, not committed yet. Its turn ends with it, whether it was committed or not.
final class Decision: Sendable {
    /// Rows that do not count.
    let witnesses: Int
    private let order: DecisionOrder
    private let turn: UInt64

    init(witnesses: Int, _ order: DecisionOrder) {
        self.witnesses = witnesses
        self.order = order
        turn = order.begin()
    }

    deinit { order.end(turn) }

    /// Does the work when all earlier decisions are committed or let go of. Blocks its thread.
    func commit<Result, Failure: Error>(_ work: () throws(Failure) -> Result) throws(Failure) -> Result {
        order.wait(for: turn)
        return try work()
    }
}
