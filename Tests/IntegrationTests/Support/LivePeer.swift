import Foundation
import Testing

/// A flow meter, another project's or our own agent, which sends what it sees on a link.
struct LivePeer: Sendable, CustomTestStringConvertible {
    enum Meter: String, Sendable { case softflowd, pmacctd, fprobe, zonal }

    let meter: Meter
    /// 5, 9, or 10 for IPFIX.
    let version: Int

    var testDescription: String { "\(meter.rawValue), \(version == 10 ? "IPFIX" : "v\(version)")" }
    /// NetFlow v5 has no IPv6.
    var takesIPv6: Bool { version != 5 }
    /// softflowd takes what follows the Ethernet header for the packet, with the octets that fill up a short frame.
    var countsPadding: Bool { meter == .softflowd }

    /// Starts it on the link t1, and waits until it captures. It sends a flow a second or two after its last packet: who waits
    /// for all flows waits for a condition, and needs no trust in what a meter does when it ends.
    ///
    /// - Parameter folder: of its files, where its configuration and its control socket come.
    func start(in network: ExportNetwork, to port: UInt16, folder: String) async throws -> Program {
        let target = "\(network.collectorAddress):\(port)"
        let command: [String]
        switch meter {
        case .softflowd:
            // It closes all files that it inherits, the one among them by which Foundation learns of a program's end: Foundation then
            // waits for softflowd, and for nothing else meanwhile. `timeout` keeps that file, and hands signals on.
            command = [
                "timeout", "600", "softflowd", "-d", "-i", "t1", "-n", target, "-v", String(version), "-m", "100000", "-p", folder + "/softflowd.pid",
                "-c", folder + "/softflowd.ctl",
            ] + Self.timeouts.flatMap { ["-t", $0] }
        case .fprobe:
            // -l2: in the foreground; -q, -B: room for what comes while it is not on a core.
            command = ["fprobe", "-i", "t1", "-fip", "-l2", "-s1", "-d1", "-e2", "-n\(version)", "-q10000", "-B4096", target]
        case .zonal:
            command = [
                ZonalProgram.path, "agent", "--interface", "t1", "--collector", "none", "--export", "udp://\(target)", "--idle-timeout", "1s",
                "--active-timeout", "5s",
            ]
        case .pmacctd:
            let lines = [
                "daemonize: false", "pcap_interface: t1", "plugins: nfprobe",
                "aggregate: src_host,dst_host,src_port,dst_port,proto", "nfprobe_receiver: \(target)", "nfprobe_version: \(version)",
                "snaplen: 200", "nfprobe_timeouts: " + Self.timeouts.joined(separator: ":"),
            ]
            let file = folder + "/pmacctd.conf"
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: file))
            command = ["pmacctd", "-f", file]
        }
        let program = try Program(testDescription, network.inside(command))
        try await network.awaitCapture(by: program, on: "t1")
        return program
    }

    /// Those of softflowd, from which pmacctd's meter comes.
    private static let timeouts = ["tcp", "tcp.rst", "tcp.fin", "udp", "icmp", "general", "maxlife", "expint"].map { $0 + "=1" }

    /// Ends it. All that is waited for has come by then.
    func finish(_ program: Program) async throws {
        program.send(meter == .pmacctd ? SIGINT : SIGTERM)
        try await program.end()
    }
}
