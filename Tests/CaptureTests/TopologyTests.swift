import Capture
import FlowModel
import Testing

/// Whose tenant the frames of an interface are, and which interfaces lead to workloads.
@Suite("Topology")
struct TopologyTests {
    private func interface(
        _ index: Int32, _ kind: NetworkInterface.Kind, master: Int32 = 0, vni: UInt32? = nil, lower: Int32 = 0, hasAddress: Bool = false
    ) -> NetworkInterface {
        var interface = NetworkInterface(index: index, name: "if\(index)", kind: kind, isUp: true)
        interface.master = master
        interface.vni = vni
        interface.lower = lower
        interface.hasAddress = hasAddress
        return interface
    }

    @Test("ports of a bridge with a VXLAN port are of its VNI, and so are the bridge and the device")
    func vni() {
        let interfaces = [
            interface(1, .bridge), interface(2, .vxlan, master: 1, vni: 77, lower: 9), interface(3, .veth, master: 1), interface(4, .tap, master: 1),
            interface(5, .veth), interface(6, .bridge), interface(7, .veth, master: 6), interface(9, .physical, hasAddress: true),
        ]
        let topology = Topology(InterfaceList(interfaces: interfaces))
        #expect(interfaces.map { topology.tenant(of: $0) } == Array(repeating: Tenant(.virtualNetwork, 77), count: 4) + Array(repeating: .none, count: 4))
        #expect(interfaces.map { topology.isWorkload($0) } == [false, false, true, true, true, false, true, false])
    }

    @Test("a bridge with two VNIs tells nothing; with the same one twice it does")
    func twoVNIs() {
        let two = Topology(
            InterfaceList(interfaces: [interface(1, .bridge), interface(2, .vxlan, master: 1, vni: 77), interface(3, .vxlan, master: 1, vni: 78)]))
        #expect(two.tenant(of: interface(4, .veth, master: 1)) == .none)
        #expect(two.tenant(of: interface(1, .bridge)) == .none)
        #expect(two.tenant(of: interface(3, .vxlan, master: 1, vni: 78)) == Tenant(.virtualNetwork, 78))
        let same = Topology(
            InterfaceList(interfaces: [interface(1, .bridge), interface(2, .vxlan, master: 1, vni: 77), interface(3, .vxlan, master: 1, vni: 77)]))
        #expect(same.tenant(of: interface(4, .veth, master: 1)) == Tenant(.virtualNetwork, 77))
    }

    @Test("a VXLAN device that takes its VNI from metadata tells nothing of the others")
    func metadata() {
        let topology = Topology(InterfaceList(interfaces: [interface(1, .bridge), interface(2, .vxlan, master: 1)]))
        #expect(topology.tenant(of: interface(4, .veth, master: 1)) == .none)
    }

    @Test("a VXLAN device without a bridge is of its own VNI, and makes no other interface so")
    func routedVXLAN() {
        let topology = Topology(InterfaceList(interfaces: [interface(2, .vxlan, vni: 5, hasAddress: true), interface(3, .veth)]))
        #expect(topology.tenant(of: interface(2, .vxlan, vni: 5)) == Tenant(.virtualNetwork, 5))
        #expect(topology.tenant(of: interface(3, .veth)) == .none)
    }

    @Test("what a VXLAN device sends through leads to no workload, whatever it is")
    func underlay() {
        let list = InterfaceList(interfaces: [
            interface(1, .vxlan, vni: 5, lower: 3), interface(3, .veth), interface(4, .veth, master: 8), interface(5, .vxlan, vni: 6, lower: 4),
        ])
        let topology = Topology(list)
        #expect(!topology.isWorkload(interface(3, .veth)))
        #expect(!topology.isWorkload(interface(4, .veth, master: 8)))
    }

    @Test("a routed veth without an address leads to a workload, the host's own end with one does not")
    func routed() {
        let topology = Topology(InterfaceList(interfaces: []))
        #expect(topology.isWorkload(interface(3, .veth)))
        #expect(!topology.isWorkload(interface(3, .veth, hasAddress: true)))
        #expect(topology.isWorkload(interface(3, .veth, master: 2, hasAddress: true)))
        for kind in [NetworkInterface.Kind.physical, .bridge, .vxlan, .loopback, .other("dummy")] { #expect(!topology.isWorkload(interface(3, kind))) }
    }
}
