import Foundation
import TestSupport

/// A network namespace and a veth pair into it, made by a test and gone with it. The near end is in the namespace of
/// the tests, without IPv6, so that nothing but the test's packets crosses it.
final class Namespace {
    let name: String
    let near: String
    let far: String
    let nearAddress: String
    let farAddress: String

    static let isAvailable = geteuid() == 0 && Command.exists("ip") && Command.exists("bash") && canMake()
    static let reason = "needs root, ip and network namespaces"

    private static func canMake() -> Bool {
        guard let made = try? Namespace() else { return false }
        return !made.name.isEmpty
    }

    init() throws {
        let mark = String(UInt32.random(in: 0...0xFF_FFFF), radix: 36)
        name = "zt-\(mark)"
        near = "ztn\(mark)"
        far = "ztf\(mark)"
        // One of two million subnets of two hosts, since many tests run at once.
        let subnet = UInt32(10) << 24 | UInt32(1) << 23 | UInt32.random(in: 0..<1 << 21) << 2
        func text(_ address: UInt32) -> String { [24, 16, 8, 0].map { String(address >> $0 & 0xFF) }.joined(separator: ".") }
        nearAddress = text(subnet | 1)
        farAddress = text(subnet | 2)
        for command in [
            "ip netns add \(name)", "ip link add \(near) type veth peer name \(far) netns \(name)",
            "sysctl -qw net.ipv6.conf.\(near).disable_ipv6=1", "ip netns exec \(name) sysctl -qw net.ipv6.conf.all.disable_ipv6=1",
            "ip addr add \(nearAddress)/30 dev \(near)", "ip -n \(name) addr add \(farAddress)/30 dev \(far)", "ip link set \(near) up",
            "ip -n \(name) link set \(far) up", "ip -n \(name) link set lo up",
        ] { _ = try Command.check(command.split(separator: " ").map(String.init)) }
    }

    deinit {
        _ = try? Command.run(["ip", "link", "del", near])
        _ = try? Command.run(["ip", "netns", "del", name])
    }

    /// Sends datagrams of `octets` octets from one end to the other's discard port.
    func send(_ number: Int, octets: Int = 20, fromFar: Bool) throws {
        let target = fromFar ? nearAddress : farAddress
        let script = """
            exec 3<>/dev/udp/\(target)/9; text=$(printf '%*s' \(octets) x); i=0
            while [ $i -lt \(number) ]; do printf %s "$text" >&3 2>/dev/null && i=$((i+1)); done; exit 0
            """
        _ = try Command.check((fromFar ? ["ip", "netns", "exec", name] : []) + ["bash", "-c", script])
    }

    /// The kernel's own counters of the near end.
    func counters() throws -> Counters {
        func read(_ name: String) throws -> Int {
            let text = try String(contentsOfFile: "/sys/class/net/\(near)/statistics/\(name)", encoding: .utf8)
            return Int(text.split(separator: "\n").first ?? "") ?? -1
        }
        return Counters(
            received: try read("rx_packets"), receivedOctets: try read("rx_bytes"), sent: try read("tx_packets"), sentOctets: try read("tx_bytes"))
    }

    struct Counters: Equatable {
        var received = 0
        var receivedOctets = 0
        var sent = 0
        var sentOctets = 0

        static func - (a: Counters, b: Counters) -> Counters {
            Counters(
                received: a.received - b.received, receivedOctets: a.receivedOctets - b.receivedOctets, sent: a.sent - b.sent,
                sentOctets: a.sentOctets - b.sentOctets)
        }
    }
}
