import Foundation
import TestSupport
import Testing

extension LabTests {
    /// Every tenth datagram is lost on its way, and the collector says how much did not come.
    @Suite("losses of exporters", .needs(Requirements.exporters))
    struct ExportLosses {
        /// softflowd 1.1.0 numbers IPFIX in a way of its own, by which losses cannot be told exactly.
        static let peers = [
            LivePeer(meter: .softflowd, version: 5), LivePeer(meter: .softflowd, version: 9), LivePeer(meter: .pmacctd, version: 9),
            LivePeer(meter: .pmacctd, version: 10), LivePeer(meter: .fprobe, version: 5),
        ]

        @Test("the gaps in an exporter's numbers are what the router lost", .timeLimit(.minutes(5)), arguments: peers)
        func gaps(_ peer: LivePeer) async throws {
            let folder = try ScratchFolder("zonal-losses")
            let traffic = try GeneratedTraffic.forExporters(packets: 6000, flows: 2000, ipv6: false, seed: 8)
            let after = try GeneratedTraffic.forExporters(packets: 60, flows: 20, ipv6: false, seed: 9)
            try await ExportNetwork.with { network in
                let collector = try await ExportCollector(data: folder.path("data"), at: network.collectorAddress)
                let capture = try await network.capture(to: collector.port, into: folder.path("sent.pcap"))
                let meter = try await peer.start(in: network, to: collector.port, folder: folder.url.path)

                try await network.loseEveryTenth(to: collector.port)
                var packets = try await network.replay(traffic.capture)
                try await awaitSent(packets, in: network, folder, to: collector.port)
                // What is lost last can be told by what comes after it, and that must come.
                try await network.loseNoMore()
                packets += try await network.replay(after.capture)
                try await awaitSent(packets, in: network, folder, to: collector.port)
                try await peer.finish(meter)

                let losses = try await network.losses()
                let (datagrams, exporter) = try await eventually("the collector has all messages that arrived") {
                    () -> ([SentDatagram], ExportCollector.Exporter)? in
                    let datagrams = try await SentDatagram.all(in: folder.path("sent.pcap"), to: collector.port)
                    let rows = try await collector.exporters()
                    guard let row = rows.first, row.messages == datagrams.count - losses.lost else { return nil }
                    return (datagrams, row)
                }
                // The router saw, and lost, in the first round alone.
                try #require(losses.seen <= datagrams.count)
                let lost = stride(from: 9, to: losses.seen, by: 10).map { datagrams[$0] }
                #expect(losses.lost == lost.count && losses.lost >= 5, "\(losses)")
                #expect(datagrams.allSatisfy { $0.version == peer.version })
                let arrived = datagrams.reduce(0) { $0 + $1.packets } - lost.reduce(0) { $0 + $1.packets }
                try await eventually("the collector holds what arrived") { try await collector.packets() == arrived ? () : nil }

                let lostFlows = lost.reduce(0) { $0 + $1.flows }
                let missing: ExportCollector.Exporter.Missing =
                    switch peer.version {
                    case 5: .init(flows: lostFlows, packets: 0, records: 0)
                    case 9: .init(flows: 0, packets: losses.lost, records: 0)
                    default: .init(flows: 0, packets: 0, records: lostFlows)
                    }
                #expect(exporter.missing == missing)
                #expect(exporter.sequenceGaps == losses.lost && exporter.lateMessages == 0 && exporter.restarts == 0, "\(exporter)")
                #expect(exporter.setsWithoutTemplate == 0 && exporter.faults.isEmpty, "\(exporter)")
                try await collector.program.stop()
                withExtendedLifetime(capture) {}
            }
            withExtendedLifetime((folder, traffic, after)) {}
        }

        /// Waits until the exporter has sent flows of so many packets, whether they arrived or not.
        private func awaitSent(
            _ packets: Int, in network: ExportNetwork, _ folder: ScratchFolder, to port: UInt16
        ) async throws {
            try await eventually("the exporter has sent all that it saw, \(packets) packets") {
                let datagrams = try await SentDatagram.all(in: folder.path("sent.pcap"), to: port)
                if datagrams.reduce(0, { $0 + $1.packets }) == packets { return () }
                try await network.pushOn(folder)
                return nil
            }
        }
    }
}
