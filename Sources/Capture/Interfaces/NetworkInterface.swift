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
    /// True when the host has a global address on it.
    package var hasAddress = false

    package init(index: Int32, name: String, kind: Kind, isUp: Bool) {
        self.index = index
        self.name = name
        self.kind = kind
        self.isUp = isUp
    }
}
