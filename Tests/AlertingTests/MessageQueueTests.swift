import Testing

@testable import Alerting

@Suite("Queues of destinations")
struct MessageQueueTests {
    static func octets(_ serial: UInt64) -> [UInt8] { Array(String(serial).utf8) }

    @Test("messages leave in order, when they were written")
    func order() {
        var queue = MessageQueue(limit: 100)
        for _ in 0..<50 { _ = queue.append(Self.octets) }
        for serial in 1...50 {
            #expect(queue.oldest == .init(serial: UInt64(serial), opening: nil, octets: Self.octets(UInt64(serial))))
            queue.wasSent(UInt64(serial))
        }
        #expect(queue.oldest == nil && queue.count == 0 && queue.sent == 50 && queue.dropped == 0)
    }

    @Test("an opening waits until it was written")
    func openings() {
        var queue = MessageQueue(limit: 100)
        _ = queue.append(Self.octets)
        _ = queue.append(opening: "a", Self.octets)
        #expect(queue.openings == ["a"])
        queue.wasSent(1)
        #expect(queue.openings == ["a"])
        queue.wasSent(2)
        #expect(queue.openings.isEmpty)
    }

    @Test("when it is full the oldest goes, and is counted")
    func full() {
        var queue = MessageQueue(limit: 3)
        let hadRoom = (0..<5).map { _ in queue.append(Self.octets) }
        #expect(hadRoom == [true, true, true, false, false])
        #expect(queue.oldest?.serial == 3 && queue.count == 3 && queue.dropped == 2)
    }

    @Test("a message that was dropped while under way was sent after all")
    func droppedUnderWay() {
        var queue = MessageQueue(limit: 1)
        _ = queue.append(Self.octets)
        _ = queue.append(Self.octets)
        queue.wasSent(1)
        #expect(queue.sent == 1 && queue.dropped == 0 && queue.count == 1 && queue.oldest?.serial == 2)
    }

    @Test("the account balances through any course", arguments: 0..<20)
    func balance(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        var queue = MessageQueue(limit: Int(seed) % 7 + 1)
        var model: [UInt64] = []
        for _ in 0..<500 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            if state % 3 != 0 {
                _ = queue.append(Self.octets)
                model.append(queue.accepted)
                if model.count > Int(seed) % 7 + 1 { model.removeFirst() }
            } else if let oldest = queue.oldest {
                queue.wasSent(oldest.serial)
                model.removeFirst()
            }
            #expect(queue.count == model.count && queue.oldest?.serial == model.first)
            #expect(queue.accepted == queue.sent + queue.dropped + UInt64(queue.count))
        }
    }
}

@Suite("Backoff")
struct BackoffTests {
    @Test("waits double up to the limit, spread by a quarter either way, and begin anew after a success")
    func course() {
        var backoff = Backoff(first: .seconds(1), limit: .seconds(60))
        let waits = (0..<8).map { _ in backoff.failed(jitter: 0.5) }
        #expect(waits == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
        #expect(backoff.failed(jitter: 0) == .seconds(45))
        #expect(backoff.failed(jitter: 1) == .seconds(75))
        for _ in 0..<100 { #expect(backoff.failed(jitter: 0.5) == .seconds(60)) }
        backoff.succeeded()
        #expect(backoff.failed(jitter: 0.5) == .seconds(1))
    }
}

@Suite("The doorbell")
struct DoorbellTests {
    @Test("a ring before the wait is kept, several are one")
    func kept() async {
        let bell = Doorbell()
        bell.ring()
        bell.ring()
        await bell.wait()
        // Nothing is left: this one ends by its limit.
        await bell.wait(atMost: .milliseconds(1))
    }

    @Test("a ring wakes the waiter, and so does cancellation")
    func wakes() async {
        let bell = Doorbell()
        let waiter = Task { await bell.wait() }
        bell.ring()
        await waiter.value
        let cancelled = Task { await bell.wait() }
        cancelled.cancel()
        await cancelled.value
    }
}
