import Foundation
import Synchronization
import Testing

@testable import CollectorService

@Suite("Threads for work that blocks")
struct WorkerThreadsTests {
    @Test("results and errors come back, in any number")
    func results() async throws {
        let threads = WorkerThreads(name: "test", width: 2, waitingLimit: 1000)
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...500 { group.addTask { try await threads.run { number } } }
            return try await group.reduce(0, +)
        }
        #expect(sum == 125_250)
        struct Failure: Error {}
        await #expect(throws: Failure.self) { try await threads.run { throw Failure() } }
        // The last job's result is there a moment before its thread is free.
        while threads.isBusy { await Task.yield() }
    }

    @Test("past its width and what may wait a job is refused, never more run at one time")
    func bounds() async throws {
        let threads = WorkerThreads(name: "test", width: 2, waitingLimit: 3)
        let gate = Gate()
        var taken = 0
        for _ in 0..<10 where threads.submit({ gate.pass() }) { taken += 1 }
        #expect(taken == 5)
        await #expect(throws: WorkerThreads.Full.self) { try await threads.run {} }
        gate.open()
        while threads.isBusy { await Task.yield() }
        #expect(gate.most <= 2)
        #expect(gate.passed == 5)
        try await threads.run {}
    }

    @Test("the kernel knows a thread's name, so that CPU time can be told apart")
    func names() async throws {
        let threads = WorkerThreads(name: "test", width: 1, waitingLimit: 1)
        let name = try await threads.run { try String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8) }
        #expect(name == "test-0\n")
    }

    @Test("after stop nothing is taken, and what waits is done")
    func stopping() async {
        let threads = WorkerThreads(name: "test", width: 1, waitingLimit: 10)
        let gate = Gate()
        for _ in 0..<5 { #expect(threads.submit { gate.pass() }) }
        threads.stop()
        #expect(!threads.submit {})
        gate.open()
        while threads.isBusy { await Task.yield() }
        #expect(gate.passed == 5)
    }
}

/// Holds those who pass until it is opened, and counts them.
private final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var inside = 0
        var most = 0
        var passed = 0
    }
    private let state = Mutex(State())
    var most: Int { state.withLock { $0.most } }
    var passed: Int { state.withLock { $0.passed } }

    func open() { state.withLock { $0.isOpen = true } }

    func pass() {
        state.withLock { state in
            state.inside += 1
            state.most = max(state.most, state.inside)
        }
        while !state.withLock({ $0.isOpen }) {}
        state.withLock { state in
            state.inside -= 1
            state.passed += 1
        }
    }
}
