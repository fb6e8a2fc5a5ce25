import Synchronization
import Testing

@testable import CollectorService

@Suite("decisions are committed in their order")
struct DecisionOrderTests {
    private final class Log: Sendable {
        let entries = Mutex<[Int]>([])
    }

    @Test("however late the first of them is")
    func order() async throws {
        let order = DecisionOrder()
        let committed = Log()
        let threads = WorkerThreads(name: "test", width: 8, waitingLimit: 0)
        defer { threads.stop() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            // The last one comes to its commit first.
            for decision in (0..<8).map({ Decision(witnesses: $0, order) }).reversed() {
                group.addTask {
                    try await threads.run {
                        decision.commit { committed.entries.withLock { $0.append(decision.witnesses) } }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(committed.entries.withLock { $0 } == Array(0..<8))
    }

    @Test("and one that is let go of keeps nobody waiting", .timeLimit(.minutes(1)))
    func letGo() {
        let order = DecisionOrder()
        var first: Decision? = Decision(witnesses: 0, order)
        var second: Decision? = Decision(witnesses: 0, order)
        let third = Decision(witnesses: 0, order)
        #expect(second != nil && first != nil)
        second = nil
        first = nil
        var isCommitted = false
        third.commit { isCommitted = true }
        #expect(isCommitted)
    }
}
