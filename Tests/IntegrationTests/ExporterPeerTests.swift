import Foundation
import TestSupport
import Testing

/// A real exporter against the real program: what softflowd saw of a capture is what the collector holds.
@Suite(
    "softflowd to the collector",
    .needs(
        SharedFolder.path("captures/packets/large") == nil ? "it needs the shared folder of captures beside the project"
            : Command.exists("softflowd") ? nil : "it needs softflowd: '.ci/setup --test' installs it"))
struct ExporterPeerTests {
    private struct Totals: Decodable { let packets: Int }
    private struct Exporter: Decodable {
        struct Missing: Decodable { let flows, packets, records: Int }
        let exporter: String
        let versions: [Int]
        let missing: Missing
        let setsWithoutTemplate: Int
        let faults: [String: Int]
    }

    @Test("three versions over UDP: every packet that it saw, no gap, no fault", .timeLimit(.minutes(10)))
    func versions() async throws {
        let folder = try ScratchFolder("zonal-exporters")
        let capture = try #require(SharedFolder.path("captures/packets/large/markofu-ftp-crack.pcap"))
        let truth = try CSVTable(path: #require(SharedFolder.path("captures/truth.csv")))
        let row = try #require(truth.rows.first { $0["file"] == "packets/large/markofu-ftp-crack.pcap" })
        let packets = try #require(Int(row["ip_packets"]))
        let program = try Program(
            "collector",
            [
                ZonalProgram.path, "collector", "--data", folder.path("data"), "--listen", "127.0.0.1:0", "--netflow",
                "127.0.0.1:0",
            ])
        let api = try await eventually("the collector is ready") { () -> CollectorAPI? in
            guard program.isRunning else { throw Program.Failure(description: "the collector has ended:\n\(program.log)") }
            guard let base = program.announcedURL else { return nil }
            let api = CollectorAPI(base: base)
            return await api.isReady() ? api : nil
        }
        let port = try #require(BoundPorts.udp(of: program.identifier).first)
        let time = ["since": "1970-01-01T00:00:00Z"]
        for (count, version) in ["9", "10", "5"].enumerated() {
            try await Program.run(["softflowd", "-d", "-r", capture, "-n", "127.0.0.1:\(port)", "-v", version])
            _ = try await eventually("the collector holds what softflowd sent as version \(version)") { () -> Bool? in
                let totals: [Totals] = try await api.rows("v1/aggregate", time)
                let held = totals.first?.packets ?? 0
                #expect(held <= packets * (count + 1))
                return held == packets * (count + 1) ? true : nil
            }
        }
        let exporters: [Exporter] = try await eventually("the exporter's account") {
            let rows: [Exporter] = try await api.rows("v1/exporters", [:])
            return rows.first?.versions.count == 3 ? rows : nil
        }
        let exporter = try #require(exporters.first)
        #expect(exporters.count == 1 && exporter.exporter == "127.0.0.1")
        #expect(exporter.versions == [5, 9, 10])
        #expect(exporter.missing.flows == 0 && exporter.missing.packets == 0 && exporter.missing.records == 0)
        #expect(exporter.setsWithoutTemplate == 0 && exporter.faults.isEmpty)
        let listed = try await Program.run([ZonalProgram.path, "exporters", "--collector", "\(api.base)"])
        #expect(String(decoding: listed, as: UTF8.self).contains("127.0.0.1"))
        try await program.stop()
        withExtendedLifetime(folder) {}
    }
}
