/// Why a record was ended (IE 136, flowEndReason).
@frozen
package enum FlowEndReason: UInt8, Sendable, CaseIterable {
    case absent = 0
    case idleTimeout = 1
    case activeTimeout = 2
    case endOfFlow = 3
    case forcedEnd = 4
    case lackOfResources = 5

    package var name: String { ["", "idle", "active", "end", "forced", "resources"][Int(rawValue)] }
    package init?(name: String) {
        guard let found = Self.allCases.first(where: { $0 != .absent && $0.name == name.lowercased() }) else { return nil }
        self = found
    }
}

/// How it is known who opened the flow (design: never present a guess as a fact).
@frozen
package enum InitiatorBasis: UInt8, Sendable, CaseIterable {
    case absent = 0
    /// A SYN without ACK was seen from the source.
    case syn
    /// A SYN-ACK was seen from the destination, the SYN was not.
    case synAck
    /// An ICMP request of a two-way type.
    case icmp
    /// The first packet seen; there is no handshake to go by (UDP and others).
    case firstPacket
    /// Midstream TCP: a well-known port on one side only.
    case port
    case unknown

    package var name: String { ["", "syn", "synack", "icmp", "first-packet", "port", "unknown"][Int(rawValue)] }
    package init?(name: String) {
        guard let found = Self.allCases.first(where: { $0 != .absent && $0.name == name.lowercased() }) else { return nil }
        self = found
    }
    /// biflowDirection (IE 239): 1 initiator, 0 arbitrary (RFC 5103 §6.3).
    package var biflowDirection: UInt8 { isKnown ? 1 : 0 }

    /// False where `src` is a guess, or either side.
    @inlinable package var isKnown: Bool { self != .port && self != .unknown && self != .absent }

    /// The port that the flow's service listens on: the responder's, and where it is not known who that is, the smaller one.
    @inlinable
    package func servicePort(source: UInt16, destination: UInt16) -> UInt16 {
        isKnown ? destination : min(source, destination)
    }
}

/// The overlay that carried the flow; the innermost one where they nest.
@frozen
package enum Encapsulation: UInt8, Sendable, CaseIterable {
    case none = 0
    case vxlan, vxlanGPE, geneve, gre, nvgre, erspan, ipip, mpls, pppoe

    package var name: String {
        ["", "vxlan", "vxlan-gpe", "geneve", "gre", "nvgre", "erspan", "ipip", "mpls", "pppoe"][Int(rawValue)]
    }
    package init?(name: String) {
        guard let found = Self.allCases.first(where: { $0 != .none && $0.name == name.lowercased() }) else { return nil }
        self = found
    }
}

/// Which way a frame crossed its observation point (IE 61, flowDirection).
@frozen
package enum FlowDirection: UInt8, Sendable, CaseIterable {
    case ingress = 0
    case egress = 1
    case absent = 255

    package var name: String { self == .ingress ? "ingress" : self == .egress ? "egress" : "" }
    package init?(name: String) {
        guard let found = Self.allCases.first(where: { $0 != .absent && $0.name == name.lowercased() }) else { return nil }
        self = found
    }
}
