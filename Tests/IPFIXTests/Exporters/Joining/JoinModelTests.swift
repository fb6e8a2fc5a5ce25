import FlowModel
import IPFIX
import Testing

/// Rows at random, few addresses and short times so that everything happens, against the model.
@Suite("joining against a plain model")
struct JoinModelTests {
    @Test("the same rows, call by call, and the same account", arguments: 0..<40)
    func model(seed: UInt64) {
        var random = RandomHalves(seed: seed)
        var configuration = BiflowJoiner.Configuration()
        configuration.windowMilliseconds = random.pick([0, 40, 200, 200, 1000])
        configuration.rows = random.pick([1, 7, 60, 5000])
        configuration.rowsPerKey = random.pick([1, 3, 16])
        configuration.keysVLAN = random.pick([false, false, true])
        var joiner = BiflowJoiner(configuration: configuration, seed: seed)
        var model = JoinModel(configuration)
        var now: Int64 = 5_000_000
        for _ in 0..<40 {
            now += random.pick([0, 1, 10, 39, 40, 41, 300])
            let (batch, expected): (FlowBatch, [SpelledRecord])
            switch random.number(in: 0..<20) {
            case 0: (batch, expected) = (joiner.flush(), model.flush())
            case 1...3: (batch, expected) = (joiner.expire(atMilliseconds: now), model.expire(at: now))
            default:
                let rows = (0..<random.number(in: 0..<60)).map { _ in random.row(around: now) }
                (batch, expected) = (joiner.join(JoinTester.batch(rows), atMilliseconds: now), model.join(rows, at: now))
            }
            #expect(Self.counted(JoinTester.spelled(batch)) == Self.counted(expected))
            let account = joiner.statistics
            #expect(account.reasons == model.reasons && account.pairs == model.pairs && account.waiting == model.waiting.count)
            #expect(account.rows == account.unjoined + 2 * account.pairs + UInt64(account.waiting))
            if random.pick([true, false]) { joiner.reuse(batch) }
        }
        // Nothing was tested if nothing was joined.
        #expect(joiner.statistics.pairs >= 10 || configuration.rows < 5000 || configuration.windowMilliseconds < 200)
    }

    @Test("the random rows meet every reason and every basis")
    func coverage() {
        var (bases, reasons): (Set<InitiatorBasis>, Set<JoinRefusal>) = ([], [])
        for (rows, rowsPerKey) in [(5000, 3), (20, 100)] {
            var random = RandomHalves(seed: 7)
            var tester = JoinTester { configuration in
                configuration.windowMilliseconds = 100
                (configuration.rows, configuration.rowsPerKey) = (rows, rowsPerKey)
            }
            for step in 0..<300 {
                let now = Int64(step) * 10
                for row in tester.join((0..<50).map { _ in random.row(around: now) }, at: now) where row.record.reversePacketDeltaCount > 0 {
                    bases.insert(row.record.initiatorBasis)
                }
            }
            _ = tester.flush()
            reasons.formUnion(tester.statistics.reasons.keys)
        }
        #expect(reasons == Set(JoinRefusal.allCases))
        #expect(bases.isSuperset(of: [.syn, .synAck, .icmp, .firstPacket, .port, .unknown]))
    }

    private static func counted(_ rows: [SpelledRecord]) -> [SpelledRecord: Int] {
        rows.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }
}

/// Halves of flows among few hosts, and now and then what is none.
struct RandomHalves {
    private var generator: SeededGenerator
    private static let hosts4 = (1...3).map { IPAddress(ipv4: 0x0A00_0000 + $0) }
    private static let hosts6 = (1...2).map { IPAddress(high: 0xFD00_0000_0000_0000, low: $0) }

    init(seed: UInt64) { generator = SeededGenerator(seed) }

    mutating func pick<T>(_ values: [T]) -> T { values[number(in: 0..<values.count)] }
    mutating func number(in range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }
    private mutating func seldom() -> Bool { number(in: 0..<40) == 0 }
    private mutating func flags() -> TCPFlags { pick([[], .syn, [.syn, .ack], .ack, [.syn, .ack, .fin], [.rst, .ack]]) }

    mutating func row(around now: Int64) -> SpelledRecord {
        var record = FlowRecord()
        record.protocolIdentifier = pick([6, 6, 6, 6, 17, 17, 47, 132])
        let hosts = pick([true, true, true, false]) ? Self.hosts4 : Self.hosts6
        if number(in: 0..<5) == 0 {
            record.protocolIdentifier = hosts[0].isIPv6 ? 58 : 1
            record.icmpType = pick(hosts[0].isIPv6 ? [128, 129, 135, 136, 1] : [8, 0, 8, 0, 13, 14, 3])
            if seldom() { record.icmpType = .max }
            record.icmpCode = 0
        } else {
            record.sourceTransportPort = seldom() ? 0 : pick([80, 5000])
            record.destinationTransportPort = seldom() ? 0 : pick([80, 443, 5000])
        }
        (record.sourceAddress, record.destinationAddress) = pick([true, false]) ? (hosts[0], hosts[1]) : (hosts[1], hosts[0])
        if seldom() { (record.sourceAddress, record.destinationAddress) = (pick(hosts), pick(hosts)) }
        if seldom() { record.destinationAddress = pick([.zero, IPAddress(ipv4: 0xE000_0001), IPAddress(ipv4: .max), Self.hosts6[0], Self.hosts4[0]]) }
        if seldom() { record.destinationAddress = IPAddress(high: 0xFF02 << 48, low: 1) }
        if record.protocolIdentifier == 6 {
            (record.tcpControlBits, record.initialTCPFlags) = (flags(), pick([[], [], flags()]))
            record.retransmits = pick([.max, 0, 3])
            record.outOfOrder = pick([.max, 1])
        }
        record.flowStartMilliseconds = now - Int64(pick([0, 5, 5, 50, 300]))
        record.flowEndMilliseconds = record.flowStartMilliseconds + Int64(pick([0, 0, 5, 20]))
        record.initialStartMilliseconds = record.flowStartMilliseconds - Int64(seldom() ? 7 : 0)
        if seldom() { record.flowEndMilliseconds -= 30 }
        record.packetDeltaCount = UInt64(number(in: 1..<1000))
        record.octetDeltaCount = UInt64(number(in: 1..<100_000))
        if seldom() { (record.packetDeltaCount, record.octetDeltaCount) = (0, 0) }
        if seldom() { record.packetDeltaCount = 0 }
        record.vni = seldom() ? 5001 : .max
        record.vlan = pick([.max, 10, 20])
        record.direction = pick(FlowDirection.allCases)
        record.samplingInterval = pick([0, 0, 0, 0, 0, 0, 1, 1000])
        record.part = seldom() ? 1 : 0
        record.flowEndReason = pick(FlowEndReason.allCases)
        record.flowId = generator.next()
        record.sourceMAC = pick([.absent, MACAddress(0x0200_0000_0001)])
        record.dscp = pick([.max, 0, 46])
        switch number(in: 0..<200) {
        case 0: record.reversePacketDeltaCount = 4
        case 1: record.reverseOctetDeltaCount = 4
        case 2: record.reverseTCPControlBits = .ack
        case 3: record.reverseInitialTCPFlags = .syn
        case 4: record.initiatorBasis = .unknown
        case 5: record.reverseRetransmits = 0
        case 6: record.reverseOutOfOrder = 0
        default: break
        }
        return SpelledRecord(agent: seldom() ? "" : pick(["r1", "r1", "r1", "r2"]), interface: pick(["", "eth0", "r1", "eth1"]), record: record)
    }
}
