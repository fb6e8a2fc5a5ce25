/// A strict reader of the Prometheus text format, written from its description: each family is HELP, TYPE and samples
/// in one group, names follow their grammar, label values know exactly three escapes, and the text ends in a line feed.
enum ExpositionParser {
    struct Sample: Equatable {
        var labels: [String: String]
        var value: Double
    }
    struct Family {
        var help: String
        var type: String = ""
        var samples: [Sample] = []
    }
    struct Fault: Error, CustomStringConvertible {
        var description: String
        init(_ description: String) { self.description = description }
    }

    static func parse(_ text: String) throws -> [String: Family] {
        var families: [String: Family] = [:]
        var current = ""
        let scalars = Array(text.unicodeScalars)
        guard scalars.last == "\n" else { throw Fault("the last line has no line feed") }
        for line in scalars.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            var rest = line[...]
            if take("# HELP ", from: &rest) {
                current = try name(&rest, colons: true)
                guard families[current] == nil else { throw Fault("\(current) comes twice") }
                guard take(" ", from: &rest) else { throw Fault("no blank after the name") }
                families[current] = Family(help: try unescape(&rest, until: nil))
            } else if take("# TYPE ", from: &rest) {
                guard try name(&rest, colons: true) == current, take(" ", from: &rest) else { throw Fault("TYPE of another name") }
                let type = string(rest)
                guard ["counter", "gauge"].contains(type), families[current]?.type == "" else { throw Fault("type \(type)") }
                families[current]?.type = type
            } else {
                guard try name(&rest, colons: true) == current, families[current]?.type != "" else {
                    throw Fault("a sample outside its family: \(string(line))")
                }
                families[current]?.samples.append(try sample(&rest))
            }
        }
        return families
    }

    private static func sample(_ rest: inout ArraySlice<Unicode.Scalar>) throws -> Sample {
        var labels: [String: String] = [:]
        if take("{", from: &rest) {
            repeat {
                let label = try name(&rest, colons: false)
                guard take("=\"", from: &rest), labels[label] == nil else { throw Fault("label \(label)") }
                labels[label] = try unescape(&rest, until: "\"")
                guard take("\"", from: &rest) else { throw Fault("label value without an end") }
            } while take(",", from: &rest)
            guard take("}", from: &rest) else { throw Fault("labels without an end") }
        }
        guard take(" ", from: &rest) else { throw Fault("no blank before the value") }
        let text = string(rest)
        guard let value = text == "+Inf" ? .infinity : text == "-Inf" ? -.infinity : text == "NaN" ? .nan : Double(text) else {
            throw Fault("value \(text)")
        }
        return Sample(labels: labels, value: value)
    }

    private static func take(_ word: String, from rest: inout ArraySlice<Unicode.Scalar>) -> Bool {
        guard rest.starts(with: word.unicodeScalars) else { return false }
        rest = rest.dropFirst(word.unicodeScalars.count)
        return true
    }

    private static func name(_ rest: inout ArraySlice<Unicode.Scalar>, colons: Bool) throws -> String {
        let found = rest.prefix { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_" || (colons && scalar == ":"))
        }
        guard let first = found.first, !("0"..."9").contains(first) else { throw Fault("no name in \(string(rest))") }
        rest = rest.dropFirst(found.count)
        return string(found)
    }

    /// Help texts know `\\` and `\n`; label values `\"` too, and end at a bare quote.
    private static func unescape(_ rest: inout ArraySlice<Unicode.Scalar>, until end: Unicode.Scalar?) throws -> String {
        var result = String.UnicodeScalarView()
        while let scalar = rest.first, scalar != end {
            rest = rest.dropFirst()
            guard scalar == "\\" else {
                result.append(scalar)
                continue
            }
            switch rest.popFirst() {
            case "\\": result.append("\\")
            case "n": result.append("\n")
            case "\"" where end != nil: result.append("\"")
            default: throw Fault("an unknown escape")
            }
        }
        return String(result)
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(scalars))
    }
}
