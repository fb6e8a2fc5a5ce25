import FlowModel
@testable import Metering
import Testing

/// Idle and active timeouts, and what of a flow outlives its records.
@Suite("Timeouts")
struct TimeoutTests {
    let client = Side("10.0.0.9", 40_000)
    let server = Side("10.0.0.5", 443)

    /// A handshake at 0, as an established connection begins.
    private var handshake: [PacketObservation] {
        [.client(0, "S", client, server), .server(0.001, "SA", client, server), .client(0.002, "A", client, server)]
    }

    @Test("an idle UDP flow ends and is forgotten; the next packet is a new flow")
    func idleUDP() throws {
        let meter = Meter()
        meter.send(.udp(0, from: client, to: server), .udp(5, from: server, to: client))
        meter.advance(to: 19.9)
        #expect(meter.drain().isEmpty)
        meter.advance(to: 20.5, from: 20)
        let first = try #require(meter.drain().first)
        #expect(first.flowEndReason == .idleTimeout)
        #expect(first.start == 0)
        #expect(first.end == 5)
        #expect(meter.count == 0)
        meter.send(.udp(21, from: server, to: client))
        let second = try #require(meter.finish().first)
        #expect(second.flowId != first.flowId)
        #expect(second.part == 0)
        #expect(second.sourceAddress == server.address)
        #expect(second.connectionState == .s0)
    }

    @Test("flows that all end in one slot come out some at a time, each once; those seen since stay")
    func slotWithMoreThanTheLimit() {
        let meter = Meter()
        let flows = (0..<5000).map { Side("10.1.\($0 >> 8).\($0 & 255)", 40_000) }
        meter.send(flows.map { .udp(0, from: $0, to: server) })
        // Every fifth goes on, which its slot does not know yet.
        meter.send(flows.enumerated().filter { $0.offset % 5 == 0 }.map { .udp(10, from: $0.element, to: server) })
        var portions: [[FlowRecord]] = []
        while !meter.cache.advance(to: Packet.time(16), recordLimit: 100) { portions.append(meter.drain()) }
        portions.append(meter.drain())
        #expect(portions.allSatisfy { $0.count <= 100 })
        let ended = portions.flatMap { $0 }
        #expect(ended.count == 4000)
        #expect(Set(ended.map(\.flowId)).count == 4000)
        #expect(ended.allSatisfy { $0.flowEndReason == .idleTimeout && $0.allPackets == 1 })
        #expect(meter.count == 1000)
        let rest = meter.finish()
        #expect(rest.count == 1000)
        #expect(rest.allSatisfy { $0.allPackets == 2 })
        #expect(meter.count == 0)
    }

    @Test("records do not depend on how often time is told: a silence past the idle timeout parts two UDP flows")
    func idleWithoutAdvance() {
        let meter = Meter()
        meter.send(
            .udp(0, from: client, to: server), .udp(0.1, from: server, to: client), .udp(40, from: server, to: client))
        let records = meter.finish()
        #expect(records.map(\.flowEndReason) == [.idleTimeout, .forcedEnd])
        #expect(records.map(\.part) == [0, 0])
        #expect(Set(records.map(\.flowId)).count == 2)
        #expect(records.map(\.sourceAddress) == [client.address, server.address])
        #expect(records.map(\.connectionState) == [.sf, .s0])
        #expect(records.map(\.end) == [0.1, 40])
        #expect(meter.counters.flows == 2)
    }

    @Test("an established, silent connection keeps its flow id, initiator and part numbers", arguments: [true, false])
    func dormant(isToldTime: Bool) throws {
        let meter = Meter()
        meter.send(handshake)
        if isToldTime {
            meter.advance(to: 1000)
            #expect(meter.count == 1)
        }
        meter.send(.server(1000, "PA", client, server, octets: 500), .client(1000.1, "A", client, server))
        if isToldTime { meter.advance(to: 1200, from: 1000) }
        let records = meter.finish()
        #expect(records.count == 2)
        let first = try #require(records.first)
        let second = try #require(records.last)
        #expect(first.flowEndReason == .idleTimeout)
        #expect(second.flowEndReason == (isToldTime ? .idleTimeout : .forcedEnd))
        #expect(second.flowId == first.flowId)
        #expect([first.part, second.part] == [0, 1])
        #expect(second.sides == first.sides)
        #expect(second.sourceAddress == client.address)
        #expect(second.initiatorBasis == .syn)
        #expect(second.connectionState == .s1)
        #expect(second.initialStartMilliseconds == first.flowStartMilliseconds)
        #expect([second.start, second.end] == [1000, 1000.1])
        #expect(second.packetDeltaCount == 1)
        #expect(second.reverseOctetDeltaCount == 500)
        #expect(meter.counters.flows == 1)
    }

    @Test("a connection that was under way when capture began stays one flow over a silence too")
    func dormantMidstream() {
        let meter = Meter()
        meter.send(.server(0, "PA", client, server), .client(0.01, "A", client, server))
        meter.advance(to: 300)
        meter.send(.server(300, "PA", client, server))
        let records = meter.finish()
        #expect(records.map(\.part) == [0, 1])
        #expect(Set(records.map(\.flowId)).count == 1)
        #expect(records.allSatisfy { $0.sourceAddress == client.address })
    }

    @Test("a silent connection is forgotten after an hour", arguments: [true, false])
    func retention(isToldTime: Bool) {
        let meter = Meter()
        meter.send(handshake)
        if isToldTime {
            meter.cache.advance(to: Packet.time(20))
            meter.cache.advance(to: Packet.time(3599))
            #expect(meter.count == 1)
            meter.cache.advance(to: Packet.time(3601))
            #expect(meter.count == 0)
        }
        meter.send(.client(3700, "PA", client, server))
        let records = meter.finish()
        #expect(records.map(\.part) == [0, 0])
        #expect(Set(records.map(\.flowId)).count == 2)
        #expect(records.last?.initiatorBasis == .port)
    }

    @Test("the idle timeout holds also for a connection that woke up")
    func idleAfterWaking() {
        let meter = Meter()
        meter.send(handshake)
        meter.advance(to: 100)
        _ = meter.drain()
        meter.send(.client(100, "PA", client, server))
        meter.advance(to: 114.5, from: 100)
        #expect(meter.drain().isEmpty)
        meter.advance(to: 115.5, from: 114.5)
        #expect(meter.drain().map(\.flowEndReason) == [.idleTimeout])
    }

    @Test("the idle timeout holds also after an active one")
    func idleAfterActive() {
        let meter = Meter()
        meter.send(handshake)
        for second in 1...70 {
            meter.advance(to: Double(second), from: Double(second) - 0.5)
            meter.send(.client(Double(second), "PA", client, server))
        }
        #expect(meter.drain().map(\.flowEndReason) == [.activeTimeout])
        meter.advance(to: 84.5, from: 70)
        #expect(meter.drain().isEmpty)
        meter.advance(to: 85.5, from: 84.5)
        #expect(meter.drain().map(\.flowEndReason) == [.idleTimeout])
    }

    @Test("the active timeout cuts numbered parts whose sums are exact, and none is empty", arguments: [6, 17], [true, false])
    func active(number: UInt8, isToldTime: Bool) throws {
        let meter = Meter()
        var packets: UInt64 = 0
        var octets: UInt64 = 0
        for tick in 0..<4000 {
            let seconds = Double(tick) / 10
            let size = UInt32(40 + tick % 1400)
            let isAnswer = tick % 3 == 2
            if number == 6 {
                let flags = tick == 0 ? "S" : tick == 2 ? "SA" : "PA"
                meter.send(
                    isAnswer
                        ? .server(seconds, flags, client, server, octets: size) : .client(seconds, flags, client, server, octets: size))
            } else {
                meter.send(.udp(seconds, from: isAnswer ? server : client, to: isAnswer ? client : server, octets: size))
            }
            if isToldTime { meter.cache.advance(to: Packet.time(seconds)) }
            packets += 1
            octets += UInt64(size)
        }
        let records = meter.finish()
        #expect(records.map(\.part) == Array(0..<UInt32(records.count)))
        #expect((7...8).contains(records.count))
        #expect(Set(records.map(\.flowId)).count == 1)
        #expect(Set(records.map(\.sides)) == ["10.0.0.9:40000 > 10.0.0.5:443"])
        #expect(records.dropLast().allSatisfy { $0.flowEndReason == .activeTimeout })
        #expect(records.last?.flowEndReason == .forcedEnd)
        #expect(records.allSatisfy { $0.allPackets > 0 })
        #expect(records.reduce(0) { $0 + $1.allPackets } == packets)
        #expect(records.reduce(0) { $0 + $1.allOctets } == octets)
        #expect(records.allSatisfy { $0.initialStartMilliseconds == records[0].flowStartMilliseconds })
        for (earlier, later) in zip(records, records.dropFirst()) { #expect(earlier.end < later.start) }
        // The first part is cut early, so that flows that began together do not end in one burst; the others are whole.
        #expect(records[0].end >= 30 - 0.2 && records[0].end <= 60)
        for record in records.dropFirst().dropLast() { #expect(record.end - record.start > 59.8 && record.end - record.start < 60) }
        // State, flags and initiator are the flow's, not the record's.
        if number == 6 {
            #expect(records.allSatisfy { $0.initialTCPFlags == .syn && $0.connectionState == .s1 })
            #expect(!records[1].tcpControlBits.contains(.syn))
        }
    }

    @Test("first records of flows that began together end spread over half the active timeout")
    func activeSpread() {
        let meter = Meter()
        for second in stride(from: 0.0, through: 61, by: 0.25) {
            for host in 1...64 { meter.send(.udp(second, from: Side("10.0.1.\(host)", 5000), to: server)) }
        }
        let ends = meter.drain().filter { $0.part == 0 }.map(\.end)
        #expect(ends.count == 64)
        var perSecond: [Int: Int] = [:]
        for end in ends { perSecond[Int(end), default: 0] += 1 }
        #expect((perSecond.values.max() ?? 64) < 12)
        #expect((ends.min() ?? 0) >= 29 && (ends.max() ?? 99) <= 60)
    }

    @Test("an interval without packets gives no record")
    func nothing() {
        let meter = Meter()
        meter.send(handshake)
        meter.advance(to: 500)
        #expect(meter.drain().count == 1)
        meter.cache.flush()
        #expect(meter.drain().isEmpty)
        #expect(meter.count == 0)
        #expect(meter.counters.records == 1)
    }

    @Test("a flush ends what is open as forced, and what had ended as ended")
    func flush() {
        let meter = Meter()
        meter.send(handshake)
        meter.send(.udp(1, from: client, to: server))
        meter.send(.tcp(1, "R", from: Side("10.0.0.7", 1), to: Side("10.0.0.8", 2)))
        let reasons = meter.finish().map(\.flowEndReason)
        #expect(reasons.filter { $0 == .forcedEnd }.count == 2)
        #expect(reasons.filter { $0 == .endOfFlow }.count == 1)
        #expect(meter.count == 0)
    }

    @Test("time that leaps over hours ends everything once, in one step")
    func leap() {
        let meter = Meter()
        for host in 0..<500 { meter.send(.udp(Double(host) / 10, from: Side("10.2.\(host / 250).\(host % 250)", 99), to: server)) }
        meter.cache.advance(to: Packet.time(7 * 3600))
        let records = meter.drain()
        #expect(records.count == 500)
        #expect(records.allSatisfy { $0.flowEndReason == .idleTimeout && $0.packetDeltaCount == 1 })
        #expect(meter.count == 0)
    }

    @Test("a clock that is set back ends all records, and metering goes on in the new time")
    func clockSetBack() {
        let meter = Meter()
        meter.send(.udp(7200, from: client, to: server))
        meter.advance(to: 7201, from: 7200)
        meter.cache.advance(to: Packet.time(3600))
        #expect(meter.drain().map(\.flowEndReason) == [.forcedEnd])
        meter.send(.udp(3600.5, from: client, to: server))
        meter.advance(to: 3617, from: 3600)
        #expect(meter.drain().map(\.flowEndReason) == [.idleTimeout])
        #expect(meter.count == 0)
    }

    @Test("a clock that is a little behind changes nothing")
    func clockALittleBehind() {
        let meter = Meter()
        meter.send(.udp(100, from: client, to: server))
        meter.advance(to: 101, from: 100)
        meter.cache.advance(to: Packet.time(60))
        #expect(meter.drain().isEmpty)
        #expect(meter.count == 1)
    }

    /// A handshake of which the last step is missing: SYN, and the answer so many times.
    private func unfinished(answers: Int) -> [PacketObservation] {
        [.client(0, "S", client, server).numbered(1000)]
            + (0..<answers).map { .server(0.001 + Double($0), "SA", client, server).numbered(9000, 1001) }
    }

    @Test("a half-open connection is not established: the idle timeout forgets it", arguments: [1, 2, 4])
    func halfOpen(answers: Int) {
        let meter = Meter()
        meter.send(unfinished(answers: answers))
        meter.advance(to: 20)
        #expect(meter.drain().map(\.connectionState) == [.s1])
        #expect(meter.count == 0)
        // Without its SYN, too.
        meter.send(unfinished(answers: answers).dropFirst().map { $0.later(30) })
        meter.advance(to: 50, from: 30)
        #expect(meter.drain().count == 1)
        #expect(meter.count == 0)
    }

    @Test("one whose answer was acknowledged is, and one whose server goes on to send data", arguments: [1, 2], [true, false])
    func opened(answers: Int, byAcknowledgement: Bool) {
        let meter = Meter()
        meter.send(unfinished(answers: answers))
        meter.send(
            byAcknowledgement
                ? .client(4, "A", client, server).numbered(1001, 9001) : .server(4, "PA", client, server).numbered(9001, 1001, payload: 5))
        meter.advance(to: 30)
        #expect(meter.drain().count == 1)
        #expect(meter.count == 1)
    }

    @Test("a packet from before the flow's beginning does not move the beginning of later parts")
    func beginningOfParts() {
        let meter = Meter()
        for second in stride(from: 50.0, through: 115, by: 1) { meter.send(.udp(second, from: client, to: server)) }
        meter.send(.udp(45, from: client, to: server), .udp(116, from: client, to: server))
        let records = meter.finish()
        #expect(records.count > 1)
        #expect(records.allSatisfy { $0.initialStartMilliseconds == records[0].flowStartMilliseconds })
        #expect(records.allSatisfy { $0.start >= 50 && $0.end >= $0.start })
        #expect(records.reduce(0) { $0 + $1.packetDeltaCount } == 68)
    }

    @Test("a record ends before its packet counter runs over, and the next goes on")
    func fullCounter() {
        let meter = Meter()
        let (client, server) = (Side("10.0.0.9", 40_000), Side("10.0.0.5", 53))
        meter.send(.udp(0, from: client, to: server))
        for side in [0, 1] where meter.cache.sides[side].packets == 1 { meter.cache.sides[side].packets = .max - 1 }
        for step in 1...3 { meter.send(.udp(Double(step) / 1000, from: client, to: server)) }
        let records = meter.finish()
        #expect(records.map(\.packetDeltaCount) == [UInt64(UInt32.max), 2])
        #expect(records.map(\.part) == [0, 1])
        #expect(records.first?.flowEndReason == .activeTimeout)
        #expect(Set(records.map(\.flowId)).count == 1)
    }
}
