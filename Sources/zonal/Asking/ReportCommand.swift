import AgentCommands
import ArgumentParser
import CollectorService

struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Write a report: who talked to whom, services, alerts, and what was not seen.",
        discussion: """
            Examples:
              zonal report --since -1d --format html -o report.html
              zonal report --since 2026-11-01 --until 2026-11-08 --filter 'vni 5001' --format csv -o week.csv
            """)

    @Option(help: "html (one self-contained file), csv or json.")
    var format: ReportFormat = .html

    @Option(name: [.customShort("o"), .long], help: "The file to write; the standard output without it.")
    var output: String?

    @Option(help: "Only flows that match this filter.")
    var filter: String?

    @Option(help: "Lines of each table; 20 without it.")
    var limit: String?

    @OptionGroup var time: TimeOptions

    @Option(help: "A collector's URL; http://127.0.0.1:8080 without this and --data.")
    var collector: String?

    @Option(help: "A data folder, read directly.")
    var data: String?

    func validate() throws {
        if collector != nil, data != nil {
            throw ValidationError("--collector and --data exclude each other: ask a collector or read a folder")
        }
    }

    func run() async throws {
        var parameters = time.parameters
        parameters["filter"] = filter
        parameters["limit"] = limit
        parameters["format"] = format.rawValue
        let reply: Reply
        if let data {
            reply = try FolderSource(path: data).report(parameters)
        } else {
            reply = try await HTTPSource(url: collector ?? "http://127.0.0.1:8080").get("/v1/reports", parameters)
        }
        let out = try OutputFile(path: output)
        do {
            try out.write(reply.body)
        } catch {
            out.abandon()
            throw error
        }
        try out.finish()
    }
}

extension ReportFormat: ExpressibleByArgument {}
