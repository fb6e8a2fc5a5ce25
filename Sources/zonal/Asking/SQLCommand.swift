import AgentCommands
import ArgumentParser
import FlowModel
import FlowQuery
import FlowSQL
import FlowStore
import Foundation
import Settings

/// `zonal sql`: plain SQL over the flows of a data folder.
struct SQLCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql", abstract: "Ask a data folder in SQL: one SELECT over the table flow.",
        discussion: """
            The table `flow` has every field by its name (`zonal fields`) as a column: times are milliseconds since 1970, \
            addresses, states and flags are texts, what is absent is NULL. ts('-1h') reads a time, iso(end) writes one, \
            net(src, '10.0.0.0/8') knows networks. `filter = '…'` takes the filter language, `include_witnesses = 1` the records \
            of every agent that saw a flow. docs/sql.md tells more.

            Examples:
              zonal sql 'SELECT src, sum(bytes) AS b FROM flow GROUP BY src ORDER BY b DESC LIMIT 10'
              zonal sql "SELECT iso(end), src, dst_port FROM flow WHERE dst = '10.0.1.7' AND end >= ts('-1d')"
              zonal sql "SELECT src, count(DISTINCT dst) AS n FROM flow WHERE filter = 'tcp and state in [S0, REJ]' GROUP BY src HAVING n > 100"
              zonal sql "SELECT strftime('%H', end / 1000, 'unixepoch') AS hour, sum(total_bytes) FROM flow WHERE proto = 'udp' GROUP BY hour"
              zonal sql --format csv < question.sql > answer.csv
            """)

    @Argument(help: ArgumentHelp("The SQL, in quotes; read from the standard input without it.", valueName: "sql"))
    var words: [String] = []

    @Option(help: "The data folder, also while a collector writes it; ./zonal-data without it.")
    var data: String?

    @Option(help: "table, csv, json or ndjson.")
    var format: SQLOutput.Format = .table

    @Option(help: "How long the question may take: 60s.")
    var timeout: String?

    @Option(help: "How much memory sorting and grouping may take: 512MiB.")
    var memory: String?

    @Flag(help: "End with exit code 3 when something was not seen or was left out, or nobody knows whether.")
    var strict = false

    private static let timeouts: ClosedRange<Int64> = 1...86_400_000
    private static let memories: ClosedRange<Int64> = 1 << 20...1 << 40

    func validate() throws {
        try refuseEmpty(["--data": data, "--timeout": timeout, "--memory": memory])
        if words.count > 1 { throw ValidationError("the SQL is one argument: put it in quotes") }
        if let timeout, UnitText.duration(timeout).map(Self.timeouts.contains) != true {
            throw ValidationError("--timeout: \"\(timeout)\" is no time from 1ms to 1d, such as 30s or 5m")
        }
        if let memory, UnitText.bytes(memory).map(Self.memories.contains) != true {
            throw ValidationError("--memory: \"\(memory)\" is no size from 1MiB to 1TiB, such as 512MiB or 4GiB")
        }
    }

    func run() async throws {
        let sql = try words.first ?? Self.standardInput()
        let path = data ?? "./zonal-data"
        try DataFolderPlace.check(path)
        let folder: DataFolder
        do throws(StoreError) {
            folder = try DataFolder.openForReading(path)
        } catch {
            throw CommandFailure("\(error)")
        }
        defer { folder.close() }
        var limits = SQLLimits()
        if let timeout, let milliseconds = UnitText.duration(timeout) { limits.time = .milliseconds(milliseconds) }
        if let memory, let bytes = UnitText.bytes(memory) { limits.memory = bytes }
        limits.guardProcess()
        let interruption = Interruption()
        do {
            let session = try SQLSession(store: folder.store, limits: limits, isCancelled: { interruption.hasCome })
            try answer(sql, session)
        } catch let fault as SQLFault {
            throw Self.failure(fault, sql)
        }
    }

    private func answer(_ sql: String, _ session: SQLSession) throws {
        let began = ContinuousClock.now
        let rows = try session.query(sql)
        var output = SQLOutput(format: format, columns: rows.columns)
        let out = try OutputFile(path: nil)
        try out.write(output.beginning())
        while let row = try rows.next() {
            let octets = output.row(row)
            if !octets.isEmpty { try out.write(octets) }
        }
        let account = session.account
        // Without a scan there is nothing that could be missing.
        let completeness = account.scans == 0 ? nil : try session.completeness()
        var statistics = account.statistics
        let elapsed = (ContinuousClock.now - began).components
        statistics.milliseconds = elapsed.seconds * 1000 + elapsed.attoseconds / 1_000_000_000_000_000
        try out.write(output.ending(completeness ?? Completeness(), statistics))
        guard let completeness else { return }
        let isComplete = completeness.value == 1 && completeness.reasons.isEmpty
        if isComplete || (!strict && format == .json) { return }
        let told = Account(completeness: completeness.value, reasons: completeness.reasons)
        for line in told.lines(isStrict: strict, reasonCount: completeness.reasons.count) { CommandLineRunner.say("zonal: \(line)") }
        if strict { throw ExitCode(3) }
    }

    private static func standardInput() throws(CommandFailure) -> String {
        guard isatty(FileHandle.standardInput.fileDescriptor) == 0 else {
            throw CommandFailure("there is no SQL: write it in quotes, or give it on the standard input; `zonal help sql` has examples", isUsage: true)
        }
        var octets = Data()
        while octets.count <= limit {
            guard let more = try? FileHandle.standardInput.read(upToCount: limit + 1 - octets.count), !more.isEmpty else { break }
            octets.append(more)
        }
        guard octets.count <= limit else { throw CommandFailure("the SQL on the standard input is longer than 1 MiB", isUsage: true) }
        guard let text = String(data: octets, encoding: .utf8) else { throw CommandFailure("the SQL on the standard input is no UTF-8", isUsage: true) }
        return text
    }

    /// Octets of SQL.
    private static let limit = 1 << 20

    private static func failure(_ fault: SQLFault, _ sql: String) -> CommandFailure {
        guard let column = fault.column else { return CommandFailure(fault.message, isUsage: fault.isUsage) }
        let shown = FilterError(column: column, message: fault.message)
        return CommandFailure("sql:\n" + shown.caret(in: sql), isUsage: fault.isUsage)
    }
}

extension SQLOutput.Format: ExpressibleByArgument {}
