/// One network interface as the kernel describes it (rtnetlink, RTM_NEWLINK).
package struct NetworkInterface: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case veth, tap, bridge, vxlan, loopback, physical
        /// Another kind that the kernel names: `dummy`, `ifb`, `wireguard`, …
        case other(String)

        package var name: String {
            switch self {
            case .veth: "veth"
            case .tap: "tap"
            case .bridge: "bridge"
            case .vxlan: "vxlan"
            case .loopback: "loopback"
            case .physical: "physical"
            case .other(let name): name
            }
        }
    }

    package var index: Int32
    package var name: String
    package var kind: Kind
    package var isUp: Bool
    /// The bridge (or bond, …) that it is a port of; 0 when none.
    package var master: Int32 = 0
    /// VNI of a VXLAN device; nil for a device that takes it from metadata, and for other kinds.
    package var vni: UInt32?
    /// The interface that a VXLAN device sends through; 0 when none.
    package var lower: Int32 = 0
    /// True for a VXLAN device that takes its VNIs from metadata.
    package var takesMetadata = false
    /// IFLA_LINK: the other end of a veth, or what a VLAN sub-interface is on; 0 when none. An index in the namespace
    /// `linkNamespace`, or in this one.
    package var link: Int32 = 0
    /// The kernel's number for the namespace of `link`, which has a meaning in this namespace only; nil for this one.
    package var linkNamespace: Int32?
    /// Tag of a VLAN sub-interface: frames on it have none.
    package var vlan: UInt16?
    /// True for a bridge that filters VLANs.
    package var isVLANAware = false
    /// Of a port of such a bridge, and of the bridge itself.
    package var portVLAN: PortVLAN?
    /// True when the host has a global address on it.
    package var hasAddress = false

    package init(index: Int32, name: String, kind: Kind, isUp: Bool) {
        self.index = index
        self.name = name
        self.kind = kind
        self.isUp = isUp
    }
}
