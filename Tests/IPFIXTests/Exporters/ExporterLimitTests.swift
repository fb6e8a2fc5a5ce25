import FlowModel
import IPFIX
import Testing

/// Many exporters, real and made up.
@Suite("limits of exporters")
struct ExporterLimitTests {
    typealias T = ExportTester

    @Test("thousands of made-up addresses: bounded, counted, and those whose records could be read stay")
    func spoofed() {
        var tester = T { $0.exporters = 100 }
        for _ in 0..<2 {
            for real in 0..<50 as Range<UInt32> {
                tester.address = IPAddress(ipv4: 0x0A09_0000 + real)
                tester.send([T.template, T.data(1)])
            }
            tester.milliseconds += 10_000
        }
        for spoofed in 0..<5000 as Range<UInt32> {
            tester.address = IPAddress(ipv4: 0xC633_0000 + spoofed)
            tester.send([T.template])
        }
        #expect(tester.decoder.exporters.count == 100 && tester.decoder.exportersEvicted == 4950)
        for real in 0..<50 as Range<UInt32> {
            tester.address = IPAddress(ipv4: 0x0A09_0000 + real)
            tester.send([T.data(1)])
            #expect(tester.statistics.setsWithoutTemplate == 0)
        }
        #expect(tester.flows().count == 150)
    }

    @Test("thousands of made-up senders with records (v5) push nobody out that has been sending for longer")
    func spoofedRecords() {
        var tester = T { $0.exporters = 100 }
        let datagram = T.netFlow5([T.netFlow5Record(first: 1, last: 2)])
        func send(_ addresses: Range<UInt32>) {
            for address in addresses {
                tester.address = IPAddress(ipv4: address)
                tester.send(datagram)
                tester.send(datagram)
            }
        }
        send(1..<51)
        tester.milliseconds += 10_000
        send(1..<51)
        send(1000..<6000)
        let known = Set(tester.decoder.exporters)
        #expect(known.isSuperset(of: (1..<51 as Range<UInt32>).map { IPAddress(ipv4: $0) }))
        #expect(known.count == 100 && tester.decoder.exportersEvicted == 4950)
        // Two datagrams at once prove nothing: of the 50 last ones not one stays before somebody new.
        tester.milliseconds += 9000
        send(5950..<6000)
        send(7000..<7050)
        #expect(Set(tester.decoder.exporters) == Set((Array(1..<51) + Array(7000..<7050)).map { IPAddress(ipv4: $0) }))
    }

    @Test("an exporter with an open connection goes last, whoever has been sending for long; without it, as others do")
    func connected() {
        var tester = T { $0.exporters = 10 }
        tester.transport = .stream
        for port in [4000, 4001] as [UInt16] {
            tester.port = port
            tester.send([T.template, T.data(1)])
        }
        tester.transport = .datagram
        let datagram = T.netFlow5([T.netFlow5Record(first: 1, last: 2)])
        func pushOut(_ first: UInt32) {
            for group in stride(from: first, to: first + 80, by: 8) {
                for _ in 0..<2 {
                    for address in group..<group + 8 {
                        tester.address = IPAddress(ipv4: address)
                        tester.send(datagram)
                    }
                    tester.milliseconds += 10_000
                }
            }
            tester.address = T.address
        }
        pushOut(1000)
        #expect(tester.statistics.flowRecords == 2 && tester.decoder.exporters.count == 10)
        tester.decoder.close(ExporterSource(T.address, port: 4000))
        pushOut(2000)
        #expect(tester.statistics.flowRecords == 2)
        tester.decoder.close(ExporterSource(T.address, port: 4001))
        pushOut(3000)
        #expect(!tester.decoder.exporters.contains(T.address))
    }

    @Test("of those that stay, the one silent for longest gives way")
    func leastRecentlySeen() {
        var tester = T { $0.exporters = 2 }
        for last in [1, 2, 1, 3] as [UInt32] {
            tester.address = IPAddress(ipv4: last)
            tester.send([T.template, T.data(1)])
        }
        #expect(Set(tester.decoder.exporters) == [IPAddress(ipv4: 1), IPAddress(ipv4: 3)])
        #expect(tester.decoder.statistics(of: IPAddress(ipv4: 2)) == nil)
    }

    @Test("the memory for all is bounded: others give way to who needs it, and nobody takes more than the share of one")
    func units() {
        var tester = T {
            $0.units = 20_000
            $0.templateUnitsPerExporter = 5000
        }
        for exporter in 0..<50 as Range<UInt32> {
            tester.address = IPAddress(ipv4: 0x0A09_0000 + exporter)
            for first in stride(from: 256, to: 1256, by: 250) {
                tester.send((first..<first + 250).map { FileBuilder.template(UInt16($0), [(8, 4), (12, 4), (1, 4)]) })
            }
            #expect(tester.statistics.templates <= 5000 / 44)
        }
        #expect(tester.decoder.exporters.count <= 4 && tester.decoder.exportersEvicted >= 46)
    }

    @Test("names without end are bounded")
    func names() {
        var tester = T()
        let options = FileBuilder.optionsTemplate(500, scope: 1, [(10, 4, nil), (82, 4, nil)])
        tester.send([options])
        for first in stride(from: 1, to: 10_000, by: 100) as StrideTo<UInt32> {
            tester.send([FileBuilder.set(500, (first..<first + 100).flatMap { FileBuilder.big($0) + Array("ab".utf8) + [0, 0] })])
        }
        #expect(tester.statistics.optionsRecords == 10_000)
        tester.send([FileBuilder.template(300, [(8, 4), (12, 4), (10, 4)])])
        tester.send([FileBuilder.set(300, [4096, 4097].flatMap { T.record(1).prefix(8) + FileBuilder.big(UInt32($0)) })])
        let flows = tester.flows()
        #expect(flows.interface.map { flows.name($0) } == ["ab", "4097"])
    }
}
