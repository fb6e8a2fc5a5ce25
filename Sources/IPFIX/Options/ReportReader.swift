import FlowModel

/// Gathers what options records tell of the agent. What does not make sense is left out: it is not the flows' fault.
struct ReportReader {
    /// Texts of other people are kept for the length of a batch: so many at most. Packets of further reasons go under one name.
    static let reasonLimit = 1024
    static let otherReasons = "other"

    private(set) var report: AgentReport?
    /// The first two agents whose reports contradict each other about whose file this is.
    private(set) var conflict: (first: String, second: String)?
    private(set) var missingBatches: [ClosedRange<UInt64>] = []

    mutating func readAgent(_ record: OptionsRecord) {
        var report = AgentReport()
        report.agent = record.text(.agentName) ?? ""
        report.epoch = record.integer(.agentEpoch) ?? 0
        report.exportMilliseconds = Int64(clamping: record.integer(.observationTimeMilliseconds) ?? 0)
        report.captured = record.integer(.capturedPacketTotalCount) ?? 0
        report.metered = record.integer(.meteredPacketTotalCount) ?? 0
        report.witnessed = record.integer(.witnessedPacketTotalCount) ?? 0
        report.evicted = record.integer(.evictedFlowTotalCount) ?? 0
        report.recordsDropped = record.integer(.notSentFlowTotalCount) ?? 0
        report.isGoodbye = record.integer(.agentGoodbye) == 1
        if conflict == nil, let known = self.report, known.agent != report.agent || known.epoch != report.epoch {
            conflict = (String(known.agent.prefix(64)), String(report.agent.prefix(64)))
        }
        self.report = report
    }

    mutating func readInterface(_ record: OptionsRecord) {
        guard let index = record.integer(.ingressInterface) else { return }
        report?.interfaces.append(
            AgentReport.Interface(
                index: UInt32(clamping: index), name: record.text(.interfaceName) ?? "",
                kind: record.text(.interfaceKind) ?? "",
                vni: UInt32(clamping: record.integer(.virtualNetworkId) ?? .max),
                captured: record.integer(.capturedPacketTotalCount) ?? 0,
                dropped: record.integer(.kernelDroppedPacketTotalCount) ?? 0))
    }

    mutating func readLocalAddress(_ record: OptionsRecord) {
        guard let kind = record.integer(.tenantKind).flatMap({ Tenant.Kind(rawValue: UInt8(clamping: $0)) }) else { return }
        let tenant = Tenant(kind, UInt32(clamping: record.integer(.tenantNumber) ?? 0))
        if let octets = record.octets(.localIPv4Address), octets.count == 4 {
            let address = IPAddress(ipv4: octets.reduce(0) { $0 << 8 | UInt32($1) })
            report?.localAddresses.append(AgentReport.LocalAddress(tenant: tenant, address: address))
        } else if let octets = record.octets(.localIPv6Address), octets.count == 16 {
            let address = IPAddress(
                high: octets.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
                low: octets.suffix(8).reduce(0) { $0 << 8 | UInt64($1) })
            report?.localAddresses.append(AgentReport.LocalAddress(tenant: tenant, address: address))
        }
    }

    mutating func readNotMetered(_ record: OptionsRecord) {
        guard let reason = record.text(.notMeteredReason), let packets = record.integer(.ignoredPacketTotalCount) else { return }
        if report?.notMetered.count ?? 0 < Self.reasonLimit || report?.notMetered[reason] != nil {
            report?.notMetered[reason] = packets
        } else {
            let (sum, overflow) = (report?.notMetered[Self.otherReasons] ?? 0).addingReportingOverflow(packets)
            report?.notMetered[Self.otherReasons] = overflow ? .max : sum
        }
    }

    mutating func readMissingBatches(_ record: OptionsRecord) {
        guard let first = record.integer(.missingBatchFirst), let last = record.integer(.missingBatchLast), first <= last
        else { return }
        missingBatches.append(first...last)
    }
}
