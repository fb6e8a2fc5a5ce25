import Dispatch
import Synchronization

/// Blocks on their way from one thread to another: bounded, in order. Whoever brings more than there is room for waits; the
/// kernel's rings, or the file, hold what comes meanwhile, and the rings count what they lose.
final class BlockQueue: Sendable {
    private struct State {
        var waiting: [ObservationBlock] = []
        var first = 0
        /// Emptied blocks, to be filled again.
        var spares: [ObservationBlock] = []
    }
    private let state = Mutex(State())
    private let filled = DispatchSemaphore(value: 0)
    private let room = DispatchSemaphore(value: 0)
    private let limit: Int

    static let defaultLimit = 64

    /// - Parameter limit: blocks that may wait.
    init(limit: Int = defaultLimit) {
        self.limit = limit
        // Counted up from 0: a semaphore must not end below the value that it was made with.
        for _ in 0..<limit { room.signal() }
    }

    func put(_ block: consuming ObservationBlock) {
        room.wait()
        let block = block
        state.withLock { $0.waiting.append(block) }
        filled.signal()
    }

    func take() -> ObservationBlock {
        filled.wait()
        let block = state.withLock { state in
            let block = state.waiting[state.first]
            state.first += 1
            if state.first == state.waiting.count || state.first >= 2 * limit {
                state.waiting.removeFirst(state.first)
                state.first = 0
            }
            return block
        }
        room.signal()
        return block
    }

    /// Takes back a block that is not needed any more.
    func recycle(_ block: consuming ObservationBlock) {
        var block = block
        block.removeAll()
        let spare = block
        state.withLock { if $0.spares.count < limit { $0.spares.append(spare) } }
    }

    func spare() -> ObservationBlock { state.withLock { $0.spares.popLast() } ?? ObservationBlock() }
}
