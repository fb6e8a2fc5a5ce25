import Testing

@testable import AgentService

/// Numbers of observation points over many lives of interfaces.
@Suite("Identifiers of observation points")
struct PointIdentifiersTests {
    @Test("each is given once, as many as there are")
    func limit() {
        var identifiers = PointIdentifiers(retentionMilliseconds: 10)
        #expect((0..<65_534).allSatisfy { identifiers.take(at: 0) == UInt16($0) })
        #expect(identifiers.take(at: 1_000_000) == nil)
    }

    @Test("one that was given back is given again after it has rested, the longest first")
    func again() {
        var identifiers = PointIdentifiers(limit: 3, retentionMilliseconds: 10)
        #expect([identifiers.take(at: 0), identifiers.take(at: 0), identifiers.take(at: 0)] == [0, 1, 2])
        identifiers.giveBack(2, at: 5)
        identifiers.giveBack(0, at: 7)
        #expect(identifiers.take(at: 14) == nil)
        #expect(identifiers.take(at: 15) == 2)
        #expect(identifiers.take(at: 16) == nil)
        #expect(identifiers.take(at: 17) == 0)
        #expect(identifiers.take(at: 1000) == nil)
    }

    @Test("a hundred thousand lives, ten at a time, need few numbers, and none is in use twice")
    func lives() {
        var identifiers = PointIdentifiers(retentionMilliseconds: 100)
        var used: [UInt16] = []
        var highest: UInt16 = 0
        for time in 0..<100_000 {
            guard let identifier = identifiers.take(at: Int64(time)) else {
                Issue.record("none was left at \(time)")
                return
            }
            if used.contains(identifier) { Issue.record("\(identifier) is in use") }
            used.append(identifier)
            highest = max(highest, identifier)
            if used.count > 10 { identifiers.giveBack(used.removeFirst(), at: Int64(time)) }
        }
        #expect(highest < 200)
    }
}
