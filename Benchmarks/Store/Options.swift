import Foundation

/// Words of the command line: values in their order, and `--name value`.
struct Options {
    private(set) var values: [String] = []
    private var named: [String: String] = [:]

    init(_ arguments: some Sequence<String>) {
        var name: String?
        for argument in arguments {
            if let known = name {
                named[known] = argument
                name = nil
            } else if argument.hasPrefix("--") {
                name = String(argument.dropFirst(2))
            } else {
                values.append(argument)
            }
        }
        if let name { fail("--\(name) has no value") }
    }

    mutating func take(_ what: String) -> String {
        guard !values.isEmpty else { fail("\(what) is missing") }
        return values.removeFirst()
    }

    mutating func takeNumber(_ what: String) -> Int { number(take(what), what) }

    func text(_ name: String) -> String? { named[name] }

    func number(_ name: String, default fallback: Int) -> Int { named[name].map { number($0, "--\(name)") } ?? fallback }

    func optionalNumber(_ name: String) -> Int? { named[name].map { number($0, "--\(name)") } }

    private func number(_ text: String, _ what: String) -> Int {
        guard let value = Int(text), value >= 0 else { fail("\(what): '\(text)' is not a whole number") }
        return value
    }
}

/// Ends the benchmark with a word on why.
func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data("store-benchmark: \(message)\n".utf8))
    exit(2)
}
