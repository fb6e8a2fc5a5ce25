import FlowModel
import IPFIX
import Testing

/// Several connections of one exporter, and datagrams beside them: each connection is read by what it has said itself.
@Suite("connections of one exporter")
struct ConnectionTests {
    typealias T = ExportTester
    private static let withdrawal = FileBuilder.set(2, [1, 44, 0, 0])
    private static let withdrawalOfAll = FileBuilder.set(2, [0, 2, 0, 0])

    /// Connections from ports 4000 and on that have sent one and the same template.
    private static func connected(_ count: UInt16, template: (UInt16) -> [UInt8] = { _ in T.template }) -> T {
        var tester = T()
        tester.transport = .stream
        for port in 4000..<4000 + count {
            tester.port = port
            tester.send([template(port)])
        }
        return tester
    }

    enum End: CaseIterable { case withdrawal, withdrawalOfAll, close }

    @Test("what one connection takes back, another one that has said the same keeps", arguments: End.allCases)
    func shared(end: End) {
        var tester = Self.connected(3)
        tester.port = 4001
        switch end {
        case .withdrawal: tester.send([Self.withdrawal])
        case .withdrawalOfAll: tester.send([Self.withdrawalOfAll])
        case .close: tester.decoder.close(ExporterSource(T.address, port: 4001))
        }
        #expect(tester.statistics.templatesWithdrawn == 1 && tester.statistics.templates == 1)
        for port in [4000, 4002] as [UInt16] {
            tester.port = port
            tester.send([T.data(1)])
        }
        #expect(tester.flows().count == 2 && tester.statistics.setsWithoutTemplate == 0)
        tester.port = 4001
        tester.send([T.data(1)])
        #expect(tester.flows().count == 0 && tester.statistics.setsWithoutTemplate == 1)
        for port in [4000, 4002] as [UInt16] { tester.decoder.close(ExporterSource(T.address, port: port)) }
        #expect(tester.statistics.templates == 0 && tester.statistics.templatesWithdrawn == 3)
    }

    @Test("nobody takes back what it has not said: another connection's, or a datagram's from the same port", arguments: End.allCases)
    func strangers(end: End) {
        var tester = Self.connected(1)
        tester.transport = .datagram
        tester.port = 4001
        tester.send([T.template])
        tester.transport = .stream
        switch end {
        case .withdrawal:
            tester.send([Self.withdrawal])
            #expect(tester.faults(.withdrawalUnknown) == 1)
        case .withdrawalOfAll: tester.send([Self.withdrawalOfAll])
        case .close: tester.decoder.close(ExporterSource(T.address, port: 4001))
        }
        #expect(tester.statistics.templatesWithdrawn == 0 && tester.statistics.templates == 2)
        tester.port = 4000
        tester.send([T.data(1)])
        (tester.port, tester.transport) = (4001, .datagram)
        tester.send([T.data(1)])
        #expect(tester.flows().count == 2)
    }

    @Test("64 connections: each one's data by its own definition, all of them other or all the same")
    func many() {
        // Octets, packets, and so many octets of padding that no two records have one length.
        var other = Self.connected(64) { port in
            let counters: [(UInt16, UInt16)] = port % 2 == 0 ? [(1, 4), (2, 4)] : [(2, 4), (1, 4)]
            return FileBuilder.template(300, [(8, 4), (12, 4)] + counters + [(210, port - 3999)])
        }
        for port in 4000..<4064 as Range<UInt16> {
            other.port = port
            let padding = [UInt8](repeating: 0, count: Int(port - 3999))
            other.send([FileBuilder.set(300, T.record(1, octets: UInt32(port)) + T.big(UInt32(7)) + padding)])
            let flows = other.flows()
            let counters = (flows.octetDeltaCount, flows.packetDeltaCount)
            #expect(port % 2 == 0 ? counters == ([UInt64(port)], [7]) : counters == ([7], [UInt64(port)]))
        }
        #expect(other.statistics.setsWithoutTemplate == 0 && other.statistics.templates == 64)

        var same = Self.connected(64)
        for port in 4000..<4064 as Range<UInt16> {
            same.port = port
            same.send([T.data(1)])
        }
        #expect(same.flows().count == 64 && same.statistics.setsWithoutTemplate == 0 && same.statistics.templates == 1)
    }

    @Test("connections' definitions of one number are bounded, and do not push out those of datagrams")
    func bounded() {
        var tester = T()
        tester.send([T.template])
        tester.transport = .stream
        for port in 1...1000 as ClosedRange<UInt16> {
            tester.port = port
            tester.send([FileBuilder.template(300, [(8, 4), (12, 4), (1, 4), (210, port)])])
        }
        #expect(tester.statistics.templates == 129)
        (tester.port, tester.transport) = (2055, .datagram)
        tester.send([T.data(1)])
        #expect(tester.flows().octetDeltaCount == [100])
    }

    @Test("a connection's data waits for its own template, and no datagram is read by a connection's")
    func ownTemplate() {
        var tester = Self.connected(1)
        tester.transport = .datagram
        tester.send([T.data(1)])
        tester.port = 2055
        tester.send([T.template])
        // The datagram's set has what it waited for.
        #expect(tester.flows().count == 1 && tester.statistics.setsReadLater == 1)
        (tester.port, tester.transport) = (4001, .stream)
        tester.send([T.data(2)])
        tester.port = 4002
        tester.send([FileBuilder.template(300, [(8, 4), (12, 4), (2, 4)])])
        #expect(tester.flows().count == 0 && tester.statistics.setsWaiting == 1)
        tester.port = 4001
        tester.send([T.template])
        #expect(tester.flows().octetDeltaCount == [100, 100] && tester.statistics.setsWaiting == 0)
    }

    @Test("what waited for a template of a connection ends with it: counted, and no later connection's template reads it")
    func parked() {
        var tester = T()
        tester.send([T.data(1)])
        tester.transport = .stream
        tester.send([T.data(2)])
        tester.decoder.close(ExporterSource(T.address, port: tester.port))
        #expect(tester.statistics.setsExpired == 1 && tester.statistics.setsWaiting == 1)
        tester.send([FileBuilder.template(300, [(8, 4), (12, 4), (2, 4)])])
        #expect(tester.flows().count == 0 && tester.statistics.setsReadLater == 0)
        // The datagram's still waits.
        tester.transport = .datagram
        tester.send([T.template])
        #expect(tester.flows().octetDeltaCount == [100] && tester.statistics.setsReadLater == 1)
    }

    @Test("the room for all that wait is free again")
    func parkedOctets() {
        var tester = T { $0.parkedOctets = 30 }
        tester.transport = .stream
        tester.send([T.data(2)])
        tester.decoder.close(ExporterSource(T.address, port: tester.port))
        tester.address = IPAddress(ipv4: 0x0A09_0002)
        tester.send([T.data(2)])
        #expect(tester.statistics.setsWaiting == 1 && tester.statistics.setsExpired == 0)
    }
}
