import FlowModel

/// Where packets are seen: an interface and the way they cross it (design section 4), as one number.
///
/// A router on a stick, or a bridge port that sends back, sees a packet come in and go out over one interface: two points.
/// Where the direction is not known an interface is one point. There are numbers for so many interfaces as
/// `FlowCache.interfaceLimit` says; any further ones share the last.
enum ObservationPoint {
    /// The highest interface that has points of its own; the number after its two is `FlowSide.noInterface`'s.
    static let lastInterface: UInt16 = 32_766

    @inline(__always)
    static func number(_ interface: UInt16, isEgress: Bool) -> UInt16 { min(interface, lastInterface) &<< 1 | (isEgress ? 1 : 0) }

    static func interface(_ number: UInt16) -> UInt16 { number >> 1 }
    static func isEgress(_ number: UInt16) -> Bool { number & 1 != 0 }
}

extension PacketObservation {
    @inline(__always)
    var point: UInt16 { ObservationPoint.number(interface, isEgress: direction.isEgress) }
}

extension FlowCache {
    /// How many interfaces a cache tells apart: those that observations number from 0 to one less.
    package static var interfaceLimit: Int { Int(ObservationPoint.lastInterface) + 1 }
}
