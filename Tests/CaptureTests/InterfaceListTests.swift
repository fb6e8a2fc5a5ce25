@testable import Capture
import FlowModel
import Foundation
import TestSupport
import Testing

/// The kernel's own list of interfaces.
@Suite("Interface list", .enabled(if: Namespace.isAvailable, Comment(rawValue: Namespace.reason)))
struct InterfaceListTests {
    @Test("the kernel's list: kinds, masters, VNI and addresses of interfaces made here, and what topology tells of them")
    func list() throws {
        let place = try Namespace()
        let mark = String(place.near.dropFirst(3))
        let (bridge, vxlan, tap, tun) = ("ztb\(mark)", "ztx\(mark)", "ztt\(mark)", "ztu\(mark)")
        defer { for name in [vxlan, bridge, tap, tun] { _ = try? Command.run(["ip", "link", "del", name]) } }
        let vni = UInt32.random(in: 100_000...16_000_000)
        for command in [
            "ip link add \(bridge) type bridge", "ip link add \(vxlan) type vxlan id \(vni) dev \(place.near) dstport 4799 remote \(place.farAddress)",
            "ip link set \(vxlan) master \(bridge)", "ip tuntap add dev \(tap) mode tap", "ip tuntap add dev \(tun) mode tun",
            "ip link set \(tap) master \(bridge)", "ip link set \(bridge) up",
        ] { _ = try Command.check(command.split(separator: " ").map(String.init)) }
        let list = try InterfaceList()
        func find(_ name: String) throws -> NetworkInterface { try #require(list.interfaces.first { $0.name == name }, "\(name)") }
        let bridgeFound = try find(bridge)
        let nearFound = try find(place.near)
        #expect(bridgeFound.kind == .bridge)
        #expect(bridgeFound.isUp)
        #expect(try find(vxlan).kind == .vxlan)
        #expect(try find(vxlan).vni == vni)
        #expect(try find(vxlan).lower == nearFound.index)
        #expect(try find(vxlan).master == bridgeFound.index)
        #expect(try !find(vxlan).isUp)
        #expect(try find(tap).kind == .tap)
        #expect(try find(tun).kind == .other("tun"))
        #expect(nearFound.kind == .veth)
        #expect(nearFound.hasAddress)
        #expect(try find("lo").kind == .loopback)
        #expect(list.hostAddresses.map(\.description).contains(place.nearAddress))
        #expect(list.interfaces.map(\.index) == list.interfaces.map(\.index).sorted())
        for interface in list.interfaces {
            let text = try? String(contentsOfFile: "/sys/class/net/\(interface.name)/ifindex", encoding: .utf8)
            if let text { #expect(text.split(separator: "\n").first.flatMap { Int32($0) } == interface.index) }
        }
        // The list of bridge ports, which this kernel need not have VLANs for: its form is as expected.
        let ports = try NetlinkSocket().dump(.bridgePorts).messages.compactMap(PortVLAN.read)
        #expect(try ports.contains { try $0.index == find(tap).index })
        #expect(try ports.contains { try $0.index == find(vxlan).index })
        #expect(!ports.contains { $0.index == nearFound.index })
        let topology = Topology(list)
        #expect(try topology.tenant(of: find(tap)) == Tenant(.virtualNetwork, vni))
        #expect(topology.tenant(of: bridgeFound) == Tenant(.virtualNetwork, vni))
        #expect(topology.tenant(of: nearFound) == .none)
        #expect(try topology.isWorkload(find(tap)))
        #expect(!topology.isWorkload(nearFound))
    }
}
