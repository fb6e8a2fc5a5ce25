import AgentCommands
import ArgumentParser
import CollectorService

struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Write a report: who talked to whom, services, alerts, and what was not seen.",
        discussion: """
            Examples:
              zonal report --since -1d --format html -o report.html
              zonal report --since 2026-11-01 --until 2026-11-08 'vni 5001' --format csv -o week.csv
            """)

    @Option(help: "html (one self-contained file), csv or json.")
    var format: ReportFormat = .html

    @Option(name: [.customShort("o"), .long], help: "The file to write; the standard output without it.")
    var output: String?

    @OptionGroup var filter: FilterOptions

    @Option(help: "Lines of each table; 20 without it.")
    var limit: String?

    @OptionGroup var time: TimeOptions

    @OptionGroup var place: PlaceOptions

    func validate() throws {
        try refuseEmpty(["--output": output, "--limit": limit])
    }

    func run() async throws {
        var parameters = time.parameters
        parameters["filter"] = filter.text
        let asked = parameters
        parameters["limit"] = limit
        parameters["format"] = format.rawValue
        let source = try place.source()
        let reply: Reply
        switch source {
        case .folder(let folder): reply = try folder.report(parameters)
        case .collector(let collector): reply = try await collector.report(parameters, format: format)
        }
        let out = try OutputFile(path: output)
        do {
            try out.write(reply.body)
        } catch {
            out.abandon()
            throw error
        }
        try out.finish()
        guard place.strict else { return }
        // A report has its account within; what --strict goes by is that of the flows it was made of.
        let account: Account
        switch source {
        case .folder(let folder): account = try folder.account(asked)
        case .collector(let collector): account = try await collector.account(of: .aggregate, asked)
        }
        try await place.tell(account.completeness, reasonCount: account.reasons?.count ?? 0, always: false) { account }
    }
}

extension ReportFormat: ExpressibleByArgument {}
