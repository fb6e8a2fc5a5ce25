/// Whose address space a flow is in: part of the flow key. VNI 100 and VLAN 100 differ.
@frozen
package struct Tenant: Hashable, Sendable {
    @frozen
    package enum Kind: UInt8, Sendable {
        case none = 0
        /// The outermost VLAN tag of the frame.
        case vlan = 1
        /// The innermost VXLAN or Geneve VNI, or NVGRE VSID; or learnt from the bridge of a veth.
        case virtualNetwork = 2
    }
    package var kind: Kind
    package var number: UInt32

    @inlinable
    package init(_ kind: Kind, _ number: UInt32) {
        self.kind = kind
        self.number = number
    }
    @inlinable package static var none: Tenant { Tenant(.none, 0) }

    /// The tenant that a record's `vni` and `vlan` spell: the VNI if there is one, else the VLAN tag, else none.
    @inlinable
    package init(vni: UInt32, vlan: UInt16) {
        if vni != .max {
            self.init(.virtualNetwork, vni)
        } else if vlan != .max {
            self.init(.vlan, UInt32(vlan))
        } else {
            self.init(.none, 0)
        }
    }

    /// `vni 5001`, `vlan 12` or an empty text.
    package var description: String {
        switch kind {
        case .none: ""
        case .vlan: "vlan \(number)"
        case .virtualNetwork: "vni \(number)"
        }
    }
}
