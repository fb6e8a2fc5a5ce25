import Dispatch
import Foundation
import Synchronization

/// Threads of our own for work that blocks: SQLite, decoding, queries. Neither event loops nor the threads of Swift's
/// tasks wait for it.
///
/// Bounded: past `width` running and `waitingLimit` waiting jobs, a job is refused.
final class WorkerThreads: Sendable {
    typealias Job = @Sendable () -> Void

    /// There is no room for another job now.
    struct Full: Error {}

    private struct State {
        var waiting: [Job] = []
        var running = 0
        var isStopping = false
    }
    /// What the threads hold on to; they end when `isStopping` and nothing waits.
    private final class Shared: Sendable {
        let state = Mutex(State())
        let wake = DispatchSemaphore(value: 0)

        func work() {
            while true {
                wake.wait()
                let job: Job? = state.withLock { state in
                    guard !state.waiting.isEmpty else { return nil }
                    state.running += 1
                    return state.waiting.removeFirst()
                }
                guard let job else { return }
                job()
                state.withLock { $0.running -= 1 }
            }
        }
    }

    private let shared = Shared()
    private let width: Int
    private let waitingLimit: Int

    init(name: String, width: Int, waitingLimit: Int) {
        self.width = width
        self.waitingLimit = waitingLimit
        for number in 0..<width {
            let thread = Thread { [shared] in
                // Given from outside, before the thread is there, the kernel would not know it.
                Thread.current.name = "\(name)-\(number)"
                shared.work()
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    deinit { stop() }

    /// Takes no more jobs; what waits is still done.
    func stop() {
        let isFirst = shared.state.withLock { state in
            defer { state.isStopping = true }
            return !state.isStopping
        }
        // One wake for each thread, beyond those for the jobs that wait: a thread that finds nothing ends.
        if isFirst { for _ in 0..<width { shared.wake.signal() } }
    }

    /// - Returns: false when there is no room.
    func submit(_ job: @escaping Job) -> Bool {
        let isTaken = shared.state.withLock { state in
            guard !state.isStopping, state.running + state.waiting.count < width + waitingLimit else { return false }
            state.waiting.append(job)
            return true
        }
        if isTaken { shared.wake.signal() }
        return isTaken
    }

    /// Does the work on one of the threads.
    ///
    /// - Throws: `Full`, or what the work throws.
    func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let isTaken = submit { continuation.resume(with: Swift.Result { try work() }) }
            if !isTaken { continuation.resume(throwing: Full()) }
        }
    }

    var isBusy: Bool { load != (0, 0) }

    /// Jobs that run and that wait.
    var load: (running: Int, waiting: Int) { shared.state.withLock { ($0.running, $0.waiting.count) } }
}
