import FlowModel
import IPFIX
import Testing

/// What elements come to in a row.
@Suite("fields of exporters' records")
struct ExportFieldTests {
    typealias T = ExportTester
    private static func big<I: FixedWidthInteger>(_ value: I) -> [UInt8] { FileBuilder.big(value) }

    @Test("counters of 1 to 8 octets (RFC 7011 §6.2)", arguments: 1...8)
    func reducedSize(length: Int) {
        let octets = (1...length).map { UInt8($0) }
        let expected = octets.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let record = T.row([(1, octets), (2, octets)])
        #expect(record.octetDeltaCount == expected && record.packetDeltaCount == expected)
    }

    @Test("fields of variable length, short and long form, before and between the others; structured data (RFC 6313) skipped")
    func variableLength() {
        let fields: [FileBuilder.Field] = [
            (291, 65535, nil), (8, 4, nil), (292, 65535, nil), (12, 4, nil), (82, 65535, nil), (1, 65535, nil), (293, 65535, nil),
        ]
        func record(_ number: UInt8, list: Int) -> [UInt8] {
            let long: [UInt8] = [255] + Self.big(UInt16(list)) + [UInt8](repeating: 0xAA, count: list)
            return long + [10, 0, 0, number] + [3, 1, 2, 3] + [10, 0, 1, number] + [0] + [2, 1, number] + [255, 0, 5, 9, 9, 9, 9, 9]
        }
        var tester = T()
        tester.send([FileBuilder.template(300, fields), FileBuilder.set(300, record(1, list: 0) + record(2, list: 700) + record(3, list: 1) + [0, 0])])
        let flows = tester.flows()
        #expect(flows.sourceAddress.map(\.low) == [1, 2, 3].map { 0x0A00_0000 + $0 })
        #expect(flows.destinationAddress.map(\.low) == [1, 2, 3].map { 0x0A00_0100 + $0 })
        #expect(flows.octetDeltaCount == [257, 258, 259] && tester.statistics.faults.isEmpty)
    }

    @Test("delta before total before initiator's; totals are counted; NetFlow's 23 and 24 when there is nothing else")
    func counters() {
        let both = T.row([(85, [9]), (1, [4]), (86, [3]), (2, [1])])
        #expect(both.octetDeltaCount == 4 && both.packetDeltaCount == 1)
        let (totals, _, statistics) = T.row([(number: UInt16(85), octets: [9], enterprise: nil), (86, [3], nil)])
        #expect(totals.octetDeltaCount == 9 && totals.packetDeltaCount == 3 && statistics.recordsWithTotals == 1)
        let event = T.row([(231, [1]), (232, [2]), (298, [3]), (299, [4])])
        #expect(event.octetDeltaCount == 1 && event.reverseOctetDeltaCount == 2)
        #expect(event.packetDeltaCount == 3 && event.reversePacketDeltaCount == 4)
        let post = T.row([(23, [7]), (24, [8])])
        #expect(post.octetDeltaCount == 7 && post.packetDeltaCount == 8)
        let besides = T.row([(1, [0]), (23, [7])])
        #expect(besides.octetDeltaCount == 0)
    }

    @Test("reverse elements (RFC 5103), totals of CERT's too, and a source that is the responder")
    func reverse() {
        let (record, _, _) = T.row([(1, [7], nil), (1, [8], 29305), (2, [1], nil), (2, [2], 29305), (6, [0x12], 29305)])
        #expect(record.octetDeltaCount == 7 && record.reverseOctetDeltaCount == 8)
        #expect(record.packetDeltaCount == 1 && record.reversePacketDeltaCount == 2 && record.reverseTCPControlBits == [.syn, .ack])
        let (turned, _, _) = T.row([(239, [2], nil), (1, [7], nil), (1, [8], 29305), (7, [0, 80], nil), (11, [200, 0], nil)])
        #expect(turned.sourceAddress == IPAddress(ipv4: 0x0A00_0002) && turned.destinationTransportPort == 80 && turned.octetDeltaCount == 8)
    }

    @Test("ICMP: of its own elements, of one element, of either port; ports read 0")
    func icmp() {
        func typeAndCode(_ record: FlowRecord) -> [UInt16] {
            [UInt16(record.icmpType), UInt16(record.icmpCode), record.sourceTransportPort, record.destinationTransportPort]
        }
        #expect(typeAndCode(T.row([(4, [1]), (176, [8]), (177, [2])])) == [8, 2, 0, 0])
        #expect(typeAndCode(T.row([(4, [1]), (32, [3, 1])])) == [3, 1, 0, 0])
        #expect(typeAndCode(T.row([(4, [58]), (139, [128, 0])])) == [128, 0, 0, 0])
        #expect(typeAndCode(T.row([(4, [1]), (7, [0, 0]), (11, [3, 3])])) == [3, 3, 0, 0])
        #expect(typeAndCode(T.row([(4, [1]), (7, [8, 0]), (11, [0, 0])])) == [8, 0, 0, 0])
        // An echo reply of an ASA: type and code are 0, and the source port is the identifier.
        #expect(typeAndCode(T.row([(4, [1]), (176, [0]), (177, [0]), (7, [0x44, 0x8D]), (11, [0, 0])])) == [0, 0, 0, 0])
        #expect(typeAndCode(T.row([(4, [1]), (32, [0, 0]), (7, [0, 0]), (11, [8, 0])])) == [8, 0, 0, 0])
        #expect(typeAndCode(T.row([(4, [6]), (32, [3, 1]), (7, [1, 0]), (11, [0, 80])])) == [255, 255, 256, 80])
    }

    @Test("flags of one and two octets, service types, VLANs, MAC addresses")
    func layers() {
        #expect(T.row([(6, [0x12])]).tcpControlBits == [.syn, .ack])
        #expect(T.row([(6, [0x01, 0x12])]).tcpControlBits == [.syn, .ack])
        #expect(T.row([(5, [0xB8])]).dscp == 46 && T.row([(195, [46])]).dscp == 46 && T.row([(55, [0xB8])]).dscp == 46)
        #expect(T.row([(58, [0, 10])]).vlan == 10 && T.row([(243, [0, 11]), (58, [0, 10])]).vlan == 11)
        #expect(T.row([(58, [0, 0])]).vlan == .max && T.row([(254, [0, 12])]).vlan == 12 && T.row([(59, [0, 13])]).vlan == 13)
        #expect(T.row([(243, [0, 11]), (245, [0, 12])]).innerVLAN == 12)
        let mac: [UInt8] = [2, 0, 0, 0, 0, 1]
        let other: [UInt8] = [2, 0, 0, 0, 0, 2]
        let in9 = T.row([(56, mac), (57, other)])
        #expect(in9.sourceMAC == MACAddress(0x0200_0000_0001) && in9.destinationMAC == MACAddress(0x0200_0000_0002))
        let both = T.row([(80, mac), (57, other), (81, other)])
        #expect(both.destinationMAC == MACAddress(0x0200_0000_0001) && both.sourceMAC == MACAddress(0x0200_0000_0002))
        #expect(T.row([(136, [2]), (148, Self.big(UInt32(77)))]).flowId == 77)
        #expect(T.row([(136, [2])]).flowEndReason == .activeTimeout && T.row([(136, [9])]).flowEndReason == .absent)
    }

    @Test("where it was seen: the interface in, or on its way out the interface out; physical ones when there are no others")
    func interfaces() {
        func seen(_ fields: [(UInt16, [UInt8])]) -> (String, FlowDirection) {
            let (record, flows, _) = T.row(fields.map { ($0.0, $0.1, nil) })
            return (flows.name(record.interface), record.direction)
        }
        #expect(seen([(10, [0, 3]), (14, [0, 4])]) == ("3", .absent))
        #expect(seen([(10, [0, 3]), (14, [0, 4]), (61, [0])]) == ("3", .ingress))
        #expect(seen([(10, [0, 3]), (14, [0, 4]), (61, [1])]) == ("4", .egress))
        #expect(seen([(10, [0, 0]), (14, [0, 4])]) == ("4", .absent))
        #expect(seen([(252, [0, 3]), (253, [0, 4]), (61, [1])]) == ("4", .egress))
        #expect(seen([(10, [0, 3]), (61, [255])]) == ("3", .absent))
    }

    @Test("VXLAN network numbers: IE 351 with its kind and without (RFC 8158), Open vSwitch's tunnel, VMware's tenant")
    func overlays() {
        let vxlan = T.row([(351, [1, 0, 0, 0, 0, 0, 0x13, 0x89])])
        #expect(vxlan.vni == 5001 && vxlan.encapsulation == .vxlan)
        #expect(T.row([(351, [0, 0, 0, 0, 0, 0, 0x13, 0x89])]).vni == 5001 && T.row([(351, [2, 0, 0, 0, 0, 0, 0, 7])]).encapsulation == .nvgre)
        let outer: [UInt8] = [192, 0, 2, 1]
        func tunnel(_ kind: UInt8, key: [UInt8]) -> FlowRecord {
            T.row([(891, [kind], 6876), (892, key, 6876), (893, outer, 6876), (894, outer, 6876)]).0
        }
        let ovs = tunnel(1, key: [0, 0x13, 0x89])
        #expect(ovs.vni == 5001 && ovs.encapsulation == .vxlan && ovs.outerSource == IPAddress(ipv4: 0xC000_0201))
        #expect(ovs.sourceAddress == IPAddress(ipv4: 0x0A00_0001))
        #expect(tunnel(7, key: [0, 0, 9]).encapsulation == .geneve && tunnel(7, key: [0, 0, 9]).vni == 9)
        // A GRE key is no tenant.
        #expect(tunnel(2, key: [0, 0, 0, 9]).encapsulation == .gre && tunnel(2, key: [0, 0, 0, 9]).vni == .max)

        let tenant: [(number: UInt16, octets: [UInt8], enterprise: UInt32?)] = [
            (880, [17], 6876), (881, [172, 16, 0, 1], 6876), (882, [172, 16, 0, 2], 6876), (886, [0, 53], 6876), (887, [4, 0], 6876),
            (4, [17], nil), (7, [200, 0], nil), (11, [18, 181], nil), (351, [0, 0, 0, 0, 0, 0, 0, 5], nil),
        ]
        let inner = T.row(tenant).0
        #expect(inner.sourceAddress == IPAddress(ipv4: 0xAC10_0001) && inner.destinationAddress == IPAddress(ipv4: 0xAC10_0002))
        #expect(inner.outerSource == IPAddress(ipv4: 0x0A00_0001) && inner.sourceTransportPort == 53 && inner.vni == 5)
        #expect(inner.encapsulation == .vxlan)
        let plain = T.row(tenant.map { $0.number == 881 || $0.number == 882 ? ($0.number, [0, 0, 0, 0], $0.enterprise) : $0 }).0
        #expect(plain.sourceAddress == IPAddress(ipv4: 0x0A00_0001) && plain.encapsulation == .none && plain.outerSource == .zero)
    }

    @Test("two headers in one record: the outer one's elements come first (RFC 7011 §8)")
    func twoHeaders() {
        let record = T.row([(4, [4]), (8, [172, 16, 0, 1]), (12, [172, 16, 0, 2]), (4, [6])])
        #expect(record.sourceAddress == IPAddress(ipv4: 0xAC10_0001) && record.outerSource == IPAddress(ipv4: 0x0A00_0001))
        #expect(record.protocolIdentifier == 6 && record.encapsulation == .ipip)
        let single = T.row([(8, [0, 0, 0, 0]), (12, [0, 0, 0, 0])])
        #expect(single.sourceAddress == IPAddress(ipv4: 0x0A00_0001) && single.encapsulation == .none)
    }

    @Test("both address families in one record: the one that is not zero")
    func families() {
        let six: [UInt8] = [0x20, 1, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [9]
        #expect(T.row([(27, six), (28, six)]).sourceAddress == IPAddress(high: 0x2001_0DB8_0000_0000, low: 9))
        #expect(T.row([(27, [UInt8](repeating: 0, count: 16)), (28, six)]).sourceAddress == IPAddress(ipv4: 0x0A00_0001))
    }

    @Test("records without addresses: of MAC addresses flows, of anything else counted")
    func others() {
        var tester = T()
        tester.send([FileBuilder.template(300, [(56, 6), (80, 6), (1, 4)]), FileBuilder.set(300, [UInt8](repeating: 1, count: 32))])
        #expect(tester.flows().count == 2)
        tester.send([FileBuilder.template(301, [(283, 4), (2, 4)]), FileBuilder.set(301, [UInt8](repeating: 1, count: 24))])
        #expect(tester.flows().count == 0 && tester.statistics.otherRecords == 3 && tester.statistics.flowRecords == 2)
    }

    @Test("records that count nothing are rows, and counted as such")
    func events() {
        let (record, flows, statistics) = T.row([(225, [192, 0, 2, 1], nil), (230, [1], nil), (4, [17], nil)])
        #expect(flows.count == 1 && record.packetDeltaCount == 0 && statistics.recordsWithoutCounters == 1)
        #expect(T.row([(1, [1], nil)]).2.recordsWithoutCounters == 0)
    }

    @Test("unknown elements on request, with their row; bounded")
    func kept() {
        var tester = T { $0.keeps = .unknown }
        let fields: [FileBuilder.Field] = [(8, 4, nil), (99, 3, 4242), (12, 4, nil), (225, 4, nil), (100, 65535, 4242)]
        let record: [UInt8] = [10, 0, 0, 1, 1, 2, 3, 10, 0, 0, 2, 192, 0, 2, 1, 2, 65, 66]
        tester.send([T.template, T.data(1), FileBuilder.template(301, fields), FileBuilder.set(301, record + record)])
        let (flows, kept) = tester.decoder.takeFlows()
        #expect(flows.count == 3 && kept.count == 2)
        #expect(kept.map(\.kind) == [.flow(row: 1), .flow(row: 2)])
        #expect(kept.first?.values == [
            KeptRecord.Value(element: ElementID(enterprise: 4242, 99), octets: [1, 2, 3]),
            KeptRecord.Value(element: ElementID(225), octets: [192, 0, 2, 1]),
            KeptRecord.Value(element: ElementID(enterprise: 4242, 100), octets: [65, 66]),
        ])
        #expect(kept.first?.domain == 1 && kept.first?.template == 301 && kept.first?.version == 10)
        var asked = T { $0.keeps = .these([ElementID(225)]) }
        asked.send([FileBuilder.template(301, fields), FileBuilder.set(301, record)])
        #expect(asked.decoder.takeFlows().kept.first?.values == [KeptRecord.Value(element: ElementID(225), octets: [192, 0, 2, 1])])
        var small = T {
            $0.keeps = .unknown
            $0.keptOctets = 400
        }
        small.send([FileBuilder.template(301, fields), FileBuilder.set(301, record + record + record)])
        #expect(small.faults(.valueLimit) == 2 && small.decoder.takeFlows().kept.count == 1)
    }
}
