import FlowModel

/// What finds a flow, and what every packet looks at: 32 octets, half a cache line.
///
/// A flow is spread over three tables by one index: `FlowHead` and two `FlowSide`, which every packet touches (96
/// octets), and `FlowDetail` (64), which is touched when a flow begins and when a record goes out. With its slots of the
/// hash table (16 to 32) a flow costs 176 to 192 octets; an IPv6 flow 36 more for its addresses.
struct FlowHead: BitwiseCopyable {
    /// The canonical key: IPv4 addresses; for IPv6, `low` is the index of both addresses in the pool of long ones.
    var low: UInt32
    var high: UInt32
    var ports: UInt32
    var tenantNumber: UInt32
    var word: UInt32
    // 20
    var marks: Marks
    var state: TCPProgress
    /// Slot or list of the timer wheel that the entry is in; `.max` for none.
    var wheelSlot: UInt16
    // 24
    /// Nanoseconds, first packet of the record that is open; `.max` while it is empty.
    var recordStart: Int64

    struct Marks: OptionSet {
        let rawValue: UInt8
        /// The initiator is the higher side.
        static var initiatorIsHigh: Marks { Marks(rawValue: 0x01) }
        /// TCP that has ended: the record goes out a second later, the entry stays for the idle timeout.
        static var closing: Marks { Marks(rawValue: 0x02) }
        /// The last record went out, nothing new has come; what is known of the flow outlives it.
        static var dormant: Marks { Marks(rawValue: 0x04) }
        /// The handshake's round-trip times are being measured: the next packets are looked at closely.
        static var handshake: Marks { Marks(rawValue: 0x08) }
        /// The sequence number that a side will use next is known, of the lower and of the higher side.
        static var sequence0: Marks { Marks(rawValue: 0x10) }
        static var sequence1: Marks { Marks(rawValue: 0x20) }
        /// There was no room to measure the flow's sequence numbers.
        static var unmeasured: Marks { Marks(rawValue: 0x40) }
        /// Every packet is looked at closely while one of these is set.
        static var attention: Marks { Marks(rawValue: 0x0E) }
        /// What is known of the flow outlives its record: closing or dormant.
        static var waiting: Marks { Marks(rawValue: 0x06) }
    }

    static var blank: FlowHead {
        FlowHead(
            low: 0, high: 0, ports: 0, tenantNumber: 0, word: 0, marks: Marks(rawValue: 0), state: TCPProgress(rawValue: 0),
            wheelSlot: .max, recordStart: .max)
    }
}

/// One direction of a flow: 32 octets. Side 0 is sent by the lower end of the canonical key, side 1 by the higher one;
/// the two lie together in one cache line, at twice the flow's index, so that the direction is an address and no branch.
struct FlowSide: BitwiseCopyable {
    /// Nanoseconds, of the last counted packet; `.min` before the first.
    var last: Int64
    /// Counted in the open record.
    var octets: UInt64
    /// The record ends before this runs over.
    var packets: UInt32
    /// Neighbours in the timer wheel's list, `.max` for none: the one before in side 0, the one after in side 1. Of a free
    /// entry: the next free one, in side 1.
    var link: UInt32
    /// TCP: the sequence number after the highest one that was sent.
    var sequence: UInt32
    /// The primary observation point of the direction.
    var interface: UInt16
    var flags: TCPFlags
    /// In side 0: by how much of 512th the flow's first record is shorter than the active timeout.
    var spread: UInt8

    static let noInterface: UInt16 = .max

    static var blank: FlowSide {
        FlowSide(
            last: .min, octets: 0, packets: 0, link: .max, sequence: 0, interface: noInterface, flags: TCPFlags(rawValue: 0), spread: 0)
    }
}

/// Two IPv6 addresses: those of a key, or of an overlay's outer header.
struct LongAddresses: BitwiseCopyable {
    var lowHigh: UInt64
    var lowLow: UInt64
    var highHigh: UInt64
    var highLow: UInt64
}

/// Packets and IP-layer octets of one direction.
struct Volume: BitwiseCopyable {
    var packets: UInt64 = 0
    var octets: UInt64 = 0
}
