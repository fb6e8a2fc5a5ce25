import Foundation
import TestSupport
import Testing

/// What a test needs of the machine; a test that lacks it is skipped and says so.
enum Requirements {
    /// The lab: root, and the tools that make it.
    static let lab = missing(["ip", "nft", "ethtool", "ping", "ss", "flock", "python3"], root: true)
    static let labAndRsyslog = lab ?? missing(["rsyslogd"], root: true)
    /// Meters of other people in namespaces, with the traffic that they see and the tools that say what they sent.
    static let exporters = missing(
        ["ip", "nft", "ethtool", "tcpreplay", "tcpdump", "tshark", "softflowd", "pmacctd", "fprobe"], root: true)
        ?? (GeneratedTraffic.isAvailable ? nil : "it needs the shared folder's traffic generator and a C compiler")
    static let openVSwitch = exporters ?? missing(["ovsdb-tool", "ovsdb-server", "ovs-vswitchd", "ovs-vsctl", "ovs-ofctl"], root: true)
        ?? (FileManager.default.fileExists(atPath: "/dev/net/tun") ? nil : "it needs /dev/net/tun")

    private static func missing(_ tools: [String], root: Bool) -> String? {
        if root && geteuid() != 0 { return "it makes network namespaces, which needs root: run 'make test' as root or with sudo" }
        let absent = tools.filter { tool in
            // Not every root has /usr/sbin on its PATH.
            let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
            return !(folders + ["/usr/sbin", "/sbin"]).contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)") }
        }
        return absent.isEmpty ? nil : "it needs \(absent.joined(separator: ", ")): '.ci/setup --test' installs them"
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips the test with its reason when there is one.
    static func needs(_ missing: String?) -> Self {
        .enabled(if: missing == nil, Comment(rawValue: missing ?? ""))
    }
}
