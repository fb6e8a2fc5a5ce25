import Collecting
import FlowModel
import Testing

@Suite("sFlow: samples become rows")
struct SFlowSampleTests {
    private typealias T = SFlowTester

    private static func row(_ sample: [UInt8]) -> FlowRecord? {
        let tester = T()
        tester.send(T.datagram([sample]))
        return tester.flows.count == 1 ? tester.flows[0] : nil
    }

    @Test("a sampled header: one packet, the header's own octets, rate, time of receipt, the agent that the datagram names")
    func header() throws {
        let tester = T()
        let rows = tester.send(T.datagram([T.flowSample([T.header(T.frame(T.packet(length: 1400)), frameLength: 1418)])]))
        #expect(rows == 0..<1 && tester.flows.count == 1)
        let row = tester.flows[0]
        #expect(row.packetDeltaCount == 1 && row.octetDeltaCount == 1400 && row.samplingInterval == 512)
        #expect(row.flowStartMilliseconds == 1_700_000_000_000 && row.flowEndMilliseconds == row.flowStartMilliseconds)
        #expect(row.initialStartMilliseconds == row.flowStartMilliseconds && row.initiatorBasis == .absent)
        #expect(tester.flows.name(row.agent) == "10.9.0.1" && row.counted)
        #expect(row.sourceAddress == IPAddress(ipv4: 0x0A00_0001) && row.destinationAddress == IPAddress(ipv4: 0x0A00_0002))
        #expect(row.sourceTransportPort == 40_000 && row.destinationTransportPort == 53 && row.protocolIdentifier == 17)
        #expect(row.dscp == 46 && row.sourceMAC == MACAddress(0x0200_0000_0001) && row.destinationMAC == MACAddress(0x0200_0000_0002))
        let statistics = try #require(tester.statistics())
        #expect(statistics.sender == T.sender && statistics.rows == 1 && statistics.flowSamples == 1 && statistics.faults.isEmpty)
        #expect(statistics.uptimeMilliseconds == 123_456 && tester.agents == [T.agent])
    }

    @Test("a tunnel is looked through: the inner packet's octets and its VNI")
    func tunnel() throws {
        let inner = T.packet(length: 1300, source: [192, 168, 0, 1])
        let outer = T.packet(T.vxlan(5001, inner), to: 4789, length: 1350)
        let row = try #require(Self.row(T.flowSample([T.vlans(7, 8), T.header(T.frame(outer))])))
        #expect(row.octetDeltaCount == 1300 && row.vni == 5001 && row.encapsulation == .vxlan)
        #expect(row.sourceAddress == IPAddress(ipv4: 0xC0A8_0001) && row.outerSource == IPAddress(ipv4: 0x0A00_0001))
        // The switch's VLAN is the outer frame's.
        #expect(row.vlan == .max)
    }

    @Test("headers that begin with IP; others are counted")
    func kinds() throws {
        #expect(Self.row(T.flowSample([T.header(T.packet(), kind: 11)]))?.octetDeltaCount == 28)
        let six: [UInt8] = [0x60, 0, 0, 0, 0, 8, 17, 64] + [0xFD] + [UInt8](repeating: 0, count: 14) + [1, 0xFD]
            + [UInt8](repeating: 0, count: 14) + [2, 0, 1, 0, 2, 0, 8, 0, 0]
        let row = try #require(Self.row(T.flowSample([T.header(six, kind: 12)])))
        #expect(row.sourceAddress == IPAddress(high: 0xFD << 56, low: 1) && row.octetDeltaCount == 48 && row.destinationTransportPort == 2)
        let tester = T()
        tester.send(T.datagram([T.flowSample([T.header(T.packet(), kind: 7)]), T.flowSample([]), T.flowSample([T.header(T.frame([1]))])]))
        #expect(tester.flows.isEmpty && tester.statistics()?.flowSamples == 3)
        #expect(tester.statistics()?.samplesWithoutFlow == ["header-protocol": 1, "no-packet": 1, "truncated-ipv4": 1])
    }

    @Test("ICMP has type and code, and no ports")
    func icmp() throws {
        let echo = Array(T.packet(proto: 1).prefix(20)) + [8, 0, 0, 0, 0, 1, 0, 1]
        let row = try #require(Self.row(T.flowSample([T.header(T.frame(echo))])))
        #expect(row.icmpType == 8 && row.icmpCode == 0 && row.sourceTransportPort == 0 && row.destinationTransportPort == 0)
    }

    @Test("sampled IP data stand in for a header; the header is better")
    func sampledIP() throws {
        let ipv4 = T.part(3, T.words(1500, 6, 0x0A00_0003, 0x0A00_0004, 1000, 80, 0x12, 0xB8))
        let ethernet = T.part(2, T.words(1514, 0x0200_0000, 0x0003_0000, 0x0200_0000, 0x0004_0000, 0x0800))
        let row = try #require(Self.row(T.flowSample([ipv4, ethernet])))
        #expect(row.octetDeltaCount == 1500 && row.protocolIdentifier == 6 && row.tcpControlBits == [.syn, .ack] && row.dscp == 46)
        #expect(row.sourceAddress == IPAddress(ipv4: 0x0A00_0003) && row.destinationTransportPort == 80)
        #expect(row.sourceMAC == MACAddress(0x0200_0000_0003) && row.destinationMAC == MACAddress(0x0200_0000_0004))
        for order in [[ipv4, T.header(T.frame(T.packet()))], [T.header(T.frame(T.packet())), ipv4]] {
            #expect(Self.row(T.flowSample(order))?.octetDeltaCount == 28)
        }
        #expect(Self.row(T.flowSample([T.header([1, 2]), ipv4]))?.octetDeltaCount == 1500)
        let ipv6 = T.part(4, T.words(1400, 17, 0xFD00_0000, 0, 0, 1, 0xFD00_0000, 0, 0, 2, 1, 2, 0, 0))
        let six = try #require(Self.row(T.flowSample([ipv6])))
        #expect(six.destinationAddress == IPAddress(high: 0xFD << 56, low: 2) && six.octetDeltaCount == 1400 && six.sourceTransportPort == 1)
    }

    @Test("VLANs of the switch, by direction; the frame's own tag is better")
    func vlans() {
        func vlan(_ sample: [UInt8]) -> UInt16? { Self.row(sample)?.vlan }
        let header = T.header(T.frame(T.packet()))
        #expect(vlan(T.flowSample([header, T.vlans(7, 8)])) == 7)
        #expect(vlan(T.flowSample([header, T.vlans(7, 8)], source: 4)) == 8)
        #expect(vlan(T.flowSample([header, T.vlans(0, 8)])) == .max && vlan(T.flowSample([header, T.vlans(.max, 8)])) == .max)
        #expect(vlan(T.flowSample([T.vlans(7, 8), T.header(T.frame(T.packet(), vlan: 12))])) == 12)
    }

    @Test("interface and direction, of both forms")
    func interfaces() {
        func place(_ sample: [UInt8]) -> [String] {
            let tester = T()
            tester.send(T.datagram([sample]))
            return tester.flows.isEmpty ? [] : [tester.flows.name(tester.flows.interface[0]), tester.flows.direction[0].name]
        }
        let header = [T.header(T.frame(T.packet()))]
        #expect(place(T.flowSample(header)) == ["3", "ingress"])
        #expect(place(T.flowSample(header, source: 4)) == ["4", "egress"])
        #expect(place(T.flowSample(header, source: 9)) == ["3", ""])
        #expect(place(T.flowSample(header, source: 1 << 24 | 3)) == ["3", ""])
        #expect(place(T.flowSample(header, input: 0)) == ["4", ""])
        // The device itself; packets that were dropped, and that left by seven interfaces.
        #expect(place(T.flowSample(header, input: 0x3FFF_FFFF, output: 0x4000_0001)) == ["", ""])
        #expect(place(T.flowSample(header, output: 0x8000_0007)) == ["3", "ingress"])
        #expect(place(T.expandedSample(header, source: (0, 1_285_816_721), output: (0, 1_285_816_721))) == ["1285816721", "egress"])
        #expect(place(T.expandedSample(header, input: (2, 7), output: (1, 258))) == ["", ""])
    }

    @Test("an agent has the name it is given, an IPv6 address, or its sender's when it does not know its own")
    func agents() {
        let sample = T.flowSample([T.header(T.frame(T.packet()))])
        let tester = T { $0.agentNames = [T.agent: "leaf-1"] }
        tester.send(T.datagram([sample]))
        tester.send(T.datagram([sample], agent: T.words(2, 0xFD00_0000, 0, 0, 9)))
        tester.send(T.datagram([sample], agent: T.words(0)))
        #expect(tester.flows.agent.map { tester.flows.name($0) } == ["leaf-1", "fd00::9", "10.9.0.254"])
    }

    @Test("names stay right when the batch is another, and when others put names into it")
    func batches() {
        let tester = T()
        let samples = (1...5).map { T.flowSample([T.header(T.frame(T.packet()))], source: $0, input: $0) }
        tester.send(T.datagram(samples))
        #expect(tester.flows.interface.map { tester.flows.name($0) } == ["1", "2", "3", "4", "5"])
        tester.flows = FlowBatch()
        tester.flows.names += ["somebody", "4"]
        tester.send(T.datagram(samples))
        tester.flows.names.append("6")
        tester.send(T.datagram([T.flowSample([T.header(T.frame(T.packet()))], source: 6, input: 6)]))
        #expect(tester.flows.interface.map { tester.flows.name($0) } == ["1", "2", "3", "4", "5", "6"])
        #expect(Set(tester.flows.names).count == tester.flows.names.count)
        // Another batch with as many names, among them one that is to come.
        tester.flows = FlowBatch()
        tester.send(T.datagram(Array(samples.prefix(1))))
        tester.flows = FlowBatch()
        tester.flows.names += ["10.9.0.1", "2"]
        tester.send(T.datagram(Array(samples.prefix(2))))
        #expect(tester.flows.names == ["", "10.9.0.1", "2", "1"] && tester.flows.interface == [3, 2])
        tester.flows = FlowBatch()
        tester.send(T.datagram(samples.reversed()))
        #expect(tester.flows.interface.map { tester.flows.name($0) } == ["5", "4", "3", "2", "1"])
    }
}
