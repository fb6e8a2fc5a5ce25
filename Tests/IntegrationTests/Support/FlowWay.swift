import Foundation
import Testing

/// One direction of a conversation, by which what was sent and what is held meet. ICMP has no ports.
struct FlowWay: Hashable, CustomStringConvertible {
    /// Packets, and their octets.
    struct Volume: Equatable, CustomStringConvertible {
        var packets = 0
        var bytes = 0

        static func += (left: inout Volume, right: Volume) {
            left.packets += right.packets
            left.bytes += right.bytes
        }
        var description: String { "\(packets) packets \(bytes) bytes" }
    }

    var proto: String
    var source: String
    var sourcePort: Int
    var destination: String
    var destinationPort: Int

    init(_ row: FlowRow) {
        (proto, source, sourcePort) = (row.proto, row.src, row.srcPort ?? 0)
        (destination, destinationPort) = (row.dst, row.dstPort ?? 0)
    }

    private init(_ proto: String, _ source: (String, Int), _ destination: (String, Int)) {
        self.proto = proto
        (self.source, sourcePort) = source
        (self.destination, destinationPort) = destination
    }

    var back: FlowWay { FlowWay(proto, (destination, destinationPort), (source, sourcePort)) }
    var description: String { "\(proto) \(source) \(sourcePort) → \(destination) \(destinationPort)" }

    /// What is in a capture file of Ethernet frames without tags, each way for itself, as tshark reads it.
    ///
    /// - Parameter withPadding: octets are those behind the Ethernet header, also where a short frame was filled up.
    static func volumes(in capture: String, withPadding: Bool) async throws -> [FlowWay: Volume] {
        let fields = [
            "frame.len", "ip.len", "ipv6.plen", "ip.proto", "ipv6.nxt", "ip.src", "ipv6.src", "ip.dst", "ipv6.dst", "tcp.srcport",
            "udp.srcport", "tcp.dstport", "udp.dstport",
        ]
        let told = try await Program.run(
            ["tshark", "-r", capture, "-T", "fields", "-E", "separator=;"] + fields.flatMap { ["-e", $0] })
        let names = ["1": "icmp", "6": "tcp", "17": "udp", "58": "ipv6-icmp"]
        var sums: [FlowWay: Volume] = [:]
        for line in String(decoding: told, as: UTF8.self).split(separator: "\n") {
            let cells = line.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
            try #require(cells.count == fields.count, "tshark's line: \(line)")
            // Of each pair one is empty: a packet is of one family and one transport.
            func either(_ first: Int) -> String { cells[first].isEmpty ? cells[first + 1] : cells[first] }
            let length = withPadding ? Int(cells[0]).map { $0 - 14 } : Int(cells[1]) ?? Int(cells[2]).map { $0 + 40 }
            let way = FlowWay(names[either(3)] ?? either(3), (either(5), Int(either(9)) ?? 0), (either(7), Int(either(11)) ?? 0))
            sums[way, default: .init()] += Volume(packets: 1, bytes: try #require(length, "tshark's line: \(line)"))
        }
        return sums
    }
}

extension [FlowWay: FlowWay.Volume] {
    var packets: Int { values.reduce(0) { $0 + $1.packets } }

    func adding(_ other: Self) -> Self {
        merging(other) { one, two in FlowWay.Volume(packets: one.packets + two.packets, bytes: one.bytes + two.bytes) }
    }

    /// What is not the same here and in `truth`, the first few.
    func differences(from truth: Self) -> [String] {
        Set(keys).union(truth.keys).filter { self[$0] != truth[$0] }.prefix(8).map { way in
            "\(way): \(truth[way]?.description ?? "none") sent, \(self[way]?.description ?? "none") held"
        }
    }
}
