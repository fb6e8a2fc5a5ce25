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
    /// Nanoseconds, of the last counted packet of each direction; `.min` before the first.
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
        /// What is known of the flow outlives its record: closing or dormant.
        static var waiting: Marks { Marks(rawValue: 6) }
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
    /// True when the direction's primary sees frames that a workload sent in: the source is an address of ours.
    var isLocal0 = false
    var isLocal1 = false
    /// When TCP was seen to end; a SYN after it begins a new flow.
    var closedAt: Int64 = .min
    /// Of the record in the making.
    var witnesses = WitnessList()
    /// Counted in the parts before this one.
    var earlier0 = Volume()
    var earlier1 = Volume()
    var standby0 = StandbyPoint()
    var standby1 = StandbyPoint()
}

/// Packets and IP-layer octets of one direction.
struct Volume: BitwiseCopyable {
    var packets: UInt64 = 0
    var octets: UInt64 = 0
}

/// The witness of a direction that takes over when the primary falls silent, with all that it saw of the flow: what
/// the primary missed is the difference.
struct StandbyPoint: BitwiseCopyable {
    var interface = FlowEntry.noInterface
    var last: Int64 = .min
    var volume = Volume()
}

/// The interfaces that saw a record's packets beside its primaries: up to 8, each with the directions that it saw.
struct WitnessList: BitwiseCopyable {
    private var interfaces: InlineArray<8, UInt16> = .init(repeating: FlowEntry.noInterface)
    /// A bit for each interface that saw packets from the lower, from the higher side.
    private var sawLow: UInt8 = 0
    private var sawHigh: UInt8 = 0
    private(set) var count = 0

    static let limit = 8

    enum Sight {
        /// The interface sees this direction for the first time.
        case first
        case again
        /// There is no room to remember it.
        case noRoom
    }

    mutating func note(interface: UInt16, isReversed: Bool) -> Sight {
        guard let place = place(of: interface) else {
            guard count < Self.limit else { return .noRoom }
            interfaces[count] = interface
            mark(count, isReversed)
            count += 1
            return .first
        }
        if (isReversed ? sawHigh : sawLow) & 1 << UInt8(place) != 0 { return .again }
        mark(place, isReversed)
        return .first
    }

    func contains(_ interface: UInt16) -> Bool { place(of: interface) != nil }

    private func place(of interface: UInt16) -> Int? {
        for place in 0..<count where interfaces[place] == interface { return place }
        return nil
    }

    private mutating func mark(_ place: Int, _ isReversed: Bool) {
        if isReversed { sawHigh |= 1 << UInt8(place) } else { sawLow |= 1 << UInt8(place) }
    }
}
