import Foundation

/// A capture file of synthetic traffic with its exact truth, made by the shared traffic generator.
package struct GeneratedTraffic: Sendable {
    package let capture: String
    /// One biflow of the truth file.
    package struct Biflow: Sendable, Hashable {
        package var vni: String
        package var vlan: String
        package var proto: Int
        package var client: String
        package var clientPort: Int
        package var server: String
        package var serverPort: Int
        package var packets: UInt64
        package var bytes: UInt64
        package var revPackets: UInt64
        package var revBytes: UInt64
        package var flags: UInt8
        package var revFlags: UInt8

        package init(
            vni: String, vlan: String, proto: Int, client: String, clientPort: Int, server: String, serverPort: Int,
            packets: UInt64, bytes: UInt64, revPackets: UInt64, revBytes: UInt64, flags: UInt8, revFlags: UInt8
        ) {
            self.vni = vni
            self.vlan = vlan
            self.proto = proto
            self.client = client
            self.clientPort = clientPort
            self.server = server
            self.serverPort = serverPort
            self.packets = packets
            self.bytes = bytes
            self.revPackets = revPackets
            self.revBytes = revBytes
            self.flags = flags
            self.revFlags = revFlags
        }
    }
    package let truth: [Biflow]
    private let folder: ScratchFolder

    package static var isAvailable: Bool { SharedFolder.path("bench/gen_traffic.c") != nil && Command.exists("cc") }

    /// - Parameter options: of the generator, such as `--profile small`.
    package init(options: [String], seed: Int) throws {
        guard let source = SharedFolder.path("bench/gen_traffic.c") else {
            throw Command.Failure(description: "the traffic generator is not there")
        }
        folder = try ScratchFolder("zonal-traffic")
        let program = folder.path("gen_traffic")
        _ = try Command.check(["cc", "-O2", "-o", program, source, "-lm"])
        capture = folder.path("traffic.pcap")
        let truthPath = folder.path("truth.csv")
        _ = try Command.check(
            [program] + options + ["--seed", String(seed), "--out", capture, "--truth", truthPath, "--summary", "/dev/null"])
        truth = try Self.read(truthPath)
    }

    private static func read(_ path: String) throws -> [Biflow] {
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        let columns = (lines.first ?? "").split(separator: ",").map(String.init)
        let place = Dictionary(columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        func column(_ name: String) throws -> Int {
            guard let index = place[name] else { throw Command.Failure(description: "the truth file has no column \(name)") }
            return index
        }
        let indices = try [
            "vni", "vlan", "proto", "client", "client_port", "server", "server_port", "fwd_packets", "fwd_bytes",
            "rev_packets", "rev_bytes", "fwd_flags", "rev_flags",
        ].map(column)
        return try lines.dropFirst().map { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            func number(_ index: Int) throws -> UInt64 {
                guard let value = UInt64(cells[indices[index]]) else {
                    throw Command.Failure(description: "\(cells[indices[index]]) is no number in \(line)")
                }
                return value
            }
            return Biflow(
                vni: cells[indices[0]], vlan: cells[indices[1]], proto: Int(try number(2)), client: cells[indices[3]],
                clientPort: Int(try number(4)), server: cells[indices[5]], serverPort: Int(try number(6)),
                packets: try number(7), bytes: try number(8), revPackets: try number(9), revBytes: try number(10),
                flags: UInt8(truncatingIfNeeded: try number(11)), revFlags: UInt8(truncatingIfNeeded: try number(12)))
        }
    }
}
