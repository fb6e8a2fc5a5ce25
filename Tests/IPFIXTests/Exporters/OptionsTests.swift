import FlowModel
import IPFIX
import Testing

/// What exporters say in options beside sampling.
@Suite("options of exporters")
struct ExportOptionsTests {
    typealias T = ExportTester
    private static func big<I: FixedWidthInteger>(_ value: I) -> [UInt8] { FileBuilder.big(value) }
    private static let seen = FileBuilder.template(300, [(8, 4), (12, 4), (10, 4)])
    private static func record(_ interface: UInt32) -> [UInt8] { FileBuilder.set(300, [10, 0, 0, 1, 10, 0, 0, 2] + big(interface)) }

    @Test("names of interfaces, IPFIX and v9; the number until there is one; each domain its own; the description if need be")
    func interfaceNames() {
        var tester = T()
        let options = FileBuilder.optionsTemplate(500, scope: 1, [(10, 4, nil), (82, 8, nil), (83, 65535, nil)])
        tester.send([Self.seen, Self.record(3)])
        tester.send([options, FileBuilder.set(500, Self.big(UInt32(3)) + Array("eth0".utf8) + [0, 0, 0, 0] + [4] + Array("wire".utf8))])
        tester.send([Self.record(3), Self.record(4)])
        tester.send([Self.seen, Self.record(3)], domain: 2)
        tester.send([FileBuilder.set(500, Self.big(UInt32(4)) + [UInt8](repeating: 0, count: 8) + [4] + Array("wire".utf8))])
        tester.send([Self.record(4)])
        let flows = tester.flows()
        #expect(flows.interface.map { flows.name($0) } == ["3", "eth0", "4", "3", "wire"])
        #expect(Set(flows.names).count == flows.names.count)

        var netFlow9 = T()
        let v9 = T.netFlow9Options(501, scopes: [(2, 4)], [(82, 8)])
        netFlow9.send(
            T.netFlow9([
                v9, FileBuilder.set(501, Self.big(UInt32(3)) + Array("ge-0/0/1".utf8)),
                T.netFlow9Template(300, [(8, 4), (12, 4), (10, 4)]), Self.record(3),
            ]))
        let named = netFlow9.flows()
        #expect(named.interface.map { named.name($0) } == ["ge-0/0/1"])
    }

    @Test("what an exporter tells of itself")
    func statistics() {
        var tester = T()
        let elements: [UInt16] = [40, 41, 42, 163, 164, 165, 166, 167, 168, 143, 144]
        let options = FileBuilder.optionsTemplate(500, scope: 1, [(149, 4, nil)] + elements.map { ($0, 4, nil) })
        tester.send([options, FileBuilder.set(500, Self.big(UInt32(1)) + elements.flatMap { Self.big(UInt32($0)) })])
        let reported = tester.statistics.reported
        #expect(reported.exportedOctets == 40 && reported.exportedMessages == 41 && reported.exportedFlowRecords == 42)
        #expect(reported.observedFlows == 163 && reported.ignoredPackets == 164 && reported.ignoredOctets == 165)
        #expect(reported.notSentFlows == 166 && reported.notSentPackets == 167 && reported.notSentOctets == 168)
        #expect(reported.meteringProcess == 143 && reported.exportingProcess == 144)
        #expect(tester.statistics.optionsRecords == 1 && tester.statistics.optionsTemplateRecords == 1)
    }

    @Test("elements that an exporter describes (RFC 5610); what a registry says stays")
    func typeInformation() {
        var tester = T()
        let options = FileBuilder.optionsTemplate(
            500, scope: 2, [(346, 4, nil), (303, 2, nil), (339, 1, nil), (344, 1, nil), (345, 2, nil), (341, 65535, nil)])
        func describe(_ enterprise: UInt32, _ number: UInt16, _ name: String) -> [UInt8] {
            Self.big(enterprise) + Self.big(number) + [3, 3] + Self.big(UInt16(2)) + [UInt8(name.utf8.count)] + Array(name.utf8)
        }
        tester.send([options, FileBuilder.set(500, describe(4242, 7, "roundTrips") + describe(6876, 891, "other"))])
        #expect(
            tester.decoder.registry[ElementID(enterprise: 4242, 7)]
                == ElementDescription(name: "roundTrips", type: .unsigned32, semantics: "deltaCounter", units: "octets"))
        #expect(tester.decoder.registry[ElementID(enterprise: 6876, 891)]?.name == "tunnelType")
    }

    @Test("the agent of rows is the exporter's address, or the name that it is given")
    func agent() {
        var tester = T { $0.exporterNames[T.address] = "core-1" }
        tester.send([T.template, T.data(1)])
        tester.address = IPAddress(ipv4: 0x0A09_0002)
        tester.send([T.template, T.data(1)])
        let flows = tester.flows()
        #expect(flows.agent.map { flows.name($0) } == ["core-1", "10.9.0.2"])
        tester.send([T.data(1)])
        let next = tester.flows()
        #expect(next.agent.map { next.name($0) } == ["10.9.0.2"] && next.names == ["", "10.9.0.2"])
    }
}
