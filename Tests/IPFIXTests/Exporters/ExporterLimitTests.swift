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
        for real in 0..<50 as Range<UInt32> {
            tester.address = IPAddress(ipv4: 0x0A09_0000 + real)
            tester.send([T.template, T.data(1)])
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
        #expect(tester.flows().count == 100)
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
