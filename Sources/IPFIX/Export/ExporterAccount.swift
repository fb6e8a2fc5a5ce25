package import FlowModel

/// What goes along with flows of what their observer knows of itself.
package struct ExporterAccount: Sendable, Equatable {
    /// Interfaces with their numbers and names; packets captured, dropped by the kernel and not metered.
    package var report: AgentReport
    /// 1 in n packets was looked at; 1 is all, 0 is not known.
    package var samplingInterval: UInt32
    /// Each packet was chosen by itself with a probability of 1 in n (RFC 5475 §5.2.2.1), not every nth.
    package var isRandomSampling: Bool

    package init(report: AgentReport = AgentReport(), samplingInterval: UInt32 = 0, isRandomSampling: Bool = false) {
        self.report = report
        self.samplingInterval = samplingInterval
        self.isRandomSampling = isRandomSampling
    }

    /// Reasons for which frames are not metered in which no IP packet was found, and sampling, which passes packets over on
    /// purpose and is told by itself. IE 164 counts IP packets that were received and not processed.
    private static let notIgnored: Set<String> = [
        "sampled-out", "not-ip", "bad-ip-version", "truncated-link", "truncated-vlan", "truncated-mpls", "truncated-pppoe",
        "too-many-vlan-tags", "too-many-labels", "tunnels-too-deep",
    ]

    /// IP packets that were there and are in no flow: those that could not be read, and those that the kernel had no room
    /// for, of which nobody knows what they were.
    var ignoredPackets: UInt64 {
        let dropped = report.interfaces.reduce(UInt64(0)) { Self.sum($0, $1.dropped) }
        return report.notMetered.reduce(dropped) { Self.notIgnored.contains($1.key) ? $0 : Self.sum($0, $1.value) }
    }

    private static func sum(_ first: UInt64, _ second: UInt64) -> UInt64 {
        let (sum, overflow) = first.addingReportingOverflow(second)
        return overflow ? .max : sum
    }
}

/// What an exporting process has sent and what it could not send since it began (RFC 7011 §4.1 and §4.3).
package struct ExportTotals: Sendable, Equatable {
    package var messages: UInt64 = 0
    /// Records of flows; options records are none.
    package var flowRecords: UInt64 = 0
    /// Octets of messages.
    package var octets: UInt64 = 0
    /// Flow records that were not sent, and the packets and octets of the IP layer that they count, of both directions.
    package var notSentFlows: UInt64 = 0
    package var notSentPackets: UInt64 = 0
    package var notSentOctets: UInt64 = 0

    package init() {}
}
