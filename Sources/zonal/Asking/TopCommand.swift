import ArgumentParser
import CollectorService

struct TopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top", abstract: "Sum flows by fields, largest first.",
        discussion: """
            Examples:
              zonal top --by src
              zonal top --by src,dst,dst_port --order flows --limit 20 --since -1d
              zonal top --by dst_port --order dst_port:asc
              zonal top --by dst_port,proto 'src net 10.1.0.0/16' --format json
              zonal top --by packets --fields flows,total_bytes
              zonal top --by src --fields distinct_dst,flows --order distinct_dst
              zonal top --by dst,dst_port --fields min_start,max_end,p95_duration
            """)

    @Option(help: "Fields to group by, separated by commas; none of them a measure.")
    var by: String

    @Option(help: "Measures, separated by commas: records, flows, packets, bytes, rev_packets, rev_bytes, total_bytes, total_packets; the first six without it. Also distinct_dst, min_start, max_end, p95_duration and the like, of any field that fits.")
    var fields: String?

    @Option(
        parsing: .unconditional,
        help: "A measure, or a field of --by, the largest first; NAME:asc has the smallest first. bytes without it.")
    var order: String?

    @Option(help: "Rows at most; 10 without it.")
    var limit: String?

    @OptionGroup var filter: FilterOptions

    @OptionGroup var time: TimeOptions
    @OptionGroup var flows: FlowOptions
    @OptionGroup var explain: ExplainOption
    @OptionGroup var source: SourceOptions

    func validate() throws {
        try refuseEmpty(["--by": by, "--fields": fields, "--order": order, "--limit": limit])
    }

    func run() async throws {
        var parameters = time.parameters.merging(flows.parameters) { $1 }.merging(explain.parameters) { $1 }
        parameters["by"] = by
        parameters["fields"] = fields
        parameters["order"] = order
        parameters["limit"] = limit
        parameters["filter"] = filter.text
        try await source.ask(.aggregate, parameters)
    }
}

struct SeriesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "series", abstract: "Sum flows over time.",
        discussion: """
            Examples:
              zonal series --interval 5m --since -1d
              zonal series --by proto 'dst port 443' --format csv
            """)

    @Option(help: "Length of a step: 10s, 1m, 1h; chosen to suit the time without it.")
    var interval: String?

    @Option(help: "Fields to group by, separated by commas; none of them a measure.")
    var by: String?

    @Option(help: "Measures, separated by commas: records, flows, packets, bytes, rev_packets, rev_bytes, total_bytes, total_packets; the first six without it.")
    var fields: String?

    @Option(help: "Groups that are kept apart.")
    var limit: String?

    @OptionGroup var filter: FilterOptions

    @OptionGroup var time: TimeOptions
    @OptionGroup var flows: FlowOptions
    @OptionGroup var explain: ExplainOption
    @OptionGroup var source: SourceOptions

    func validate() throws {
        try refuseEmpty(["--interval": interval, "--by": by, "--fields": fields, "--limit": limit])
    }

    func run() async throws {
        var parameters = time.parameters.merging(flows.parameters) { $1 }.merging(explain.parameters) { $1 }
        parameters["interval"] = interval
        parameters["by"] = by
        parameters["fields"] = fields
        parameters["limit"] = limit
        parameters["filter"] = filter.text
        try await source.ask(.series, parameters)
    }
}
