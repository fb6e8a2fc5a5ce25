import FlowModel

/// Packets on their way from decoding to metering, and what is to be done after them.
struct ObservationBlock: Sendable {
    /// Packets that are decoded before they are metered: enough for the tables' cache lines to come in the meantime, few
    /// enough to stay in the second cache level.
    static let capacity = 256

    /// Something other than a packet, in its place in the order of things.
    enum Order: Sendable {
        /// An interface leads to one workload, or does not.
        case workload(interface: UInt16, Bool)
        /// Time has come to this, nanoseconds since 1970.
        case advance(Int64)
        /// Show the local addresses, without those that have not been seen for long at this time, nanoseconds since 1970.
        case tellAddresses(Int64)
        /// Show the records that are ready, and the counters, under this number.
        case publish(UInt64)
        /// End all records.
        case flush
        /// The thread ends.
        case stop
    }

    /// The first `count` of them; the others are room.
    private(set) var observations: [PacketObservation]
    private(set) var count = 0
    var orders: [Order] = []

    init() { observations = Array(repeating: PacketObservation(), count: Self.capacity) }

    var isFull: Bool { count == Self.capacity }
    var room: Int { Self.capacity - count }

    /// Lends the packets, for metering.
    @inline(__always)
    func withPackets<Result>(_ body: (borrowing Span<PacketObservation>) -> Result) -> Result {
        body(observations.span.extracting(0..<count))
    }

    /// Lets `fill` write the next observation, which is kept when it says so. What a frame that was not kept left behind is
    /// overwritten by the next.
    ///
    /// - Precondition: the block is not full.
    @inline(__always)
    mutating func next(_ fill: (inout PacketObservation) -> Bool) {
        if fill(&observations[count]) { count &+= 1 }
    }

    /// - Precondition: the block is not full.
    @inline(__always)
    mutating func append(_ observation: PacketObservation) {
        observations[count] = observation
        count &+= 1
    }

    mutating func removeAll() {
        count = 0
        orders.removeAll(keepingCapacity: true)
    }
}
