import AgentCommands
import ArgumentParser
import CollectorService
import NIOCore
import Settings

/// Where a question goes: a collector over HTTP, or a data folder read directly.
struct PlaceOptions: ParsableArguments {
    @Option(help: "A collector's URL; http://127.0.0.1:8080 without this and --data.")
    var collector: String?

    @Option(help: "A data folder, read directly; also while a collector writes it.")
    var data: String?

    @Option(help: "How long to wait for a collector's answer: 120s.")
    var timeout: String?

    @Flag(help: "End with exit code 3 when something was not seen or was left out, or nobody knows whether.")
    var strict = false

    /// Milliseconds.
    private static let timeouts: ClosedRange<Int64> = 1...86_400_000

    func validate() throws {
        if collector != nil, data != nil {
            throw ValidationError("--collector and --data exclude each other: ask a collector or read a folder")
        }
        try refuseEmpty(["--collector": collector, "--data": data, "--timeout": timeout])
        if let timeout, UnitText.duration(timeout).map(Self.timeouts.contains) != true {
            throw ValidationError("--timeout: \"\(timeout)\" is no time from 1ms to 1d, such as 30s or 5m")
        }
    }

    func source() throws(CommandFailure) -> Source {
        if let data { return .folder(FolderSource(path: data)) }
        let milliseconds = timeout.flatMap(UnitText.duration) ?? 120_000
        return .collector(try HTTPSource(url: collector ?? CollectorURL.standard, timeout: .milliseconds(milliseconds)))
    }

    /// Says on the standard error what is known to be missing, and ends with 3 where `--strict` says so.
    ///
    /// - Parameters:
    ///   - reasonCount: how many reasons there are why something is missing, or may be.
    ///   - always: also without `--strict`, what was left out.
    ///   - account: of what was asked; asked for only where it is told.
    func tell(_ completeness: Double?, reasonCount: Int, always: Bool, account: () async throws -> Account) async throws {
        let isComplete = completeness == 1 && reasonCount == 0
        if isComplete || (!strict && (!always || reasonCount == 0)) { return }
        // The rows are there already: that the account does not come is no reason to fail.
        let account = (try? await account()) ?? Account(completeness: completeness, reasons: nil)
        for line in account.lines(isStrict: strict, reasonCount: reasonCount) { CommandLineRunner.say("zonal: \(line)") }
        if strict { throw ExitCode(3) }
    }
}

/// A source of answers.
enum Source {
    case collector(HTTPSource)
    case folder(FolderSource)

    var isCollector: Bool {
        if case .collector = self { true } else { false }
    }
}

/// A source of answers, and the form that they are printed in.
struct SourceOptions: ParsableArguments {
    @OptionGroup var place: PlaceOptions

    @Option(help: "table, csv, json or ndjson; json is the HTTP answer.")
    var format: AnswerFormat = .table

    /// Asks, prints, and ends with 3 where `--strict` says so.
    ///
    /// - Parameter table: makes the table of the JSON, where that of the answer does not fit a terminal.
    func ask(
        _ subject: Subject, _ parameters: [String: String], table: (([UInt8]) throws(CommandFailure) -> [UInt8])? = nil
    ) async throws {
        let source = try place.source()
        let ownTable = format == .table ? table : nil
        let format = ownTable == nil ? format : .json
        let reply: Reply
        switch source {
        case .folder(let folder): reply = try folder.ask(subject, parameters, format: format)
        case .collector(let collector): reply = try await collector.ask(subject, parameters, format: format)
        }
        let out = try OutputFile(path: nil)
        try out.write(ownTable.map { make throws(CommandFailure) in try make(reply.body) } ?? reply.body)
        if self.format == .table, reply.body.starts(with: "no flows match".utf8) { sayAsked(parameters, source) }
        // In JSON it stands in the answer.
        if format != .json, let cursor = reply.cursor { CommandLineRunner.say("zonal: more rows: --cursor \(cursor)") }
        try await place.tell(reply.completeness, reasonCount: reply.reasonCount, always: self.format != .json) {
            if let reasons = reply.reasons { return Account(completeness: reply.completeness, reasons: reasons) }
            guard case .collector(let collector) = source, place.strict || subject.readsFlows else {
                return Account(completeness: reply.completeness, reasons: nil)
            }
            return place.strict ? try await collector.account(of: subject, parameters) : try await collector.leftOut(parameters)
        }
    }
}

extension SourceOptions {
    /// Says what time an empty answer is of: at a collector it is an hour where none was named.
    private func sayAsked(_ parameters: [String: String], _ source: Source) {
        let until = parameters["until"].map { " until \($0)" } ?? ""
        if let since = parameters["since"] {
            CommandLineRunner.say("zonal: asked was the time from \(since)\(until)")
        } else if case .collector = source {
            CommandLineRunner.say("zonal: asked was the hour before \(parameters["until"] ?? "now"); --since -7d asks further back")
        } else if let until = parameters["until"] {
            CommandLineRunner.say("zonal: asked was the time until \(until)")
        }
    }
}

extension Subject {
    /// True where answers are made of flows, of which files may be left out.
    fileprivate var readsFlows: Bool { self == .flows || self == .aggregate || self == .series }
}

extension AnswerFormat: ExpressibleByArgument {}

/// What came back: the rendered answer and how complete it is; nil where no account exists.
struct Reply {
    var body: [UInt8]
    var completeness: Double?
    /// How many reasons there are why something is missing, or may be.
    var reasonCount = 0
    /// The reasons themselves; nil where the source has only told their number.
    var reasons: [String]?
    /// Asks for the rows behind these; nil where there are none.
    var cursor: String?
}

/// Why an answer may lack something.
struct Account {
    var completeness: Double?
    /// nil where they could not be had.
    var reasons: [String]?

    /// What the standard error is told: what was left out always, everything where `--strict` asks.
    func lines(isStrict: Bool, reasonCount: Int) -> [String] {
        guard isStrict else {
            return (reasons ?? []).filter { $0.hasPrefix("left out: ") }
        }
        let value = completeness.map { "\($0)" } ?? "not known"
        var lines = ["the answer may be incomplete: completeness \(value)"]
        if let reasons {
            lines += reasons
            // A value that is not known has a reason too.
            if completeness == nil {
                lines.append("no agent has given an account of this time, as none does for imported files: nobody knows what is missing")
            }
        } else {
            lines[0] += reasonCount == 1 ? ", 1 reason (--format json tells it)" : ", \(reasonCount) reasons (--format json tells them)"
        }
        return lines
    }
}

/// Refuses what was given and is empty: a variable that was never set asks for nothing by accident.
///
/// - Parameter values: by their flags.
func refuseEmpty(_ values: KeyValuePairs<String, String?>) throws(ValidationError) {
    for (flag, value) in values where value.map({ $0.allSatisfy(\.isWhitespace) }) == true {
        throw ValidationError("\(flag) is empty: give it a value, or leave it away")
    }
}

/// The time of what is asked for.
struct TimeOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: "From when: RFC 3339, a date, or relative (-1h, -7d). Without it: an hour before --until (or now) at a collector, everything in a folder.")
    var since: String?

    @Option(parsing: .unconditional, help: "Until when, exclusive: as --since. Open without it.")
    var until: String?

    func validate() throws {
        try refuseEmpty(["--since": since, "--until": until])
    }

    var parameters: [String: String] {
        var parameters: [String: String] = [:]
        parameters["since"] = since
        parameters["until"] = until
        return parameters
    }
}

/// The filter, bare or by its flag: every command that asks for flows takes it alike.
struct FilterOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The filter, in quotes; docs/filter.md describes the language. Everything without it.", valueName: "filter"))
    var words: [String] = []

    @Option(help: "The filter too: it may stand bare, or behind this.")
    var filter: String?

    func validate() throws {
        if words.count > 1 {
            // Words alone could be joined; but the shell takes > and < of a filter without quotes for files.
            throw ValidationError("the filter is one argument: put it in quotes: '\(words.joined(separator: " "))'")
        }
        if let filter, let word = words.first {
            throw ValidationError("the filter is given twice: '\(word)', and --filter '\(filter)'")
        }
    }

    var text: String? { filter ?? words.first }
}

/// Which flows count.
struct FlowOptions: ParsableArguments {
    @Flag(help: "Count the records of every agent that saw a flow, not only the one that counts.")
    var witnesses = false

    @Flag(help: "Take flows that were alive in the time asked for, not those whose record ended in it.")
    var overlap = false

    var parameters: [String: String] {
        var parameters: [String: String] = [:]
        if witnesses { parameters["witnesses"] = "1" }
        if overlap { parameters["overlap"] = "1" }
        return parameters
    }
}

/// How an answer was made, in the place of its rows.
struct ExplainOption: ParsableArguments {
    @Flag(help: "Show how the answer was made, not its rows: what was left unread and why, what was read, how long it took.")
    var explain = false

    var parameters: [String: String] { explain ? ["explain": "1"] : [:] }
}
