import FlowModel
import Testing

@testable import Detection

@Suite("The life of an alert")
struct AlertLifecycleTests {
    let start = Flows.noon

    static func signal(
        _ rule: DetectionRule = .horizontalScan, _ scope: String = "10.0.1.11 tcp 445", observed: Double = 8,
        severity: Alert.Severity = .medium, kind: AlertSignal.Kind = .fired, seen: ClosedRange<Int64> = 100...200
    ) -> AlertSignal {
        var alert = AlertSignal.evidence(rule, scope: scope)
        alert.severity = severity
        alert.observed = observed
        alert.threshold = 8
        alert.windowSeconds = 300
        alert.summary = "saw \(Int(observed))"
        alert.firstSeenMilliseconds = seen.lowerBound
        alert.lastSeenMilliseconds = seen.upperBound
        alert.filterSinceMilliseconds = seen.lowerBound
        alert.filterUntilMilliseconds = seen.upperBound + 1
        return AlertSignal(kind, alert)
    }

    @Test("it opens, folds repeats, closes after quiet, and opens again as another")
    func course() throws {
        var lifecycle = AlertLifecycle()
        let opened = lifecycle.handle([Self.signal()], nowMilliseconds: start)
        #expect(opened.map(\.kind) == [.opened])
        let first = try #require(opened.first).alert
        #expect(first.id.utf8.count == 12 && first.id.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) })
        #expect(first.state == .open && first.openedMilliseconds == start && first.count == 1)

        let folded = lifecycle.handle(
            [Self.signal(observed: 20, seen: 50...900), Self.signal(observed: 9)], nowMilliseconds: start + 1000)
        #expect(folded.map(\.kind) == [.folded, .folded])
        #expect(folded.allSatisfy { !$0.isNotable })
        let alert = try #require(folded.last).alert
        #expect(alert.id == first.id && alert.count == 3)
        #expect(alert.observed == 20 && alert.summary == "saw 20")
        #expect(alert.firstSeenMilliseconds == 50 && alert.lastSeenMilliseconds == 900)
        #expect(alert.filterSinceMilliseconds == 50 && alert.filterUntilMilliseconds == 901)
        #expect(lifecycle.open == [alert])

        #expect(lifecycle.tick(nowMilliseconds: start + 1000 + 3_599_999).isEmpty)
        let closed = lifecycle.tick(nowMilliseconds: start + 1000 + 3_600_000)
        #expect(closed.map(\.kind) == [.closed])
        #expect(closed.first?.alert.state == .closed && closed.first?.alert.closedMilliseconds == start + 3_601_000)
        #expect(lifecycle.open.isEmpty)

        let again = lifecycle.handle([Self.signal()], nowMilliseconds: start + 3_601_000)
        #expect(again.map(\.kind) == [.opened])
        #expect(again.first?.alert.id != first.id && again.first?.alert.count == 1)
    }

    @Test("a firing keeps the alert open")
    func quietStartsAnew() {
        var lifecycle = AlertLifecycle { $0.quietSeconds = 60 }
        for minute in 0..<10 {
            _ = lifecycle.handle([Self.signal()], nowMilliseconds: start + Int64(minute) * 59_000)
            #expect(lifecycle.tick(nowMilliseconds: start + Int64(minute) * 59_000 + 58_999).isEmpty)
        }
        #expect(lifecycle.open.first?.count == 10)
    }

    @Test("a worse severity escalates once, a lesser one changes nothing")
    func escalation() {
        var lifecycle = AlertLifecycle()
        let signals: [AlertSignal] = [
            Self.signal(severity: .high), Self.signal(severity: .critical), Self.signal(severity: .critical),
            Self.signal(severity: .low),
        ]
        let events = lifecycle.handle(signals, nowMilliseconds: start)
        #expect(events.map(\.kind) == [.opened, .escalated, .folded, .folded])
        #expect(events.map(\.alert.severity) == [.high, .critical, .critical, .critical])
    }

    @Test("a silence ends when the agent is heard, not by quiet")
    func silence() {
        var lifecycle = AlertLifecycle()
        _ = lifecycle.handle([Self.signal(.agentSilence, "host-a")], nowMilliseconds: start)
        #expect(lifecycle.tick(nowMilliseconds: start + 100_000_000).isEmpty)
        let other = Self.signal(.agentSilence, "host-b", kind: .cleared)
        #expect(lifecycle.handle([other], nowMilliseconds: start).isEmpty)
        let heard = Self.signal(.agentSilence, "host-a", kind: .cleared)
        let events = lifecycle.handle([heard], nowMilliseconds: start + 100_000_001)
        #expect(events.map(\.kind) == [.closed])
        #expect(lifecycle.openCount == 0)
    }

    @Test("rules and scopes are alerts of their own")
    func identities() {
        var lifecycle = AlertLifecycle()
        let signals = [Self.signal(), Self.signal(.verticalScan), Self.signal(.horizontalScan, "10.0.1.11 tcp 446")]
        let events = lifecycle.handle(signals, nowMilliseconds: start)
        #expect(events.map(\.kind) == [.opened, .opened, .opened])
        #expect(Set(events.map(\.alert.id)).count == 3)
    }

    @Test("open alerts of the last run go on: no second opening, the same id, and their quiet ends")
    func restart() throws {
        var before = AlertLifecycle()
        let seen = start...(start + 5000)
        _ = before.handle([Self.signal(seen: seen), Self.signal(.agentSilence, "host-a")], nowMilliseconds: start + 6000)
        let kept = before.open
        var closed = try #require(kept.first)
        closed.state = .closed
        closed.scope = "closed"

        var after = AlertLifecycle()
        after.restore(kept + [closed])
        #expect(after.open == kept)
        let events = after.handle([Self.signal(seen: seen)], nowMilliseconds: start + 10_000)
        #expect(events.map(\.kind) == [.folded] && events.first?.alert.count == 2)
        #expect(events.first?.alert.id == kept.first { $0.rule == "D1" }?.id)

        var quiet = AlertLifecycle()
        quiet.restore(kept)
        #expect(quiet.tick(nowMilliseconds: start + 3_605_999).isEmpty)
        #expect(quiet.tick(nowMilliseconds: start + 3_606_000).map(\.alert.rule) == ["D1"])
    }

    @Test("no more alerts are open than may be; what is refused is counted")
    func bounded() {
        var lifecycle = AlertLifecycle { $0.openLimit = 2 }
        let signals = (0..<5).map { Self.signal(.horizontalScan, "scope \($0)") }
        #expect(lifecycle.handle(signals, nowMilliseconds: start).count == 2)
        #expect(lifecycle.openCount == 2 && lifecycle.refused == 3)
        #expect(lifecycle.handle([signals[0]], nowMilliseconds: start).map(\.kind) == [.folded])
    }

    @Test("samples gather to eight, each once")
    func samples() {
        var lifecycle = AlertLifecycle()
        for round in 0..<5 {
            var signal = Self.signal()
            let flows = Flows.batch(Flows.sweep(3 + round * 3))
            signal.evidence.samples = (0..<min(8, flows.count)).map { Alert.Sample(flows, row: flows.count - 1 - $0) }
            _ = lifecycle.handle([signal], nowMilliseconds: start)
        }
        let kept = lifecycle.open.first?.samples ?? []
        #expect(kept.count == 8 && Set(kept.map(\.destination)).count == 8)
    }

    @Test("each scan of the lab is one alert: twenty addresses on one port, a hundred ports of one host")
    func scans() {
        var engine = DetectionEngine()
        var lifecycle = AlertLifecycle()
        var notable: [AlertEvent] = []
        let horizontal = Flows.sweep(20, interval: 1)
        let vertical = Flows.portScan(100, interval: 0.2).map { $0.with { $0.destinationAddress = Flows.address("10.0.3.9") } }
        for (records, size) in [(horizontal, 3), (vertical, 7)] {
            for first in stride(from: 0, to: records.count, by: size) {
                let signals = engine.judge(Array(records[first..<min(first + size, records.count)]))
                notable += lifecycle.handle(signals, nowMilliseconds: start + Int64(first)).filter(\.isNotable)
            }
        }
        #expect(notable.map(\.alert.rule) == ["D1", "D2"] && notable.allSatisfy { $0.kind == .opened })
        #expect(lifecycle.open.map(\.observed) == [20, 100])
    }
}

extension AlertLifecycle {
    init(_ change: (inout Configuration) -> Void) {
        var configuration = Configuration()
        change(&configuration)
        self.init(configuration: configuration)
    }
}
