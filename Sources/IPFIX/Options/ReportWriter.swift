import FlowModel

/// Writes what an agent tells of itself as options records.
struct ReportWriter {
    let report: AgentReport
    let names: NameTables
    let missingBatches: [ClosedRange<UInt64>]
    let domain: UInt32

    func write(to writer: inout MessageWriter) {
        if !report.agent.isEmpty {
            writeAgent(to: &writer)
            writeInterfaces(to: &writer)
            writeLocalAddresses(to: &writer)
            writeNotMetered(to: &writer)
        }
        for (number, name) in names.interfaces {
            var record: [UInt8] = []
            record.appendBigEndian(number)
            record.appendVariable(name, limit: writer.textLimit)
            writer.append(record, to: OptionsTemplate.interfaceName.id)
        }
        for (number, name) in names.agents {
            var record: [UInt8] = []
            record.appendBigEndian(number)
            record.appendVariable(name, limit: writer.textLimit)
            writer.append(record, to: OptionsTemplate.agentTable.id)
        }
        for range in missingBatches {
            var record: [UInt8] = []
            record.appendBigEndian(range.lowerBound)
            record.appendBigEndian(range.upperBound)
            writer.append(record, to: OptionsTemplate.missingBatches.id)
        }
    }

    /// How many records `write` writes.
    var recordCount: Int {
        let own = report.agent.isEmpty ? 0 : 1 + report.interfaces.count + report.localAddresses.count + report.notMetered.count
        return own + names.interfaces.count + names.agents.count + missingBatches.count
    }

    private func writeAgent(to writer: inout MessageWriter) {
        var record: [UInt8] = []
        record.appendBigEndian(domain)
        record.appendVariable(report.agent, limit: writer.textLimit)
        record.appendBigEndian(report.epoch)
        record.appendBigEndian(report.exportMilliseconds)
        record.appendBigEndian(report.captured)
        record.appendBigEndian(report.metered)
        record.appendBigEndian(report.witnessed)
        record.appendBigEndian(report.evicted)
        record.appendBigEndian(report.recordsDropped)
        record.append(report.isGoodbye ? 1 : 2)  // RFC 7011 §6.1.5
        writer.append(record, to: OptionsTemplate.agent.id)
    }

    private func writeInterfaces(to writer: inout MessageWriter) {
        for interface in report.interfaces {
            var record: [UInt8] = []
            record.appendBigEndian(interface.index)
            record.appendVariable(interface.name, limit: writer.textLimit)
            record.appendVariable(interface.kind, limit: writer.textLimit)
            record.appendBigEndian(interface.vni)
            record.appendBigEndian(interface.captured)
            record.appendBigEndian(interface.dropped)
            writer.append(record, to: OptionsTemplate.interface.id)
        }
    }

    private func writeLocalAddresses(to writer: inout MessageWriter) {
        // The two families in turn, so that each has one set and not one set for every change between them.
        for local in report.localAddresses where !local.address.isIPv6 {
            var record: [UInt8] = []
            record.appendBigEndian(UInt32(truncatingIfNeeded: local.address.low))
            append(local.tenant, to: &record)
            writer.append(record, to: OptionsTemplate.localIPv4.id)
        }
        for local in report.localAddresses where local.address.isIPv6 {
            var record: [UInt8] = []
            record.appendBigEndian(local.address.high)
            record.appendBigEndian(local.address.low)
            append(local.tenant, to: &record)
            writer.append(record, to: OptionsTemplate.localIPv6.id)
        }
    }

    private func append(_ tenant: Tenant, to record: inout [UInt8]) {
        record.append(tenant.kind.rawValue)
        record.appendBigEndian(tenant.number)
    }

    private func writeNotMetered(to writer: inout MessageWriter) {
        for (reason, packets) in report.notMetered.sorted(by: { $0.key < $1.key }) {
            var record: [UInt8] = []
            record.appendVariable(reason, limit: writer.textLimit)
            record.appendBigEndian(packets)
            writer.append(record, to: OptionsTemplate.notMetered.id)
        }
    }
}
