/// Looks over a text before the YAML parser gets it, and refuses what a configuration does not need and what can cost
/// without bound: anchors and aliases (a few lines can stand for billions of values), tags, block texts, quoted texts
/// over several lines, and deep nesting.
///
/// Reads tokens only as far as it must to know where a value begins. It errs on the side of refusing.
struct PlainYAML {
    struct Refusal: Equatable {
        let line: Int
        let column: Int
        let message: String
    }
    private enum State {
        /// A value, a key or an indicator may begin here.
        case start
        case plain
        /// After a closing quote or bracket.
        case closed
    }

    static let depthLimit = 16
    static let refusalLimit = 20
    private static let indentLimit = 64

    private var refusals: [Refusal] = []
    private var flowDepth = 0

    static func faults(in text: String) -> [Refusal] {
        var scanner = PlainYAML()
        // A carriage return and a line feed are one character to Swift, two scalars to YAML.
        let lines = text.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "\n" }
        for (index, line) in lines.enumerated() where scanner.refusals.count < refusalLimit {
            scanner.scan(Array(line), line: index + 1)
        }
        return scanner.refusals
    }

    private mutating func scan(_ line: [Unicode.Scalar], line number: Int) {
        var state = State.start
        var index = 0
        var dashes = 0
        func isBlank(_ at: Int) -> Bool { at >= line.count || line[at] == " " || line[at] == "\t" || line[at] == "\r" }
        func refuse(_ message: String) {
            refusals.append(Refusal(line: number, column: index + 1, message: message))
        }
        if line.count >= 3, line[0] == "-", line[1] == "-", line[2] == "-", isBlank(3) { index = 3 }
        while index < line.count {
            let scalar = line[index]
            if scalar == "#", index == 0 || isBlank(index - 1) { return }
            switch (state, scalar) {
            case (.start, " "), (.start, "\t"), (.start, "\r"):
                break
            case (.start, "&"), (.start, "*"):
                return refuse("anchors and aliases are not read here; quote a text that begins with \(scalar)")
            case (.start, "!"):
                return refuse("tags are not read here; quote a text that begins with !")
            case (.start, "|"), (.start, ">"):
                return refuse("texts over several lines are not read here; write the value on one line")
            case (.start, "\""), (.start, "'"):
                guard let end = Self.closing(line, from: index) else {
                    return refuse("the quoted text does not end on its line")
                }
                index = end
                state = .closed
            case (.start, "["), (.start, "{"):
                flowDepth += 1
                if flowDepth > Self.depthLimit { return refuse("nested more than \(Self.depthLimit) deep") }
            case (.start, "-") where isBlank(index + 1),
                (.start, "?") where isBlank(index + 1):
                dashes += 1
                if dashes > Self.depthLimit { return refuse("nested more than \(Self.depthLimit) deep") }
            case (_, "]") where flowDepth > 0,
                (_, "}") where flowDepth > 0:
                flowDepth -= 1
                state = .closed
            case (_, ",") where flowDepth > 0:
                state = .start
            case (.closed, ":"):
                state = .start
            case (_, ":") where isBlank(index + 1) || (flowDepth > 0 && ",[]{}".unicodeScalars.contains(line[index + 1])):
                state = .start
            default:
                if state == .start {
                    if index > Self.indentLimit && dashes == 0 && line[..<index].allSatisfy({ $0 == " " }) {
                        return refuse("indented by more than \(Self.indentLimit)")
                    }
                    state = .plain
                }
            }
            index += 1
        }
    }

    /// The index of the quote that ends the text that begins at `start`.
    private static func closing(_ line: [Unicode.Scalar], from start: Int) -> Int? {
        let quote = line[start]
        var index = start + 1
        while index < line.count {
            if line[index] == "\\", quote == "\"" {
                index += 2
            } else if line[index] == quote {
                guard quote == "'", index + 1 < line.count, line[index + 1] == quote else { return index }
                index += 2
            } else {
                index += 1
            }
        }
        return nil
    }
}
