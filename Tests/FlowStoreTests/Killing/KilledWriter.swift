import Dispatch
import FlowModel
import Foundation
import Synchronization

@testable import FlowStore

/// Runs in a process of its own: appends, joins, seals and removes, all at once, until it is killed. Each thing is told to
/// the log before it begins and after it has returned.
struct KilledWriter {
    let path: String
    let log: String
    /// The first batch.
    let first: UInt64
    let seed: UInt64
    /// What begins the end: the first word of a line of the log; empty for the start of the process.
    let trigger: String
    /// Microseconds that are left to live from there.
    let life: UInt32

    private final class Log: Sendable {
        private let file: Mutex<FileHandle>
        private let trigger: String
        private let life: UInt32

        init(_ path: String, trigger: String, life: UInt32) throws {
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try handle.seekToEnd()
            file = Mutex(handle)
            self.trigger = trigger
            self.life = life
        }

        /// One write: what was told before the kill is in the file, which is the kernel's.
        func tell(_ line: String) throws {
            try file.withLock { try $0.write(contentsOf: Data((line + "\n").utf8)) }
            if !trigger.isEmpty, line.hasPrefix(trigger) { KilledWriter.end(after: life) }
        }
    }

    private static func end(after life: UInt32) {
        Thread.detachNewThread {
            usleep(life)
            kill(getpid(), SIGKILL)
        }
    }

    /// Returns only with an error.
    func run() throws -> Never {
        if trigger.isEmpty { Self.end(after: life) }
        let log = try Log(log, trigger: trigger, life: life)
        let clock = TestClock(KillScript.now(first))
        try log.tell("open")
        let folder = try DataFolder.openForWriting(path, configuration: KillScript.configuration(clock))
        try log.tell("opened")
        let seed = seed
        let appended = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            do {
                try Self.keep(folder.store, clock, seed, log, after: appended)
            } catch {
                try? log.tell("failed \(error)")
                exit(3)
            }
        }
        var number = first
        while true {
            clock.now = KillScript.now(number)
            let batch = KillScript.batch(number)
            try log.tell("append \(number)")
            _ = try folder.store.append(batch, identity: KillScript.identity(number), exportMilliseconds: clock.now)
            try log.tell("appended \(number)")
            appended.signal()
            number += 1
        }
    }

    /// One step of upkeep for each batch at most, beside the next ones.
    private static func keep(
        _ store: SQLiteFlowStore, _ clock: TestClock, _ seed: UInt64, _ log: Log, after appended: DispatchSemaphore
    ) throws {
        var generator = SeededGenerator(seed: seed)
        while true {
            appended.wait()
            switch Int.random(in: 0..<6, using: &generator) {
            case 0, 1:
                let now = clock.now
                try log.tell("retain \(now)")
                _ = try store.retain(now: now, maximumAge: KillScript.maximumAge, dryRun: false)
                try log.tell("retained \(now)")
            case 2:
                try log.tell("seal")
                try store.compact(everything: true)
                try log.tell("sealed")
            default:
                try log.tell("join")
                try store.compact(everything: false)
                try log.tell("joined")
            }
        }
    }
}
