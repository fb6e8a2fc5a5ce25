import Testing

@testable import AgentService

/// When the capture thread may rest.
@Suite("Pace of reading")
struct ReadingPaceTests {
    private static let large = 24_000

    private func rest(_ notes: [(frames: Int, room: Int)], smallest: Int = Self.large) -> UInt32 {
        var pace = ReadingPace()
        for note in notes { pace.note(note.frames, of: ReadingPace.turn, room: note.room) }
        return pace.restMicroseconds(smallestRoom: smallest)
    }

    @Test("a ring that used up its turn has more: no rest, however few frames there were in all")
    func fullTurn() {
        #expect(rest([(ReadingPace.turn, Self.large)]) == 0)
        #expect(rest([(ReadingPace.turn - 1, Self.large)]) > 0)
        #expect(rest([(0, Self.large), (ReadingPace.turn, Self.large), (3, Self.large)]) == 0)
    }

    @Test("many frames of many rings: no rest; few: a rest, and after nothing too")
    func many() {
        #expect(rest(Array(repeating: (100, Self.large), count: 20)) == 0)
        #expect(rest(Array(repeating: (1, Self.large), count: 20)) == 5000)
        #expect(rest([]) == 5000)
    }

    @Test("a ring that was a quarter full is not left alone")
    func filling() {
        #expect(rest([(100, 372)]) == 0)
        #expect(rest([(90, 372)], smallest: 372) > 0)
    }

    @Test("at 400,000 frames a second the smallest ring is not full after a rest, whatever its size", arguments: [1, 40, 372, 1000, 1999, 2000, 100_000, .max])
    func small(room: Int) {
        let rest = rest([(0, room)], smallest: room)
        #expect(Double(rest) * 0.4 <= Double(room))
        #expect(rest <= 5000)
    }
}
