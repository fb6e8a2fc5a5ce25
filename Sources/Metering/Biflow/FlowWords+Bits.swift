import FlowModel

// Comparisons of the shared words as they are needed for each packet and flow. What the compiler makes of `==` and
// `contains` on types of another module is a call through the protocol's table: 20 to 50 instructions each.

extension TCPFlags {
    @inline(__always) var hasFin: Bool { rawValue & 0x01 != 0 }
    @inline(__always) var hasSyn: Bool { rawValue & 0x02 != 0 }
    @inline(__always) var hasRst: Bool { rawValue & 0x04 != 0 }
    @inline(__always) var hasAck: Bool { rawValue & 0x10 != 0 }
    @inline(__always) var isNone: Bool { rawValue == 0 }
}

extension Encapsulation {
    @inline(__always) var isNone: Bool { if case .none = self { true } else { false } }
}

extension FlowDirection {
    /// Two bits: 0 ingress, 1 egress, 3 absent.
    @inline(__always)
    var packed: UInt8 {
        switch self {
        case .ingress: 0
        case .egress: 1
        case .absent: 3
        }
    }

    @inline(__always)
    init(packed bits: UInt8) {
        switch bits & 3 {
        case 0: self = .ingress
        case 1: self = .egress
        default: self = .absent
        }
    }

    @inline(__always) var isIngress: Bool { if case .ingress = self { true } else { false } }
    @inline(__always) var isEgress: Bool { if case .egress = self { true } else { false } }
}

extension InitiatorBasis {
    @inline(__always) var isSyn: Bool { if case .syn = self { true } else { false } }
    @inline(__always) var isSynAck: Bool { if case .synAck = self { true } else { false } }
    @inline(__always) var isICMP: Bool { if case .icmp = self { true } else { false } }
    @inline(__always) var isFirstPacket: Bool { if case .firstPacket = self { true } else { false } }
}

extension Tenant.Kind {
    @inline(__always)
    var bits: UInt32 {
        switch self {
        case .none: 0
        case .vlan: 1
        case .virtualNetwork: 2
        }
    }

    init(bits: UInt32) {
        switch bits {
        case 1: self = .vlan
        case 2: self = .virtualNetwork
        default: self = .none
        }
    }
}
