import FlowModel
import Testing

@testable import Detection

@Suite("Exclusions")
struct ExclusionsTests {
    /// For each built-in exclusion, sweeps that would fire without it.
    static let sweeps: [(Exclusions.BuiltIn, [FlowRecord])] = {
        func udp(_ port: UInt16, sourcePort: UInt16 = 40_000) -> [FlowRecord] {
            (1...20).map { Flows.udp("10.0.1.11", "10.0.2.\($0)", port, sourcePort: sourcePort) }
        }
        func late(_ port: UInt16) -> [FlowRecord] {
            (1...20).map { Flows.udp("10.0.1.11", "10.0.2.9", UInt16(50_000 + $0), sourcePort: port) }
        }
        return [
            (.multicast, (1...20).map { Flows.udp("10.0.1.11", "239.1.1.\($0)", 5000) }),
            (.multicast, (1...20).map { Flows.udp("fd00::1", "ff02::\($0)", 5000) }),
            (.multicast, udp(5000).map { $0.with { $0.destinationMAC = MACAddress(0x0100_5E01_0203) } }),
            (.broadcast, (1...20).map { Flows.udp("10.0.1.11", "255.255.255.255", UInt16($0 + 5000)) }),
            (.broadcast, (1...20).map { Flows.udp("10.0.1.11", "10.0.\($0).255", 137).with { $0.destinationMAC = MACAddress(0xFFFF_FFFF_FFFF) } }),
            (.dhcp, udp(67)), (.dhcp, udp(547)), (.dhcp, late(67)), (.mdns, udp(5353)), (.llmnr, udp(5355)),
            (.ssdp, udp(1900)), (.ssdp, late(1900)), (.ntp, udp(123)), (.ntp, late(123)), (.dns, udp(53)), (.dns, late(53)),
            (.overlay, udp(4789)), (.overlay, udp(8472)), (.overlay, udp(6081)),
            (.traceroute, (0...29).map { Flows.udp("10.0.1.11", "10.0.2.9", UInt16(33434 + $0)) }),
        ]
    }()

    @Test("each built-in exclusion holds back its traffic, and lets it through when switched off", arguments: sweeps.indices)
    func builtIn(index: Int) {
        let (exclusion, records) = Self.sweeps[index]
        var engine = DetectionEngine()
        #expect(engine.judge(records).isEmpty)
        var without = DetectionEngine { $0.exclusions.builtIn.remove(exclusion) }
        #expect(without.judge(records).count == 1)
        var alone = DetectionEngine { $0.exclusions.builtIn = [exclusion] }
        #expect(alone.judge(records).isEmpty)
    }

    @Test("every built-in exclusion is tried above")
    func complete() {
        #expect(Set(Self.sweeps.map(\.0)) == Set(Exclusions.BuiltIn.allCases))
    }

    @Test("the exclusions of UDP ports leave TCP alone", arguments: [UInt16(53), 123, 67, 1900, 5353, 5355, 4789, 33434])
    func tcp(port: UInt16) {
        var engine = DetectionEngine()
        #expect(engine.judge(Flows.sweep(8, port: port)).count == 1)
    }

    @Test("scanners and monitors that are named are not looked at as sources, others are")
    func named() {
        let prefix = IPPrefix("10.0.1.0/28")
        var engine = DetectionEngine { $0.exclusions.scanners = [prefix].compactMap(\.self) }
        #expect(engine.judge(Flows.sweep(20)).isEmpty)
        #expect(engine.judge(Flows.sweep(20).map { $0.with { $0.sourceAddress = Flows.address("10.0.1.16") } }).count == 1)
        var monitors = DetectionEngine { $0.exclusions.monitors = [prefix].compactMap(\.self) }
        #expect(monitors.judge(Flows.portScan(100)).isEmpty)
    }
}
