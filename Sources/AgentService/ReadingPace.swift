/// When the capture thread rests between two passes over the rings: each wake has its price, however many rings have
/// something, and rings have room for what comes meanwhile.
struct ReadingPace {
    /// Frames taken from one ring before the next has its turn: a busy interface cannot starve a quiet one.
    static var turn: Int { 512 }
    /// Frames of a pass that are many.
    private static var manyFrames: Int { 1024 }
    /// The longest rest, in microseconds.
    private static var longestRest: Int { 5000 }
    /// So many frames a second may begin to come into a ring that was quiet, and none of them is lost.
    private static var framesPerSecond: Int { 400_000 }

    /// Frames of the pass.
    private(set) var frames = 0
    /// A ring used up its turn, or had so much that it may be full soon.
    private(set) var isBusy = false

    /// Notes what one ring gave.
    ///
    /// - Parameter room: frames that fit into the ring at least.
    mutating func note(_ frames: Int, of limit: Int, room: Int) {
        self.frames += frames
        if frames >= limit || frames > room / 4 { isBusy = true }
    }

    /// How long to rest after the pass, in microseconds.
    ///
    /// - Parameter smallestRoom: frames that fit into the smallest ring at least.
    func restMicroseconds(smallestRoom: Int) -> UInt32 {
        guard !isBusy, frames < Self.manyFrames else { return 0 }
        let enough = Self.longestRest * Self.framesPerSecond / 1_000_000
        guard smallestRoom < enough else { return UInt32(Self.longestRest) }
        return UInt32(max(0, smallestRoom) * 1_000_000 / Self.framesPerSecond)
    }
}
