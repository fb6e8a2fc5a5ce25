import AgentCommands
import ArgumentParser
import FlowModel

/// `zonal export`: stored records out again, all of them, in a form that others read.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the flow records that match a filter, all of them, to a file or to a collector.",
        discussion: """
            Page by page from a collector, the newest record first; block by block from a folder, the newest block first. So any \
            number of records takes the memory of a few thousand. An IPFIX file (RFC 5655) holds whole records, and `zonal import` reads it again. A SQLite file \
            holds them as an ordinary table `flow`, with indexes on end, src and dst (docs/sql.md).

            Examples:
              zonal export 'vni 5001' --since -1d -o flows.ipfix
              zonal export 'dst port 445' --format csv --fields end,src,dst,bytes -o smb.csv
              zonal export --since -7d --format sqlite -o week.sqlite
              zonal export 'net 10.1.0.0/16' --since -1h --export tcp://10.0.0.7:4739
            """)

    @OptionGroup var filter: FilterOptions
    @OptionGroup var time: TimeOptions
    @OptionGroup var flows: FlowOptions

    @Option(help: "ipfix (an RFC 5655 file), csv, ndjson, json or sqlite; ipfix without it.")
    var format: ExportFormat?

    @Option(help: "Fields to write, separated by commas; all that are stored without it. An IPFIX file holds all.")
    var fields: String?

    @Option(name: [.customShort("o"), .long], help: "The file to write; the standard output without it.")
    var output: String?

    @Option(help: ArgumentHelp(
        "Send the records as IPFIX to a collector, udp://, tcp:// or tls://HOST:PORT; may be given again. Without -o nothing else is written.",
        discussion: ExportHelp.parameters))
    var export: [String] = []

    @OptionGroup var place: PlaceOptions

    func validate() throws {
        try refuseEmpty(["--fields": fields])
        if !export.isEmpty, output == nil, format != nil || fields != nil {
            throw ValidationError("--format and --fields are of what is written: name a file with -o, or leave them away")
        }
        if !export.isEmpty, flows.witnesses {
            throw ValidationError("--witnesses: a collector of other people would count a flow as often as it was seen; leave it away, or write a file with -o")
        }
        if fields != nil, format ?? .ipfix == .ipfix {
            throw ValidationError("--fields: an IPFIX file holds whole records; leave it away, or take --format csv, ndjson, json or sqlite")
        }
    }

    func run() async throws {
        let shown = try fields.map { text throws(CommandFailure) in try FieldList.parse(text) } ?? Field.stored
        let interruption = Interruption()
        // What goes to a collector is whole records.
        var source = try ExportedRecords(
            source: try place.source(), parameters: time.parameters.merging(flows.parameters) { $1 }, filter: filter.text,
            fields: export.isEmpty && format ?? .ipfix != .ipfix ? shown : Field.stored, isCancelled: { interruption.hasCome })
        // The first part before the file is made: an error is not to look like an empty answer.
        var part = try await source.next()
        let run = export.isEmpty ? nil : try ExportRun(targets: export)
        let out = output != nil || run == nil ? try ExportOutput(format: format ?? .ipfix, path: output, fields: shown) : nil
        var records = 0
        do {
            while let flows = part {
                records += flows.count
                try await run?.send(flows)
                try out?.write(flows)
                if interruption.hasCome { throw CommandFailure("the export was cancelled") }
                part = try await source.next()
            }
            try out?.finish()
        } catch {
            run?.abandon()
            out?.abandon()
            throw error
        }
        CommandLineRunner.say("zonal: \(records) records")
        try await run?.finish()
        if let reply = try source.account() {
            try await place.tell(reply.completeness, reasonCount: reply.reasonCount, always: true) {
                Account(completeness: reply.completeness, reasons: reply.reasons)
            }
        }
    }
}
