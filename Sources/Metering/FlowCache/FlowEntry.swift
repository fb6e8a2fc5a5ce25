import FlowModel

/// The part of a flow that every packet touches: 128 octets, two cache lines.
///
/// `0` and `1` count directions of the canonical key: 0 is lower side to higher side.
struct FlowEntry: BitwiseCopyable {
    var key: CanonicalKey
    var interface0: UInt16
    var interface1: UInt16
    // 52
    var state: TCPProgress
    var flags0: TCPFlags
    var flags1: TCPFlags
    var marks: Marks
    // 56
    /// Nanoseconds, of the last counted packet of each direction; 0 before the first.
    var last0: Int64
    var last1: Int64
    /// First packet of the record that is open; `.max` while it is empty.
    var recordStart: Int64
    var packets0: UInt64
    var packets1: UInt64
    var octets0: UInt64
    var octets1: UInt64
    /// Neighbours in the timer wheel's slot; `.max` ends the list.
    var wheelPrevious: UInt32
    var wheelNext: UInt32
    // 120
    var wheelSlot: UInt32
    var hashTag: UInt32

    static let noInterface: UInt16 = .max

    struct Marks: OptionSet {
        let rawValue: UInt8
        /// The initiator is the higher side.
        static var initiatorIsHigh: Marks { Marks(rawValue: 1) }
        /// TCP that has ended: the record goes out a second later, the entry stays for the idle timeout.
        static var closing: Marks { Marks(rawValue: 2) }
        /// The last record went out, nothing new has come; what is known of the flow outlives it.
        static var dormant: Marks { Marks(rawValue: 4) }
        /// The record in the making is not the flow's first.
        static var hasParts: Marks { Marks(rawValue: 8) }
    }

    @inline(__always) var lastPacket: Int64 { max(last0, last1) }
    @inline(__always) var recordIsEmpty: Bool { packets0 | packets1 == 0 }
}

/// The part of a flow that is touched when it begins, when an interface sees it first and when a record goes out.
struct FlowDetail: BitwiseCopyable {
    var flowId: UInt64 = 0
    var flowStart: Int64 = 0
    /// Number of the record in the making.
    var part: UInt32 = 0
    var basis: InitiatorBasis = .absent
    var initialFlags0: TCPFlags = []
    var initialFlags1: TCPFlags = []
    var icmpType: UInt8 = .max
    var icmpCode: UInt8 = .max
    var dscp: UInt8 = .max
    var encapsulation: Encapsulation = .none
    var direction0: FlowDirection = .absent
    var direction1: FlowDirection = .absent
    var vlan: UInt16 = .max
    var innerVLAN: UInt16 = .max
    var vni: UInt32 = .max
    var outerSource: IPAddress = .zero
    var outerDestination: IPAddress = .zero
    var sourceMAC: MACAddress = .absent
    var destinationMAC: MACAddress = .absent
    /// True when the outer addresses and MACs were read from a packet of the higher side.
    var outerIsHigh = false
    var macIsHigh = false
    /// When TCP was seen to end; a SYN after it begins a new flow.
    var closedAt: Int64 = 0
    var witnesses = WitnessList()
}

/// The interfaces that saw a flow beside its primaries: up to 8, each with the direction of the flow it saw.
struct WitnessList: BitwiseCopyable {
    private var points: (UInt16, UInt16, UInt16, UInt16, UInt16, UInt16, UInt16, UInt16) =
        (.max, .max, .max, .max, .max, .max, .max, .max)
    private(set) var count: UInt8 = 0

    static let limit: UInt8 = 8

    /// - Returns: true when (interface, direction) was not in the list before; it is now, where there is room.
    mutating func note(interface: UInt16, isReversed: Bool) -> Bool {
        let point = interface << 1 | (isReversed ? 1 : 0)
        if points.0 == point || points.1 == point || points.2 == point || points.3 == point || points.4 == point
            || points.5 == point || points.6 == point || points.7 == point
        {
            return false
        }
        switch count {
        case 0: points.0 = point
        case 1: points.1 = point
        case 2: points.2 = point
        case 3: points.3 = point
        case 4: points.4 = point
        case 5: points.5 = point
        case 6: points.6 = point
        case 7: points.7 = point
        default: return true
        }
        count += 1
        return true
    }

    /// How many different interfaces are in the list, without `primary`.
    func interfaces(excluding primary: UInt16) -> UInt16 {
        guard count > 0 else { return 0 }
        var seen: [UInt16] = []
        for point in [points.0, points.1, points.2, points.3, points.4, points.5, points.6, points.7].prefix(Int(count)) {
            let interface = point >> 1
            if interface != primary, !seen.contains(interface) { seen.append(interface) }
        }
        return UInt16(seen.count)
    }
}
