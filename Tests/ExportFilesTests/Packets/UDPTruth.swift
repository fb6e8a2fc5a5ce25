import ExportFiles
import FlowModel
import Foundation
import IPFIX
import TestSupport

/// What tshark says are the UDP datagrams of a capture, fragments put together.
struct UDPTruth: Hashable {
    var frame: UInt64
    var source: String
    var sourcePort: UInt16
    var port: UInt16
    var payload: String

    static func read(_ path: String) throws -> [UDPTruth] {
        // Samples in sFlow hold ICMP; elsewhere what ICMP quotes is no datagram.
        let filter = path.contains("/exporters/") ? "udp" : "udp && !icmp && !icmpv6"
        let text = try Command.check(
            [
                "tshark", "-n", "-r", path, "-Y", filter, "-o", "udp.check_checksum:FALSE", "-T", "fields", "-E",
                "separator=;", "-E", "occurrence=f", "-e", "frame.number", "-e", "ip.src", "-e", "ipv6.src", "-e", "udp.srcport", "-e",
                "udp.dstport", "-e", "udp.payload",
            ])
        return text.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
            guard cells.count == 6, let frame = UInt64(cells[0]), let from = UInt16(cells[3]), let to = UInt16(cells[4]) else {
                return nil
            }
            return UDPTruth(
                frame: frame, source: cells[1].isEmpty ? cells[2] : cells[1], sourcePort: from, port: to, payload: cells[5])
        }
    }

    init(frame: UInt64, source: String, sourcePort: UInt16, port: UInt16, payload: String) {
        self.frame = frame
        self.source = source
        self.sourcePort = sourcePort
        self.port = port
        self.payload = payload
    }

    init(_ packet: ExportPacket) {
        self.init(
            frame: packet.number, source: packet.source.address.description, sourcePort: packet.source.port,
            port: packet.destination.port, payload: packet.octets.map { String(Int($0) + 256, radix: 16).dropFirst() }.joined())
    }

    static func ours(_ path: String, ports: Set<UInt16>? = nil) throws -> (
        packets: [ExportPacket], statistics: ExportPacketStatistics, damage: String?
    ) {
        var file = try ExportPackets(path: path, ports: ports)
        var packets: [ExportPacket] = []
        while let some = file.next() { packets += some }
        return (packets, file.statistics, file.damage.map { "\($0)" })
    }
}
