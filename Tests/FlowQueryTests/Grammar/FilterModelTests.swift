import FlowModel
import FlowQuery
import Testing

@Suite("filters mean what a naive evaluator says")
struct FilterModelTests {
    private static let batch = SampleFlows.batch(rows: 600, seed: 1)

    @Test("random filters select the rows that a row-by-row model selects", arguments: 0..<300)
    func model(seed: UInt64) throws {
        var random = RandomFilter(generator: SeededGenerator(seed: seed))
        for _ in 0..<10 {
            let (text, meaning) = random.make(depth: 3)
            let filter = try FlowFilter(text)
            let wanted = (0..<Self.batch.count).filter { meaning(Self.batch[$0]) }.map { Int32($0) }
            #expect(filter.select(Self.batch) == wanted, "\(text)")
        }
    }

    @Test("a filter reads only the columns that it names", arguments: 0..<60)
    func columns(seed: UInt64) throws {
        var random = RandomFilter(generator: SeededGenerator(seed: seed &+ 10_000))
        for _ in 0..<10 {
            let (text, _) = random.make(depth: 2)
            let filter = try FlowFilter(text)
            #expect(filter.select(Self.batch.keepingOnly(filter.fields)) == filter.select(Self.batch), "\(text)")
        }
    }

    @Test("bounds never rule out a block that has a matching row", arguments: 0..<200)
    func bounds(seed: UInt64) throws {
        var random = RandomFilter(generator: SeededGenerator(seed: seed &+ 20_000))
        var ruledOut = 0
        for round in 0..<40 {
            let block = SampleFlows.batch(rows: 1 + round % 4, seed: seed &* 31 &+ UInt64(round))
            let bounds = BlockBounds(of: block)
            let (text, _) = random.make(depth: 2)
            let filter = try FlowFilter(text)
            let matches = !filter.select(block).isEmpty
            if !filter.canMatch(bounds) {
                ruledOut += 1
                #expect(!matches, "\(text)")
            }
            #expect(filter.canMatch(BlockBounds()) || filter.select(block).isEmpty)
            if let required = filter.requiredAddresses {
                for row in filter.select(block) {
                    let (a, b) = (block.sourceAddress[Int(row)], block.destinationAddress[Int(row)])
                    #expect(required.contains { $0.contains(a) || $0.contains(b) }, "\(text)")
                }
            }
        }
        // Bounds that never rule out anything would pass all of the above.
        #expect(ruledOut > 0)
    }

    @Test("joined filters select what both select")
    func joined() throws {
        let a = try FlowFilter("tcp # a comment")
        let b = try FlowFilter("dst port 445 or dst port 22")
        let both = a.and(b)
        #expect(both.select(Self.batch) == a.select(Self.batch).filter(Set(b.select(Self.batch)).contains))
        #expect(try FlowFilter(both.text).select(Self.batch) == both.select(Self.batch))
        #expect(a.and(.all).text == a.text)
        #expect(FlowFilter.all.and(a).text == a.text)
    }
}
