import AgentCommands
import ArgumentParser
import FlowModel
import FlowQuery
import IPFIX

struct DumpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump", abstract: "Show what is in an IPFIX file or an agent's batch.",
        discussion: """
            First the agent's own account, then one line a record. For files that were captured or saved, such as \
            batches that a collector refused.

            Example:
              zonal dump batch.ipfix.gz
            """)

    @Argument(help: "An IPFIX file (RFC 5655), also packed with gzip.")
    var file: String

    @Option(help: "Fields to show, separated by commas; all without it.")
    var fields: String?

    func validate() throws { try refuseEmpty(["--fields": fields]) }

    func run() throws {
        let fields = try fields.map { text throws(CommandFailure) in try FieldList.parse(text) } ?? Field.stored
        let opened = try ImportFile(path: file)
        guard case .ipfix(let octets) = opened.content else {
            throw CommandFailure("\(file): is no IPFIX file; `zonal meter` reads captures")
        }
        var decoder = FlowFileDecoder()
        let decoded: DecodedFlows
        do throws(IPFIXError) {
            decoded = try decoder.decode(octets)
        } catch {
            throw CommandFailure("\(file): is damaged: \(error)")
        }
        var account = JSONWriter()
        account.object { writer in
            writer.member("sha256", opened.sha256)
            writer.member("messages", decoded.messages)
            writer.member("records", decoded.flows.count)
            writer.member("exported", time: decoded.exportMilliseconds)
            writer.member("other_records", decoded.otherRecords)
            writer.member("sets_without_template", decoded.setsWithoutTemplate)
            writer.member("records_without_time", decoded.recordsWithoutTime)
            writer.member("unknown_fields", decoded.unknownFields)
            writer.member("agent", decoded.report?.agent)
            writer.member("epoch", decoded.report.map { FlowBatch.hex($0.epoch) })
            writer.member("captured", decoded.report?.captured)
            writer.member("metered", decoded.report?.metered)
            writer.member("witnessed", decoded.report?.witnessed)
            writer.member("goodbye", decoded.report?.isGoodbye)
            writer.key("local_addresses")
            writer.array { writer in
                for local in decoded.report?.localAddresses ?? [] {
                    writer.string("\(local.address)\(local.tenant.kind == .none ? "" : " \(local.tenant.description)")")
                }
            }
        }
        account.newline()
        let out = try OutputFile(path: nil)
        try out.write(account.octets)
        var writer = RecordWriter(format: .ndjson, fields: fields)
        try out.write(writer.records(decoded.flows))
    }
}
