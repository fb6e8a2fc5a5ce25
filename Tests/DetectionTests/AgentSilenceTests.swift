import FlowModel
import Testing

@testable import Detection

@Suite("D20, agent silence")
struct AgentSilenceTests {
    let start = Flows.noon

    /// An engine whose clock jumps, and all of the time counts.
    static func engine(_ change: (inout DetectionEngine.Configuration) -> Void = { _ in }) -> DetectionEngine {
        DetectionEngine {
            $0.longestTickSeconds = .max
            change(&$0)
        }
    }

    @Test("sixty seconds without a batch fire, one millisecond less does not")
    func threshold() throws {
        var engine = Self.engine()
        _ = engine.agentHeard("host-a", receivedMilliseconds: start)
        #expect(engine.tick(nowMilliseconds: start + 59_999).isEmpty)
        let signal = try #require(engine.tick(nowMilliseconds: start + 60_000).first)
        #expect(signal.kind == .fired)
        let alert = signal.evidence
        #expect(alert.rule == "D20" && alert.scope == "host-a" && alert.agent == "host-a" && alert.severity == .high)
        #expect(alert.observed == 60 && alert.threshold == 60 && alert.windowSeconds == 60)
        #expect(alert.summary == "agent host-a has sent no batch for 60 s (limit 60 s)")
        #expect(alert.filter == "agent \"host-a\"")
        #expect(alert.filterSinceMilliseconds == start - 300_000 && alert.filterUntilMilliseconds == start + 60_000)
        #expect(engine.agentsKnown == 1 && engine.agentsSilent == 1)
    }

    @Test("an agent that is heard in time is never silent")
    func regular() {
        var engine = Self.engine()
        _ = engine.agentHeard("host-a", receivedMilliseconds: start)
        for beat in 1...100 {
            let now = start + Int64(beat) * 20_000
            #expect(engine.tick(nowMilliseconds: now).isEmpty)
            #expect(engine.agentHeard("host-a", receivedMilliseconds: now).isEmpty)
        }
    }

    @Test("a silence is told at the limit and each time it has doubled, and ends when the agent is heard")
    func course() {
        var engine = Self.engine()
        _ = engine.agentHeard("host-a", receivedMilliseconds: start)
        var told: [Double] = []
        for second in 1...600 {
            told += engine.tick(nowMilliseconds: start + Int64(second) * 1000).map(\.evidence.observed)
        }
        #expect(told == [60, 120, 240, 480])
        let end = engine.agentHeard("host-a", receivedMilliseconds: start + 601_000)
        #expect(end.map(\.kind) == [.cleared] && end.map(\.evidence.scope) == ["host-a"])
        #expect(engine.agentsSilent == 0)
        #expect(engine.agentHeard("host-a", receivedMilliseconds: start + 602_000).isEmpty)
        #expect(engine.tick(nowMilliseconds: start + 662_000).map(\.kind) == [.fired])
    }

    @Test("silence after a goodbye is no alarm; a goodbye ends a silence")
    func goodbye() {
        var engine = Self.engine()
        var report = AgentReport()
        report.agent = "host-a"
        _ = engine.agentHeard(report: report, receivedMilliseconds: start)
        report.isGoodbye = true
        #expect(engine.agentHeard(report: report, receivedMilliseconds: start + 1000).isEmpty)
        #expect(engine.tick(nowMilliseconds: start + 1_000_000).isEmpty)
        #expect(engine.agentsKnown == 0)
        report.isGoodbye = false
        _ = engine.agentHeard(report: report, receivedMilliseconds: start + 2_000_000)
        #expect(engine.tick(nowMilliseconds: start + 2_060_000).count == 1)
        report.isGoodbye = true
        #expect(engine.agentHeard(report: report, receivedMilliseconds: start + 2_070_000).map(\.kind) == [.cleared])
    }

    @Test("a second silent agent makes both critical")
    func several() {
        var engine = Self.engine()
        _ = engine.agentHeard("host-a", receivedMilliseconds: start)
        _ = engine.agentHeard("host-b", receivedMilliseconds: start + 10_000)
        _ = engine.agentHeard("host-c", receivedMilliseconds: start + 40_000)
        #expect(engine.tick(nowMilliseconds: start + 60_000).map(\.evidence.severity) == [.high])
        let both = engine.tick(nowMilliseconds: start + 70_000).map(\.evidence)
        #expect(both.map(\.scope) == ["host-a", "host-b"] && both.allSatisfy { $0.severity == .critical })
        #expect(engine.tick(nowMilliseconds: start + 71_000).isEmpty)
    }

    @Test("a night asleep, or a clock that is set, makes nobody silent", arguments: [36_000_000, 60_000, -36_000_000] as [Int64])
    func asleep(step: Int64) {
        var engine = DetectionEngine()
        _ = engine.agentHeard("host-a", receivedMilliseconds: start)
        _ = engine.agentHeard("host-b", receivedMilliseconds: start)
        for second in 0...50 { #expect(engine.tick(nowMilliseconds: start + Int64(second) * 1000).isEmpty) }
        // One is heard before the first tick after it.
        let woken = start + 50_000 + step
        _ = engine.agentHeard("host-b", receivedMilliseconds: woken)
        #expect(engine.tick(nowMilliseconds: woken).isEmpty)
        // 50 s of silence before, 5 s of the step at most, and the rest after.
        var told: [(Int64, String)] = []
        for second in 1...70 {
            told += engine.tick(nowMilliseconds: woken + Int64(second) * 1000).map { (Int64(second), $0.evidence.scope) }
        }
        let first = told.first { $0.1 == "host-a" }?.0
        #expect(first == (step > 0 ? 5 : 10))
        #expect(told.contains { $0.1 == "host-b" })
    }

    @Test("after a restart an agent of before is expected, with the whole limit to come back")
    func restart() {
        var engine = Self.engine()
        engine.expectAgent("host-a", heardMilliseconds: start, nowMilliseconds: start)
        engine.expectAgent("host-b", heardMilliseconds: start, nowMilliseconds: start)
        #expect(engine.tick(nowMilliseconds: start + 59_000).isEmpty)
        _ = engine.agentHeard("host-b", receivedMilliseconds: start + 59_000)
        #expect(engine.tick(nowMilliseconds: start + 60_000).map(\.evidence.scope) == ["host-a"])
    }

    @Test("a silence that was told before a restart ends when the agent is heard after it, by its word or its goodbye")
    func silentOverRestart() throws {
        for isGoodbye in [false, true] {
            var before = DetectionEngine(), first = AlertLifecycle()
            _ = before.agentHeard("host-a", receivedMilliseconds: start)
            #expect(first.handle(before.tick(nowMilliseconds: start + 60_000), nowMilliseconds: start + 60_000).count == 1)

            var after = DetectionEngine(), lifecycle = AlertLifecycle()
            lifecycle.restore(first.open)
            after.expectAgent("host-a", heardMilliseconds: start, nowMilliseconds: start + 90_000)
            #expect(after.watches(try #require(first.open.first)))
            let heard = after.agentHeard("host-a", isGoodbye: isGoodbye, receivedMilliseconds: start + 95_000)
            let events = lifecycle.handle(heard, nowMilliseconds: start + 95_000)
            #expect(events.map(\.kind) == [.closed] && lifecycle.openCount == 0)
            #expect(after.agentHeard("host-a", receivedMilliseconds: start + 96_000).count == (isGoodbye ? 1 : 0))
        }
    }

    @Test("an alert of a rule that is off, or of an agent that is not expected, closes at the restart")
    func unwatched() throws {
        var before = DetectionEngine(), lifecycle = AlertLifecycle()
        _ = before.agentHeard("host-a", receivedMilliseconds: start)
        _ = lifecycle.handle(before.tick(nowMilliseconds: start + 60_000), nowMilliseconds: start + 60_000)
        let open = try #require(lifecycle.open.first)
        var off = DetectionEngine { $0.disabledRules = [.agentSilence] }
        off.expectAgent("host-a", heardMilliseconds: start, nowMilliseconds: start)
        #expect(!off.watches(open))
        #expect(!DetectionEngine().watches(open))
        var scan = open
        scan.rule = "D1"
        #expect(DetectionEngine().watches(scan))
        #expect(lifecycle.close(nowMilliseconds: start + 61_000) { !off.watches($0) }.map(\.kind) == [.closed])
        #expect(lifecycle.openCount == 0)
    }

    @Test("an agent that was forgotten before the restart is not expected; one that finds no room is counted")
    func retired() {
        var engine = Self.engine { $0.silenceForgottenSeconds = 3600; $0.agentLimit = 1 }
        engine.expectAgent("host-a", heardMilliseconds: start - 3_600_000, nowMilliseconds: start)
        engine.expectAgent("host-b", heardMilliseconds: start - 3_599_999, nowMilliseconds: start)
        #expect(engine.agentsKnown == 1 && engine.tables.last?.evictions == 0)
        #expect(engine.tick(nowMilliseconds: start + 60_000).map(\.evidence.scope) == ["host-b"])
        engine.expectAgent("host-c", heardMilliseconds: start, nowMilliseconds: start)
        #expect(engine.agentsKnown == 1 && engine.tables.last?.evictions == 1)
    }

    @Test("the first word of an unknown agent ends what an earlier life of the collector may have opened")
    func firstHeard() {
        var engine = Self.engine()
        #expect(engine.agentHeard("host-a", receivedMilliseconds: start).map(\.kind) == [.cleared])
    }

    @Test("an agent that is forgotten, by hand or by time, is no longer silent")
    func forgotten() {
        var engine = Self.engine { $0.silenceForgottenSeconds = 3600 }
        _ = engine.agentHeard("host-a", receivedMilliseconds: start)
        _ = engine.agentHeard("host-b", receivedMilliseconds: start + 1000)
        _ = engine.tick(nowMilliseconds: start + 70_000)
        #expect(engine.forgetAgent("host-a", nowMilliseconds: start + 80_000).map(\.kind) == [.cleared])
        #expect(engine.forgetAgent("host-a", nowMilliseconds: start + 80_000).isEmpty)
        #expect(engine.tick(nowMilliseconds: start + 3_601_000).map(\.kind) == [.cleared])
        #expect(engine.agentsKnown == 0)
    }

    @Test("more agents than the limit are not watched, and counted")
    func bounded() {
        var engine = Self.engine { $0.agentLimit = 2 }
        for name in ["a", "b", "c"] { _ = engine.agentHeard(name, receivedMilliseconds: start) }
        #expect(engine.agentsKnown == 2)
        #expect(engine.tables.last?.evictions == 1)
        #expect(engine.tick(nowMilliseconds: start + 60_000).count == 2)
    }

    @Test("a clock that is set back makes nobody silent, and foreign names make no foreign text")
    func odd() {
        var engine = Self.engine()
        let name = "höst \"*\\\u{7}"
        _ = engine.agentHeard(name, receivedMilliseconds: start)
        #expect(engine.tick(nowMilliseconds: start - 1_000_000).isEmpty)
        let alert = engine.tick(nowMilliseconds: start + 60_000).first?.evidence
        #expect(alert?.summary.hasPrefix("agent h?st \"*\\? has sent") == true)
        #expect(alert?.filter == "agent \"höst \\\"\\*\\\\\u{7}\"")
        #expect(engine.agentHeard("", receivedMilliseconds: start).isEmpty)
    }

    @Test("switched off, it is off")
    func disabled() {
        var engine = Self.engine { $0.disabledRules = [.agentSilence] }
        #expect(engine.agentHeard("host-a", receivedMilliseconds: start).isEmpty)
        engine.expectAgent("host-b", heardMilliseconds: start, nowMilliseconds: start)
        #expect(engine.tick(nowMilliseconds: start + 1_000_000).isEmpty)
    }
}
