import FlowModel

/// The texts of alerts: printable ASCII, and filters in Zonal's filter language.
enum AlertText {
    /// The text that identifies what an alert is about; addresses of two tenants are two things.
    static func scope(_ tenant: Tenant, _ text: String) -> String {
        tenant == .none ? text : "\(tenant.description) \(text)"
    }

    static func count<Key>(_ finding: ScanDetector<Key>.Finding) -> String {
        finding.isAtLeast ? "at least \(finding.densest.count)" : String(finding.densest.count)
    }

    /// ` of vni 5001 in 5 min (limit 8)`.
    static func ending<Key>(_ finding: ScanDetector<Key>.Finding, _ tenant: Tenant) -> String {
        let place = tenant == .none ? "" : " of \(tenant.description)"
        return "\(place) in \(length(seconds: finding.limit.windowSeconds)) (limit \(finding.limit.targets))"
    }

    /// `45 s`, `5 min`, `90 s`, `1 h`: the largest unit that needs no fraction.
    static func length(seconds: UInt32) -> String {
        if seconds >= 3600, seconds % 3600 == 0 { return "\(seconds / 3600) h" }
        if seconds >= 60, seconds % 60 == 0 { return "\(seconds / 60) min" }
        return "\(seconds) s"
    }

    /// The failed first contacts of `terms` in one tenant, as `ContactOutcome` tells them.
    static func filter(_ terms: [String], _ tenant: Tenant, only protocolIdentifier: UInt8?) -> String {
        var all = terms
        switch tenant.kind {
        case .virtualNetwork: all.append("vni \(tenant.number)")
        case .vlan: all.append("vlan \(tenant.number) and vni absent")
        case .none: all.append("vni absent and vlan absent")
        }
        let failedTCP = "proto tcp and state in [S0,REJ,RSTOS0] and not flags A and initiator_basis syn"
        let failedUDP = "proto udp and state S0"
        switch protocolIdentifier {
        case 6: all.append(failedTCP)
        case 17: all.append(failedUDP)
        default: all.append("((\(failedTCP)) or (\(failedUDP)))")
        }
        all.append("part 0")
        return all.joined(separator: " and ")
    }

    /// A text as the filter language quotes it.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" || scalar == "*" { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return result + "\""
    }

    /// Foreign text as printable ASCII: every other character is a question mark.
    static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { (32...126).contains($0.value) ? $0 : "?" }))
    }
}

extension Alert {
    /// What a finding counted, and when.
    mutating func take<Key>(_ finding: ScanDetector<Key>.Finding) {
        observed = Double(finding.densest.count)
        threshold = Double(finding.limit.targets)
        windowSeconds = finding.limit.windowSeconds
        firstSeenMilliseconds = finding.densest.first
        lastSeenMilliseconds = finding.densest.last
        filterSinceMilliseconds = finding.densest.first
        filterUntilMilliseconds = finding.densest.last.addingReportingOverflow(1).partialValue
        samples = finding.samples
        isApproximate = finding.isApproximate
    }
}

extension Alert.Sample {
    /// A row as it stands.
    init(_ flows: FlowBatch, row: Int) {
        self.init(
            endMilliseconds: flows.flowEndMilliseconds[row], protocolIdentifier: flows.protocolIdentifier[row],
            source: flows.sourceAddress[row], destination: flows.destinationAddress[row],
            sourcePort: flows.sourceTransportPort[row], destinationPort: flows.destinationTransportPort[row],
            state: flows.connectionState[row], agent: flows.name(flows.agent[row]), flowId: flows.flowId[row])
    }
}
