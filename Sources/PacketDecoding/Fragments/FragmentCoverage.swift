/// Which octets of a datagram have come, in units of 8 octets: up to four stretches, which grow together as holes close.
struct FragmentCoverage {
    enum Novelty { case new, duplicate, overlap }

    /// Each is the first unit in the upper half and the unit after the last in the lower; 0 is none.
    private var spans: InlineArray<4, UInt32> = [0, 0, 0, 0]
    /// The unit after the datagram's last, once the last fragment has come; 0 before.
    private var end: UInt32 = 0

    /// - Parameters:
    ///   - start: in units; `length` in octets.
    ///   - hasMore: false for the last fragment.
    mutating func add(start: UInt16, length: Int, hasMore: Bool) -> Novelty {
        var first = UInt32(start)
        // Offsets have 13 bits and lengths are below 2^16 + 40: both fit into half a word.
        var last = first &+ UInt32(truncatingIfNeeded: min(max(length, 0), 65_535) &+ 7) >> 3
        if !hasMore { end = last }
        guard last > first else { return .new }
        var novelty = Novelty.new
        var room: Int?
        for index in spans.indices {
            let (from, to) = (spans[index] >> 16, spans[index] & 0xFFFF)
            if to == 0 {
                room = index
                continue
            }
            if from < last && first < to {
                novelty = from <= first && last <= to ? .duplicate : .overlap
            }
            if from <= last && first <= to {
                first = min(first, from)
                last = max(last, to)
                spans[index] = 0
                room = index
            }
        }
        // With more than four holes a stretch is forgotten, and its repetition not noticed.
        if let room { spans[room] = first << 16 | last }
        return novelty
    }

    /// True when the last fragment and all before it have come.
    var isComplete: Bool {
        guard end != 0 else { return false }
        for index in spans.indices where spans[index] != 0 { return spans[index] == end }
        return false
    }
}
