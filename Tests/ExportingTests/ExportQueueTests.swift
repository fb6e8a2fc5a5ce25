import FlowModel
import IPFIX
import Testing

@testable import Exporting

@Suite("flows that wait for a target")
struct ExportQueueTests {
    private static func part(_ rows: Int, first: Int = 0) -> ExportQueue.Part {
        ExportQueue.Part(flows: FlowBatch(), rows: first..<first + rows, isBulk: false)
    }

    @Test("the oldest go when it is full, whole or what is left of them; the newest stays")
    func bound() {
        var queue = ExportQueue(byteLimit: ExportQueue.bytes(100) * 3)
        for first in [0, 1000, 2000] { #expect(queue.append(Self.part(100, first: first)).isEmpty) }
        #expect(queue.take(30)?.rows == 0..<30)
        #expect(queue.flows == 270)
        queue.settle()
        // There is room for less than a whole batch.
        #expect(queue.append(Self.part(100, first: 3000)).map(\.rows) == [30..<100])
        #expect(queue.append(Self.part(10_000, first: 4000)).map(\.rows.lowerBound) == [1000, 2000, 3000])
        #expect(queue.flows == 10_000 && !queue.hasRoom(for: 1))
        #expect(queue.take(20_000)?.rows == 4000..<14_000)
        #expect(queue.isEmpty && queue.flows == 0 && queue.take(1) == nil)
        // What is being sent is held all the same.
        #expect(queue.bytes == ExportQueue.bytes(10_000))
        queue.settle()
        #expect(queue.bytes == 0)
    }

    @Test("a batch takes its memory until its last row is settled, and with its names")
    func memory() {
        var queue = ExportQueue(byteLimit: 1_000_000)
        var flows = ExportTester.flows(1000)
        flows.names += (0..<1000).map { "a name of more than fifteen octets \($0)" }
        var witness = WitnessRecord()
        witness.flowId = 1
        flows.witnessRecords = [witness]
        let part = ExportQueue.Part(flows: flows, rows: 0..<1000, isBulk: false)
        #expect(part.bytes > ExportQueue.bytes(1000) + 50_000 && part.bytes == ExportQueue.bytes(of: flows))
        #expect(part.flows.witnessRecords.isEmpty)
        _ = queue.append(part)
        for _ in 0..<9 {
            #expect(queue.take(100)?.rows.count == 100)
            queue.settle()
            #expect(queue.bytes == part.bytes)
        }
        let rest = queue.take(40)
        if let rest { queue.putBack(rest) }
        #expect(queue.bytes == part.bytes && queue.flows == 100)
        // What is in hand is held also when the rest of its batch has to go.
        #expect(queue.take(30)?.rows == 900..<930)
        #expect(queue.append(ExportQueue.Part(flows: FlowBatch(), rows: 0..<3000, isBulk: false)).map(\.rows) == [930..<1000])
        #expect(queue.bytes == part.bytes + ExportQueue.bytes(3000))
        queue.settle()
        #expect(queue.bytes == ExportQueue.bytes(3000))
    }

    @Test("in order, whatever comes and goes", arguments: [1, 2, 3] as [UInt64])
    func order(seed: UInt64) {
        var random = SystemLike(seed)
        var queue = ExportQueue(byteLimit: 2_000_000)
        var (next, expected, dropped) = (0, 0, 0)
        for _ in 0..<20_000 {
            if random.next() % 2 == 0 {
                let rows = Int(random.next() % 200) + 1
                for gone in queue.append(Self.part(rows, first: next)) {
                    #expect(gone.rows.lowerBound == expected)
                    expected = gone.rows.upperBound
                    dropped += gone.rows.count
                }
                next += rows
                #expect(queue.bytes <= 2_000_000)
            } else if let part = queue.take(Int(random.next() % 150) + 1) {
                #expect(part.rows.lowerBound == expected)
                if random.next() % 4 == 0 {
                    queue.putBack(part)
                } else {
                    expected = part.rows.upperBound
                    queue.settle()
                }
            }
            #expect(queue.flows == next - expected)
        }
        while let part = queue.take(64) { expected = part.rows.upperBound }
        queue.settle()
        #expect(queue.bytes == 0 && expected == next)
    }

    /// Numbers that come again with the seed.
    private struct SystemLike {
        var state: UInt64
        init(_ seed: UInt64) { state = seed }
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
    }

    @Test("the pace holds over any pattern of calls, and does not make up for silence")
    func pace() {
        var now = ContinuousClock.now
        let start = now
        var pace = Pace(at: now)
        for _ in 0..<1000 {
            // Who waits as told, and a little too long.
            let wait = pace.sent(10, perSecond: 20_000, at: now)
            now += wait + (wait > .zero ? .microseconds(300) : .microseconds(5))
        }
        #expect(now - start >= .milliseconds(490) && now - start < .milliseconds(700))
        now += .seconds(60)
        var burst = 0
        while pace.sent(10, perSecond: 20_000, at: now) == .zero { burst += 10 }
        #expect(burst <= 60)
    }
}
