import Shipping
import Testing

@Suite("the queue and its holes")
struct QueueTests {
    private static func batch(_ sequence: UInt64, bytes: Int) -> QueuedBatch {
        QueuedBatch(sequence: sequence, octets: [UInt8](repeating: 0, count: bytes), records: Int(sequence))
    }

    @Test("when it is full the oldest goes, but never the one under way")
    func bounds() {
        var queue = BatchQueue(byteLimit: 10, batchLimit: 3)
        #expect(queue.append(Self.batch(1, bytes: 4)).isEmpty)
        #expect(queue.append(Self.batch(2, bytes: 4)).isEmpty)
        #expect(queue.append(Self.batch(3, bytes: 4)).map(\.sequence) == [1])
        #expect(queue.takeFirst()?.sequence == 2)
        #expect(queue.append(Self.batch(4, bytes: 4)).map(\.sequence) == [3])
        #expect(queue.append(Self.batch(5, bytes: 7)).map(\.sequence) == [5])
        #expect(queue.append(Self.batch(6, bytes: 0)).isEmpty)
        #expect(queue.append(Self.batch(7, bytes: 0)).map(\.sequence) == [4])
        #expect(queue.finishFirst()?.sequence == 2)
        #expect(queue.finishFirst() == nil || false)
        #expect(queue.takeFirst()?.sequence == 6)
        queue.keepFirst(mayBeStored: false)
        #expect(queue.append(Self.batch(8, bytes: 10)).isEmpty)
        #expect(queue.count == 3 && queue.bytes == 10 && queue.records == 6 + 7 + 8)
        #expect(queue.append(Self.batch(9, bytes: 11)).map(\.sequence) == [9])
    }

    @Test("a batch that may be stored goes last, and says so")
    func mayBeStored() {
        var queue = BatchQueue(byteLimit: 10, batchLimit: 3)
        for sequence in 1...3 as ClosedRange<UInt64> { #expect(queue.append(Self.batch(sequence, bytes: 3)).isEmpty) }
        _ = queue.takeFirst()
        queue.keepFirst(mayBeStored: true)
        // A later attempt that says nothing new does not take it back.
        _ = queue.takeFirst()
        queue.keepFirst(mayBeStored: false)
        #expect(queue.append(Self.batch(4, bytes: 3)).map(\.sequence) == [2])
        #expect(queue.append(Self.batch(5, bytes: 7)).map(\.sequence) == [3, 4])
        // Where it has no room beside the new one, others are not thrown out in its place.
        var small = queue
        #expect(small.append(Self.batch(6, bytes: 8)).map(\.sequence) == [1, 5])
        let gone = queue.append(Self.batch(6, bytes: 10))
        #expect(gone.map(\.sequence) == [1, 5] && gone.map(\.mayBeStored) == [true, false])
        var single = BatchQueue(byteLimit: 10, batchLimit: 1)
        _ = single.append(Self.batch(1, bytes: 1))
        _ = single.takeFirst()
        single.keepFirst(mayBeStored: true)
        #expect(single.append(Self.batch(2, bytes: 1)).map(\.sequence) == [1])
    }

    @Test("random actions against a plain model", arguments: [1, 2, 3, 4] as [UInt64])
    func model(seed: UInt64) {
        var generator = SeededGenerator(state: seed)
        var queue = BatchQueue(byteLimit: 50, batchLimit: 8)
        var model: [QueuedBatch] = []
        var isUnderWay = false
        var sequence: UInt64 = 0
        for _ in 0..<3000 {
            switch Int.random(in: 0..<5, using: &generator) {
            case 0...2:
                sequence += 1
                let batch = Self.batch(sequence, bytes: Int.random(in: 0...30, using: &generator))
                let dropped = queue.append(batch)
                model.append(batch)
                for gone in dropped { model.removeAll { $0.sequence == gone.sequence } }
            case 3:
                if isUnderWay {
                    #expect(queue.finishFirst()?.sequence == model.removeFirst().sequence)
                    isUnderWay = false
                }
            default:
                if isUnderWay {
                    queue.keepFirst(mayBeStored: .random(using: &generator))
                    isUnderWay = false
                } else if let first = queue.takeFirst() {
                    #expect(first.sequence == model.first?.sequence)
                    isUnderWay = true
                }
            }
            #expect(queue.count == model.count)
            #expect(queue.bytes == model.reduce(0) { $0 + $1.octets.count } && queue.bytes <= 50)
            #expect(queue.records == model.reduce(0) { $0 + $1.records })
            #expect(queue.count <= 8)
        }
    }

    @Test("runs of numbers against a set", arguments: [1, 2, 3] as [UInt64])
    func ranges(seed: UInt64) {
        var generator = SeededGenerator(state: seed)
        var ranges = SequenceRanges()
        var model: Set<UInt64> = []
        for _ in 0..<600 {
            if Bool.random(using: &generator) {
                let number = UInt64.random(in: 1...60, using: &generator)
                ranges.insert(number)
                model.insert(number)
            } else {
                let first = UInt64.random(in: 1...60, using: &generator)
                let last = first + UInt64.random(in: 0...5, using: &generator)
                ranges.remove([first...last])
                model.subtract(first...last)
            }
            #expect(Set(ranges.runs.flatMap { Array($0) }) == model)
            for (a, b) in zip(ranges.runs, ranges.runs.dropFirst()) { #expect(a.upperBound + 1 < b.lowerBound) }
        }
    }

    @Test("so many runs at most: the oldest are forgotten")
    func rangeLimit() {
        var ranges = SequenceRanges()
        for number in 0..<UInt64(SequenceRanges.limit + 10) { ranges.insert(number * 2) }
        #expect(ranges.runs.count == SequenceRanges.limit)
        #expect(ranges.runs.first == 20...20)
        #expect(ranges.forgotten == 10)
        ranges.insert(.max)
        #expect(ranges.runs.last == UInt64.max...UInt64.max)
    }
}
