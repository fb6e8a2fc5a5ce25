import FlowModel
import Metering
import TestSupport
import Testing

/// Retransmissions, reordering and round-trip times against tshark's analysis of real captures.
///
/// The packets' numbers are tshark's too, so that the measurement alone is compared, and not how frames are decoded.
@Suite("tshark's TCP analysis")
struct TCPAnalysisTruthTests {
    private static let folder = SharedFolder.path("captures/packets/tcp")

    static let files = [
        "tcp/arkime-http-tcp-seq-issue.pcap", "tcp/arkime-no-syn-ack.pcap", "tcp/arkime-single-packets.pcap",
        "tcp/arkime-tcp_handshake_synthetic.pcap", "tcp/arkime-tcpseq_synthetic.pcap", "tcp/arkime-wireshark-retrans.pcap",
        "tcp/flowtest-http_get.pcap", "tcp/markofu-tcp-con-lost.pcap", "tcp/pcapplusplus-one_http_stream_rst.pcap",
        "tcp/pcapplusplus-one_tcp_stream.pcap", "tcp/pcapplusplus-one_tcp_stream_max_seq.pcap",
        "tcp/pcapplusplus-three_http_streams.pcap", "tcp/pcapplusplus-unidirectional_tcp_stream_with_missing_packet.pcap",
        "tcp/ppa3-tcp_dupack.pcapng", "tcp/ppa3-tcp_handshake.pcapng", "tcp/ppa3-tcp_ports.pcapng",
        "tcp/ppa3-tcp_refuseconnection.pcapng", "tcp/ppa3-tcp_retransmissions.pcapng", "tcp/ppa3-tcp_teardown.pcapng",
        "tcp/ppa3-tcp_zerowindowdead.pcapng", "tcp/ppa3-tcp_zerowindowrecovery.pcapng", "tcp/skydive-eth-ipv4-tcp-http-ooo.pcap",
        "large/ipfixprobe-http.pcap", "large/ipfixprobe-tls.pcap", "large/markofu-ftp-crack.pcap",
        "large/ndpi-1kxun.pcap", "large/pcapplusplus-ex-http-packets.pcap", "large/zeek-modbusBig.pcap",
        "large/zeek-smb3_multichannel.pcap",
    ]

    private struct Line {
        var packet: PacketObservation
        var stream: Int
        var isRetransmission: Bool
        var isOutOfOrder: Bool
        var roundTrip: Double?
    }

    private func lines(_ path: String) throws -> [Line] {
        let fields = [
            "frame.time_epoch", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport", "tcp.flags", "tcp.seq_raw",
            "tcp.ack_raw", "tcp.len", "tcp.stream", "tcp.analysis.retransmission", "tcp.analysis.fast_retransmission",
            "tcp.analysis.spurious_retransmission", "tcp.analysis.out_of_order", "tcp.analysis.initial_rtt",
        ]
        let text = try Command.check(
            ["tshark", "-n", "-r", path, "-Y", "tcp && !icmp && !icmpv6", "-T", "fields", "-E", "occurrence=f"] + fields.flatMap { ["-e", $0] })
        return text.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard cells.count == fields.count, let flags = UInt16(cells[7].dropFirst(2), radix: 16), let stream = Int(cells[11]),
                let source = IPAddress(cells[1].isEmpty ? cells[3] : cells[1]), let seconds = nanoseconds(cells[0]),
                let destination = IPAddress(cells[2].isEmpty ? cells[4] : cells[2])
            else { return nil }
            var packet = PacketObservation()
            packet.key = FlowKey(
                tenant: .none, protocolIdentifier: 6, sourceAddress: source, destinationAddress: destination,
                sourceTransportPort: UInt16(cells[5]) ?? 0, destinationTransportPort: UInt16(cells[6]) ?? 0)
            packet.timestampNanoseconds = seconds
            packet.octets = 40
            packet.tcpFlags = TCPFlags(rawValue: UInt8(truncatingIfNeeded: flags))
            packet.tcpSequence = UInt32(cells[8]) ?? 0
            packet.tcpAcknowledgement = UInt32(cells[9]) ?? 0
            packet.tcpPayloadLength = UInt32(cells[10]) ?? 0
            return Line(
                packet: packet, stream: stream, isRetransmission: cells[12...14].contains { !$0.isEmpty },
                isOutOfOrder: !cells[15].isEmpty, roundTrip: Double(cells[16]))
        }
    }

    /// `1400000000.123456789` as nanoseconds, all digits.
    private func nanoseconds(_ text: String) -> Int64? {
        let parts = text.split(separator: ".")
        guard parts.count == 2, let seconds = Int64(parts[0]), let fraction = Int64((parts[1] + "000000000").prefix(9)) else { return nil }
        return seconds * 1_000_000_000 + fraction
    }

    @Test(
        "each file's sums, and each stream's round trip",
        .enabled(if: folder != nil && Command.exists("tshark"), "needs the shared captures and tshark"), arguments: files)
    func agree(file: String) throws {
        let lines = try lines(try #require(SharedFolder.path("captures/packets/\(file)")))
        #expect(!lines.isEmpty)
        let meter = Meter()
        meter.send(lines.map(\.packet))
        let records = meter.finish()
        let retransmits = records.reduce(0) { $0 + Int($1.retransmits) + Int($1.reverseRetransmits) }
        let outOfOrder = records.reduce(0) { $0 + Int($1.outOfOrder) + Int($1.reverseOutOfOrder) }
        let expected = [lines.filter(\.isRetransmission).count, lines.filter { $0.isOutOfOrder && !$0.isRetransmission }.count]
        let different = Self.different[file]
        #expect([retransmits, outOfOrder] == different?.ours ?? expected, "tshark: \(expected); \(different?.why ?? "no known difference")")
        if let different { #expect(expected == different.theirs) }

        // Where both have a round trip, it is the same; tshark's is the whole handshake's.
        var compared = 0
        for record in records where record.part == 0 && record.clientRoundTripMicroseconds != .max && record.serverRoundTripMicroseconds != .max {
            let stream = lines.first {
                $0.packet.key.sourceAddress == record.sourceAddress && $0.packet.key.sourceTransportPort == record.sourceTransportPort
                    && $0.packet.key.destinationTransportPort == record.destinationTransportPort
                    && $0.packet.timestampNanoseconds / 1_000_000 == record.initialStartMilliseconds
            }?.stream
            guard let theirs = lines.first(where: { $0.stream == stream && $0.roundTrip != nil })?.roundTrip else { continue }
            let ours = Double(record.clientRoundTripMicroseconds) + Double(record.serverRoundTripMicroseconds)
            #expect(abs(ours - theirs * 1e6) <= 2, "\(record.sides)")
            compared += 1
        }
        let isComplete = lines.contains { $0.packet.tcpFlags.rawValue & 0x12 == 0x12 } && lines.contains { $0.roundTrip != nil }
        if isComplete, expected[0] == 0 { #expect(compared > 0) }
    }

    /// Retransmissions and out-of-order segments as tshark and as we count them, and why they differ.
    static let different: [String: (theirs: [Int], ours: [Int], why: String)] = [
        "tcp/arkime-wireshark-retrans.pcap": (
            [47, 1], [48, 0], "a SYN seen before comes again soon after the highest number: out of order to tshark, sent again to us"
        ),
        "tcp/skydive-eth-ipv4-tcp-http-ooo.pcap": (
            [1, 5], [0, 6],
            "an acknowledgement was captured ahead of the segment that it acknowledges, whose numbers were not seen: tshark calls it spurious"
        ),
        "large/zeek-modbusBig.pcap": (
            [1, 0], [0, 0], "an acknowledgement was captured ahead of the segment that it acknowledges; nothing was sent twice"
        ),
        "large/ndpi-1kxun.pcap": (
            [47, 9], [45, 9], "a FIN was sent again twice after more than the idle timeout, when its flow had ended"
        ),
    ]
}
