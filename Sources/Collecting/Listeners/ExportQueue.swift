import Dispatch
import Synchronization

/// Blocks of datagrams on their way from the threads that receive to the one that decodes: bounded, in order. Whoever brings
/// more than there is room for waits; the sockets' buffers hold what comes meanwhile, and count what they lose.
package final class DatagramQueue: Sendable {
    private struct State {
        var waiting: [DatagramBlock] = []
        var first = 0
        /// Blocks that were read, to be filled again.
        var spares: [DatagramBlock] = []
    }
    private let state = Mutex(State())
    private let filled = DispatchSemaphore(value: 0)
    private let room = DispatchSemaphore(value: 0)
    private let limit: Int

    /// - Parameter limit: blocks that may wait.
    package init(limit: Int = 16) {
        self.limit = limit
        // Counted up from 0: a semaphore must not end below the value that it was made with.
        for _ in 0..<limit { room.signal() }
    }

    package func put(_ block: DatagramBlock) {
        room.wait()
        state.withLock { $0.waiting.append(block) }
        filled.signal()
    }

    /// - Returns: nil when none has come within that time.
    package func take(within milliseconds: Int) -> DatagramBlock? {
        guard filled.wait(timeout: .now() + .milliseconds(milliseconds)) == .success else { return nil }
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

    /// A block to fill.
    package func spare() -> DatagramBlock { state.withLock { $0.spares.popLast() } ?? DatagramBlock() }

    /// Takes back a block that has been read.
    package func recycle(_ block: DatagramBlock) {
        state.withLock { if $0.spares.count < limit { $0.spares.append(block) } }
    }
}
