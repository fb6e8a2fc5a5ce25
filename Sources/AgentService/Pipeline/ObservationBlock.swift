import FlowModel

/// Packets on their way from decoding to metering, and what is to be done after them.
///
/// One owner at a time: whoever gives a block away, to a queue or to a pool, does not use it any more.
@safe struct ObservationBlock: @unchecked Sendable {
    // Safe to send: a block goes from its one owner to the next through a queue, whose lock orders what both do.

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

    /// Room for `capacity` observations, freed with the last block that refers to it. An array would ask for each packet
    /// whether it is shared: a twentieth of the whole meter's time.
    @safe private final class Storage {
        let base: UnsafeMutablePointer<PacketObservation>

        init() {
            unsafe base = .allocate(capacity: ObservationBlock.capacity)
            // Plain values: nothing is to be taken down again.
            unsafe base.initialize(repeating: PacketObservation(), count: ObservationBlock.capacity)
        }

        deinit { unsafe base.deallocate() }
    }

    private let storage: Storage
    /// Of `storage`, which lives as long as this.
    private let base: UnsafeMutablePointer<PacketObservation>
    private(set) var count = 0
    var orders: [Order] = []

    init() {
        storage = Storage()
        unsafe base = storage.base
    }

    @inline(__always) var isFull: Bool { count >= Self.capacity }
    var room: Int { Self.capacity - count }

    @inline(__always)
    subscript(index: Int) -> PacketObservation {
        precondition(index >= 0 && index < count, "no such packet")
        return unsafe base[index]
    }

    /// Lends the packets, for metering.
    @inline(__always)
    func withPackets<Result>(_ body: (borrowing Span<PacketObservation>) -> Result) -> Result {
        // The first `count` are initialised, and the storage lives until `body` has returned.
        defer { withExtendedLifetime(storage) {} }
        return body(unsafe UnsafeBufferPointer(start: base, count: count).span)
    }

    /// Lets `fill` write the next observation, which is kept when it says so. What a frame that was not kept left behind is
    /// overwritten by the next.
    ///
    /// - Precondition: the block is not full.
    @inline(__always)
    mutating func next(_ fill: (inout PacketObservation) -> Bool) {
        precondition(!isFull, "a full block")
        if unsafe fill(&base[count]) { count &+= 1 }
    }

    /// - Precondition: the block is not full.
    @inline(__always)
    mutating func append(_ observation: PacketObservation) {
        precondition(!isFull, "a full block")
        unsafe base[count] = observation
        count &+= 1
    }

    mutating func removeAll() {
        count = 0
        orders.removeAll(keepingCapacity: true)
    }
}
