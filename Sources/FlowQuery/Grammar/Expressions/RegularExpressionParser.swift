/// Reads a regular expression into a tree.
struct RegularExpressionParser {
    indirect enum Node {
        case empty
        case set(ScalarSet)
        case atStart, atEnd
        case sequence([Node])
        case choice([Node])
        /// `most` nil: without end.
        case repeated(Node, least: Int, most: Int?)
    }

    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var depth = 0

    init(_ source: String) {
        scalars = Array(source.unicodeScalars)
    }

    mutating func parse() throws(RegularExpression.Fault) -> Node {
        let node = try choice()
        // `choice` ends at a parenthesis that closes nothing, or at the end.
        if index < scalars.count { throw fault("')' closes nothing in the expression; write \\) for the sign itself") }
        return node
    }

    private var current: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private func fault(_ message: String, at place: Int? = nil) -> RegularExpression.Fault {
        RegularExpression.Fault(offset: place ?? index, message: message)
    }

    private mutating func choice() throws(RegularExpression.Fault) -> Node {
        var branches = [try sequence()]
        while current == "|" {
            index += 1
            branches.append(try sequence())
        }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(RegularExpression.Fault) -> Node {
        var parts: [Node] = []
        while let scalar = current, scalar != "|", scalar != ")" {
            parts.append(try repeated(try atom(scalar), isAnchor: scalar == "^" || scalar == "$"))
        }
        return parts.isEmpty ? .empty : parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func atom(_ scalar: Unicode.Scalar) throws(RegularExpression.Fault) -> Node {
        let start = index
        index += 1
        switch scalar {
        case ".": return .set(.all)
        case "^": return .atStart
        case "$": return .atEnd
        case "[": return .set(try bracket(start))
        case "\\": return .set(ScalarSet(try escape(start)))
        case "(": return try group(start)
        case "*", "+", "?":
            throw fault("'\(scalar)' has nothing before it to repeat; write \\\(scalar) for the sign itself", at: start)
        case "{": throw fault("'{' has nothing before it to repeat; write \\{ for the sign itself", at: start)
        default: return .set(ScalarSet([scalar.value...scalar.value]))
        }
    }

    private mutating func group(_ start: Int) throws(RegularExpression.Fault) -> Node {
        if current == "?" {
            guard index + 1 < scalars.count, scalars[index + 1] == ":" else {
                throw fault("'(?' begins only '(?:'; there is no looking around, and there are no options", at: start)
            }
            index += 2
        }
        depth += 1
        defer { depth -= 1 }
        guard depth <= RegularExpression.nestingLimit else {
            throw fault("more than \(RegularExpression.nestingLimit) groups inside one another", at: start)
        }
        let inner = try choice()
        guard current == ")" else { throw fault("the group is never closed", at: start) }
        index += 1
        return inner
    }

    // MARK: - Repetition

    private mutating func repeated(_ node: Node, isAnchor: Bool) throws(RegularExpression.Fault) -> Node {
        guard let sign = current else { return node }
        let start = index
        let least: Int
        var most: Int?
        switch sign {
        case "*": least = 0
        case "+": least = 1
        case "?":
            least = 0
            most = 1
        case "{": (least, most) = try bounds()
        default: return node
        }
        if sign != "{" { index += 1 }
        // As few as possible or as many: whether there is a match does not depend on it.
        if current == "?" { index += 1 }
        if let next = current, ["*", "+", "?", "{"].contains(next) {
            throw fault("two repetitions one behind the other; put the first in a group")
        }
        if isAnchor { throw fault("'^' and '$' cannot be repeated", at: start) }
        return .repeated(node, least: least, most: most)
    }

    /// `{m}`, `{m,}`, `{m,n}`.
    private mutating func bounds() throws(RegularExpression.Fault) -> (Int, Int?) {
        let start = index
        index += 1
        guard let least = try number(start) else { throw noBounds(start) }
        var most: Int? = least
        if current == "," {
            index += 1
            most = try number(start)
        }
        guard current == "}" else { throw noBounds(start) }
        index += 1
        if let most, most < least { throw fault("{\(least),\(most)} ends before it begins", at: start) }
        return (least, most)
    }

    private func noBounds(_ start: Int) -> RegularExpression.Fault {
        fault("'{' begins a repetition such as {3} or {1,3}; write \\{ for the sign itself", at: start)
    }

    private mutating func number(_ start: Int) throws(RegularExpression.Fault) -> Int? {
        var value: Int?
        while let scalar = current, ("0"..."9").contains(scalar) {
            let digit = Int(scalar.value) - 48
            let next = (value ?? 0) * 10 + digit
            guard next <= RegularExpression.repetitionLimit else {
                throw fault("a repetition goes up to \(RegularExpression.repetitionLimit)", at: start)
            }
            value = next
            index += 1
        }
        return value
    }

    // MARK: - Sets

    private static let digits: [ClosedRange<UInt32>] = [48...57]
    private static let wordLetters: [ClosedRange<UInt32>] = [48...57, 65...90, 95...95, 97...122]
    private static let blanks: [ClosedRange<UInt32>] = [9...13, 32...32]

    /// What stands behind a backslash.
    private mutating func escape(_ start: Int) throws(RegularExpression.Fault) -> [ClosedRange<UInt32>] {
        guard let scalar = current else { throw fault("the expression ends with a backslash", at: start) }
        index += 1
        switch scalar {
        case "d": return Self.digits
        case "w": return Self.wordLetters
        case "s": return Self.blanks
        case "D": return ScalarSet.inverted(Self.digits)
        case "W": return ScalarSet.inverted(Self.wordLetters)
        case "S": return ScalarSet.inverted(Self.blanks)
        case "t": return [9...9]
        case "n": return [10...10]
        case "r": return [13...13]
        case "1"..."9": throw fault("there are no references back to a group", at: start)
        case "a"..."z", "A"..."Z", "0":
            throw fault("\\\(scalar) means nothing here; there are \\d \\w \\s \\D \\W \\S \\t \\n \\r", at: start)
        default: return [scalar.value...scalar.value]
        }
    }

    /// `[a-z_]`, `[^0-9]`. A closing bracket at the beginning stands for itself.
    private mutating func bracket(_ start: Int) throws(RegularExpression.Fault) -> ScalarSet {
        var isInverted = false
        if current == "^" {
            isInverted = true
            index += 1
        }
        var ranges: [ClosedRange<UInt32>] = []
        var isFirst = true
        while let scalar = current, isFirst || scalar != "]" {
            isFirst = false
            let place = index
            let low = try member(place)
            guard low.count == 1, let first = low.first, first.count == 1, current == "-", index + 1 < scalars.count,
                scalars[index + 1] != "]"
            else {
                ranges += low
                continue
            }
            index += 1
            let high = try member(index)
            guard high.count == 1, let last = high.first, last.count == 1 else {
                throw fault("a range in brackets goes from one letter to another", at: place)
            }
            guard first.lowerBound <= last.lowerBound else {
                throw fault("the range in brackets ends before it begins", at: place)
            }
            ranges.append(first.lowerBound...last.lowerBound)
        }
        guard current == "]" else { throw fault("the bracket is never closed", at: start) }
        index += 1
        return ScalarSet(ranges, isInverted: isInverted)
    }

    private mutating func member(_ place: Int) throws(RegularExpression.Fault) -> [ClosedRange<UInt32>] {
        guard let scalar = current else { throw fault("the bracket is never closed", at: place) }
        index += 1
        return scalar == "\\" ? try escape(place) : [scalar.value...scalar.value]
    }
}
