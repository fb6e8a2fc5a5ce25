package import ArgumentParser
import FlowQuery

/// Looks at the arguments before they are parsed. The parser takes any `h` behind a single dash for a call for help, also
/// that of `-1h` behind a flag that it does not know, and answers an unknown command with the help of the one above: both
/// would end well, and a script would take the help for its answer.
package struct ArgumentCheck {
    package struct Fault: Error, CustomStringConvertible {
        package let description: String
    }

    /// The words that ask for help or the version, as they must be written.
    private static let helpWords: Set<String> = ["-h", "--help", "--help-hidden", "help", "--version"]

    private let root: any ParsableCommand.Type

    package init(_ root: any ParsableCommand.Type) { self.root = root }

    /// The arguments as the parser understands them: a time with a sign is tied to the flag before it.
    ///
    /// - Throws: an unknown command, with those that there are; a command that wants another behind it.
    package func prepare(_ arguments: [String]) throws(Fault) -> [String] {
        try checkCommands(arguments)
        var prepared: [String] = []
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            if argument == "--" { return prepared + arguments[index...] }
            if argument.hasPrefix("--"), !argument.contains("="), index + 1 < arguments.count, Self.isSigned(arguments[index + 1]) {
                prepared.append("\(argument)=\(arguments[index + 1])")
                index += 2
            } else if Self.isSigned(argument) {
                throw Fault(description: "\"\(argument)\" stands alone; a time goes behind its flag, as in --since \(argument)")
            } else {
                prepared.append(argument)
                index += 1
            }
        }
        return prepared
    }

    /// True when help, or the version, was really asked for.
    package func asksForHelp(_ arguments: [String]) -> Bool {
        arguments.isEmpty
            || arguments.contains { Self.helpWords.contains($0) || $0.hasPrefix("--generate-completion-script") || $0.hasPrefix("--experimental") }
    }

    /// What to say where the parser found a call for help that nobody wrote.
    package func misread(_ arguments: [String]) -> String {
        let cluster = arguments.first { $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.contains("h") }
        return cluster.map { "unknown option '\($0)'; -h or --help shows the help" } ?? "the arguments cannot be understood"
    }

    /// `-1h`, `-30m`: a dash and a digit.
    private static func isSigned(_ argument: String) -> Bool {
        let octets = argument.utf8
        guard octets.first == 45, let second = octets.dropFirst().first else { return false }
        return (48...57).contains(second)
    }

    private func checkCommands(_ arguments: [String]) throws(Fault) {
        var command = root
        var path = root.configuration.commandName ?? "\(root)"
        var rest = arguments[...]
        let isHelp = rest.first == "help"
        if isHelp { rest = rest.dropFirst() }
        while !command.configuration.subcommands.isEmpty {
            let below = command.configuration.subcommands
            let names = below.map { $0.configuration.commandName ?? "\($0)" }
            guard let word = rest.popFirst() else {
                if isHelp || arguments.isEmpty { return }
                throw Fault(description: "`\(path)` wants a command behind it: \(names.joined(separator: ", "))")
            }
            if word.hasPrefix("-") { return }
            guard let index = names.firstIndex(of: word) else {
                let shown = String(word.prefix(60))
                if let near = Spelling.nearest(to: word, among: names) {
                    throw Fault(description: "there is no command `\(path) \(shown)`; did you mean `\(path) \(near)`?")
                }
                throw Fault(description: "there is no command `\(path) \(shown)`; there are \(names.joined(separator: ", "))")
            }
            command = below[index]
            path += " \(names[index])"
        }
    }
}
