import AgentCommands
import ArgumentParser
import CollectorService

/// Where a question goes: a collector over HTTP, or a data folder read directly.
struct SourceOptions: ParsableArguments {
    @Option(help: "A collector's URL; http://127.0.0.1:8080 without this and --data.")
    var collector: String?

    @Option(help: "A data folder, read directly; also while a collector writes it.")
    var data: String?

    @Option(help: "table, csv, json or ndjson; json is the HTTP answer.")
    var format: AnswerFormat = .table

    @Flag(help: "End with exit code 3 when something was not seen or was left out, or nobody knows whether.")
    var strict = false

    func validate() throws {
        if collector != nil, data != nil {
            throw ValidationError("--collector and --data exclude each other: ask a collector or read a folder")
        }
    }

    /// Asks, prints, and ends with 3 where `--strict` says so.
    func ask(_ subject: Subject, _ parameters: [String: String]) async throws {
        let reply: Reply
        if let data {
            reply = try FolderSource(path: data).ask(subject, parameters, format: format)
        } else {
            reply = try await HTTPSource(url: collector ?? "http://127.0.0.1:8080").ask(subject, parameters, format: format)
        }
        let out = try OutputFile(path: nil)
        try out.write(reply.body)
        // In JSON it stands in the answer.
        if format != .json, let cursor = reply.cursor { CommandLineRunner.say("zonal: more rows: --cursor \(cursor)") }
        if strict, !reply.isComplete {
            let value = reply.completeness.map { "\($0)" } ?? "not known"
            let reasons = reply.reasons == 1 ? "1 reason" : "\(reply.reasons) reasons"
            CommandLineRunner.say("zonal: the answer may be incomplete: completeness \(value), \(reasons) (--format json lists them)")
            throw ExitCode(3)
        }
    }
}

extension AnswerFormat: ExpressibleByArgument {}

/// What came back: the rendered answer and how complete it is; nil where no account exists.
struct Reply {
    var body: [UInt8]
    var completeness: Double?
    /// How many reasons there are why something is missing, or may be.
    var reasons = 0
    /// Asks for the rows behind these; nil where there are none.
    var cursor: String?

    /// True when everything asked for was seen, by an account, and nothing speaks against it.
    var isComplete: Bool { completeness == 1 && reasons == 0 }
}

/// The time of what is asked for.
struct TimeOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: "From when: RFC 3339, a date, or relative (-1h, -7d). Without it: an hour before --until (or now) at a collector, everything in a folder.")
    var since: String?

    @Option(parsing: .unconditional, help: "Until when, exclusive; now without it.")
    var until: String?

    var parameters: [String: String] {
        var parameters: [String: String] = [:]
        parameters["since"] = since
        parameters["until"] = until
        return parameters
    }
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
