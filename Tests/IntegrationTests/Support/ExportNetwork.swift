import Foundation
import TestSupport
import Testing

/// A network for other people's exporters, made by `Lab/exporters`: a namespace where they see traffic, and a router that can
/// lose what they send on its way to the root namespace, where the collector listens.
///
/// Whatever a crash leaves, the next `up` of the same number takes away.
final class ExportNetwork {
    /// What the router did with datagrams on their way to the collector.
    struct Losses: Equatable {
        var seen = 0
        var lost = 0
    }

    private let number: Int

    /// Runs `body` in a fresh network, and takes it away afterwards.
    static func with(_ body: (ExportNetwork) async throws -> Void) async throws {
        let number = try LabNumber()
        defer { withExtendedLifetime(number) {} }
        let network = ExportNetwork(number: number.value)
        do {
            try await network.script("up")
            try await body(network)
        } catch {
            // A test past its time limit is cancelled, and could start nothing more: its network goes by a task of its own.
            await Task { [number = number.value] in _ = try? await ExportNetwork(number: number).script("down") }.value
            throw error
        }
        try await network.script("down")
    }

    private init(number: Int) { self.number = number }

    /// Where the collector is reached, and where the exporters are.
    var collectorAddress: String { "198.19.\(number).5" }
    var exporterAddress: String { "198.19.\(number).2" }
    private var exporterNamespace: String { "zx\(number)-exporter" }
    private var routerNamespace: String { "zx\(number)-router" }

    @discardableResult
    private func script(_ arguments: String...) async throws -> Data {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Lab/exporters").path
        return try await Program.run(["bash", script] + arguments, environment: ["ZONAL_LAB_NUMBER": String(number)])
    }

    /// A command as the exporters' namespace runs it.
    func inside(_ command: [String]) -> [String] { ["ip", "netns", "exec", exporterNamespace] + command }

    /// Waits until a program captures one of the exporters' links.
    func awaitCapture(by program: Program, on link: String) async throws {
        try await eventually("\(program.name) captures \(link)") {
            guard program.isRunning else { throw Program.Failure(description: "\(program.name) has ended:\n\(program.log)") }
            return (try? await script("captured", link)) == nil ? nil : ()
        }
    }

    /// Sends the frames of a capture file out of a link.
    ///
    /// - Returns: how many there were.
    @discardableResult
    func replay(_ capture: String, onto link: String = "t0", perSecond rate: Int = 4000) async throws -> Int {
        let told = try await Program.run(inside(["tcpreplay", "--quiet", "--intf1", link, "--pps", String(rate), capture]))
        let text = String(decoding: told, as: UTF8.self)
        let sent = try #require(text.firstMatch(of: /Actual: ([0-9]+) packets/), "tcpreplay says what it sent: \(text)")
        return try #require(Int(sent.1))
    }

    /// Where packets come from that are no part of what a test counts (RFC 5737).
    static let fillerAddress = "192.0.2.1"

    /// Sends packets from there onto t0. Meters hold back what comes last, in a ring of captured frames or in a buffer between
    /// their processes, until more comes.
    func pushOn(_ folder: ScratchFolder) async throws {
        let file = folder.path("filler.pcap")
        if !FileManager.default.fileExists(atPath: file) {
            // The headers of a capture file and of a frame (pcap-savefile(5)), little-endian.
            let numbers: [UInt32] = [0xA1B2_C3D4, 2 | 4 << 16, 0, 0, 65_535, 1, 1, 0, 60, 60]
            var octets = Data()
            for number in numbers { octets.append(contentsOf: (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }) }
            let ethernet: [UInt8] = [2, 0x5A, 0x4C, 0, 0, 2, 2, 0x5A, 0x4C, 0, 0, 1, 8, 0]
            let ip: [UInt8] = [0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17, 0xF6, 0xBB, 192, 0, 2, 1, 192, 0, 2, 2]
            let udp: [UInt8] = [0, 9, 0, 9, 0, 26, 0, 0] + [UInt8](repeating: 0, count: 18)
            octets.append(contentsOf: ethernet + ip + udp)
            try octets.write(to: URL(fileURLWithPath: file))
        }
        try await Program.run(inside(["tcpreplay", "--quiet", "--intf1", "t0", "--loop", "1500", "--pps", "50000", file]))
    }

    /// Packets that a link of the exporters' namespace has received, as the kernel counts them.
    func received(at link: String) async throws -> Int {
        struct Link: Decodable {
            struct Statistics: Decodable { let rx: Received }
            struct Received: Decodable { let packets: Int }
            let stats64: Statistics
        }
        let told = try await Program.run(["ip", "-n", exporterNamespace, "-s", "-j", "link", "show", "dev", link])
        return try #require(try JSONDecoder().decode([Link].self, from: told).first).stats64.rx.packets
    }

    /// From now on the router loses every tenth datagram to a port of the collector.
    func loseEveryTenth(to port: UInt16) async throws { try await script("lose", String(port)) }

    /// From now on it loses nothing, and counts nothing.
    func loseNoMore() async throws { try await script("deliver") }

    /// What the router's counters say.
    func losses() async throws -> Losses {
        struct Listing: Decodable {
            struct Item: Decodable { let counter: Counter? }
            struct Counter: Decodable {
                let name: String
                let packets: Int
            }
            let nftables: [Item]
        }
        let told = try await Program.run(
            ["ip", "netns", "exec", routerNamespace, "nft", "--json", "list", "counters", "table", "ip", "exports"])
        let counters = try JSONDecoder().decode(Listing.self, from: told).nftables.compactMap(\.counter)
        let seen = try #require(counters.first { $0.name == "seen" })
        let lost = try #require(counters.first { $0.name == "lost" })
        return Losses(seen: seen.packets, lost: lost.packets)
    }

    /// Starts writing down every datagram that an exporter sends to a port, before the router can lose it.
    func capture(to port: UInt16, into file: String) async throws -> Program {
        let program = try Program(
            "tcpdump",
            inside(["tcpdump", "-i", "up0", "-Z", "root", "-U", "-B", "16384", "-w", file, "udp and dst port \(port)"]))
        try await awaitCapture(by: program, on: "up0")
        return program
    }
}
