import AgentCommands
import ArgumentParser
import CollectorService
import FlowModel
import FlowQuery
import Foundation
import IPFIX

/// `zonal export`: stored records out again, all of them, in a form that others read.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the flow records that match a filter, all of them, to a file or to a collector.",
        discussion: """
            Newest first, page by page, so that any number of records takes the memory of a page. An IPFIX file \
            (RFC 5655) holds whole records, and `zonal import` reads it again.

            Examples:
              zonal export 'vni 5001' --since -1d -o flows.ipfix
              zonal export 'dst port 445' --format csv --fields end,src,dst,bytes -o smb.csv
              zonal export 'net 10.1.0.0/16' --since -1h --export tcp://10.0.0.7:4739
            """)

    @OptionGroup var filter: FilterOptions
    @OptionGroup var time: TimeOptions
    @OptionGroup var flows: FlowOptions

    @Option(help: "ipfix (an RFC 5655 file), csv, ndjson or json; ipfix without it.")
    var format: RecordWriter.Format?

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
            throw ValidationError("--fields: an IPFIX file holds whole records; leave it away, or take --format csv, ndjson or json")
        }
    }

    func run() async throws {
        let shown = try fields.map { text throws(CommandFailure) in try FieldList.parse(text) } ?? Field.stored
        var pages = RecordPages(source: try place.source(), parameters: time.parameters.merging(flows.parameters) { $1 }, filter: filter.text)
        // The first page before the file is made: an error is not to look like an empty answer.
        var page = try await pages.next()
        let run = export.isEmpty ? nil : try ExportRun(targets: export)
        let isWritten = output != nil || run == nil
        let out = try OutputFile(path: output)
        var writer = RecordWriter(format: format ?? .ipfix, fields: shown)
        var records = 0
        do {
            if isWritten { try out.write(writer.beginning()) }
            while let flows = page {
                records += flows.count
                try await run?.send(flows)
                if isWritten { try out.write(writer.records(flows)) }
                page = try await pages.next()
            }
            if isWritten { try out.write(writer.ending { $0.member("records", records) }) }
        } catch {
            run?.abandon()
            out.abandon()
            throw error
        }
        try out.finish()
        CommandLineRunner.say("zonal: \(records) records")
        try await run?.finish()
        if let reply = pages.last {
            try await place.tell(reply.completeness, reasonCount: reply.reasonCount, always: true) {
                Account(completeness: reply.completeness, reasons: reply.reasons)
            }
        }
    }
}

/// The records that a question asks for, a page at a time, from a collector or a folder.
struct RecordPages {
    /// What a collector gives at once; a folder as much.
    private static let pageRecords = 20_000

    let source: Source
    private var parameters: [String: String]
    private var isEnded = false
    /// The last page's account.
    private(set) var last: Reply?

    init(source: Source, parameters: [String: String], filter: String?) {
        self.source = source
        self.parameters = Self.fixed(parameters, isCollector: source.isCollector)
        self.parameters["filter"] = filter
        self.parameters["limit"] = String(Self.pageRecords)
    }

    /// Times that are told from now on are those of the first page for all: a later page would begin later. What cannot be read
    /// is left for the source to judge.
    private static func fixed(_ parameters: [String: String], isCollector: Bool) -> [String: String] {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        guard var range = try? TimeRange(since: parameters["since"], until: parameters["until"], now: now) else { return parameters }
        if isCollector, range.since == nil { range.since = (range.until ?? now) - 3_600_000 }
        var fixed = parameters
        fixed["since"] = range.since.map { UTCTime.text(milliseconds: $0) }
        fixed["until"] = range.until.map { UTCTime.text(milliseconds: $0) }
        return fixed
    }

    /// - Returns: nil behind the last page. The first one may be empty.
    mutating func next() async throws -> FlowBatch? {
        guard !isEnded else { return nil }
        let reply: Reply
        switch source {
        case .folder(let folder): reply = try folder.ask(.flows, parameters, format: .ipfix)
        case .collector(let collector): reply = try await collector.ask(.flows, parameters, format: .ipfix)
        }
        parameters["cursor"] = reply.cursor
        isEnded = reply.cursor == nil
        last = Reply(body: [], completeness: reply.completeness, reasonCount: reply.reasonCount, reasons: reply.reasons)
        var decoder = FlowFileDecoder()
        do throws(IPFIXError) {
            return try decoder.decode(reply.body).flows
        } catch {
            throw CommandFailure("the answer cannot be read: \(error)")
        }
    }
}
