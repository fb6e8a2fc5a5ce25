/// What the arrangement of interfaces tells of the traffic on them: whose tenant it is, and where workloads are.
package struct Topology: Sendable {
    private let byIndex: [Int32: NetworkInterface]
    /// VNI of the VXLAN port of each bridge that has exactly one VNI.
    private let bridgeVNI: [Int32: UInt32]
    private let underlays: Set<Int32>

    package init(_ list: InterfaceList) {
        byIndex = Dictionary(list.interfaces.map { ($0.index, $0) }, uniquingKeysWith: { first, _ in first })
        var found: [Int32: Set<UInt32>] = [:]
        for interface in list.interfaces where interface.kind == .vxlan && interface.master != 0 {
            if let vni = interface.vni { found[interface.master, default: []].insert(vni) }
        }
        bridgeVNI = found.compactMapValues { $0.count == 1 ? $0.first : nil }
        underlays = Set(list.interfaces.map(\.lower).filter { $0 != 0 })
    }

    /// The VNI that frames on the interface belong to: its own, its bridge's, or none.
    package func vni(of interface: NetworkInterface) -> UInt32? {
        switch interface.kind {
        case .vxlan: interface.vni
        case .bridge: bridgeVNI[interface.index]
        default: interface.master == 0 ? nil : bridgeVNI[interface.master]
        }
    }

    /// True for a veth or tap that leads to one workload: a port of a bridge, or without an address of the host's,
    /// and not what a VXLAN device sends through.
    package func isWorkload(_ interface: NetworkInterface) -> Bool {
        guard interface.kind == .veth || interface.kind == .tap, !underlays.contains(interface.index) else { return false }
        return interface.master != 0 || !interface.hasAddress
    }
}
