import AgentCommands
import ArgumentParser
import Collecting
import ExportFiles
import FlowModel
import FlowQuery
import IPFIX
import Settings

struct DumpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump", abstract: "Show what exporters send: templates, options, records, and what is wrong with them.",
        discussion: """
            Reads an IPFIX file (also packed with gzip, such as an agent's batch), a capture of exports, a saved message, or what \
            comes to a port: NetFlow v5, v9, IPFIX and sFlow v5. One line a record, each field by its name and in its own type.

            Examples:
              zonal dump exporter.pcap
              zonal dump --listen 0.0.0.0:2055 --templates
              zonal dump batch.ipfix.gz --format json | jq .
              zonal dump batch.ipfix.gz --records --fields start,src,dst,bytes
            """)

    @Argument(help: "An IPFIX file (RFC 5655), a pcap or pcapng file with exports, or a message as it was sent.")
    var file: String?

    @Option(help: "Listen on this UDP address instead: 0.0.0.0:2055.")
    var listen: String?

    @Option(help: "text, or json: one object a message.")
    var format: ExportDump.Form = .text

    @Flag(help: "Templates and what is faulty, no records.")
    var templates = false

    @Option(help: "Records of a set at most; all without it.")
    var limit: Int?

    @Option(help: "Messages at most, when listening; until Ctrl-C without it.")
    var count: Int?

    @Flag(help: "The octets of each message too.")
    var hex = false

    @Option(name: .customLong("port"), help: "A UDP or TCP port of exports in a capture; may be given again. What looks like exports without it.")
    var ports: [UInt16] = []

    @Option(help: "A file of information elements beside the built-in ones.")
    var elements: String?

    @Flag(help: "What Zonal makes of an IPFIX file: the agent's account, then its flow records.")
    var records = false

    @Option(help: "Of --records: fields to show, separated by commas; all without it.")
    var fields: String?

    func validate() throws {
        try refuseEmpty(["--fields": fields, "--listen": listen, "--elements": elements])
        guard (file == nil) != (listen == nil) else {
            throw ValidationError(file == nil ? "name a file, or a port to listen on: --listen HOST:PORT" : "a file and --listen exclude each other")
        }
        if let limit, limit < 0 { throw ValidationError("--limit must not be negative") }
        if let count, count < 1 { throw ValidationError("--count must be at least 1") }
        if count != nil, listen == nil { throw ValidationError("--count is for --listen") }
        if !ports.isEmpty, listen != nil { throw ValidationError("--port is for captures; --listen has its own") }
        if fields != nil, !records { throw ValidationError("--fields is for --records") }
        if records, listen != nil { throw ValidationError("--records is for an IPFIX file") }
        if records, templates || hex || limit != nil || !ports.isEmpty || elements != nil || format != .text {
            throw ValidationError("--records shows what Zonal makes of a file, a line of JSON a record: of the other options --fields alone is for it")
        }
        if file == "-" { throw ValidationError("-: the standard input cannot be read here, since files are looked through twice; save it, and name the file") }
    }

    func run() throws {
        if records, let file {
            let fields = try fields.map { text throws(CommandFailure) in try FieldList.parse(text) } ?? Field.stored
            return try RecordsDump(file: file, fields: fields).run()
        }
        var options = ExportDump.Options()
        options.form = format
        options.isTemplatesOnly = templates
        options.recordLimit = limit
        options.hasHex = hex
        let dump = ExportDump(options: options, registry: try elements.map { path throws(CommandFailure) in try ElementsFile.registry(path) } ?? .standard)
        if let listen {
            guard let endpoint = SettingEndpoint(listen, allowsPortZero: true) else {
                throw CommandFailure("--listen: \"\(listen)\" is no HOST:PORT, such as 0.0.0.0:2055", isUsage: true)
            }
            try LiveDump(endpoint: endpoint, allowed: count.map { UInt64($0) }).run(dump)
        } else if let file {
            try print(file, dump)
        }
    }

    private func print(_ file: String, _ dump: ExportDump) throws {
        var source: ExportFileDump
        do throws(ExportFileError) {
            source = try ExportFileDump(path: file, ports: ports.isEmpty ? nil : Set(ports), dump: dump)
        } catch {
            throw CommandFailure("\(error)")
        }
        let out = try OutputFile(path: nil)
        while let octets = source.next() { try out.write(octets) }
        if let damage = source.damage { throw CommandFailure("\(damage); what came before it was shown") }
        if let emptiness = source.emptiness { throw CommandFailure("\(emptiness)") }
    }
}

extension ExportDump.Form: ExpressibleByArgument {}
