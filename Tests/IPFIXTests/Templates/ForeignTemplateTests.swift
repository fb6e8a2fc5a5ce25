import FlowModel
import IPFIX
import Testing

/// Templates by hand: every way that others say what our records say.
@Suite("foreign templates")
struct ForeignTemplateTests {
    typealias Builder = FileBuilder
    private static let addresses: [(UInt16, UInt16)] = [(8, 4), (12, 4)]
    private static let addressOctets: [UInt8] = [10, 0, 0, 1, 10, 0, 0, 2]

    /// One record of the two addresses and the fields given.
    private static func record(
        _ fields: [(number: UInt16, octets: [UInt8], enterprise: UInt32?)], export: UInt32 = 1_700_000_000
    ) throws -> FlowRecord {
        var builder = Builder()
        builder.exportSeconds = export
        let all: [Builder.Field] = addresses.map { ($0.0, $0.1, nil) } + fields.map { ($0.number, UInt16($0.octets.count), $0.enterprise) }
        builder.message([Builder.template(300, all), Builder.set(300, addressOctets + fields.flatMap(\.octets))])
        var decoder = FlowFileDecoder()
        let decoded = try decoder.decode(builder.octets)
        try #require(decoded.flows.count == 1)
        return decoded.flows[0]
    }

    private static func record(_ fields: [(UInt16, [UInt8])], export: UInt32 = 1_700_000_000) throws -> FlowRecord {
        try record(fields.map { ($0.0, $0.1, nil) }, export: export)
    }

    @Test("counters of 1 to 8 octets (RFC 7011 §6.2)", arguments: 1...8)
    func reducedSize(length: Int) throws {
        var octets = [UInt8](repeating: 0, count: length)
        for index in octets.indices { octets[index] = UInt8(index + 1) }
        let expected = octets.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let record = try Self.record([(1, octets), (2, octets)])
        #expect(record.octetDeltaCount == expected && record.packetDeltaCount == expected)
    }

    @Test("addresses of both families in one record: the one that is not zero")
    func bothFamilies() throws {
        let six: [UInt8] = [0x20, 1, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [9]
        let zero = [UInt8](repeating: 0, count: 16)
        #expect(try Self.record([(27, six), (28, six)]).sourceAddress == IPAddress(high: 0x2001_0DB8_0000_0000, low: 9))
        #expect(try Self.record([(27, zero), (28, zero)]).sourceAddress == IPAddress(ipv4: 0x0A00_0001))
    }

    @Test("total counters, and initiator and responder counters")
    func otherCounters() throws {
        let totals = try Self.record([(85, [5]), (86, [2])])
        #expect(totals.octetDeltaCount == 5 && totals.packetDeltaCount == 2)
        let both = try Self.record([(85, [9]), (1, [4])])
        #expect(both.octetDeltaCount == 4)
        let events = try Self.record([(231, [1]), (232, [2]), (298, [3]), (299, [4])])
        #expect(events.octetDeltaCount == 1 && events.reverseOctetDeltaCount == 2)
        #expect(events.packetDeltaCount == 3 && events.reversePacketDeltaCount == 4)
    }

    @Test("reverse elements (RFC 5103), and a source that is the responder")
    func reverse() throws {
        let reverse = try Self.record([(1, [7], nil), (1, [8], 29305), (2, [1], nil), (2, [2], 29305), (6, [0x12], 29305)])
        #expect(reverse.octetDeltaCount == 7 && reverse.reverseOctetDeltaCount == 8)
        #expect(reverse.packetDeltaCount == 1 && reverse.reversePacketDeltaCount == 2)
        #expect(reverse.reverseTCPControlBits == [.syn, .ack])
        let turned = try Self.record([(239, [2], nil), (1, [7], nil), (1, [8], 29305), (7, [0, 80], nil), (11, [200, 0], nil)])
        #expect(turned.sourceAddress == IPAddress(ipv4: 0x0A00_0002))
        #expect(turned.sourceTransportPort == 51_200 && turned.destinationTransportPort == 80)
        #expect(turned.octetDeltaCount == 8)
    }

    @Test("times in seconds, milliseconds, NTP fractions, before the export, and since the exporter's start")
    func times() throws {
        let seconds = try Self.record([(150, Builder.big(UInt32(1_600_000_000))), (151, Builder.big(UInt32(1_600_000_005)))])
        #expect(seconds.flowStartMilliseconds == 1_600_000_000_000 && seconds.flowEndMilliseconds == 1_600_000_005_000)
        #expect(seconds.initialStartMilliseconds == seconds.flowStartMilliseconds)
        // 1,600,000,000.5 s since 1970 is 3,808,988,800.5 s since 1900.
        let ntp = Builder.big(UInt64(3_808_988_800) << 32 | 0x8000_0000)
        for elements: (UInt16, UInt16) in [(154, 155), (156, 157)] {
            let record = try Self.record([(elements.0, ntp), (elements.1, ntp)])
            #expect(record.flowStartMilliseconds == 1_600_000_000_500 && record.flowEndMilliseconds == 1_600_000_000_500)
        }
        let delta = try Self.record([(158, Builder.big(UInt32(2_500_000))), (159, Builder.big(UInt32(0)))])
        #expect(delta.flowStartMilliseconds == 1_699_999_997_500 && delta.flowEndMilliseconds == 1_700_000_000_000)
        let start = Builder.big(UInt64(1_699_999_000_000))
        let uptime = try Self.record([(160, start), (22, Builder.big(UInt32(1000))), (21, Builder.big(UInt32(3000)))])
        #expect(uptime.flowStartMilliseconds == 1_699_999_001_000 && uptime.flowEndMilliseconds == 1_699_999_003_000)
        // 500 ms before the exporter's start, as softflowd writes it.
        let wrapped = try Self.record([(160, start), (22, Builder.big(UInt32.max - 499)), (21, Builder.big(UInt32(0)))])
        #expect(wrapped.flowStartMilliseconds == 1_699_998_999_500)
        // One end alone: the other is the same, and not the exporter's start.
        let ends = try Self.record([(160, start), (21, Builder.big(UInt32(3000)))])
        #expect(ends.flowStartMilliseconds == 1_699_999_003_000 && ends.flowEndMilliseconds == 1_699_999_003_000)
        let starts = try Self.record([(160, start), (22, Builder.big(UInt32(1000)))])
        #expect(starts.flowStartMilliseconds == 1_699_999_001_000 && starts.flowEndMilliseconds == 1_699_999_001_000)
        let lasting = try Self.record([(160, start), (22, Builder.big(UInt32(1000))), (161, Builder.big(UInt32(250)))])
        #expect(lasting.flowStartMilliseconds == 1_699_999_001_000 && lasting.flowEndMilliseconds == 1_699_999_001_250)
        let duration = try Self.record([(152, start), (161, Builder.big(UInt32(250)))])
        #expect(duration.flowEndMilliseconds == 1_699_999_000_250)
        let back = try Self.record([(153, start), (162, Builder.big(UInt32(250_000)))])
        #expect(back.flowStartMilliseconds == 1_699_998_999_750)
        let none = try Self.record([(4, [6])])
        #expect(none.flowStartMilliseconds == 1_700_000_000_000 && none.flowEndMilliseconds == 1_700_000_000_000)
    }

    @Test("our times may be before 1970, others' are counted and have 1970")
    func before1970() throws {
        func decode(_ extra: [(UInt16, [UInt8], UInt32?)], export: UInt32 = 1_700_000_000) throws -> DecodedFlows {
            var builder = Builder()
            builder.exportSeconds = export
            let fields: [Builder.Field] = Self.addresses.map { ($0.0, $0.1, nil) } + extra.map { ($0.0, UInt16($0.1.count), $0.2) }
            builder.message([Builder.template(300, fields), Builder.set(300, Self.addressOctets + extra.flatMap(\.1))])
            var decoder = FlowFileDecoder()
            return try decoder.decode(builder.octets)
        }
        let early = Builder.big(Int64(-5_000))
        let late = Builder.big(Int64(7))
        let basis: (UInt16, [UInt8], UInt32?) = (2, [1], InformationElement.documentationEnterpriseNumber)
        let own = try decode([(152, early, nil), (153, late, nil), basis])
        #expect(own.flows.flowStartMilliseconds == [-5_000] && own.flows.flowEndMilliseconds == [7])
        #expect(own.flows.initialStartMilliseconds == [-5_000] && own.recordsBefore1970 == 0)
        // Differences of times are taken everywhere: they must be numbers.
        let wide = try decode([(152, Builder.big(Int64.min), nil), (153, Builder.big(Int64.max), nil), basis])
        #expect(wide.flows.flowStartMilliseconds == [-(1 << 61)] && wide.flows.flowEndMilliseconds == [1 << 61])

        let foreign = try decode([(152, early, nil), (153, late, nil)])
        #expect(foreign.flows.flowStartMilliseconds == [0] && foreign.flows.flowEndMilliseconds == [7])
        #expect(foreign.flows.initialStartMilliseconds == [0] && foreign.recordsBefore1970 == 1)
        let delta = try decode([(158, Builder.big(UInt32(9_000_000)), nil), (159, Builder.big(UInt32(0)), nil)], export: 5)
        #expect(delta.flows.flowStartMilliseconds == [0] && delta.flows.flowEndMilliseconds == [5_000])
        #expect(delta.recordsBefore1970 == 1)
        let right = try decode([(152, late, nil), (153, late, nil)])
        #expect(right.recordsBefore1970 == 0 && right.flows.flowStartMilliseconds == [7])
    }

    @Test("foreign times never trap", arguments: [0, 1, UInt64.max, 1 << 63, UInt64(Int64.max)])
    func extremeTimes(value: UInt64) throws {
        let octets = Builder.big(value)
        for pair: (UInt16, UInt16) in [(152, 153), (154, 155), (156, 157), (150, 151), (158, 159)] {
            _ = try Self.record([(pair.0, octets), (pair.1, octets)])
            _ = try Self.record([(pair.0, octets), (161, octets)], export: 0)
            _ = try Self.record([(pair.1, octets), (162, octets)], export: .max)
        }
        for export in [UInt32.min, .max] { _ = try Self.record([(160, octets), (22, octets), (21, octets)], export: export) }
        #expect(try Self.record([(160, octets), (21, octets)]).flowStartMilliseconds >= 0)
    }

    @Test("ICMP: type and code from elements, or from a port; other protocols have none")
    func icmp() throws {
        let port = try Self.record([(4, [1]), (7, [0, 0]), (11, [8, 0])])
        #expect(port.icmpType == 8 && port.icmpCode == 0 && port.destinationTransportPort == 0)
        let source = try Self.record([(4, [1]), (7, [3, 1]), (11, [0, 0])])
        #expect(source.icmpType == 3 && source.icmpCode == 1 && source.sourceTransportPort == 0)
        let joined = try Self.record([(4, [1]), (32, [3, 3]), (7, [0, 0]), (11, [0, 0])])
        #expect(joined.icmpType == 3 && joined.icmpCode == 3)
        let apart = try Self.record([(4, [1]), (176, [11]), (177, [0])])
        #expect(apart.icmpType == 11 && apart.icmpCode == 0)
        let reply = try Self.record([(4, [1]), (176, [0]), (177, [0]), (7, [0x44, 0x8D]), (11, [0, 0])])
        #expect(reply.icmpType == 0 && reply.icmpCode == 0 && reply.sourceTransportPort == 0)
        let unfilled = try Self.record([(4, [1]), (32, [0, 0]), (7, [0, 0]), (11, [8, 0])])
        #expect(unfilled.icmpType == 8 && unfilled.icmpCode == 0)
        let six = try Self.record([(4, [58]), (139, [128, 0])])
        #expect(six.icmpType == 128 && six.icmpCode == 0)
        let tcp = try Self.record([(4, [6]), (32, [0, 0]), (11, [8, 0])])
        #expect(tcp.icmpType == .max && tcp.icmpCode == .max && tcp.destinationTransportPort == 2048)
    }

    @Test("overlay segment: the top octet names the overlay, 0 is taken too")
    func layer2Segment() throws {
        let vxlan = try Self.record([(351, Builder.big(UInt64(1) << 56 | 5001))])
        #expect(vxlan.vni == 5001 && vxlan.encapsulation == .vxlan)
        let nvgre = try Self.record([(351, Builder.big(UInt64(2) << 56 | 7))])
        #expect(nvgre.vni == 7 && nvgre.encapsulation == .nvgre)
        let bare = try Self.record([(351, Builder.big(UInt64(9)))])
        #expect(bare.vni == 9 && bare.encapsulation == .none)
        #expect(try Self.record([(351, Builder.big(UInt64(0)))]).vni == .max)
    }

    @Test("VLAN tags, type of service, sampling, direction, interfaces")
    func others() throws {
        #expect(try Self.record([(58, [0, 12])]).vlan == 12)
        #expect(try Self.record([(58, [0, 12]), (243, [0, 13]), (245, [0, 14])]).vlan == 13)
        #expect(try Self.record([(243, [0, 0])]).vlan == .max)
        #expect(try Self.record([(5, [0xB8])]).dscp == 46)
        #expect(try Self.record([(34, Builder.big(UInt32(100)))]).samplingInterval == 100)
        #expect(try Self.record([(305, [1]), (306, [99])]).samplingInterval == 100)
        #expect(try Self.record([(305, [0]), (306, [99])]).samplingInterval == 0)
        #expect(try Self.record([(61, [1])]).direction == .egress)
        #expect(try Self.record([(61, [0xFF])]).direction == .absent)
        #expect(try Self.record([(136, [9])]).flowEndReason == .absent)
        #expect(try Self.record([(6, [0x01, 0x12])]).tcpControlBits == [.syn, .ack])
    }

    @Test("names of interfaces, before and after the records that count on them")
    func interfaceNames() throws {
        var builder = Builder()
        let template = Builder.template(300, Self.addresses + [(10, 4), (14, 4)])
        func flow(_ ingress: UInt32, _ egress: UInt32) -> [UInt8] { Self.addressOctets + Builder.big(ingress) + Builder.big(egress) }
        func name(_ number: UInt32, _ text: String) -> [UInt8] {
            Builder.set(301, Builder.big(number) + Array(text.utf8) + [UInt8](repeating: 0, count: 8 - text.utf8.count))
        }
        let options = Builder.optionsTemplate(301, scope: 1, [(10, 4, nil), (82, 8, nil)])
        builder.message([template, options, name(1, "eth0"), Builder.set(300, flow(1, 2) + flow(0, 2) + flow(3, 0) + flow(0, 0))])
        builder.message([name(2, "eth1"), Builder.set(300, flow(2, 0))])
        var decoder = FlowFileDecoder()
        let flows = try decoder.decode(builder.octets).flows
        #expect((0..<5).map { flows.name(flows.interface[$0]) } == ["eth0", "eth1", "3", "", "eth1"])
        #expect(Set(flows.names).count == flows.names.count)
    }

    @Test("what was seen on its way out was seen at the egress interface (RFC 7012)", arguments: [true, false])
    func egress(isDirectionLast: Bool) throws {
        var builder = Builder()
        let fields: [(UInt16, UInt16)] = isDirectionLast ? [(10, 4), (14, 2), (61, 1)] : [(61, 1), (14, 2), (10, 4)]
        func flow(_ ingress: UInt32, _ egress: UInt16, _ direction: UInt8) -> [UInt8] {
            let interfaces = [Builder.big(ingress), Builder.big(egress), [direction]]
            return Self.addressOctets + (isDirectionLast ? interfaces : interfaces.reversed()).flatMap { $0 }
        }
        let flows = [flow(3, 7, 1), flow(3, 7, 0), flow(3, 0, 1), flow(0, 7, 0), flow(0, 7, 1), flow(3, 7, 9)]
        builder.message([Builder.template(300, Self.addresses + fields), Builder.set(300, flows.flatMap { $0 })])
        var decoder = FlowFileDecoder()
        let read = try decoder.decode(builder.octets).flows
        #expect((0..<6).map { read.name(read.interface[$0]) } == ["7", "3", "3", "7", "7", "3"])
    }

    @Test("records without two addresses are counted, not invented")
    func notFlows() throws {
        var builder = Builder()
        builder.message([
            Builder.template(300, [(8, 4), (1, 4)]), Builder.set(300, [UInt8](repeating: 1, count: 24)),
            Builder.optionsTemplate(301, scope: 1, [(144, 4, nil), (41, 8, nil)]),
            Builder.set(301, [UInt8](repeating: 1, count: 24)),
            Builder.set(999, [1, 2, 3, 4]),
        ])
        var decoder = FlowFileDecoder()
        let decoded = try decoder.decode(builder.octets)
        #expect(decoded.flows.isEmpty)
        #expect(decoded.otherRecords == 3 && decoded.unknownOptions == 2 && decoded.setsWithoutTemplate == 1)
    }

    @Test("unknown elements are passed over by their length, variable ones by each record's")
    func unknown() throws {
        var builder = Builder()
        let fields: [Builder.Field] = [
            (8, 4, nil), (4242, 3, nil), (77, 65_535, 9999), (12, 4, nil), (291, 65_535, nil), (2, 2, nil),
        ]
        func record(_ first: [UInt8], _ second: [UInt8], packets: UInt16) -> [UInt8] {
            [10, 0, 0, 1] + [1, 2, 3] + variable(first) + [10, 0, 0, 2] + variable(second) + Builder.big(packets)
        }
        func variable(_ octets: [UInt8]) -> [UInt8] {
            (octets.count < 255 ? [UInt8(octets.count)] : [255] + Builder.big(UInt16(octets.count))) + octets
        }
        let long = [UInt8](repeating: 7, count: 700)
        builder.message([
            Builder.template(300, fields),
            Builder.set(300, record([], long, packets: 5) + record([9], [], packets: 6) + record(long, [1], packets: 7) + [0, 0]),
        ])
        var decoder = FlowFileDecoder()
        let decoded = try decoder.decode(builder.octets)
        #expect(decoded.flows.packetDeltaCount == [5, 6, 7])
        #expect(decoded.flows.destinationAddress.allSatisfy { $0 == IPAddress(ipv4: 0x0A00_0002) })
        #expect(decoded.unknownFields == 3)
    }

    @Test("templates are withdrawn and given anew in the order of the file; data may stand before its template")
    func order() throws {
        var builder = Builder()
        let plain = Builder.template(300, Self.addresses + [(2, 1)])
        let wide = Builder.template(300, Self.addresses + [(2, 2)])
        builder.message([Builder.set(300, Self.addressOctets + [1]), plain])
        builder.message([Builder.set(300, Self.addressOctets + [2]), Builder.set(2, [1, 44, 0, 0])])
        builder.message([Builder.set(300, Self.addressOctets + [3])])
        builder.message([wide, Builder.set(300, Self.addressOctets + [0, 4]), Builder.set(2, [0, 2, 0, 0])])
        builder.message([Builder.set(300, Self.addressOctets + [5])])
        builder.domain = 2
        builder.message([Builder.set(300, Self.addressOctets + [6])])
        var decoder = FlowFileDecoder()
        let decoded = try decoder.decode(builder.octets)
        #expect(decoded.flows.packetDeltaCount == [1, 2, 4])
        #expect(decoded.setsWithoutTemplate == 3)
        // The first is in the third message, behind two of 49 and 37 octets.
        #expect(decoded.firstSetWithoutTemplate.map { "\($0)" } == "octet 102: template 300 of observation domain 1")
        var later = FlowFileDecoder()
        let first = try later.decode(Array(builder.octets.suffix(29))).firstSetWithoutTemplate
        #expect(first.map { "\($0)" } == "octet 16: template 300 of observation domain 2")
    }
}
