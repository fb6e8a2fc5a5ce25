import Enrichment
import FlowModel
import Testing

@Suite("missing witnesses")
struct MissingWitnessTests {
    let a1 = IPAddress(ipv4: 0x0A00_0101)
    let b1 = IPAddress(ipv4: 0x0A00_0201)
    let stranger = IPAddress(ipv4: 0x0808_0808)
    static let grace: Int64 = 150_000
    /// After a time of grace in which both agents were heard.
    static let begin: Int64 = 1_000_000
    var counter = CountedOnce()

    init() { setUp() }

    mutating func setUp(_ configuration: CountedOnce.Configuration = .init()) {
        counter = CountedOnce(configuration)
        heartbeats(from: Self.begin - Self.grace - 20_000, to: Self.begin)
    }

    /// Both agents report every 20 s.
    mutating func heartbeats(from start: Int64, to end: Int64, of agents: [String] = ["a", "b"]) {
        for now in stride(from: start, through: end, by: 20_000) {
            for agent in agents { report(agent, at: now) }
        }
    }

    mutating func report(_ agent: String, at now: Int64, epoch: UInt64 = 1, goodbye: Bool = false) {
        var report = AgentReport()
        report.agent = agent
        report.epoch = epoch
        report.exportMilliseconds = now
        report.isGoodbye = goodbye
        report.localAddresses =
            switch agent {
            case "a": [.init(tenant: .none, address: a1)]
            case "b": [.init(tenant: .none, address: b1)]
            default: []
            }
        counter.note(report: report, at: now)
    }

    mutating func sees(
        _ agent: String, _ source: IPAddress, _ destination: IPAddress, port: UInt16 = 1, from start: Int64? = nil,
        to end: Int64? = nil, flowStart: Int64? = nil, state: ConnectionState = .sf, answers: UInt64 = 1,
        sampling: UInt32 = 1, at now: Int64
    ) {
        var record = FlowRecord()
        record.protocolIdentifier = 6
        record.sourceAddress = source
        record.destinationAddress = destination
        record.sourceTransportPort = port
        record.destinationTransportPort = 443
        record.flowEndMilliseconds = end ?? now - 2_000
        record.flowStartMilliseconds = start ?? record.flowEndMilliseconds - 1_000
        record.initialStartMilliseconds = flowStart ?? record.flowStartMilliseconds
        record.packetDeltaCount = 3
        record.reversePacketDeltaCount = answers
        record.connectionState = state
        record.samplingInterval = sampling
        record.flowId = UInt64(port)
        var batch = FlowBatch()
        batch.append(record)
        counter.decide(&batch, agent: agent, at: now)
    }

    typealias Pair = MissingWitnessReport.Pair

    private static func pair(
        _ reporter: String, _ absent: String, _ side: MissingWitnessReport.Side, opened: UInt64 = 0, met: UInt64 = 0,
        missing: UInt64 = 0, unanswered: UInt64 = 0, undecided: UInt64 = 0
    ) -> Pair {
        var pair = Pair(reporter: reporter, absent: absent, side: side)
        pair.opened = opened
        pair.met = met
        pair.missing = missing
        pair.missingUnanswered = unanswered
        pair.undecided = undecided
        return pair
    }

    /// The pairs without their samples.
    private mutating func pairs(at now: Int64) -> [Pair] {
        counter.takeMissingWitnesses(at: now).pairs.map { pair in
            var pair = pair
            pair.samples = []
            return pair
        }
    }

    @Test("both report, in either order and late: met on both sides", arguments: [true, false])
    mutating func met(aFirst: Bool) {
        let begin = Self.begin
        sees(aFirst ? "a" : "b", a1, b1, at: begin)
        heartbeats(from: begin, to: begin + 140_000)
        sees(aFirst ? "b" : "a", a1, b1, from: begin - 2_900, to: begin - 1_900, at: begin + 149_999)
        heartbeats(from: begin + 160_000, to: begin + 400_000)
        #expect(
            pairs(at: begin + 400_000) == [
                Self.pair("a", "b", .destination, opened: 1, met: 1), Self.pair("b", "a", .source, opened: 1, met: 1),
            ])
        #expect(counter.takeMissingWitnesses(at: begin + 500_000).pairs.isEmpty)
    }

    @Test("the destination's agent is blind: answered flows are strong evidence, unanswered and refused ones are told apart")
    mutating func blind() throws {
        let begin = Self.begin
        sees("a", a1, b1, port: 1, state: .s0, answers: 0, at: begin)
        sees("a", a1, b1, port: 2, state: .rej, answers: 1, at: begin)
        sees("a", a1, b1, port: 3, state: .sf, answers: 9, at: begin)
        sees("a", a1, b1, port: 4, state: .oth, answers: 0, at: begin)
        sees("a", a1, b1, port: 5, state: .oth, answers: 1, at: begin)
        // A part without answers of a flow that was answered before.
        sees("a", a1, b1, port: 6, state: .s1, answers: 0, at: begin)
        sees("a", a1, stranger, port: 7, at: begin)
        heartbeats(from: begin, to: begin + 140_000)
        #expect(counter.takeMissingWitnesses(at: begin + 149_999).waiting == 6)
        heartbeats(from: begin + 150_000, to: begin + 150_000)
        let report = counter.takeMissingWitnesses(at: begin + 150_000)
        #expect(report.waiting == 0 && report.since == begin + 149_999 && report.until == begin + 150_000)
        let pair = try #require(report.pairs.first)
        #expect(report.pairs.count == 1)
        #expect(pair.reporter == "a" && pair.absent == "b" && pair.side == .destination)
        #expect(pair.missing == 3 && pair.missingUnanswered == 3 && pair.met == 0 && pair.undecided == 0)
        // Five samples are kept, and an answered flow takes the place of one that is not.
        #expect(pair.samples.count == 5)
        #expect(Set(pair.samples.filter(\.isAnswered).map(\.flowId)) == [3, 5, 6])
        let sample = try #require(pair.samples.first { $0.flowId == 3 })
        #expect(sample.key.sourceAddress == a1 && sample.key.destinationAddress == b1)
        #expect(sample.key.sourceTransportPort == 3 && sample.key.destinationTransportPort == 443)
        #expect(sample.startMilliseconds == begin - 3_000 && sample.endMilliseconds == begin - 2_000 && sample.packets == 12)
    }

    @Test("packets that their source's agent never sent are strong evidence, answered or not: it is blind, or they are made up")
    mutating func spoofed() {
        let begin = Self.begin
        sees("b", a1, b1, port: 1, state: .s0, answers: 0, at: begin)
        heartbeats(from: begin, to: begin + 160_000)
        #expect(pairs(at: begin + 160_000) == [Self.pair("b", "a", .source, opened: 1, missing: 1)])
    }

    @Test("an agent on the way waits for the source's")
    mutating func transit() {
        let begin = Self.begin
        heartbeats(from: begin, to: begin, of: ["t"])
        sees("t", a1, b1, port: 1, at: begin)
        sees("b", a1, b1, port: 1, at: begin + 1_000)
        heartbeats(from: begin, to: begin + 160_000, of: ["a", "b", "t"])
        // One case, of the agent that told of the flow first.
        #expect(pairs(at: begin + 160_000) == [Self.pair("t", "a", .source, opened: 1, missing: 1)])
    }

    @Test("a clock that was set back gives up what was waited for, and goes on from there")
    mutating func clockSetBack() {
        let year: Int64 = 31_536_000_000
        heartbeats(from: Self.begin + year, to: Self.begin + year + 20_000)
        sees("a", a1, b1, port: 1, at: Self.begin + year + 20_000)
        heartbeats(from: Self.begin, to: Self.begin + 160_000)
        sees("a", a1, b1, port: 2, at: Self.begin + 160_000)
        heartbeats(from: Self.begin + 180_000, to: Self.begin + 340_000)
        let report = counter.takeMissingWitnesses(at: Self.begin + 340_000)
        #expect(report.pairs.first?.missing == 1 && report.waiting == 0)
        #expect(report.evicted == 1)
        #expect(report.until == Self.begin + 340_000)
    }

    @Test("nothing is said of an agent that was silent, started anew, said goodbye, is new or samples", arguments: 0..<5)
    mutating func undecided(which: Int) {
        let begin = Self.begin
        if which == 3 {
            counter = CountedOnce()
            heartbeats(from: begin - 100_000, to: begin)
        }
        if which == 4 { sees("b", a1, b1, port: 77, sampling: 100, at: begin) }
        sees("a", a1, b1, port: 1, at: begin)
        heartbeats(from: begin, to: begin + 160_000, of: ["a"])
        switch which {
        case 0: heartbeats(from: begin, to: begin + 20_000, of: ["b"])
        case 1:
            heartbeats(from: begin, to: begin + 60_000, of: ["b"])
            for now in stride(from: begin + 80_000, through: begin + 160_000, by: 20_000) { report("b", at: now, epoch: 2) }
        case 2:
            heartbeats(from: begin, to: begin + 120_000, of: ["b"])
            report("b", at: begin + 140_000, goodbye: true)
        default: heartbeats(from: begin, to: begin + 160_000, of: ["b"])
        }
        let found = pairs(at: begin + 200_000).first { $0.reporter == "a" }
        #expect(found?.undecided == 1)
        #expect(found?.missing == 0 && found?.missingUnanswered == 0)
    }

    @Test("an agent that goes blind in the middle of a long flow is found out, once in a time of grace")
    mutating func blindLater() {
        let begin = Self.begin
        var taken: [Pair] = []
        for part in 0..<12 as Range<Int64> {
            let start = begin + part * 60_000
            heartbeats(from: start, to: start + 59_000)
            sees("a", a1, b1, from: start, to: start + 59_000, flowStart: begin, at: start + 62_000)
            // The parts of b begin and end elsewhere.
            if part < 4 { sees("b", a1, b1, from: start - 20_000, to: start + 40_000, flowStart: begin, at: start + 62_000) }
            taken += pairs(at: start + 62_000).filter { $0.reporter == "a" }
        }
        let opened = taken.reduce(0) { $0 + $1.opened }
        #expect(taken.reduce(0) { $0 + $1.met } == 4)
        #expect(taken.reduce(0) { $0 + $1.missing } == 2)
        #expect(opened == 4 + 2 + 1)
    }

    @Test("a flow of another time is no witness, one of the same time with another clock is")
    mutating func times() {
        let begin = Self.begin
        sees("a", a1, b1, from: begin - 9_000, to: begin - 8_000, at: begin)
        sees("b", a1, b1, from: begin + 50_000, to: begin + 60_000, at: begin + 62_000)
        sees("a", a1, b1, port: 2, from: begin - 9_000, to: begin - 8_000, at: begin)
        sees("b", a1, b1, port: 2, from: begin - 4_000, to: begin - 3_500, at: begin + 62_000)
        heartbeats(from: begin, to: begin + 160_000)
        let found = pairs(at: begin + 160_000).first { $0.reporter == "a" }
        #expect(found?.missing == 1 && found?.met == 1)
    }

    @Test("addresses that several agents claim, or that moved, are waited for at nobody")
    mutating func shared() {
        let begin = Self.begin
        var other = AgentReport()
        other.agent = "c"
        other.epoch = 1
        other.exportMilliseconds = begin
        other.localAddresses = [.init(tenant: .none, address: b1)]
        counter.note(report: other, at: begin)
        sees("a", a1, b1, at: begin)
        heartbeats(from: begin, to: begin + 160_000, of: ["a", "b", "c"])
        #expect(pairs(at: begin + 160_000).isEmpty)
    }

    @Test("past the bound fewer keys are watched, at both agents the same: nothing is missing for want of room")
    mutating func bound() {
        var configuration = CountedOnce.Configuration()
        configuration.missing.entryLimit = 64
        setUp(configuration)
        let begin = Self.begin
        var sum = Self.pair("", "", .source)
        var evicted: UInt64 = 0
        for round in 0..<40 as Range<Int64> {
            let now = begin + round * 10_000
            for port in 0..<50 as Range<UInt16> { sees("a", a1, b1, port: UInt16(round) * 50 + port, at: now) }
            heartbeats(from: now, to: now)
            for port in 0..<50 as Range<UInt16> {
                sees("b", a1, b1, port: UInt16(round) * 50 + port, from: now - 3_000, to: now - 2_000, at: now + 5_000)
            }
            let report = counter.takeMissingWitnesses(at: now + 5_000)
            for pair in report.pairs {
                sum.opened += pair.opened
                sum.met += pair.met
                sum.missing += pair.missing + pair.missingUnanswered + pair.undecided
            }
            evicted += report.evicted
            if round > 20 { #expect(report.watchedOneIn > 1) }
            #expect(report.watchedOneIn <= 1 << 8)
        }
        // As many watched keys again when the crowd is gone, but not at once.
        var last = begin + 400_000
        var factors: [UInt64] = []
        for _ in 0..<20 {
            last += 200_000
            heartbeats(from: last - 180_000, to: last)
            // One agent's records before more keys are watched, the other's after.
            let ports = (60_000..<60_005 as Range<UInt16>).map { $0 + UInt16(factors.count) * 5 }
            for port in ports { sees("b", a1, b1, port: port, from: last - 3_000, to: last - 2_000, at: last) }
            let report = counter.takeMissingWitnesses(at: last)
            for port in ports { sees("a", a1, b1, port: port, from: last - 3_000, to: last - 2_000, at: last + 1_000) }
            factors.append(report.watchedOneIn)
            evicted += report.evicted
            for pair in report.pairs {
                sum.opened += pair.opened
                sum.met += pair.met
                sum.missing += pair.missing + pair.missingUnanswered + pair.undecided
            }
        }
        #expect(factors.last == 1)
        #expect(zip(factors, factors.dropFirst()).allSatisfy { $0 == $1 || $0 == $1 * 2 })
        #expect(sum.missing == 0)
        #expect(sum.met > 20)
        let rest = counter.takeMissingWitnesses(at: last + 1_000)
        #expect(rest.pairs.allSatisfy { $0.missing + $0.missingUnanswered + $0.undecided == 0 })
        for pair in rest.pairs {
            sum.opened += pair.opened
            sum.met += pair.met
        }
        #expect(sum.opened == sum.met + evicted + UInt64(rest.waiting))
    }

    @Test("pairs are bounded")
    mutating func pairBound() {
        var configuration = CountedOnce.Configuration()
        configuration.missing.pairLimit = 1
        setUp(configuration)
        sees("a", a1, b1, at: Self.begin)
        sees("b", a1, b1, port: 2, at: Self.begin)
        let report = counter.takeMissingWitnesses(at: Self.begin)
        #expect(report.pairs.count == 1 && report.pastPairLimit == 1 && report.waiting == 1)
    }

    @Test("every case is decided once, at random", arguments: [1, 2, 3, 4] as [UInt64])
    mutating func ledger(seed: UInt64) {
        var generator = SeededGenerator(seed)
        var configuration = CountedOnce.Configuration()
        configuration.missing.entryLimit = seed == 4 ? 40 : 1_000
        setUp(configuration)
        var now = Self.begin
        var opened: UInt64 = 0
        var closed: UInt64 = 0
        var kinds = Self.pair("", "", .source)
        for step in 0..<4000 {
            now += Int64.random(in: 0...3_000, using: &generator)
            if step % 5 == 0 {
                for agent in ["a", "b"] where Int.random(in: 0..<400, using: &generator) > 0 { report(agent, at: now) }
            }
            let isForward = Bool.random(using: &generator)
            let end = now - Int64.random(in: 0...30_000, using: &generator)
            sees(
                Bool.random(using: &generator) ? "a" : "b", isForward ? a1 : b1, isForward ? b1 : a1,
                port: UInt16.random(in: 0..<60, using: &generator), from: end - Int64.random(in: 0...20_000, using: &generator),
                to: end, state: [.s0, .sf].randomElement(using: &generator) ?? .sf,
                sampling: Int.random(in: 0..<500, using: &generator) == 0 ? 10 : 1, at: now)
            if Int.random(in: 0..<40, using: &generator) == 0 || step == 3999 {
                let report = counter.takeMissingWitnesses(at: now)
                closed += report.evicted
                for pair in report.pairs {
                    opened += pair.opened
                    closed += pair.met + pair.missing + pair.missingUnanswered + pair.undecided
                    kinds.met += pair.met
                    kinds.missing += pair.missing
                    kinds.missingUnanswered += pair.missingUnanswered
                    #expect(pair.samples.count <= 5)
                }
                #expect(opened == closed + UInt64(report.waiting))
            }
        }
        #expect(opened > (seed == 4 ? 50 : 300))
        #expect(kinds.met > 0 && (seed == 4 || (kinds.missing > 0 && kinds.missingUnanswered > 0)))
    }
}
