import AgentCommands
import FlowModel
import FlowQuery
import IPFIX

/// What Zonal makes of an IPFIX file: the agent's own account, then one line a flow record.
struct RecordsDump {
    let file: String
    let fields: [Field]

    func run() throws {
        let opened = try ImportFile(path: file)
        guard case .ipfix(let octets) = opened.content else {
            throw CommandFailure("\(file): is no IPFIX file; without --records `zonal dump` reads captures of exports too, and `zonal meter` captures of traffic")
        }
        var decoder = FlowFileDecoder()
        let decoded: DecodedFlows
        do throws(IPFIXError) {
            decoded = try decoder.decode(octets)
        } catch {
            throw CommandFailure("\(file): is damaged: \(error)")
        }
        let out = try OutputFile(path: nil)
        try out.write(account(opened, decoded))
        var writer = RecordWriter(format: .ndjson, fields: fields)
        try out.write(writer.records(decoded.flows))
    }

    private func account(_ opened: ImportFile, _ decoded: DecodedFlows) -> [UInt8] {
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
        return account.octets
    }
}
