import FlowModel
import IPFIX
import Testing

/// Data that comes before its template.
@Suite("data without a template")
struct ParkingTests {
    typealias T = ExportTester

    @Test("the template comes behind the data in the same message")
    func sameMessage() {
        var tester = T()
        let outcome = tester.send([T.data(2), T.template, T.data(1)])
        #expect(outcome.rows == 0..<3 && outcome.messages == 1)
        #expect(tester.flows().octetDeltaCount == [100, 100, 100])
        #expect(tester.statistics.setsWithoutTemplate == 1 && tester.statistics.setsReadLater == 1)
    }

    @Test("the template comes later: read with the header of its own message")
    func later() {
        var tester = T()
        tester.send([T.data(2)], export: T.exportSeconds)
        tester.milliseconds += 5000
        let outcome = tester.send([T.template], export: T.exportSeconds + 5)
        #expect(outcome.rows == 0..<2)
        let flows = tester.flows()
        #expect(flows.flowEndMilliseconds == [T.exportMilliseconds, T.exportMilliseconds])
        tester.send([T.template], export: T.exportSeconds + 6)
        #expect(tester.flows().count == 0 && tester.statistics.flowRecords == 2)
    }

    @Test("no template within the time: counted, and not read afterwards")
    func expiry() {
        var tester = T()
        tester.send([T.data(2)])
        tester.milliseconds += 30_001
        tester.send([T.template])
        #expect(tester.flows().count == 0)
        #expect(tester.statistics.setsExpired == 1 && tester.statistics.setsReadLater == 0)
        tester.send([T.data(1, id: 999)])
        tester.decoder.expire(atMilliseconds: tester.milliseconds + 40_000)
        #expect(tester.statistics.setsExpired == 2)
    }

    @Test("so many octets wait, of one exporter and of all; the oldest give way, their own")
    func octets() {
        var tester = T {
            $0.parkedOctetsPerExporter = 100
            $0.parkedOctets = 150
        }
        for id in 300..<310 as Range<UInt16> { tester.send([T.data(2, id: id)]) }
        // 24 octets a set.
        #expect(tester.statistics.setsExpired == 6)
        tester.address = IPAddress(ipv4: 0x0A09_0002)
        for id in 300..<310 as Range<UInt16> { tester.send([T.data(2, id: id)]) }
        #expect(tester.statistics.setsExpired == 8)
        tester.send([FileBuilder.template(309, [(8, 4), (12, 4), (1, 4)])])
        #expect(tester.flows().count == 2)
        tester.address = T.address
        tester.send([FileBuilder.template(309, [(8, 4), (12, 4), (1, 4)])])
        #expect(tester.flows().count == 2)
        #expect(tester.statistics.setsExpired == 6)
    }

    @Test("a datagram full of empty sets does not fill the memory")
    func emptySets() {
        var tester = T()
        tester.send((0..<16_000).map { FileBuilder.set(UInt16(300 + $0 % 1000), []) })
        #expect(tester.statistics.setsWithoutTemplate == 16_000 && tester.statistics.setsExpired == 16_000 - 256)
    }

    @Test("sets of several templates are read in the order in which they came")
    func order() {
        var tester = T()
        tester.send([FileBuilder.set(300, T.record(1)), FileBuilder.set(301, T.record(2)), FileBuilder.set(300, T.record(3))])
        tester.send([FileBuilder.template(301, [(8, 4), (12, 4), (1, 4)]), T.template])
        #expect(tester.flows().sourceAddress.map(\.low) == [1, 2, 3].map { 0x0A00_0000 + $0 })
    }

    @Test("a template that its own message withdraws again, or that finds no room: sets wait on, and none is lost to the account")
    func goneAgain() {
        var tester = T()
        tester.transport = .stream
        tester.send([T.data(2)])
        tester.send([T.template, FileBuilder.set(2, T.big(UInt16(300)) + T.big(UInt16(0)))])
        #expect(tester.statistics.setsWaiting == 1 && tester.statistics.setsReadLater == 0 && tester.flows().count == 0)
        tester.send([T.template])
        #expect(tester.statistics.setsWaiting == 0 && tester.statistics.setsReadLater == 1 && tester.flows().count == 2)

        var small = T { $0.templatesPerExporter = 1 }
        small.send([T.data(2)])
        small.send([T.template, FileBuilder.template(301, [(8, 4)])])
        #expect(small.statistics.setsWaiting == 1 && small.statistics.setsExpired == 0 && small.flows().count == 0)
    }
}
