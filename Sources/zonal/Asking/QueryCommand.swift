import ArgumentParser
import CollectorService

struct QueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Show flows that match a filter, newest first.",
        discussion: """
            Examples:
              zonal query 'host 10.0.1.7 and dst port 445' --since -1d
              zonal query 'state in [S0,REJ] and not proto udp' --fields end,src,dst,dst_port,state
              zonal query 'vni 5001 and bytes > 10M' --data ./zonal-data --format csv
            """)

    @OptionGroup var filter: FilterOptions
    @OptionGroup var time: TimeOptions
    @OptionGroup var flows: FlowOptions
    @OptionGroup var explain: ExplainOption

    @Option(help: "Fields to show, separated by commas; all that the source fills without it.")
    var fields: String?

    @Option(help: "Rows at most; 1,000 without it.")
    var limit: String?

    @Option(parsing: .unconditional, help: "Go on behind an earlier answer, asked alike: its cursor, told on the standard error (in json, in the answer).")
    var cursor: String?

    @OptionGroup var source: SourceOptions

    func validate() throws {
        try refuseEmpty(["--fields": fields, "--limit": limit, "--cursor": cursor])
    }

    func run() async throws {
        var parameters = time.parameters.merging(flows.parameters) { $1 }.merging(explain.parameters) { $1 }
        parameters["filter"] = filter.text
        parameters["limit"] = limit
        parameters["cursor"] = cursor
        parameters["fields"] = fields
        if fields == nil, source.format == .table {
            parameters["fields"] = "end,duration,proto,src,src_port,dst,dst_port,state,packets,bytes,rev_packets,rev_bytes,vni,agent"
        }
        try await source.ask(.flows, parameters)
    }
}
