package import FlowModel

/// What the arrangement of interfaces tells of the traffic on them: whose tenant it is, and where workloads are.
///
/// Tenants learnt here are for frames that say nothing themselves: a frame with a tag or a VNI of its own is of that.
package struct Topology: Sendable {
    private let byIndex: [Int32: NetworkInterface]
    private let ports: [Int32: [NetworkInterface]]
    /// What a VXLAN device sends through, or a VLAN sub-interface of the host is on.
    private let carriers: Set<Int32>

    package init(_ list: InterfaceList) {
        byIndex = Dictionary(list.interfaces.map { ($0.index, $0) }, uniquingKeysWith: { first, _ in first })
        ports = Dictionary(grouping: list.interfaces.filter { $0.master != 0 }, by: \.master)
        carriers = Self.carriers(byIndex, ports)
    }

    /// The tenant that frames without tag or VNI on the interface belong to: a VNI, a VLAN, or none.
    package func tenant(of interface: NetworkInterface) -> Tenant {
        if interface.kind == .vxlan { return interface.vni.map { Tenant(.virtualNetwork, $0) } ?? .none }
        if let vlan = interface.vlan { return Tenant(.vlan, UInt32(vlan)) }
        guard let bridge = interface.kind == .bridge ? interface : byIndex[interface.master], bridge.kind == .bridge else { return .none }
        return bridge.isVLANAware ? aware(interface, bridge.index) : plain(bridge.index)
    }

    /// A bridge that does not look at tags: of its VXLAN ports' VNI, if they have one and the same; else of the VLAN of the
    /// one sub-interface that takes its frames to the wire.
    private func plain(_ bridge: Int32) -> Tenant {
        let ports = ports[bridge] ?? []
        let tunnels = Set(ports.filter { $0.kind == .vxlan }.compactMap(\.vni))
        if let vni = tunnels.first { return tunnels.count == 1 ? Tenant(.virtualNetwork, vni) : .none }
        let vlans = Set(ports.compactMap(\.vlan))
        return vlans.count == 1 ? vlans.first.map { Tenant(.vlan, UInt32($0)) } ?? .none : .none
    }

    /// A VLAN-aware bridge: of the port's PVID, which may stand for a VNI.
    private func aware(_ port: NetworkInterface, _ bridge: Int32) -> Tenant {
        guard let vlan = port.portVLAN?.untagged else { return .none }
        let others = (ports[bridge] ?? []).filter { $0.index != port.index }
        let tunnels = Set(
            others.filter { $0.kind == .vxlan }.compactMap { other in
                other.takesMetadata ? other.portVLAN?.tunnels[vlan] : other.portVLAN?.untagged == vlan ? other.vni : nil
            })
        if let vni = tunnels.first { return tunnels.count == 1 ? Tenant(.virtualNetwork, vni) : .none }
        // Where an uplink takes the tag off, the wire shows none, and both views must meet in one key.
        let isUntaggedOutside = others.contains { other in
            !isWorkload(other) && other.kind != .vxlan && other.portVLAN?.untagged == vlan && other.portVLAN?.isTagRemoved == true
        }
        return isUntaggedOutside ? .none : Tenant(.vlan, UInt32(vlan))
    }

    /// True for a bridge that looks at tags, and for a port of one.
    package func isVLANAware(_ interface: NetworkInterface) -> Bool {
        interface.isVLANAware || byIndex[interface.master]?.isVLANAware == true
    }

    /// True for a veth or tap that leads to one workload: a port of a bridge, or without an address of the host's,
    /// and not what the host's own tunnels and sub-interfaces are on.
    package func isWorkload(_ interface: NetworkInterface) -> Bool {
        guard interface.kind == .veth || interface.kind == .tap, !carriers.contains(interface.index) else { return false }
        return interface.master != 0 || !interface.hasAddress
    }

    /// Follows what tunnels send through down to the ports of bonds.
    private static func carriers(_ byIndex: [Int32: NetworkInterface], _ ports: [Int32: [NetworkInterface]]) -> Set<Int32> {
        var found: Set<Int32> = []
        var waiting = byIndex.values.flatMap { interface in
            interface.vlan == nil || interface.linkNamespace != nil ? [interface.lower] : [interface.lower, interface.link]
        }
        while let index = waiting.popLast() {
            guard index != 0, found.insert(index).inserted, let interface = byIndex[index] else { continue }
            if interface.vlan != nil, interface.linkNamespace == nil { waiting.append(interface.link) }
            if interface.kind == .other("bond") || interface.kind == .other("team") { waiting += (ports[index] ?? []).map(\.index) }
        }
        return found
    }
}
