import FlowModel
import FlowQuery
import Testing

@Suite("no text is too strange for the parser")
struct FilterFuzzTests {
    @Test("random tokens give a filter or an error within the text", arguments: 0..<50)
    func tokens(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let batch = SampleFlows.batch(rows: 30, seed: seed)
        for _ in 0..<400 { check(FilterPieces.text(&generator), batch) }
    }

    @Test("random octets too", arguments: 0..<20)
    func octets(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let batch = SampleFlows.batch(rows: 5, seed: seed)
        for _ in 0..<300 {
            let octets = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            check(String(decoding: octets, as: UTF8.self), batch)
        }
    }

    @Test("sound filters cut anywhere, and with a letter changed", arguments: 0..<60)
    func mutilated(seed: UInt64) {
        var random = RandomFilter(generator: SeededGenerator(seed: seed))
        let batch = SampleFlows.batch(rows: 20, seed: seed)
        let characters = Array(random.make(depth: 2).text)
        for cut in 0...characters.count { check(String(characters[..<cut]), batch) }
        for index in characters.indices {
            var changed = characters
            changed[index] = Character(FilterPieces.all[index % FilterPieces.all.count].first.map(String.init) ?? " ")
            check(String(changed), batch)
        }
    }

    /// Without the rows: as many as a second takes.
    @Test("a hundred thousand texts of tokens and octets", arguments: 0..<20)
    func many(seed: UInt64) {
        var generator = SeededGenerator(seed: seed &+ 70_000)
        for round in 0..<5000 {
            let text =
                round % 4 == 0
                ? String(
                    decoding: (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                        UInt8.random(in: 0...255, using: &generator)
                    }, as: UTF8.self)
                : FilterPieces.text(&generator)
            do {
                _ = try FlowFilter(text)
            } catch {
                #expect((1...(text.count + 1)).contains(error.column), "seed \(seed): \(text): \(error)")
            }
        }
    }

    private func check(_ text: String, _ batch: FlowBatch) {
        do {
            let filter = try FlowFilter(text)
            let rows = filter.select(batch)
            #expect(rows == rows.sorted() && rows.allSatisfy { (0..<batch.count).contains(Int($0)) })
            _ = filter.canMatch(BlockBounds(of: batch))
        } catch {
            #expect((1...(text.count + 1)).contains(error.column), "\(text): \(error)")
            #expect(!error.caret(in: text).isEmpty)
        }
        _ = FilterCompletion.suggest(text: text, cursor: text.count / 2)
    }
}
