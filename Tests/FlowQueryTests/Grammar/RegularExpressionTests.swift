import FlowQuery
import Foundation
import Testing

@Suite("regular expressions")
struct RegularExpressionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var source: String
        var fits: [String]
        var differs: [String]
        var testDescription: String { source }
    }

    private static let cases = [
        Case(source: "^hv-[0-9]+$", fits: ["hv-1", "hv-12"], differs: ["hv-", "hv-1a", "a hv-1", "HV-1"]),
        Case(source: "hv", fits: ["hv", "my-hv-1"], differs: ["h-v", ""]),
        Case(source: "", fits: ["", "x"], differs: []),
        Case(source: "^$", fits: [""], differs: ["x"]),
        Case(source: "a|^b|c$", fits: ["xax", "bx", "xc"], differs: ["xb", "cx", ""]),
        Case(source: "^(a|bc)*$", fits: ["", "a", "bcabc"], differs: ["b", "acb"]),
        Case(source: "^(?:ab?){2,3}$", fits: ["aa", "abab", "aaba"], differs: ["a", "aaaa", "abbab"]),
        Case(source: "^a{2}$", fits: ["aa"], differs: ["a", "aaa"]),
        Case(source: "^a{2,}$", fits: ["aa", "aaaaa"], differs: ["a"]),
        Case(source: "^a{0,1}$", fits: ["", "a"], differs: ["aa"]),
        Case(source: "^(a*)*$", fits: ["", "aaa"], differs: ["b"]),
        Case(source: "^(a*)+b$", fits: ["b", "aab"], differs: ["aa"]),
        Case(source: "^(|a)+$", fits: ["", "aa"], differs: ["ab"]),
        Case(source: "^.$", fits: ["a", "ü", "\n"], differs: ["", "ab"]),
        Case(source: "^[^a-c]$", fits: ["d", "-"], differs: ["a", "c", ""]),
        Case(source: "^[]a-]$", fits: ["]", "a", "-"], differs: ["b"]),
        Case(source: "^[\\d_]+$", fits: ["12_3"], differs: ["a"]),
        Case(source: "^\\w\\s\\D$", fits: ["a b", "_\tc"], differs: ["a 1", "ab c"]),
        Case(source: "^\\W\\S\\d$", fits: ["-x1"], differs: ["ax1"]),
        Case(source: "\\.\\*\\\\", fits: ["a.*\\b"], differs: [".*"]),
        Case(source: "^a+?b*?$", fits: ["a", "aab"], differs: ["b"]),
        Case(source: "x$y", fits: [], differs: ["xy", "x"]),
        Case(source: "x^y", fits: [], differs: ["xy"]),
        Case(source: "^veth[0-9a-f]{4}$|^tap", fits: ["veth00ff", "tap0"], differs: ["veth00fg", "xtap"]),
        Case(source: "^ü+$", fits: ["ü", "üü"], differs: ["u"]),
    ]

    @Test("what fits and what does not", arguments: cases)
    func fits(_ example: Case) throws {
        let expression = try RegularExpression(example.source)
        for text in example.fits { #expect(expression.matches(text), "\(text)") }
        for text in example.differs { #expect(!expression.matches(text), "\(text)") }
    }

    @Test(
        "faults, and where",
        arguments: [
            ("a(b", 1, "the group is never closed"), ("ab)", 2, "')' closes nothing in the expression; write \\) for the sign itself"),
            ("*a", 0, "'*' has nothing before it to repeat; write \\* for the sign itself"),
            ("a|+", 2, "'+' has nothing before it to repeat; write \\+ for the sign itself"),
            ("a**", 2, "two repetitions one behind the other; put the first in a group"),
            ("x[a-", 1, "the bracket is never closed"), ("[z-a]", 1, "the range in brackets ends before it begins"),
            ("[a-\\d]", 1, "a range in brackets goes from one letter to another"),
            ("a\\", 1, "the expression ends with a backslash"),
            ("a\\q", 1, "\\q means nothing here; there are \\d \\w \\s \\D \\W \\S \\t \\n \\r"),
            ("(a)\\1", 3, "there are no references back to a group"),
            ("a(?=b)", 1, "'(?' begins only '(?:'; there is no looking around, and there are no options"),
            ("a{x}", 1, "'{' begins a repetition such as {3} or {1,3}; write \\{ for the sign itself"),
            ("a{3,1}", 1, "{3,1} ends before it begins"), ("a{1001}", 1, "a repetition goes up to 1000"),
            ("^*", 1, "'^' and '$' cannot be repeated"),
            ("(a{1000}){1000}", 0, "the expression needs more than 2000 steps; repeat less"),
            (String(repeating: "(", count: 60), 50, "more than 50 groups inside one another"),
        ])
    func faults(source: String, offset: Int, message: String) throws {
        let fault = try #require(throws: RegularExpression.Fault.self) { try RegularExpression(source) }
        #expect(fault.message == message)
        #expect(fault.offset == offset)
    }

    /// Expressions over two letters and all texts of up to five, against Foundation's own matcher.
    @Test("random expressions match what another matcher matches", arguments: 0..<20)
    func model(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let texts = (0...5).flatMap { length in
            (0..<(1 << length)).map { bits in String((0..<length).map { bits >> $0 & 1 == 0 ? "a" as Character : "b" }) }
        }
        for _ in 0..<20 {
            let source = Self.expression(3, &generator)
            let expression = try RegularExpression(source)
            let other = try NSRegularExpression(pattern: source)
            for text in texts {
                let found = other.firstMatch(in: text, range: NSRange(location: 0, length: text.utf16.count)) != nil
                #expect(expression.matches(text) == found, "seed \(seed): \(source) and '\(text)'")
            }
        }
    }

    private static func expression(_ depth: Int, _ generator: inout SeededGenerator) -> String {
        let atoms = ["a", "b", ".", "[ab]", "[^a]", "\\w", "\\d", "^", "$"]
        func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }
        if depth == 0 { return atoms[pick(7)] }
        switch pick(6) {
        case 0: return atoms[pick(atoms.count)]
        case 1: return (0...pick(3)).map { _ in expression(depth - 1, &generator) }.joined()
        case 2: return "(\((0...pick(3)).map { _ in expression(depth - 1, &generator) }.joined(separator: "|")))"
        case 3, 4:
            return "(?:\(expression(depth - 1, &generator)))" + ["*", "+", "?", "{2}", "{1,3}", "{0,}", "*?"][pick(7)]
        default: return "(\(expression(depth - 1, &generator)))"
        }
    }

    @Test("what takes others exponential time is answered at once")
    func nested() throws {
        let text = String(repeating: "a", count: 5000)
        for source in ["^(a+)+$x", "^(a|a)*$x", "(a*)*b$", "^(a?){200}a{200}b", "(.*)(.*)(.*)(.*)(.*)x$"] {
            #expect(try RegularExpression(source).matches(text) == false)
        }
        // Copies of nothing take no steps of the program, and are bounded all the same.
        #expect(throws: RegularExpression.Fault.self) { try RegularExpression("((((){900}){900}){900}){900}") }
    }
}
