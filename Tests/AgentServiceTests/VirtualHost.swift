@testable import Capture
import Foundation
import TestSupport

/// The kernel did not do what a test takes.
private struct HostFailure: Error, CustomStringConvertible {
    let description: String
}

/// A network namespace with veth pairs into another, so that packets cross them; both go with it.
final class VirtualHost: Sendable {
    let name: String
    private let peer: String

    static let isAvailable = geteuid() == 0 && Command.exists("ip") && Command.exists("ping")
        && (try? VirtualHost()) != nil

    init() throws {
        let mark = String(UInt32.random(in: 0...0xFF_FFFF), radix: 36)
        (name, peer) = ("zh-\(mark)", "zp-\(mark)")
        for namespace in [name, peer] {
            _ = try Command.check(["ip", "netns", "add", namespace])
            _ = try Command.check(["ip", "netns", "exec", namespace, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1"])
        }
    }

    deinit { for namespace in [name, peer] { _ = try? Command.run(["ip", "netns", "del", namespace]) } }

    func ip(_ arguments: String...) throws { _ = try Command.check(["ip", "-n", name] + arguments) }

    /// The address at the other end of a pair.
    func address(subnet: Int) -> String { "10.77.\(subnet).2" }

    /// - Returns: the address at its other end.
    func addPair(_ interface: String, subnet: Int) throws -> String {
        try ip("link", "add", interface, "type", "veth", "peer", "name", "far\(subnet)", "netns", peer)
        try ip("addr", "add", "10.77.\(subnet).1/24", "dev", interface)
        _ = try Command.check(["ip", "-n", peer, "addr", "add", "\(address(subnet: subnet))/24", "dev", "far\(subnet)"])
        _ = try Command.check(["ip", "-n", peer, "link", "set", "far\(subnet)", "up"])
        try ip("link", "set", interface, "up")
        return address(subnet: subnet)
    }

    /// Moves an interface to the other namespace and back.
    func bounce(_ interface: String, subnet: Int) throws {
        try ip("link", "set", interface, "netns", peer)
        _ = try Command.check(["ip", "-n", peer, "link", "set", interface, "netns", name])
        try ip("addr", "add", "10.77.\(subnet).1/24", "dev", interface)
        try ip("link", "set", interface, "up")
    }

    /// Echo requests, as many as are asked for whether they are answered or not.
    func ping(_ address: String, count: Int = 1) {
        _ = try? Command.run(["ip", "netns", "exec", name, "ping", "-q", "-n", "-c", "\(count)", "-i", "0.002", "-W", "1", address])
    }

    var namespace: NetworkNamespace { NetworkNamespace(named: name) }

    /// Sends frames from the far end of a pair, of an experimental protocol over IPv4 to a stranger's MAC address, so that
    /// nobody answers.
    func send(_ count: Int, subnet: Int) throws {
        let socket = try PacketSocket(interface: "far\(subnet)", in: NetworkNamespace(named: peer))
        try socket.begin(isPromiscuous: false)
        let ethernet: [UInt8] = [2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, 8, 0]
        let header: [UInt8] = [0x45, 0, 0, 46, 0, 1, 0, 0, 64, 253, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]
        let frame = ethernet + header + [UInt8](repeating: 0, count: 26)
        for _ in 0..<count {
            // The array is lent for the call. The queue of the socket may be full for a moment.
            while unsafe Glibc.send(socket.descriptor, frame, frame.count, 0) != frame.count {
                guard errno == EAGAIN || errno == ENOBUFS else { throw HostFailure(description: "a frame was not sent: error \(errno)") }
                sched_yield()
            }
        }
    }

    /// Deletes an interface at once after `body`: the program that does it runs before and waits for its word, since the
    /// kernel keeps frames back for a twentieth of a second only.
    func delete(_ interface: String, after body: () throws -> Void) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["ip", "-n", name, "-batch", "-"]
        let pipe = Pipe()
        process.standardInput = pipe
        try process.run()
        // A first command has been read when its interface is there: the program is awake then.
        try pipe.fileHandleForWriting.write(contentsOf: Data("link add zwake type veth peer name zwaken\n".utf8))
        let deadline = Date().addingTimeInterval(10)
        while try InterfaceList(inNamespace: namespace).interfaces.allSatisfy({ $0.name != "zwake" }), Date() < deadline { usleep(1000) }
        try body()
        try pipe.fileHandleForWriting.write(contentsOf: Data("link del \(interface)\n".utf8))
        try pipe.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// The kernel's count of frames that an interface has received and sent.
    func frames(_ interface: String) throws -> UInt64 {
        let text = try namespace.inside { (try? String(contentsOfFile: "/proc/thread-self/net/dev", encoding: .utf8)) ?? "" }
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":")
            guard parts.count == 2, parts[0].filter({ $0 != " " }) == interface else { continue }
            // Octets, packets and six others received, then the same sent.
            let numbers = parts[1].split(separator: " ").compactMap { UInt64($0) }
            guard numbers.count >= 10 else { break }
            return numbers[1] + numbers[9]
        }
        throw HostFailure(description: "no counters of \(interface)")
    }

    /// Deletes the namespace, and makes another of its name.
    func remake() throws {
        _ = try Command.check(["ip", "netns", "del", name])
        _ = try Command.check(["ip", "netns", "add", name])
        _ = try Command.check(["ip", "netns", "exec", name, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1"])
    }

    /// True when the other end of a pair is there: it goes with its namespace's last user.
    func hasFarEnd(subnet: Int) -> Bool {
        (try? InterfaceList(inNamespace: NetworkNamespace(named: peer)))?.interfaces.contains { $0.name == "far\(subnet)" } ?? false
    }
}
