import FlowModel
@testable import Metering
import TestSupport
import Testing

/// Time stamps are foreign input: whatever they are, nothing traps and no packet is lost.
@Suite("Odd clocks")
struct ClockTests {
    static let oddTimes: [Int64] = [
        0, 1, -1, .min, .min + 1, .max, .max - 1, -1_000_000_000, 1_700_000_000_000_000_000, -1_700_000_000_000_000_000,
        .max / 2, .min / 2, 125_000_000, -125_000_000, .max - 15_000_000_000, .min + 15_000_000_000,
    ]

    @Test("packets with any time stamps, in any order, are all metered", arguments: [UInt64(1), 2, 3, 4, 5])
    func anyTime(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var packets = RandomPackets(seed: seed, hosts: 8)
        var configuration = FlowCacheConfiguration()
        configuration.flowLimit = 20
        configuration.localAddressLimit = 4
        let meter = Meter(configuration)
        meter.cache.setWorkload(interface: 0, true)
        var sent: UInt64 = 0
        var metered: UInt64 = 0
        for _ in 0..<20_000 {
            var packet = packets.next()
            switch Int.random(in: 0..<4, using: &random) {
            case 0: packet.timestampNanoseconds = Self.oddTimes.randomElement(using: &random) ?? 0
            case 1: packet.timestampNanoseconds = Int64(bitPattern: random.next())
            default: break
            }
            packet.interface = UInt16.random(in: 0..<3, using: &random)
            meter.send(packet)
            sent += 1
            if Int.random(in: 0..<20, using: &random) == 0 {
                meter.cache.advance(to: Self.oddTimes.randomElement(using: &random) ?? packet.timestampNanoseconds)
                _ = meter.cache.localAddresses(at: packet.timestampNanoseconds)
            }
            metered += meter.drain().reduce(0) { $0 + $1.allPackets }
        }
        metered += meter.finish().reduce(0) { $0 + $1.allPackets }
        #expect(meter.count == 0)
        #expect(metered == meter.counters.metered + meter.cache.meteredAhead)
        #expect(meter.counters.metered + meter.counters.witnessed == sent)
    }

    @Test("time stamps of 0 are time stamps", arguments: [Int64(0), -5_000_000_000])
    func zero(base: Int64) {
        let meter = Meter()
        for step in 0..<3 {
            var packet = PacketObservation.udp(0, from: Side("10.0.0.1", 1), to: Side("10.0.0.2", 2))
            packet.timestampNanoseconds = base + Int64(step) * 1_000_000_000
            meter.send(packet)
        }
        meter.cache.advance(to: base + 18_000_000_000)
        let records = meter.drain()
        #expect(records.count == 1)
        #expect(records.first?.flowStartMilliseconds == base / 1_000_000)
        #expect(records.first?.flowEndMilliseconds == base / 1_000_000 + 2000)
        #expect(records.first?.packetDeltaCount == 3)
    }

    @Test("a packet whose clock went back belongs to the record, which then begins with it")
    func backwards() throws {
        let meter = Meter()
        let (a, b) = (Side("10.0.0.1", 1), Side("10.0.0.2", 2))
        meter.send(.udp(10, from: a, to: b), .udp(9, from: a, to: b), .udp(11, from: a, to: b))
        let record = try #require(meter.finish().first)
        #expect(record.start == 9)
        #expect(record.end == 11)
        #expect(record.packetDeltaCount == 3)
        #expect(record.initialStartMilliseconds == record.flowStartMilliseconds)
    }

    @Test("the wheel: a deadline comes up within two slots of its time, past the span once a turn")
    func wheel() {
        var wheel = TimerWheel(idleTimeout: 15_000_000_000)
        func passed(_ time: Int64) -> [Int64] { Array(sequence(state: 0) { _ in wheel.nextPassed(at: time) }) }
        #expect(passed(5).isEmpty)
        wheel.start(at: 1_000_000_000_000)
        wheel.start(at: 5)
        let first = wheel.tick
        #expect(first == 8000)
        #expect(passed(999_000_000_000).isEmpty)
        for deadline in stride(from: Int64(1_000_000_000_000), through: 1_062_000_000_000, by: 333_333_333) {
            let tick = wheel.tick(for: deadline)
            let shownAt = (tick + 1) * wheel.slotNanoseconds
            #expect(shownAt > deadline && shownAt <= deadline + 2 * wheel.slotNanoseconds)
        }
        #expect(wheel.tick(for: 0) == first)
        #expect(wheel.tick(for: .min) == first)
        #expect(wheel.tick(for: .max) == first + Int64(TimerWheel.slotCount) - 1)
        #expect(passed(1_001_000_000_000) == Array(8000..<8008))
        #expect(passed(1_001_000_000_000).isEmpty)
        #expect(passed(9_000_000_000_000).count == TimerWheel.slotCount)
        #expect(wheel.tick == 72_000)
        #expect(passed(.max).count == TimerWheel.slotCount)
        #expect(passed(.min).isEmpty)
    }

    @Test("the wheel: an idle timeout is within its span, however long it is", arguments: [Int64(0), 1, 50, 120, 3600, 86_400, 9_000_000_000])
    func wideWheel(idle: Int64) {
        var wheel = TimerWheel(idleTimeout: idle * 1_000_000_000)
        wheel.start(at: 1_000_000_000_000)
        #expect(wheel.slotNanoseconds >= 125_000_000)
        let slots = wheel.tick(for: 1_000_000_000_000 + idle * 1_000_000_000) - wheel.tick
        #expect(slots <= 401)
        #expect(!wheel.isSetBack(at: 1_000_000_000_000))
        // A minute is never a leap, two turns of a narrow wheel are.
        if idle <= 50 {
            #expect(!wheel.isSetBack(at: 940_000_000_000))
            #expect(wheel.isSetBack(at: 930_000_000_000))
        }
        #expect(wheel.isSetBack(at: .min))
    }
}
