import Logging
import Shipping
import Testing

/// A small generator with a seed (Steele, Lea, Flood: SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

@Suite("what to do next")
struct DecisionTests {
    @Test("waits double from half a second to half a minute, and are drawn", arguments: [1, 2, 3] as [UInt64])
    func backoff(seed: UInt64) {
        var generator = SeededGenerator(state: seed)
        var backoff = Backoff()
        var upper: Duration = .seconds(1)
        for _ in 0..<100 {
            let wait = backoff.next(using: &generator)
            #expect(wait >= upper / 2 && wait <= upper)
            upper = min(upper * 2, .seconds(30))
        }
        #expect(Set((0..<20).map { _ in backoff.next(using: &generator) }).count > 15)
        backoff.reset()
        #expect(backoff.next(using: &generator) <= .seconds(1))
        #expect(backoff.slow(using: &generator) >= .seconds(15))
    }

    @Test("one batch at a time, in order")
    func states() {
        var generator = SeededGenerator(state: 1)
        var machine = ExportStateMachine()
        #expect(machine.next(hasBatch: false) == .idle)
        #expect(machine.next(hasBatch: true) == .send)
        #expect(machine.next(hasBatch: true) == .idle)
        #expect(machine.answered(.failed(reason: "timeout"), using: &generator) == .keep)
        guard case .wait(let time) = machine.next(hasBatch: true) else {
            Issue.record("a failed delivery must wait")
            return
        }
        #expect(time <= .seconds(1) && time >= .milliseconds(500))
        machine.waited()
        #expect(machine.next(hasBatch: true) == .send)
        #expect(machine.answered(.rejected(status: 400), using: &generator) == .reject(status: 400))
        #expect(machine.next(hasBatch: true) == .send)
        #expect(machine.answered(.stored(isDuplicate: true), using: &generator) == .done(isDuplicate: true))
        #expect(machine.next(hasBatch: false) == .idle)
    }

    @Test("the server's own time is kept; drain does not wait")
    func retryAfter() {
        var generator = SeededGenerator(state: 1)
        var machine = ExportStateMachine()
        #expect(machine.next(hasBatch: true) == .send)
        _ = machine.answered(.busy(status: 429, retryAfter: .seconds(77)), using: &generator)
        guard case .wait(let time) = machine.next(hasBatch: true) else {
            Issue.record("429 must wait")
            return
        }
        #expect(time >= .seconds(77) && time <= .seconds(78))
        machine.hurry()
        #expect(machine.next(hasBatch: true) == .send)
        machine.hurry()
        #expect(machine.next(hasBatch: true) == .idle)
    }

    @Test("with the server's own time, waits grow and are drawn all the same", arguments: [1, 2, 3] as [UInt64])
    func retryAfterGrows(seed: UInt64) {
        var generator = SeededGenerator(state: seed)
        func waits(_ retryAfter: Duration) -> [Duration] {
            var machine = ExportStateMachine()
            return (0..<20).map { _ in
                _ = machine.next(hasBatch: true)
                _ = machine.answered(.busy(status: 503, retryAfter: retryAfter), using: &generator)
                guard case .wait(let time) = machine.next(hasBatch: true) else { return .zero }
                machine.waited()
                return time
            }
        }
        // A server that always says «at once» is not asked twice a second for ever.
        let atOnce = waits(.zero)
        #expect(atOnce.dropFirst(6).allSatisfy { $0 >= .seconds(15) && $0 <= .seconds(30) })
        // Agents that were told the same time do not come at the same moment.
        let later = waits(.seconds(100))
        #expect(later.allSatisfy { $0 >= .seconds(100) && $0 <= .seconds(130) })
        #expect(Set(later).count > 15)
    }

    @Test("a stopping shipper tries again and again, however often it has failed")
    func hurry() {
        var generator = SeededGenerator(state: 1)
        var machine = ExportStateMachine()
        func wait(_ answer: DeliveryAnswer) -> ExportStateMachine.Action {
            #expect(machine.next(hasBatch: true) == .send)
            _ = machine.answered(answer, using: &generator)
            return machine.next(hasBatch: true)
        }
        for _ in 0..<10 {
            _ = wait(.failed(reason: "connect-failed"))
            machine.waited()
        }
        machine.hurry()
        for answer in [.failed(reason: "timeout"), .busy(status: 503, retryAfter: .seconds(60)), .refused(status: 401)] as [DeliveryAnswer] {
            #expect(wait(answer) == .wait(.milliseconds(500)))
            machine.waited()
        }
        machine.relax()
        guard case .wait(let time) = wait(.failed(reason: "timeout")) else {
            Issue.record("a failed delivery must wait")
            return
        }
        #expect(time >= .seconds(15))
    }

    @Test("statuses", arguments: [
        (202, nil, .refused(status: 202)), (204, nil, .refused(status: 204)),
        (400, nil, .rejected(status: 400)), (413, nil, .rejected(status: 413)), (415, nil, .rejected(status: 415)),
        (401, nil, .refused(status: 401)), (403, nil, .refused(status: 403)), (404, nil, .refused(status: 404)),
        (302, nil, .refused(status: 302)), (429, "7", .busy(status: 429, retryAfter: .seconds(7))),
        (429, nil, .busy(status: 429, retryAfter: nil)), (503, "99999999", .busy(status: 503, retryAfter: .seconds(3600))),
        (503, "Fri, 31 Dec 1999 23:59:59 GMT", .busy(status: 503, retryAfter: nil)),
        (503, "-1", .busy(status: 503, retryAfter: nil)), (500, nil, .busy(status: 500, retryAfter: nil)),
    ] as [(Int, String?, DeliveryAnswer)])
    func statuses(status: Int, retryAfter: String?, answer: DeliveryAnswer) {
        #expect(DeliveryAnswer(status: status, retryAfter: retryAfter, body: Array(Self.receipt.utf8)) == answer)
    }

    private static let receipt = "{\"accepted\": 3, \"duplicate\": false}"

    @Test("only a collector's receipt says that a batch is on disk", arguments: [
        (receipt, .stored(isDuplicate: false)), ("{\"duplicate\":true,\"accepted\":0}\n", .stored(isDuplicate: true)),
        ("", .refused(status: 200)), ("<html>Welcome</html>", .refused(status: 200)), ("{}", .refused(status: 200)),
        ("{\"accepted\": 3}", .refused(status: 200)), ("{\"duplicate\": false}", .refused(status: 200)),
        ("{\"accepted\": \"3\", \"duplicate\": false}", .refused(status: 200)),
        ("{\"accepted\": 3.5, \"duplicate\": false}", .refused(status: 200)), ("[1]", .refused(status: 200)),
    ] as [(String, DeliveryAnswer)])
    func receipts(body: String, answer: DeliveryAnswer) {
        #expect(DeliveryAnswer(status: 200, retryAfter: nil, body: Array(body.utf8)) == answer)
    }

    @Test("a collector that is busy has not begun to store; one whose store failed may have stored a part")
    func problems() {
        let busy = DeliveryAnswer(status: 503, retryAfter: "1", body: Array("{\"type\":\"urn:zonal:problem:busy\"}".utf8))
        #expect(busy == .busy(status: 503, retryAfter: .seconds(1), isUntouched: true) && !busy.isUncertain)
        for body in ["{\"type\":\"urn:zonal:problem:store\"}", "busy", "{}"] {
            #expect(DeliveryAnswer(status: 503, retryAfter: nil, body: Array(body.utf8)).isUncertain)
        }
    }

    @Test("whether a batch may be stored", arguments: [
        (.failed(reason: "timeout"), true), (.failed(reason: "connection-closed"), true), (.failed(reason: "network"), true),
        (.busy(status: 504, retryAfter: nil), true), (.busy(status: 502, retryAfter: nil), true),
        (.failed(reason: "connect-failed"), false), (.failed(reason: "connect-timeout"), false),
        (.busy(status: 503, retryAfter: nil), true), (.busy(status: 500, retryAfter: nil), true),
        (.busy(status: 503, retryAfter: nil, isUntouched: true), false), (.busy(status: 429, retryAfter: nil), false), (.refused(status: 401), false),
    ] as [(DeliveryAnswer, Bool)])
    func uncertain(answer: DeliveryAnswer, isUncertain: Bool) { #expect(answer.isUncertain == isUncertain) }

    @Test("a collector's address", arguments: [
        "http://127.0.0.1:8080", "https://collector.example/", "http://[::1]:8080", "HTTP://host/prefix/",
    ])
    func goodAddress(text: String) throws {
        _ = try Shipper(configuration: .init(collector: text, agent: "a", epoch: 1), logger: .init(label: "test"))
    }

    @Test("what is no collector's address", arguments: [
        "", "host:8080", "ftp://host", "http://", "http:///x", "http://a b", "http://host/?x", "http", "://x",
    ])
    func badAddress(text: String) {
        #expect(throws: ShippingError.collectorURL(text)) {
            try Shipper(configuration: .init(collector: text, agent: "a", epoch: 1), logger: .init(label: "test"))
        }
    }

    @Test("an agent's name must fit into a header", arguments: ["", "a b", "ä", "a\n", String(repeating: "x", count: 254)])
    func badName(name: String) {
        #expect(throws: ShippingError.agentName(name)) {
            try Shipper(configuration: .init(collector: "http://h", agent: name, epoch: 1), logger: .init(label: "test"))
        }
    }
}
