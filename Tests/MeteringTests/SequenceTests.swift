import FlowModel
@testable import Metering
import Testing

/// Segments sent again and out of order.
@Suite("Sequence numbers")
struct SequenceTests {
    let client = Side("10.0.0.9", 40_000)
    let server = Side("10.0.0.5", 443)

    /// One segment of the client's: seconds, number, octets.
    private typealias Segment = (at: Double, number: UInt32, length: UInt32)

    /// Retransmits and out-of-order segments of the client's, after a handshake whose round trip is 20 ms.
    private func count(_ base: UInt32, _ segments: [Segment], flags: String = "PA") -> [UInt32] {
        let meter = Meter()
        meter.send(
            .client(0, "S", client, server).numbered(base), .server(0.01, "SA", client, server).numbered(7, base &+ 1),
            .client(0.02, "A", client, server).numbered(base &+ 1, 8))
        for segment in segments {
            meter.send(.client(segment.at, flags, client, server).numbered(base &+ 1 &+ segment.number, 8, payload: segment.length))
        }
        let records = meter.finish()
        #expect(records.allSatisfy { $0.reverseRetransmits == 0 && $0.reverseOutOfOrder == 0 })
        return [records.reduce(0) { $0 + $1.retransmits }, records.reduce(0) { $0 + $1.outOfOrder }]
    }

    /// Numbers that wrap around within the segments, and others.
    static let bases: [UInt32] = [0, 1000, 0x7FFF_FF00, 0xFFFF_FF00, 0xFFFF_FFFF]

    @Test("segments one after the other are neither", arguments: bases)
    func inOrder(base: UInt32) {
        #expect(count(base, (0..<50).map { (1 + Double($0) / 100, UInt32($0) * 100, 100) }) == [0, 0])
    }

    @Test("a segment that was seen before is a retransmission", arguments: bases)
    func again(base: UInt32) {
        #expect(count(base, [(1, 0, 100), (1.1, 100, 100), (1.3, 0, 100), (1.5, 200, 100)]) == [1, 0])
        // Soon after, too: what was seen cannot be out of order.
        #expect(count(base, [(1, 0, 100), (1.1, 100, 100), (1.101, 0, 100)]) == [1, 0])
        // With octets beyond the highest.
        #expect(count(base, [(1, 0, 100), (1.3, 50, 100), (1.4, 150, 10)]) == [1, 0])
    }

    @Test("a gap that is filled within the round trip was out of order, later it is a retransmission", arguments: bases)
    func gaps(base: UInt32) {
        #expect(count(base, [(1, 0, 100), (1.001, 200, 100), (1.002, 100, 100), (1.003, 300, 100)]) == [0, 1])
        #expect(count(base, [(1, 0, 100), (1.001, 200, 100), (1.0215, 100, 100), (1.03, 300, 100)]) == [1, 0])
        // In two pieces, and the second piece twice.
        #expect(count(base, [(1, 0, 100), (1.001, 200, 100), (1.002, 150, 50), (1.003, 100, 50), (1.004, 100, 50)]) == [1, 2])
        // From the middle of the gap.
        #expect(count(base, [(1, 0, 10), (1.001, 100, 10), (1.002, 50, 10), (1.003, 10, 40), (1.004, 60, 40)]) == [0, 3])
    }

    @Test("an acknowledgement without data from beyond opens the gap too", arguments: bases)
    func bareAcknowledgement(base: UInt32) {
        #expect(count(base, [(1, 0, 100), (1.001, 200, 0), (1.002, 100, 100)]) == [0, 1])
        // And one from below is nothing.
        #expect(count(base, [(1, 0, 100), (1.001, 50, 0), (1.002, 100, 100)]) == [0, 0])
    }

    @Test("a keep-alive is no retransmission, whether it carries an octet or none", arguments: bases, [UInt32(0), 1])
    func keepAlive(base: UInt32, length: UInt32) {
        #expect(count(base, [(1, 0, 100), (2, 99, length), (3, 99, length), (4, 100, 100)]) == [0, 0])
    }

    @Test("what follows a probe of a closed window begins with the probe's octet and is no retransmission")
    func windowProbe() {
        #expect(count(5, [(1, 0, 100), (2, 100, 1), (3, 100, 1), (4, 100, 100), (5, 200, 100)]) == [0, 0])
    }

    @Test("a SYN sent again, and a FIN sent again, are retransmissions; a RST never is")
    func bounds() {
        let meter = Meter()
        meter.send(
            .client(0, "S", client, server).numbered(99), .client(1, "S", client, server).numbered(99),
            .server(1.01, "SA", client, server).numbered(7, 100), .server(2, "SA", client, server).numbered(7, 100),
            .client(2.01, "A", client, server).numbered(100, 8), .client(3, "FA", client, server).numbered(100, 8),
            .client(3.5, "FA", client, server).numbered(100, 8), .client(3.6, "R", client, server).numbered(50))
        let record = meter.finish().first
        #expect(record?.retransmits == 2)
        #expect(record?.reverseRetransmits == 1)
        #expect(record?.outOfOrder == 0)
    }

    @Test("counters are of the record, each direction has its own")
    func parts() {
        let meter = Meter()
        func sent(_ at: Double, _ number: UInt32) -> PacketObservation {
            .client(at, "PA", client, server).numbered(number, 1, payload: 10)
        }
        meter.send(
            sent(0, 100), .server(0.1, "A", client, server).numbered(1, 110, payload: 5), sent(0.2, 100), sent(0.3, 100),
            .server(0.4, "A", client, server).numbered(1, 110, payload: 5))
        meter.send(stride(from: 1.0, to: 70, by: 10).map { sent($0, 110 + UInt32($0)) })
        meter.send(sent(72, 100))
        let records = meter.finish()
        #expect(records.count == 2)
        #expect(records.map(\.retransmits) == [2, 1])
        #expect(records.map(\.reverseRetransmits) == [1, 0])
    }

    @Test("other protocols have no such counters")
    func udp() {
        let meter = Meter()
        meter.send(.udp(0, from: client, to: server))
        let record = meter.finish().first
        #expect([record?.retransmits, record?.reverseRetransmits, record?.outOfOrder, record?.reverseOutOfOrder] == [.max, .max, .max, .max])
    }

    @Test("without room for gaps the counters are absent, and the flow is counted as not measured")
    func noRoom() {
        var configuration = FlowCacheConfiguration()
        configuration.byteLimit = 0
        configuration.flowLimit = 2000
        // Of the smallest bound, 64 KiB, three quarters may hold gaps: an eighth is kept for each of the two other kinds.
        #expect(configuration.extrasByteLimit / 4 * 3 / SparePool<SequenceGaps>.bytesPerElement == 372)
        configuration.byteLimit = 262_144
        let meter = Meter(configuration)
        for number in 0..<700 {
            let side = Side("10.1.\(number / 250).\(number % 250)", 1)
            for sequence in [UInt32(5), 5] { meter.send(.client(0, "A", side, server).numbered(sequence, payload: 5)) }
        }
        let records = meter.finish()
        #expect(records.count == 700)
        #expect(records.filter { $0.retransmits == 1 }.count == 372)
        #expect(records.filter { $0.retransmits == .max && $0.outOfOrder == .max }.count == 328)
        #expect(meter.counters.flowsUnmeasured == 328)
        #expect(meter.cache.extras.bytes == 372 * SparePool<SequenceGaps>.bytesPerElement)
        #expect(meter.cache.extras.gaps.count == 0)
    }

    @Test("a lone segment from far ahead is not believed, and spoils nothing", arguments: bases, [UInt32(1) << 30, 1 << 25, 0x7000_0000])
    func forged(base: UInt32, distance: UInt32) {
        for length in [UInt32(0), 10] {
            #expect(count(base, [(1, 0, 100), (2, distance, length), (3, 100, 100), (4, 200, 100), (5, 300, 100)]) == [0, 0])
        }
    }

    @Test("one from which others go on is believed: what was between them was not captured", arguments: bases)
    func leap(base: UInt32) {
        let far: UInt32 = 1 << 26
        #expect(
            count(base, [(1, 0, 100), (2, far, 100), (3, far + 100, 100), (4, far + 200, 100), (5, far + 100, 100), (6, far + 300, 100)]) == [1, 0])
        // As far as a window it is believed at once.
        #expect(count(base, [(1, 0, 100), (2, 1 << 23, 100), (3, 100, 100)]) == [1, 0])
    }
}
