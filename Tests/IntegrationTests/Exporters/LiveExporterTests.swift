import Foundation
import TestSupport
import Testing

extension LabTests {
    /// Other people's meters see known traffic on a link and send what they saw to the collector.
    @Suite("live exporters", .needs(Requirements.exporters))
    struct LiveExporters {
        static let peers = [
            LivePeer(meter: .softflowd, version: 5), LivePeer(meter: .softflowd, version: 9), LivePeer(meter: .softflowd, version: 10),
            LivePeer(meter: .pmacctd, version: 9), LivePeer(meter: .pmacctd, version: 10), LivePeer(meter: .fprobe, version: 5),
            LivePeer(meter: .zonal, version: 10),
        ]

        @Test(
            "what was on the wire is what the collector holds, packets and octets of every 5-tuple, each way",
            .timeLimit(.minutes(5)), arguments: peers)
        func flows(_ peer: LivePeer) async throws {
            let folder = try ScratchFolder("zonal-exporters")
            let traffic = try GeneratedTraffic.forExporters(packets: 6000, flows: 600, ipv6: peer.takesIPv6, seed: 7)
            let truth = try await FlowWay.volumes(in: traffic.capture, withPadding: peer.countsPadding)
            try await ExportNetwork.with { network in
                let collector = try await ExportCollector(data: folder.path("data"), at: network.collectorAddress)
                let meter = try await peer.start(in: network, to: collector.port, folder: folder.url.path)
                let sent = try await network.replay(traffic.capture)
                #expect(sent == truth.packets)
                try await eventually("the collector holds all packets that \(peer.testDescription) saw") {
                    let held = try await collector.packets()
                    guard held <= sent else { throw Overdue(description: "\(held) packets are held, \(sent) were sent") }
                    if held == sent { return () }
                    try await network.pushOn(folder)
                    return nil
                }
                try await peer.finish(meter)
                let differences = try await collector.ways().differences(from: truth)
                #expect(differences.isEmpty, "\(differences)")

                let exporter = try await collector.exporter("its version, and all that is held") {
                    // A biflow has both ways.
                    $0.records * (peer.meter == .zonal ? 2 : 1) >= truth.count
                }
                #expect(exporter.exporter == network.exporterAddress)
                #expect(exporter.versions == [peer.version])
                #expect(exporter.missing == .init(flows: 0, packets: 0, records: 0))
                #expect(exporter.sequenceGaps == 0 && exporter.lateMessages == 0 && exporter.restarts == 0)
                #expect(exporter.setsWithoutTemplate == 0 && exporter.faults.isEmpty, "\(exporter)")
                try await collector.program.stop()
            }
            withExtendedLifetime((folder, traffic)) {}
        }
    }
}

extension GeneratedTraffic {
    /// Traffic that any meter reads: whole packets, no tunnels, no tags, on addresses of few hosts.
    static func forExporters(packets: Int, flows: Int, ipv6: Bool, seed: Int) throws -> GeneratedTraffic {
        try GeneratedTraffic(
            options: [
                "--profile", "small", "--packets", String(packets), "--flows", String(flows), "--hosts", "200", "--span", "5",
                "--snaplen", "1600", "--vlan", "0", "--vxlan", "0", "--ipv6", ipv6 ? "0.3" : "0",
            ], seed: seed)
    }
}
