import ArgumentParser
import CollectorService

struct ValuesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "values", abstract: "List the values of a field that are present, the most frequent first.",
        discussion: """
            Examples:
              zonal values dst_port --since -1d
              zonal values src --prefix 10.1. --filter 'dst port 445'
              zonal values port --limit 50 --data ./zonal-data --format csv

            host, port and mac stand for both sides, whose records are counted together.
            """)

    @Argument(help: "The field: one that --by can name, or host, port, mac for either side.")
    var field: String

    @Option(parsing: .unconditional, help: "What the values begin with, in any case.")
    var prefix: String?

    @Option(help: "Of which flows; of all without it.")
    var filter: String?

    @Option(help: "Rows at most, up to 1,000; 20 without it.")
    var limit: String?

    @Flag(help: "Count the records of every agent that saw a flow, not only the one that counts.")
    var witnesses = false

    @OptionGroup var time: TimeOptions
    @OptionGroup var source: SourceOptions

    func validate() throws {
        try refuseEmpty(["the field": field, "--prefix": prefix, "--limit": limit])
    }

    func run() async throws {
        var parameters = time.parameters
        parameters["field"] = field
        parameters["prefix"] = prefix
        parameters["filter"] = filter
        parameters["limit"] = limit
        if witnesses { parameters["witnesses"] = "1" }
        try await source.ask(.values, parameters)
    }
}
