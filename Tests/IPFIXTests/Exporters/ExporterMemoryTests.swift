import FlowModel
import Foundation
import IPFIX
import TestSupport
import Testing

/// A restart of the collector in mid-stream.
@Suite("what is known of exporters, over a restart")
struct ExporterMemoryTests {
    typealias T = ExportTester

    private static func again(_ memory: ExporterMemory) throws -> ExporterMemory {
        try JSONDecoder().decode(ExporterMemory.self, from: JSONEncoder().encode(memory))
    }

    @Test("templates, samplers, names and start times are known at once; ages go on")
    func restart() throws {
        var tester = T()
        tester.send([
            FileBuilder.template(300, [(8, 4), (12, 4), (10, 4), (21, 4)]),
            FileBuilder.optionsTemplate(500, scope: 1, [(10, 4, nil), (82, 4, nil), (305, 4, nil), (160, 8, nil)]),
        ])
        let start = FileBuilder.big(UInt64(T.exportMilliseconds - 100_000))
        tester.send([FileBuilder.set(500, FileBuilder.big(UInt32(3)) + Array("eth3".utf8) + FileBuilder.big(UInt32(64)) + start)])
        tester.port = 4000
        tester.send([FileBuilder.template(300, [(8, 4), (12, 4), (1, 4)])])
        let memory = try Self.again(tester.decoder.memory)
        #expect(memory == tester.decoder.memory)

        var next = T()
        next.decoder.restore(memory)
        #expect(next.decoder.memory == memory)
        let record: [UInt8] = [10, 0, 0, 1, 10, 0, 0, 2] + FileBuilder.big(UInt32(3)) + FileBuilder.big(UInt32(90_000))
        next.send([FileBuilder.set(300, record)])
        next.port = 4000
        next.send([T.data(1)])
        let flows = next.flows()
        #expect(flows.count == 2 && flows.octetDeltaCount == [0, 100] && flows.samplingInterval == [64, 64])
        #expect(flows.name(flows.interface[0]) == "eth3" && flows.flowEndMilliseconds[0] == T.exportMilliseconds - 10_000)
        next.decoder.expire(atMilliseconds: T.exportMilliseconds + 6_000_000)
        #expect(next.statistics.templates == 0)
    }

    @Test("templates of connections end with them; limits hold; what is damaged is left out")
    func limits() throws {
        var tester = T()
        tester.transport = .stream
        tester.send([T.template])
        #expect(tester.decoder.memory.exporters.allSatisfy { $0.domains.allSatisfy { $0.templates.isEmpty } })
        tester.transport = .datagram
        for exporter in 0..<10 as Range<UInt32> {
            tester.address = IPAddress(ipv4: exporter)
            tester.milliseconds += 1
            tester.send((300..<310).map { FileBuilder.template($0, [(8, 4), (12, 4)]) })
        }
        var memory = try Self.again(tester.decoder.memory)
        var small = T {
            $0.exporters = 3
            $0.templatesPerExporter = 5
        }
        small.decoder.restore(memory)
        #expect(Set(small.decoder.exporters) == Set([7, 8, 9].map { IPAddress(ipv4: $0) }))
        small.address = IPAddress(ipv4: 9)
        #expect(small.statistics.templates == 5)
        memory.exporters[1].address = "nowhere"
        memory.exporters[2].domains[0].version = 7
        memory.exporters[3].domains[0].templates[0].fields = [0, 70_000, 4]
        memory.exporters[3].domains[0].templates[1].fields = []
        memory.exporters[3].domains[0].templates[2].id = 7
        memory.exporters[3].domains[0].templates[3].scopeCount = 9
        memory.exporters[3].domains[0].templates[4].fields = [0, 8]
        var other = T()
        other.decoder.restore(memory)
        other.address = IPAddress(ipv4: 2)
        #expect(other.statistics.templates == 5)
    }

    @Test("every capture, with a restart after its templates", .enabled(if: ExporterSample.isThere, "the shared captures are not there"))
    func captures() throws {
        for sample in ExporterSample.all where sample.folder != "malformed" {
            let datagrams = try sample.datagrams()
            let whole = ExporterSample.decode(datagrams)
            var first = ExporterSample.decode(datagrams).decoder
            _ = first.takeFlows()
            var second = ExportDecoder()
            second.restore(first.memory)
            for datagram in datagrams {
                // SAFETY: the octets are integers, which any bits are.
                let octets = unsafe datagram.octets.span.bytes
                second.decode(octets, from: datagram.source, receivedMilliseconds: 1_700_000_000_000)
            }
            #expect(second.takeFlows().flows.count >= whole.flows.count, "\(sample.name)")
        }
    }
}
