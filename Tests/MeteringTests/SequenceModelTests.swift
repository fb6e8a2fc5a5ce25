import FlowModel
import Metering
import TestSupport
import Testing

/// The count of segments sent again and out of order against a model that remembers every octet.
@Suite("Sequence numbers against a naive model")
struct SequenceModelTests {
    /// One direction: which numbers were seen, and when those that were not were passed over.
    private struct Model {
        var highest: UInt32
        var missing: [UInt32: Int64] = [:]
        var retransmits: UInt64 = 0
        var outOfOrder: UInt64 = 0

        mutating func take(_ number: UInt32, _ length: UInt32, at time: Int64, reordering: Int64) {
            let ahead = Int32(bitPattern: number &- highest)
            if ahead >= 0 {
                for octet in 0..<UInt32(ahead) { missing[highest &+ octet] = time }
                highest = number &+ length
                return
            }
            if length == 0 { return }
            let isProbe = ahead == -1
            var opened: Int64?
            if !isProbe {
                for octet in 0..<length {
                    if let time = missing.removeValue(forKey: number &+ octet) { opened = max(opened ?? .min, time) }
                }
            }
            if Int32(bitPattern: number &+ length &- highest) > 0 { highest = number &+ length }
            if isProbe { return }
            if let opened, time / 1000 - opened / 1000 < reordering { outOfOrder += 1 } else { retransmits += 1 }
        }
    }

    @Test("random losses, repeats, swaps and keep-alives around the end of the numbers", arguments: UInt64(1)...12)
    func agree(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let (client, server) = (Side("10.0.0.9", 40_000), Side("10.0.0.5", 443))
        let base = UInt32.max - UInt32.random(in: 0..<50_000, using: &random)
        let meter = Meter()
        var models = [Model(highest: base), Model(highest: base)]
        var next = [base, base]
        var late: [(due: Int, side: Int, number: UInt32, length: UInt32)] = []
        var seconds = 0.0
        // Midstream: the round trip is not known, so that gaps filled within 3 ms are out of order.
        func send(_ side: Int, _ number: UInt32, _ length: UInt32) {
            seconds += Double.random(in: 0.0001...0.0012, using: &random)
            let packet: PacketObservation = side == 0 ? .client(seconds, "A", client, server) : .server(seconds, "A", client, server)
            meter.send(packet.numbered(number, payload: length))
            models[side].take(number, length, at: Packet.time(seconds), reordering: 3000)
        }
        // So that both directions are known.
        send(0, base, 0)
        send(1, base, 0)
        for step in 0..<4000 {
            let side = Int.random(in: 0..<2, using: &random)
            // At most three gaps are open at a time.
            let open = late.filter { $0.side == side }.count
            let length = UInt32.random(in: 2...60, using: &random)
            switch Int.random(in: 0..<20, using: &random) {
            case 0 where open < 3:
                late.append((step + Int.random(in: 1...12, using: &random), side, next[side], length))
                next[side] &+= length
            case 1:
                send(side, next[side] &- UInt32.random(in: 2...200, using: &random), length)
                if Int32(bitPattern: models[side].highest &- next[side]) > 0 { next[side] = models[side].highest }
            case 2: send(side, next[side] &- 1, UInt32.random(in: 0...1, using: &random))
            default:
                send(side, next[side], length)
                next[side] &+= length
            }
            for item in late where item.due <= step { send(item.side, item.number, item.length) }
            late.removeAll { $0.due <= step }
        }
        let records = meter.finish()
        let isClientFirst = records.first?.sourceAddress == client.address
        func sum(_ own: KeyPath<FlowRecord, UInt32>, _ other: KeyPath<FlowRecord, UInt32>) -> [UInt64] {
            let sums = [own, other].map { path in records.reduce(UInt64(0)) { $0 + UInt64($1[keyPath: path]) } }
            return isClientFirst ? sums : sums.reversed()
        }
        #expect(sum(\.retransmits, \.reverseRetransmits) == models.map(\.retransmits))
        #expect(sum(\.outOfOrder, \.reverseOutOfOrder) == models.map(\.outOfOrder))
        #expect(models.allSatisfy { $0.retransmits > 10 && $0.outOfOrder > 10 })
    }
}
