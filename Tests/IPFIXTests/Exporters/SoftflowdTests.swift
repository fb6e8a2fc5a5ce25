import FlowModel
import Foundation
import Glibc
import IPFIX
import TestSupport
import Testing

/// A real exporter on this machine: what softflowd sends of a capture, read by ourselves.
@Suite(
    "softflowd's exports of a capture",
    .enabled(
        if: Command.exists("softflowd") && SharedFolder.path("captures/packets/large") != nil,
        "softflowd or the shared captures are not there"))
struct SoftflowdTests {
    /// Everything that arrives at a socket of ours while softflowd reads a capture.
    static func datagrams(_ capture: String, version: String) throws -> [[UInt8]] {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var size: Int32 = 8 << 20
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
        let port = UInt16(bigEndian: address.sin_port)
        _ = try Command.check(["softflowd", "-d", "-r", capture, "-n", "127.0.0.1:\(port)", "-v", version])
        var received: [[UInt8]] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        // It has sent all that it had when it ends.
        while true {
            let count = unsafe recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count <= 0 { return received }
            received.append(Array(buffer.prefix(count)))
        }
    }

    @Test("three versions: the same flows, no fault, no gap", arguments: [
        "markofu-ftp-crack.pcap", "zeek-modbusBig.pcap", "suricata-ipv6-evasion-ipv6-dos-with-ext-headers-6.pcap",
    ])
    func versions(name: String) throws {
        let capture = try #require(SharedFolder.path("captures/packets/large/\(name)"))
        var sums: [[UInt64]] = []
        for version in ["9", "10", "5"] {
            var tester = ExportTester()
            let datagrams = try Self.datagrams(capture, version: version)
            try #require(!datagrams.isEmpty)
            for datagram in datagrams { tester.send(datagram) }
            let statistics = tester.statistics
            #expect(statistics.faults.isEmpty && statistics.setsWithoutTemplate == 0 && statistics.otherRecords == 0)
            #expect(statistics.sequenceGaps == 0 && statistics.lateMessages == 0 && statistics.restarts == 0)
            let flows = tester.flows()
            for row in 0..<flows.count {
                // Times before its own start come as offsets that wrapped: never in the future, and in order.
                #expect(flows.flowStartMilliseconds[row] <= flows.flowEndMilliseconds[row])
            }
            let isIPv6 = flows.sourceAddress.contains { $0.isIPv6 }
            sums.append([UInt64(flows.count), flows.packetDeltaCount.reduce(0, +), flows.octetDeltaCount.reduce(0, +)])
            // v5 knows IPv4 alone.
            if isIPv6 && version == "10" { break }
        }
        for sum in sums { #expect(sum == sums[0] && sum[0] > 0) }
        // As many packets and octets as tshark finds in the capture; softflowd counts frames without their Ethernet header, but
        // with what short ones are filled up with.
        let truth = try CSVTable(path: try #require(SharedFolder.path("captures/truth.csv"))).rows
        let row = try #require(truth.first { $0["file"] == "packets/large/\(name)" })
        let packets = try #require(UInt64(row["ip_packets"]))
        let octets = try #require(UInt64(row["frame_bytes"])) - 14 * packets
        #expect(Array(sums[0][1...]) == [packets, octets])
    }
}
