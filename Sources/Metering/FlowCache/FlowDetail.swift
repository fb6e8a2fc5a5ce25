import FlowModel

/// The part of a flow that is touched when it begins, when an interface sees it first and when a record goes out: 64
/// octets, a cache line.
struct FlowDetail: BitwiseCopyable {
    var flowId: UInt64 = 0
    var flowStart: Int64 = 0
    /// TCP: of the handshake, what `HandshakePhase` says; once the connection has ended, the time of its end, after
    /// which a SYN begins a new flow.
    var moment: Int64 = .min
    /// Microseconds; `.max` while unknown. Until the phase is `over` they may hold what that says.
    var clientRoundTrip: UInt32 = .max
    var serverRoundTrip: UInt32 = .max
    /// Number of the record in the making.
    var part: UInt32 = 0
    /// First of the flow's extras: its witnesses, its sequence gaps, its outer addresses.
    var extra: ExtraReference = .none
    private var sourceMACLow: UInt32 = .max
    private var destinationMACLow: UInt32 = .max
    private var sourceMACHigh: UInt16 = .max
    private var destinationMACHigh: UInt16 = .max
    private(set) var vlan: UInt16 = .max
    private(set) var innerVLAN: UInt16 = .max
    /// The initiator's basis in the lower half, how many overlays are around the flow in the upper one.
    private var basisAndDepth: UInt8 = 0
    var initialFlags0 = TCPFlags(rawValue: 0)
    var initialFlags1 = TCPFlags(rawValue: 0)
    var dscp: UInt8 = .max
    var icmpType: UInt8 = .max
    var icmpCode: UInt8 = .max
    /// Encapsulation in the lower half, then two bits for each direction's way over its observation point.
    private var ways: UInt8 = 0xF0
    private var marks: UInt8 = 0

    init() {}

    /// What a flow's first packet tells of the frames that carry it.
    init(first observation: borrowing PacketObservation, isReversed: Bool) {
        flowStart = observation.timestampNanoseconds
        vlan = observation.vlan
        innerVLAN = observation.innerVLAN
        (sourceMACLow, sourceMACHigh) = Self.halves(observation.sourceMAC)
        (destinationMACLow, destinationMACHigh) = Self.halves(observation.destinationMAC)
        macIsHigh = isReversed
    }

    // MARK: Packed values

    /// 48 bits, and all of them for «absent»: ff:ff:ff:ff:ff:ff as a source is none, as a destination is told from
    /// «absent» by the source's being there.
    private static func halves(_ address: MACAddress) -> (UInt32, UInt16) {
        (UInt32(truncatingIfNeeded: address.value), UInt16(truncatingIfNeeded: address.value >> 32))
    }

    private static let allOnes: UInt64 = 0xFFFF_FFFF_FFFF

    var sourceMAC: MACAddress {
        let value = UInt64(sourceMACHigh) << 32 | UInt64(sourceMACLow)
        return value == Self.allOnes ? .absent : MACAddress(value)
    }

    var destinationMAC: MACAddress {
        let value = UInt64(destinationMACHigh) << 32 | UInt64(destinationMACLow)
        return value == Self.allOnes && sourceMAC.isAbsent ? .absent : MACAddress(value)
    }

    var encapsulation: Encapsulation { Encapsulation(rawValue: ways & 0x0F) ?? .none }

    var basis: InitiatorBasis {
        get { InitiatorBasis(rawValue: basisAndDepth & 0x0F) ?? .absent }
        set { basisAndDepth = basisAndDepth & 0xF0 | newValue.rawValue & 0x0F }
    }

    /// How many overlays are around the flow; the decoder looks through fewer than would not fit.
    var depth: UInt8 { basisAndDepth >> 4 }

    /// Notes the overlay; its outer addresses are among the flow's extras.
    mutating func setOverlay(_ encapsulation: Encapsulation, depth: UInt8, isReversed: Bool) {
        ways = ways & 0xF0 | encapsulation.rawValue & 0x0F
        basisAndDepth = basisAndDepth & 0x0F | min(depth, 15) << 4
        setMark(0x01, isReversed)
    }

    /// True when the outer addresses were read from a packet of the higher side.
    var outerIsHigh: Bool { marks & 0x01 != 0 }
    /// The same of the MAC addresses.
    private(set) var macIsHigh: Bool {
        get { marks & 0x02 != 0 }
        set { setMark(0x02, newValue) }
    }
    /// True when the direction's primary sees frames that a workload sent in: the source is an address of ours.
    var isLocal0: Bool { marks & 0x04 != 0 }
    var isLocal1: Bool { marks & 0x08 != 0 }
    var direction0: FlowDirection { FlowDirection(packed: ways >> 4) }
    var direction1: FlowDirection { FlowDirection(packed: ways >> 6) }

    /// What the primary of a direction tells of where it is.
    mutating func setPoint(_ direction: FlowDirection, isLocal: Bool, isReversed: Bool) {
        if isReversed {
            ways = ways & 0x3F | direction.packed << 6
            setMark(0x08, isLocal)
        } else {
            ways = ways & 0xCF | direction.packed << 4
            setMark(0x04, isLocal)
        }
    }

    var phase: HandshakePhase {
        get { HandshakePhase(rawValue: marks >> 5) ?? .over }
        set { marks = marks & 0x1F | newValue.rawValue << 5 }
    }

    private mutating func setMark(_ bit: UInt8, _ value: Bool) { marks = value ? marks | bit : marks & ~bit }
}
