import FlowModel
import IPFIX
import Testing

@Suite("two directions of one exporter become a biflow")
struct BiflowJoinerTests {
    typealias T = JoinTester

    @Test("both halves in one batch, in either order: one row, all of it", arguments: [false, true])
    func pair(isTurned: Bool) {
        var tester = T()
        let there = T.half(from: 1000, to: 2000) { record in
            (record.tcpControlBits, record.initialTCPFlags) = ([.syn, .ack, .fin], .syn)
            (record.retransmits, record.flowEndReason, record.flowId, record.dscp, record.vlan) = (2, .endOfFlow, 77, 10, 100)
            (record.sourceMAC, record.destinationMAC, record.direction) = (MACAddress(1), MACAddress(2), .ingress)
        }
        let back = T.half(true, from: 900, to: 2500) { record in
            (record.tcpControlBits, record.initialTCPFlags, record.outOfOrder) = ([.syn, .ack], [.syn, .ack], 3)
            (record.flowEndReason, record.flowId, record.dscp, record.vlan) = (.idleTimeout, 78, 20, 200)
            (record.sourceMAC, record.destinationMAC, record.direction) = (MACAddress(3), MACAddress(4), .egress)
        }
        var expected = there
        (expected.record.flowStartMilliseconds, expected.record.flowEndMilliseconds) = (900, 2500)
        expected.record.initialStartMilliseconds = 900
        (expected.record.reversePacketDeltaCount, expected.record.reverseOctetDeltaCount) = (7, 7000)
        (expected.record.reverseTCPControlBits, expected.record.reverseInitialTCPFlags) = ([.syn, .ack], [.syn, .ack])
        (expected.record.reverseOutOfOrder, expected.record.initiatorBasis) = (3, .syn)
        #expect(tester.join(isTurned ? [back, there] : [there, back]) == [expected])
        #expect(tester.statistics.pairs == 1 && tester.statistics.unjoined == 0 && tester.joiner.bytes == 0)
    }

    @Test("a row waits for the window and no longer, and goes on as it came")
    func window() {
        var tester = T()
        #expect(tester.join([T.half()], at: 100).isEmpty)
        #expect(tester.expire(at: 10_099).isEmpty && tester.statistics.waiting == 1)
        #expect(tester.expire(at: 10_100) == [T.half()])
        #expect(tester.join([T.half(true)], at: 10_100).isEmpty)
        // A clock that went back would be a fault of the caller's: nothing goes out early or twice.
        #expect(tester.expire(at: 0).isEmpty)
        // The other half in the last moment.
        #expect(tester.join([T.half()], at: 20_099).count == 1)
        #expect(tester.statistics.reasons == [.windowPassed: 1] && tester.statistics.pairs == 1)
    }

    @Test("times overlap, or follow each other within the window")
    func times() {
        var tester = T { $0.windowMilliseconds = 100 }
        #expect(tester.join([T.half(from: 1000, to: 2000), T.half(true, from: 2100, to: 2200)]).count == 1)
        #expect(tester.join([T.half(from: 1000, to: 2000), T.half(true, from: 500, to: 900)]).count == 1)
        #expect(tester.join([T.half(from: 1000, to: 2000), T.half(true, from: 2101, to: 2200)]).isEmpty)
        #expect(tester.expire(at: 100).count == 2)
        #expect(tester.statistics.reasons == [.timesApart: 2])
    }

    @Test("records of an active timeout find each other in order, whichever way they come; none are added up")
    func interim() {
        func records(_ isBack: Bool) -> [SpelledRecord] {
            (0..<5).map { part in
                T.half(isBack, from: Int64(part) * 1000, to: Int64(part) * 1000 + 999) { $0.packetDeltaCount = UInt64(part * 10 + (isBack ? 2 : 1)) }
            }
        }
        func packets(_ rows: [SpelledRecord]) -> [[UInt64]] {
            rows.map { [$0.record.packetDeltaCount, $0.record.reversePacketDeltaCount] }.sorted { $0[0] < $1[0] }
        }
        let expected: [[UInt64]] = [[1, 2], [11, 12], [21, 22], [31, 32], [41, 42]]
        var tester = T()
        #expect(packets(tester.join(records(false) + records(true))) == expected)
        #expect(packets(tester.join(records(true) + records(false).reversed())) == expected)
        // One is lost: the others do not move up.
        var rows = records(true)
        rows.remove(at: 2)
        #expect(packets(tester.join(records(false)) + tester.join(rows)) == expected.filter { $0[0] != 21 })
        #expect(tester.flush().map(\.record.packetDeltaCount) == [21])
    }

    @Test("part n goes with part n")
    func parts() {
        var tester = T()
        #expect(tester.join([T.half { $0.part = 1 }, T.half(true) { $0.part = 2 }]).isEmpty)
        #expect(tester.join([T.half(true) { $0.part = 1 }]).map(\.record.part) == [1])
        #expect(tester.expire(at: 10_000).map(\.record.part) == [2])
        #expect(tester.statistics.reasons == [.partDiffers: 1])
    }

    @Test("of another exporter, VNI, protocol, or sampling is not the other half")
    func key() {
        for change in [
            { $0.agent = "r2" }, { $0.record.vni = 5 }, { $0.record.protocolIdentifier = 17 }, { $0.record.sourceTransportPort = 81 },
            { $0.record.destinationAddress = IPAddress(ipv4: 9) }, { $0.record.samplingInterval = 10 },
        ] as [(inout SpelledRecord) -> Void] {
            var (tester, other) = (T(), T.half(true))
            change(&other)
            #expect(tester.join([T.half(), other]).isEmpty)
            let reason = other.record.samplingInterval == 10 ? JoinRefusal.samplingDiffers : .windowPassed
            #expect(Set(tester.expire(at: 10_000)) == [T.half(), other] && tester.statistics.reasons == [reason: 2])
        }
    }

    @Test("a router's two VLANs are joined, the same one before another; or kept apart where that is asked for")
    func vlan() {
        func half(_ isBack: Bool, _ vlan: UInt16) -> SpelledRecord { T.half(isBack) { $0.vlan = vlan } }
        var tester = T()
        #expect(tester.join([half(false, 10), half(true, 20)]).map(\.record.vlan) == [10])
        #expect(tester.join([half(false, 10), half(false, 20), half(true, 20)]).map(\.record.vlan) == [20])
        #expect(tester.join([half(true, 30)]).map(\.record.vlan) == [10])
        var apart = T { $0.keysVLAN = true }
        #expect(apart.join([half(false, 10), half(true, 20)]).isEmpty && apart.join([half(true, 10)]).count == 1)
    }

    @Test("seen on the way in and on the way out: like goes with like")
    func directions() {
        func half(_ isBack: Bool, _ direction: FlowDirection) -> SpelledRecord { T.half(isBack) { $0.direction = direction } }
        var tester = T()
        let rows = tester.join([half(false, .ingress), half(false, .egress), half(true, .egress), half(true, .ingress)])
        #expect(Set(rows.map(\.record.direction)) == [.ingress, .egress] && tester.statistics.pairs == 2)
    }

    @Test("echo requests and replies are a ping; types that nothing answers are not joined")
    func icmp() {
        func half(_ isBack: Bool, _ type: UInt8, isIPv6: Bool = false) -> SpelledRecord {
            T.half(isBack, from: isBack ? 500 : 1000) { record in
                (record.sourceTransportPort, record.destinationTransportPort) = (0, 0)
                (record.protocolIdentifier, record.icmpType, record.icmpCode) = (isIPv6 ? 58 : 1, type, 0)
                guard isIPv6 else { return }
                (record.sourceAddress, record.destinationAddress) = (IPAddress(high: 1, low: isBack ? 2 : 1), IPAddress(high: 1, low: isBack ? 1 : 2))
            }
        }
        var tester = T()
        for (request, answer, isIPv6) in [(8, 0, false), (13, 14, false), (128, 129, true), (135, 136, true)] as [(UInt8, UInt8, Bool)] {
            let rows = tester.join([half(true, answer, isIPv6: isIPv6), half(false, request, isIPv6: isIPv6)])
            #expect(rows.map(\.record.icmpType) == [request] && rows.map(\.record.initiatorBasis) == [.icmp])
            #expect(rows.map(\.record.packetDeltaCount) == [5] && rows.map(\.record.reversePacketDeltaCount) == [7])
        }
        // Two that both ask, or both answer, are of two pings.
        #expect(tester.join([half(false, 8), half(true, 8), half(false, 14), half(true, 14)]).isEmpty)
        // A host that pings itself.
        var (own, reply) = (half(false, 8), half(false, 0))
        (own.record.destinationAddress, reply.record.destinationAddress) = (own.record.sourceAddress, own.record.sourceAddress)
        #expect(tester.join([own, reply]).count == 1)
        #expect(tester.join([half(false, 3), half(true, 3), half(false, .max)]).count == 3)
        #expect(tester.statistics[.oneWay] == 3)
    }

    struct Unfit: Sendable, CustomTestStringConvertible {
        var reason: JoinRefusal
        var change: @Sendable (inout SpelledRecord) -> Void
        var testDescription: String { reason.label }
        init(_ reason: JoinRefusal, _ change: @escaping @Sendable (inout SpelledRecord) -> Void) { (self.reason, self.change) = (reason, change) }
    }

    static let unfit: [Unfit] = [
        Unfit(.hasReverse) { $0.record.reverseOctetDeltaCount = 1 },
        Unfit(.hasReverse) { $0.record.initiatorBasis = .syn },
        Unfit(.withoutCounters) { ($0.record.packetDeltaCount, $0.record.octetDeltaCount) = (0, 0) },
        Unfit(.withoutExporter) { $0.agent = "" },
        Unfit(.withoutAddresses) { $0.record.sourceAddress = .zero },
        Unfit(.withoutAddresses) { $0.record.sourceAddress = IPAddress(high: 1, low: 1) },
        Unfit(.groupAddress) { $0.record.destinationAddress = IPAddress(ipv4: 0xEFFF_FFFA) },
        Unfit(.groupAddress) { $0.record.sourceAddress = IPAddress(ipv4: 0xFFFF_FFFF) },
        Unfit(.withoutPorts) { ($0.record.sourceTransportPort, $0.record.destinationTransportPort) = (0, 0) },
        Unfit(.sameEnds) { ($0.record.destinationAddress, $0.record.destinationTransportPort) = ($0.record.sourceAddress, 40_000) },
        Unfit(.endsBeforeStart) { $0.record.flowEndMilliseconds = 999 },
    ]

    @Test("what cannot be half of a biflow goes on at once", arguments: unfit)
    func refusal(of given: Unfit) {
        var (tester, row) = (T(), T.half())
        given.change(&row)
        #expect(tester.join([T.half(true), row]) == [row])
        #expect(tester.statistics.reasons == [given.reason: 1] && tester.statistics.waiting == 1)
    }

    @Test("a protocol without ports is joined by its addresses")
    func withoutPorts() {
        func half(_ isBack: Bool) -> SpelledRecord {
            T.half(isBack) { ($0.protocolIdentifier, $0.sourceTransportPort, $0.destinationTransportPort) = (50, 0, 0) }
        }
        var tester = T()
        #expect(tester.join([half(false), half(true)]).count == 1)
    }

    @Test("limits: rows, rows of one key, bytes with names as long as they may be")
    func limits() {
        func other(_ number: Int) -> SpelledRecord { T.half { $0.sourceTransportPort = UInt16(10_000 + number) } }
        var rows = T { $0.rows = 100 }
        let given = (0..<250).map(other)
        // The oldest first.
        #expect(rows.join(given) == Array(given[..<150]) && rows.statistics.reasons == [.noRoom: 150])
        var key = T { $0.rowsPerKey = 4 }
        let same = (0..<10).map { T.half(from: Int64($0)) }
        #expect(key.join(same) == Array(same[..<6]) && key.statistics.reasons == [.crowded: 6])
        var bytes = T { $0.bytes = 400_000 }
        let empty = bytes.joiner.bytes
        for round in 0..<20 {
            let long = (0..<40).map { number in
                var row = other(round * 40 + number)
                row.interface = String(repeating: "x", count: 30_000) + "\(round) \(number)"
                return row
            }
            _ = bytes.join(long)
            #expect(bytes.joiner.bytes <= 400_000 && bytes.joiner.bytes > 300_000)
        }
        #expect(bytes.flush().allSatisfy { $0.interface.utf8.count > 30_000 } && bytes.joiner.bytes == empty)
    }

    @Test("names of thousands of exporters come and go")
    func names() {
        var tester = T()
        for round in 0..<30 {
            let rows = (0..<1000).map { number in
                var row = T.half { $0.sourceTransportPort = UInt16(number + 1) }
                (row.agent, row.interface) = ("exporter \(round) \(number)", "port \(number % 300)")
                return row
            }
            #expect(tester.join(rows, at: Int64(round) * 10_000).count == (round == 0 ? 0 : 1000))
        }
        let last = tester.flush()
        #expect(Set(last.map(\.agent)) == Set((0..<1000).map { "exporter 29 \($0)" }))
    }

    @Test("a batch given back holds nothing of before")
    func reuse() {
        var joiner = BiflowJoiner(seed: 3)
        var batch = FlowBatch()
        for round in 0..<4 {
            joiner.reuse(batch)
            let (there, back) = (T.half { $0.flowId = UInt64(round) }, T.half(true))
            batch = joiner.join(T.batch([there, back]), atMilliseconds: 0)
            #expect(batch.count == 1 && batch.flowId == [UInt64(round)] && batch.names.sorted() == ["", "outside", "r1"])
        }
    }

    @Test("values of any size, and times as far apart as they can be, are neither lost nor doubled", arguments: 0..<10)
    func extremes(seed: UInt64) {
        var (random, generator) = (RandomFlows(seed: seed), SeededGenerator(seed))
        var batch = random.batch(count: 200)
        for row in 0..<batch.count {
            guard Bool.random(using: &generator) else { continue }
            var record = batch[row]
            (record.reversePacketDeltaCount, record.reverseOctetDeltaCount, record.initiatorBasis) = (0, 0, .absent)
            (record.reverseTCPControlBits, record.reverseInitialTCPFlags, record.samplingInterval, record.part) = ([], [], 0, 0)
            (record.reverseRetransmits, record.reverseOutOfOrder) = (.max, .max)
            let times: [Int64] = [.min, -1, 0, 1, .max]
            record.flowStartMilliseconds = times.randomElement(using: &generator) ?? 0
            record.flowEndMilliseconds = max(record.flowStartMilliseconds, times.randomElement(using: &generator) ?? 0)
            batch.append(record)
            swap(&record.sourceAddress, &record.destinationAddress)
            swap(&record.sourceTransportPort, &record.destinationTransportPort)
            record.flowStartMilliseconds = times.randomElement(using: &generator) ?? 0
            batch.append(record)
        }
        var joiner = BiflowJoiner(seed: seed)
        var out = joiner.join(batch, atMilliseconds: 0).count
        let account = joiner.statistics
        out += joiner.expire(atMilliseconds: .max).count
        #expect(UInt64(out) == account.unjoined + account.pairs + UInt64(account.waiting) && joiner.statistics.waiting == 0)
        #expect(UInt64(batch.count) == account.rows && account.pairs > 5)
    }
}
