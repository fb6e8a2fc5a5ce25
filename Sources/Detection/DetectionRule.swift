package import FlowModel

/// The rules that run on the ingest path. The raw value is what alerts and syslog call the rule.
package enum DetectionRule: String, Sendable, CaseIterable {
    /// One source fails to reach many hosts on one port.
    case horizontalScan = "D1"
    /// One source fails to reach many ports of one host.
    case verticalScan = "D2"
    /// An agent stops sending batches without saying goodbye.
    case agentSilence = "D20"

    package var name: String {
        switch self {
        case .horizontalScan: "horizontal-scan"
        case .verticalScan: "vertical-scan"
        case .agentSilence: "agent-silence"
        }
    }

    /// MITRE ATT&CK technique ids, comma separated.
    package var techniques: String {
        switch self {
        case .horizontalScan: "T1046,T1018"
        case .verticalScan: "T1046"
        case .agentSilence: "T1562.006,T1562.008"
        }
    }

    /// The severity an alert of the rule opens with, where nothing makes it worse.
    package var severity: Alert.Severity { self == .agentSilence ? .high : .medium }

    /// True for a condition that ends by an event (an agent is heard again), false for one that ends by quiet.
    package var endsWhenCleared: Bool { self == .agentSilence }
}
