/// A regular expression that takes time in proportion to the text, whatever the expression: no backtracking, all ways
/// are gone side by side (K. Thompson, Regular Expression Search Algorithm, CACM 11(6), 1968).
///
/// It finds a match anywhere in the text; `^` and `$` tie it to the ends. Letters are Unicode scalars in their own case.
/// There is `.`, `[a-z]` and `[^a-z]`, `\d \w \s` and `\D \W \S` (of ASCII), groups `( )` and `(?: )`, `|`, and
/// `* + ? {m} {m,} {m,n}`; no references back, no looking around.
package struct RegularExpression: Sendable {
    /// As it was written.
    package let source: String
    let program: [Instruction]

    /// One step of the program; numbers are places in it.
    enum Instruction: Sendable {
        case take(ScalarSet)
        case atStart, atEnd
        case fork(Int, Int)
        case jump(Int)
        case match
    }

    /// Why a text is none, and where: Unicode scalars from 0.
    package struct Fault: Error, Sendable, Hashable {
        package var offset: Int
        package var message: String
    }

    /// Steps of a program: what `a{1000}` takes, and the work that a letter of a text can cost.
    static let programLimit = 2000
    /// Of groups inside one another.
    static let nestingLimit = 50
    /// Of a repetition's numbers.
    static let repetitionLimit = 1000

    package init(_ source: String) throws(Fault) {
        var parser = RegularExpressionParser(source)
        let node = try parser.parse()
        var compiler = RegularExpressionCompiler()
        self.source = source
        program = try compiler.compile(node)
    }

    /// True when some part of the text matches.
    ///
    /// - Complexity: O(scalars of the text × steps of the program).
    package func matches(_ text: String) -> Bool {
        var run = Run(program)
        var isFirst = true
        for scalar in text.unicodeScalars {
            // A match may begin at every letter.
            if run.enter(0, isStart: isFirst, isEnd: false) { return true }
            run.step(scalar.value)
            isFirst = false
            if run.settle() { return true }
        }
        return run.finish(isStart: isFirst)
    }

    /// The places of the program that a match can have come to.
    private struct Run {
        private let program: [Instruction]
        /// Places that have just been stepped to, not yet followed.
        private var arrived: [Int] = []
        /// Places that wait for a letter.
        private var waiting: [Int] = []
        private var seen: [Int]
        private var round = 1
        private var open: [Int] = []

        init(_ program: [Instruction]) {
            self.program = program
            seen = [Int](repeating: 0, count: program.count)
        }

        /// Follows a place to those that wait for a letter. True when it comes to the match.
        mutating func enter(_ place: Int, isStart: Bool, isEnd: Bool) -> Bool {
            open.append(place)
            while let place = open.popLast() {
                if seen[place] == round { continue }
                seen[place] = round
                switch program[place] {
                case .take: waiting.append(place)
                case .atStart: if isStart { open.append(place + 1) }
                case .atEnd:
                    // Comes true only behind the last letter, where `finish` asks again.
                    if isEnd { open.append(place + 1) } else { waiting.append(place) }
                case .fork(let first, let second):
                    open.append(second)
                    open.append(first)
                case .jump(let target): open.append(target)
                case .match:
                    open.removeAll(keepingCapacity: true)
                    return true
                }
            }
            return false
        }

        mutating func step(_ scalar: UInt32) {
            arrived.removeAll(keepingCapacity: true)
            for place in waiting {
                if case .take(let set) = program[place], set.contains(scalar) { arrived.append(place + 1) }
            }
            waiting.removeAll(keepingCapacity: true)
            round += 1
        }

        /// Follows what `step` has come to. Places at the end wait.
        mutating func settle() -> Bool {
            for place in arrived where enter(place, isStart: false, isEnd: false) { return true }
            return false
        }

        /// The text has ended.
        mutating func finish(isStart: Bool) -> Bool {
            let tied = waiting.filter { if case .atEnd = program[$0] { true } else { false } }
            round += 1
            for place in tied where enter(place, isStart: isStart, isEnd: true) { return true }
            return enter(0, isStart: isStart, isEnd: true)
        }
    }
}

extension RegularExpression: Hashable {
    package static func == (a: RegularExpression, b: RegularExpression) -> Bool { a.source == b.source }
    package func hash(into hasher: inout Hasher) { hasher.combine(source) }
}

/// A set of Unicode scalars: sorted ranges that do not touch.
struct ScalarSet: Sendable {
    private let ranges: [ClosedRange<UInt32>]

    init(_ unordered: [ClosedRange<UInt32>], isInverted: Bool = false) {
        var merged: [ClosedRange<UInt32>] = []
        for range in unordered.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound &+ 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        ranges = isInverted ? Self.inverted(merged) : merged
    }

    /// Every scalar.
    static let all = ScalarSet([0...0x10FFFF])

    static func inverted(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var holes: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { holes.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= 0x10FFFF { holes.append(next...0x10FFFF) }
        return holes
    }

    func contains(_ value: UInt32) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].lowerBound <= value
    }
}
