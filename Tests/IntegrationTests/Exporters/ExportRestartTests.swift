import Foundation
import TestSupport
import Testing

extension LabTests {
    /// The collector ends and comes back between two datagrams of an exporter, which does not notice.
    @Suite("restarts under exporters", .needs(Requirements.exporters))
    struct ExportRestarts {
        enum End: String, CaseIterable, CustomTestStringConvertible {
            case stopped, killed
            var testDescription: String { "the collector is \(rawValue)" }
        }

        @Test(
            "the first data after a restart are read by the templates from before it", .timeLimit(.minutes(5)),
            arguments: [LivePeer(meter: .softflowd, version: 9), LivePeer(meter: .pmacctd, version: 10)], End.allCases)
        func templates(_ peer: LivePeer, _ end: End) async throws {
            let folder = try ScratchFolder("zonal-restarts")
            let before = try GeneratedTraffic.forExporters(packets: 90, flows: 30, ipv6: false, seed: 11)
            let after = try GeneratedTraffic.forExporters(packets: 90, flows: 30, ipv6: false, seed: 12)
            try await ExportNetwork.with { network in
                let first = try await ExportCollector(data: folder.path("data"), at: network.collectorAddress)
                let file = folder.path("sent.pcap")
                let capture = try await network.capture(to: first.port, into: file)
                let meter = try await peer.start(in: network, to: first.port, folder: folder.url.path)
                let earlier = try await network.replay(before.capture)
                try await eventually("the collector holds what came before") {
                    if try await first.packets() == earlier { return () }
                    try await network.pushOn(folder)
                    return nil
                }
                switch end {
                case .stopped: try await first.program.stop()
                case .killed:
                    // Templates are written down soon after they came; what was learnt in the last seconds goes with the process.
                    try await eventually("what is known of the exporter is on disk") {
                        FileManager.default.fileExists(atPath: folder.path("data/exporters.json")) ? () : nil
                    }
                    first.program.send(SIGKILL)
                    try await first.program.end()
                }

                let second = try await ExportCollector(data: folder.path("data"), at: network.collectorAddress, port: first.port)
                #expect(try await second.packets() == earlier)
                let sentBefore = try await SentDatagram.all(in: file, to: first.port).count
                let later = try await network.replay(after.capture)
                try await eventually("the collector holds what came after") {
                    if try await second.packets() == earlier + later { return () }
                    try await network.pushOn(folder)
                    return nil
                }
                try await peer.finish(meter)
                let sentAfter = try await SentDatagram.all(in: file, to: first.port).dropFirst(sentBefore)
                // Else the template came again, and nothing is shown.
                #expect(sentAfter.first?.hasTemplate == false && (sentAfter.first?.flows ?? 0) > 0, "\(sentAfter)")
                let exporter = try await second.exporter("all messages since the restart") { $0.messages >= sentAfter.count }
                #expect(exporter.setsWithoutTemplate == 0 && exporter.faults.isEmpty && exporter.sequenceGaps == 0, "\(exporter)")
                let truth = try await FlowWay.volumes(in: before.capture, withPadding: peer.countsPadding)
                    .adding(FlowWay.volumes(in: after.capture, withPadding: peer.countsPadding))
                let differences = try await second.ways().differences(from: truth)
                #expect(differences.isEmpty, "\(differences)")
                try await second.program.stop()
                withExtendedLifetime(capture) {}
            }
            withExtendedLifetime((folder, before, after)) {}
        }
    }
}
