import Collecting
import FlowModel
import Foundation
import Glibc
import IPFIX
import TestSupport
import Testing

/// A real agent on this machine: the samples that pmacctd's sfprobe sends of a capture, every packet, read by ourselves.
@Suite(
    "pmacctd's samples of a capture",
    .enabled(
        if: Command.exists("pmacctd") && Command.exists("tshark") && SharedFolder.path("captures/packets/tcp") != nil,
        "pmacctd, tshark or the shared captures are not there"))
struct PmacctdTests {
    /// Everything that arrives at a socket of ours while pmacctd reads a capture.
    private static func datagrams(_ capture: String) throws -> [[UInt8]] {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var size: Int32 = 4 << 20
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // SAFETY: a sockaddr_in is a sockaddr of the length that is given.
        let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
            }
        }
        try #require(bound)
        let scratch = try ScratchFolder("zonal-sfprobe")
        let settings = """
            daemonize: false
            pcap_savefile: \(capture)
            plugins: sfprobe
            sampling_rate: 1
            sfprobe_receiver: 127.0.0.1:\(UInt16(bigEndian: address.sin_port))
            sfprobe_agentip: 10.9.8.7
            plugin_pipe_size: 10485760
            plugin_buffer_size: 102400
            snaplen: 160

            """
        try settings.write(toFile: scratch.path("sfprobe.conf"), atomically: true, encoding: .utf8)
        try run(["timeout", "-s", "KILL", "60", "pmacctd", "-f", scratch.path("sfprobe.conf")])
        var received: [[UInt8]] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count <= 0 { return received }
            received.append(Array(buffer.prefix(count)))
        }
    }

    /// Its processes end each other by signals, which threads that run tests have blocked, and would hand down.
    private static func run(_ arguments: [String]) throws {
        var (none, before) = (sigset_t(), sigset_t())
        // SAFETY: the addresses of locals, for the length of the calls.
        unsafe sigemptyset(&none)
        unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        // It ends with 0 or 1 as it happens; what it has sent is what counts.
        _ = try Command.run(arguments)
    }

    @Test("each packet in its order, the innermost header where there are tunnels; no fault, no gap", arguments: [
        "tcp/ppa3-tcp_ports.pcapng", "ipv6/ndpi-http_ipv6.pcap", "overlay/zeek-gre-within-gre.pcap",
    ])
    func packets(name: String) throws {
        let capture = try #require(SharedFolder.path("captures/packets/\(name)"))
        let lines = try Command.check(
            ["tshark", "-n", "-r", capture, "-T", "fields", "-E", "occurrence=l", "-E", "separator=;"]
                + ["ip.src", "ip.dst", "ip.len", "ipv6.src", "ipv6.dst", "ipv6.plen", "tcp.srcport", "udp.srcport"].flatMap { ["-e", $0] })
        let told = lines.split(separator: "\n").map { line -> String in
            let cells = line.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
            let isSix = cells[0].isEmpty
            let octets = isSix ? (Int(cells[5]) ?? 0) + 40 : Int(cells[2]) ?? 0
            return "\(isSix ? cells[3] : cells[0]) \(isSix ? cells[4] : cells[1]) \(octets) \(Int(cells[6] + cells[7]) ?? 0)"
        }
        let tester = SFlowTester()
        for datagram in try Self.datagrams(capture) { tester.send(datagram) }
        let flows = tester.flows
        let rows = (0..<flows.count).map { row in
            "\(flows.sourceAddress[row]) \(flows.destinationAddress[row]) \(flows.octetDeltaCount[row]) \(flows.sourceTransportPort[row])"
        }
        // What does not fill a datagram at the end it does not send.
        #expect(rows.count <= told.count && rows.count > told.count - 16)
        #expect(rows == Array(told.prefix(rows.count)))
        #expect(flows.samplingInterval.allSatisfy { $0 == 1 })
        let statistics = try #require(tester.statistics(of: IPAddress(ipv4: 0x0A09_0807)))
        #expect(statistics.faults.isEmpty && statistics.samplesWithoutFlow.isEmpty && statistics.rows == UInt64(rows.count))
        #expect(statistics.datagramGaps == 0 && statistics.sampleGaps == 0 && statistics.droppedByAgent == 0)
    }
}
