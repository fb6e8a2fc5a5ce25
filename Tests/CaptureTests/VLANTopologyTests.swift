@testable import Capture
import FlowModel
import Testing

/// Whose untagged frames are, on bridges that look at VLAN tags, and with sub-interfaces and bonds.
///
/// The messages are laid out as Linux 6.1 sends them (linux/if_bridge.h, linux/if_link.h).
@Suite("VLAN topology")
struct VLANTopologyTests {
    private typealias Bytes = NetlinkTests

    /// RTM_NEWLINK's payload for the bridge family: a port's VLANs.
    private func port(_ index: Int32, master: Int32, _ specification: [UInt8]) -> ArraySlice<UInt8> {
        var octets: [UInt8] = [7, 0] + Bytes.bytes(UInt16(1)) + Bytes.bytes(UInt32(bitPattern: index)) + Bytes.bytes(UInt32(0x1043))
        octets += Bytes.bytes(UInt32(0)) + Bytes.attribute(3, Array("p\(index)".utf8) + [0]) + Bytes.attribute(10, Bytes.bytes(UInt32(bitPattern: master)))
        return (octets + Bytes.attribute(26, Bytes.attribute(0, [0, 0]) + specification))[...]
    }

    private func vlan(_ identifier: UInt16, flags: UInt16 = 0) -> [UInt8] { Bytes.attribute(2, Bytes.bytes(flags) + Bytes.bytes(identifier)) }

    private func tunnel(_ identifier: UInt16, _ vni: UInt32, flags: UInt16 = 0) -> [UInt8] {
        Bytes.attribute(
            0x8000 | 3, Bytes.attribute(1, Bytes.bytes(vni)) + Bytes.attribute(2, Bytes.bytes(identifier)) + Bytes.attribute(3, Bytes.bytes(flags)))
    }

    /// PVID, and leaving without a tag.
    private let access: UInt16 = 0x6

    private func link(_ index: Int32, _ kind: String?, master: Int32? = nil, data: [UInt8] = [], extra: [UInt8] = []) -> ArraySlice<UInt8> {
        (Bytes.link(index: index, name: "p\(index)", master: master, kind: kind, data: data) + extra)[...]
    }

    private let isAware = NetlinkTests.attribute(7, [1])

    private func tenants(_ list: InterfaceList) -> [Int32: String] {
        let topology = Topology(list)
        return Dictionary(uniqueKeysWithValues: list.interfaces.map { ($0.index, topology.tenant(of: $0).description) })
    }

    @Test("the PVID of a port is its tenant; a trunk, and a port without PVID, have none")
    func accessPorts() {
        let list = InterfaceList(
            links: [
                link(1, "bridge", data: isAware), link(2, "veth", master: 1), link(3, "veth", master: 1), link(4, nil, master: 1), link(5, "tun", master: 1),
                link(6, "veth"),
            ],
            addresses: [],
            bridgePorts: [
                port(2, master: 1, vlan(10, flags: access) + vlan(30)), port(3, master: 1, vlan(1) + vlan(20, flags: access)),
                port(4, master: 1, vlan(10) + vlan(20)), port(5, master: 1, vlan(10)), port(1, master: 0, vlan(20, flags: access)),
            ])
        #expect(tenants(list) == [1: "vlan 20", 2: "vlan 10", 3: "vlan 20", 4: "", 5: "", 6: ""])
        #expect(Topology(list).tenant(of: list.interfaces[1]) == Tenant(.vlan, 10))
    }

    @Test("where an uplink takes the tag off, the wire knows no tenant, and neither does the port")
    func untaggedUplink() {
        let list = InterfaceList(
            links: [link(1, "bridge", data: isAware), link(2, "veth", master: 1), link(3, "veth", master: 1), link(4, nil, master: 1)], addresses: [],
            bridgePorts: [
                port(2, master: 1, vlan(1, flags: access)), port(3, master: 1, vlan(7, flags: access)),
                port(4, master: 1, vlan(1, flags: access) + vlan(7)),
            ])
        #expect(tenants(list) == [1: "", 2: "", 3: "vlan 7", 4: "vlan 1"])
    }

    @Test("a VLAN that leads to a VXLAN port is its VNI: by the port's PVID, or by the tunnels of a device with metadata")
    func tunnels() {
        let fixed = Bytes.attribute(1, Bytes.bytes(UInt32(5010)))
        let metadata = Bytes.attribute(25, [1]) + Bytes.attribute(1, Bytes.bytes(UInt32(0)))
        let list = InterfaceList(
            links: [
                link(1, "bridge", data: isAware), link(2, "veth", master: 1), link(3, "veth", master: 1), link(4, "veth", master: 1), link(5, "veth", master: 1),
                link(6, "vxlan", master: 1, data: fixed), link(7, "vxlan", master: 1, data: metadata),
            ],
            addresses: [],
            bridgePorts: [
                port(2, master: 1, vlan(10, flags: access)), port(3, master: 1, vlan(21, flags: access)), port(4, master: 1, vlan(23, flags: access)),
                port(5, master: 1, vlan(40, flags: access)), port(6, master: 1, vlan(10, flags: access)),
                port(7, master: 1, tunnel(20, 7020, flags: 0x8) + tunnel(22, 7022, flags: 0x10) + tunnel(23, 9000)),
            ])
        #expect(tenants(list) == [1: "", 2: "vni 5010", 3: "vni 7021", 4: "vni 9000", 5: "vlan 40", 6: "vni 5010", 7: ""])
        #expect(list.interfaces[6].portVLAN?.tunnels == [20: 7020, 21: 7021, 22: 7022, 23: 9000])
    }

    @Test("a bridge that goes to the wire by a VLAN sub-interface is of that VLAN; two of them tell nothing; a VNI goes before")
    func subinterface() {
        func on(_ index: Int32) -> [UInt8] { Bytes.attribute(5, Bytes.bytes(UInt32(bitPattern: index))) }
        func tag(_ identifier: UInt16) -> [UInt8] { Bytes.attribute(1, Bytes.bytes(identifier)) }
        let links = [
            link(1, "bridge"), link(2, "veth", master: 1), link(3, "vlan", master: 1, data: tag(100), extra: on(9)), link(9, "bond"), link(10, nil, master: 9),
            link(11, "bridge"), link(12, "veth", master: 11), link(13, "vlan", master: 11, data: tag(5), extra: on(9)),
            link(14, "vlan", master: 11, data: tag(6), extra: on(9)),
        ]
        #expect(
            tenants(InterfaceList(links: links, addresses: [])) == [
                1: "vlan 100", 2: "vlan 100", 3: "vlan 100", 9: "", 10: "", 11: "", 12: "", 13: "vlan 5", 14: "vlan 6",
            ])
        let tunnel = link(4, "vxlan", master: 1, data: Bytes.attribute(1, Bytes.bytes(UInt32(77))))
        #expect(tenants(InterfaceList(links: links + [tunnel], addresses: []))[2] == "vni 77")
    }

    @Test("what the host's tunnels and sub-interfaces are on leads to no workload, down to the ports of a bond")
    func carriers() {
        func on(_ index: Int32) -> [UInt8] { Bytes.attribute(5, Bytes.bytes(UInt32(bitPattern: index))) }
        let through = Bytes.attribute(1, Bytes.bytes(UInt32(77))) + Bytes.attribute(3, Bytes.bytes(UInt32(3)))
        let list = InterfaceList(
            links: [
                link(2, "vxlan", data: through), link(3, "vlan", data: Bytes.attribute(1, Bytes.bytes(UInt16(8))), extra: on(4)), link(4, "bond"),
                link(5, "veth", master: 4), link(6, "veth"), link(7, "vlan", data: Bytes.attribute(1, Bytes.bytes(UInt16(9))), extra: on(6)),
                // The lower end of this one is in another namespace, where 8 is not our 8.
                link(8, "veth"), link(9, "vlan", extra: on(8) + Bytes.attribute(37, [0, 0, 0, 0])),
            ], addresses: [])
        let topology = Topology(list)
        #expect(list.interfaces.filter { topology.isWorkload($0) }.map(\.index) == [8])
        #expect(list.interfaces.last?.linkNamespace == 0)
    }

    @Test("VLAN messages cut at every length trap nowhere; odd ones tell nothing")
    func cut() {
        let whole = port(6, master: 1, vlan(10, flags: access) + tunnel(20, 7020, flags: 0x8) + tunnel(22, 7022, flags: 0x10))
        for length in 0...whole.count {
            guard let (index, found) = PortVLAN.read(whole.prefix(length)) else { continue }
            #expect(index == 6)
            #expect(found.untagged == nil || found.untagged == 10)
        }
        #expect(PortVLAN.read(whole)?.vlan.tunnels.count == 3)
        // A range that ends before it begins, an end without a beginning, a number that is no VLAN.
        #expect(PortVLAN.read(port(6, master: 1, tunnel(22, 1, flags: 0x8) + tunnel(20, 9, flags: 0x10)))?.vlan.tunnels == [:])
        #expect(PortVLAN.read(port(6, master: 1, tunnel(4096, 1) + tunnel(.max, 1, flags: 0x10)))?.vlan.tunnels == [:])
        #expect(PortVLAN.read(Bytes.link(index: 1, name: "a")[...]) == nil)
    }

    @Test("a list that changed while it was made is told of")
    func interrupted() throws {
        func message(_ type: UInt16, flags: UInt16) -> [UInt8] { Bytes.bytes(UInt32(20)) + Bytes.bytes(type) + Bytes.bytes(flags) + [UInt8](repeating: 0, count: 12) }
        var reply = NetlinkReply()
        #expect(try !reply.take((message(16, flags: 2) + message(16, flags: 0x12))[...]))
        #expect(reply.isInterrupted)
        #expect(reply.messages.count == 2)
        #expect(try reply.take(message(3, flags: 2)[...]))
        var whole = NetlinkReply()
        #expect(try whole.take((message(16, flags: 2) + message(3, flags: 2))[...]))
        #expect(!whole.isInterrupted)
    }

    @Test("a list that does not fit its own lengths is none, and is not taken for a whole one", arguments: [
        [UInt8]([15, 0, 0, 0]) + [UInt8](repeating: 0, count: 12), [17, 0, 0, 0] + [UInt8](repeating: 0, count: 12), [1, 2, 3],
    ])
    func misfit(octets: [UInt8]) throws {
        let message = Bytes.bytes(UInt32(20)) + Bytes.bytes(UInt16(16)) + Bytes.bytes(UInt16(2)) + [UInt8](repeating: 0, count: 12)
        for octets in [octets, message + octets] {
            var reply = NetlinkReply()
            let error = #expect(throws: CaptureError.self) { _ = try reply.take(octets[...]) }
            #expect(error?.code == .netlink)
        }
    }
}
