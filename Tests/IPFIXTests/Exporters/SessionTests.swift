import FlowModel
import IPFIX
import Testing

/// Which template data is read by: ports, redefinition, withdrawal, age, limits.
@Suite("templates of exporters")
struct SessionTests {
    typealias T = ExportTester
    /// The same number with other fields: packets where the first has octets.
    private static let other = FileBuilder.template(300, [(8, 4), (12, 4), (2, 4)])

    @Test("templates from one port, data from another (VPP): read all the same")
    func otherPort() {
        var tester = T()
        tester.send([T.template])
        tester.port = 4000
        tester.send([T.data(2)])
        #expect(tester.flows().count == 2 && tester.statistics.setsWithoutTemplate == 0)
    }

    @Test("one number with other fields from another port: each port's data by its own")
    func twoPorts() {
        var tester = T()
        tester.send([T.template])
        tester.port = 4000
        tester.send([Self.other])
        tester.send([T.data(1)])
        tester.port = 2055
        tester.send([T.data(1)])
        tester.port = 5000
        tester.send([T.data(1)])
        let flows = tester.flows()
        #expect(flows.octetDeltaCount == [0, 100, 0] && flows.packetDeltaCount == [100, 0, 100])
        #expect(tester.statistics.templatesRedefined == 0 && tester.statistics.templates == 2)
        // What a third port says as the first did is the first's for it.
        tester.send([T.template])
        tester.send([T.data(1)])
        #expect(tester.flows().octetDeltaCount == [100])
        // And what it said is not the second's any more when it changes its mind.
        tester.send([Self.other])
        tester.send([T.data(1)])
        #expect(tester.flows().packetDeltaCount == [100])
    }

    @Test("redefinition in wire order, in one message and from message to message")
    func redefinition() {
        var tester = T()
        tester.send([T.template, T.data(1), Self.other, T.data(1)])
        let flows = tester.flows()
        #expect(flows.octetDeltaCount == [100, 0] && flows.packetDeltaCount == [0, 100])
        #expect(tester.statistics.templatesRedefined == 1 && tester.statistics.templates == 1)
        tester.send([Self.other])
        #expect(tester.statistics.templatesRedefined == 1 && tester.statistics.templateRecords == 3)
    }

    @Test("domains and exporters keep their templates apart")
    func apart() {
        var tester = T()
        tester.send([T.template], domain: 1)
        tester.send([T.data(1)], domain: 2)
        #expect(tester.statistics.setsWithoutTemplate == 1)
        tester.send(T.netFlow9([T.data(1)], source: 1))
        #expect(tester.statistics.setsWithoutTemplate == 2)
        tester.address = IPAddress(ipv4: 0x0A09_0002)
        tester.send([T.data(1)], domain: 1)
        #expect(tester.statistics.setsWithoutTemplate == 1)
        #expect(tester.flows().count == 0)
    }

    @Test("withdrawals over a connection, in wire order: one, all templates, all options templates")
    func withdrawal() {
        var tester = T()
        tester.transport = .stream
        let options = FileBuilder.optionsTemplate(301, scope: 1, [(149, 4, nil), (41, 8, nil)])
        tester.send([T.template, T.data(1), FileBuilder.set(2, [1, 44, 0, 0]), T.data(1)])
        #expect(tester.flows().count == 1)
        #expect(tester.statistics.templatesWithdrawn == 1 && tester.statistics.setsWithoutTemplate == 1)
        tester.send([T.template, options, FileBuilder.set(2, [0, 2, 0, 0])])
        #expect(tester.statistics.templates == 1 && tester.statistics.templatesWithdrawn == 2)
        tester.send([T.template, FileBuilder.set(3, [0, 3, 0, 0])])
        #expect(tester.statistics.templates == 1 && tester.statistics.templatesWithdrawn == 3)
        tester.send([FileBuilder.set(2, [1, 200, 0, 0])])
        #expect(tester.faults(.withdrawalUnknown) == 1)
        // Number 2 in a set of options templates is nothing.
        tester.send([FileBuilder.set(3, [0, 2, 0, 0])])
        #expect(tester.faults(.templateID) == 1 && tester.statistics.templates == 1)
    }

    @Test("a withdrawal in a datagram changes nothing, and is no template")
    func withdrawalInDatagram() {
        var tester = T()
        tester.send([T.template, FileBuilder.set(2, [1, 44, 0, 0]), FileBuilder.set(2, [0, 2, 0, 0]), T.data(1)])
        #expect(tester.flows().count == 1 && tester.faults(.withdrawal) == 2 && tester.statistics.templatesWithdrawn == 0)
    }

    @Test("the end of a connection takes its templates, and nobody else's")
    func close() {
        var tester = T()
        tester.send([T.template], domain: 7)
        tester.transport = .stream
        tester.port = 4000
        tester.send([T.template])
        tester.port = 4001
        tester.send([FileBuilder.template(302, [(8, 4), (12, 4)])])
        tester.decoder.close(ExporterSource(T.address, port: 4000))
        #expect(tester.statistics.templates == 2 && tester.statistics.templatesWithdrawn == 1)
        tester.send([T.data(1)])
        #expect(tester.flows().count == 0)
    }

    @Test("a template that does not come again is forgotten; one of a connection is not")
    func lifetime() {
        var tester = T { $0.templateLifetimeMilliseconds = 1000 }
        tester.send([T.template])
        tester.milliseconds += 900
        tester.send([T.template])
        tester.decoder.expire(atMilliseconds: T.exportMilliseconds + 1500)
        #expect(tester.statistics.templates == 1)
        tester.decoder.expire(atMilliseconds: T.exportMilliseconds + 2000)
        #expect(tester.statistics.templates == 0 && tester.statistics.templatesExpired == 1)
        tester.transport = .stream
        tester.send([T.template])
        tester.decoder.expire(atMilliseconds: T.exportMilliseconds + 1_000_000)
        #expect(tester.statistics.templates == 1)
    }

    @Test("too many templates: the least recently used goes")
    func leastRecentlyUsed() {
        var tester = T { $0.templatesPerExporter = 3 }
        for id in [300, 301, 302] as [UInt16] { tester.send([FileBuilder.template(id, [(8, 4), (12, 4), (1, 4)])]) }
        tester.send([T.data(1, id: 300)])
        tester.send([FileBuilder.template(303, [(8, 4), (12, 4), (1, 4)])])
        #expect(tester.statistics.templates == 3 && tester.statistics.templatesEvicted == 1)
        tester.send([T.data(1, id: 301)])
        #expect(tester.statistics.setsWithoutTemplate == 1)
        tester.send([T.data(1, id: 300), T.data(1, id: 302), T.data(1, id: 303)])
        #expect(tester.statistics.setsWithoutTemplate == 1 && tester.flows().count == 4)
    }

    @Test("65,280 templates, and fields without end: bounded, and counted")
    func flood() {
        var tester = T { $0.templateUnitsPerExporter = 10_000 }
        for first in stride(from: 256, to: 65_536, by: 256) {
            tester.send((first..<first + 256).map { FileBuilder.template(UInt16($0), [(8, 4), (12, 4), (1, 4)]) })
        }
        let statistics = tester.statistics
        #expect(statistics.templateRecords == 65_280 && statistics.templates <= 10_000 / 44)
        #expect(statistics.templatesEvicted == 65_280 - UInt64(statistics.templates))
        tester.send([FileBuilder.template(400, [(UInt16, UInt16)](repeating: (1, 1), count: 1025))])
        #expect(tester.faults(.templateFieldLimit) == 1)
    }

    @Test("a storm of definitions and withdrawals ends where it began")
    func storm() {
        var tester = T()
        tester.transport = .stream
        for _ in 0..<200 { tester.send((0..<50).flatMap { _ in [T.template, FileBuilder.set(2, [1, 44, 0, 0])] }) }
        #expect(tester.statistics.templates == 0 && tester.statistics.templatesWithdrawn == 10_000)
        tester.send([T.template, T.data(1)])
        #expect(tester.flows().count == 1)
    }

    @Test("a number that every port defines in its own way is bounded too")
    func manyPorts() {
        var tester = T()
        for port in 1...1000 as ClosedRange<UInt16> {
            tester.port = port
            tester.send([FileBuilder.template(300, [(8, 4), (12, 4), (1, 4), (210, port)])])
        }
        #expect(tester.statistics.templates == 8)
    }

    @Test("more domains than are remembered: the one silent for longest goes, with its templates")
    func domains() {
        var tester = T { $0.domainsPerExporter = 2 }
        tester.send([T.template], domain: 1)
        tester.send([T.template], domain: 2)
        tester.send([T.data(1)], domain: 1)
        tester.send([T.template], domain: 3)
        #expect(tester.statistics.domainsEvicted == 1 && tester.statistics.templates == 2)
        tester.send([T.data(1)], domain: 1)
        #expect(tester.flows().count == 2)
        tester.send([T.data(1)], domain: 2)
        #expect(tester.statistics.setsWithoutTemplate == 1)
    }
}
