package import FlowModel

/// Where one frame lies behind the beginning of some memory, and what is known of it.
package struct FramePlace: Sendable {
    /// Octets from the beginning of the window, or of the ring.
    package var offset: Int
    /// Nanoseconds since 1970.
    package var time: Int64
    /// Octets on the wire.
    package var wireLength: UInt32
    /// Octets that are there.
    package var captured: UInt32
    package var direction: FlowDirection

    init(offset: Int, time: Int64, wireLength: UInt32, captured: UInt32, direction: FlowDirection = .absent) {
        self.offset = offset
        self.time = time
        self.wireLength = wireLength
        self.captured = captured
        self.direction = direction
    }
}

/// Places of frames found in one go, handed over one by one.
///
/// Finding them takes all of a format's care and stays in this module; handing them over is a bare loop that can be
/// compiled into the caller together with what the caller does for each frame.
@safe package struct FrameBatch: ~Copyable {
    /// Places and the frames' beginnings stay in the first cache level between finding and handing over: 256 are slower.
    static var capacity: Int { 128 }
    // Made in `init`, freed in `deinit`, never handed out; indices below `count` are initialised.
    @usableFromInline let places: UnsafeMutablePointer<FramePlace>
    package private(set) var count = 0

    init() { unsafe places = .allocate(capacity: Self.capacity) }

    deinit { unsafe places.deallocate() }

    @inlinable package subscript(index: Int) -> FramePlace {
        precondition(index >= 0 && index < count, "no such frame")
        return unsafe places[index]
    }

    mutating func removeAll() { count = 0 }

    /// - Precondition: the batch is not full.
    mutating func append(_ place: FramePlace) {
        precondition(count < Self.capacity, "a full batch")
        unsafe (places + count).initialize(to: place)
        count += 1
    }

    /// Lets `body` write places behind those that are there, and count them; it must not pass `room`.
    @inline(__always) mutating func fill<Result>(
        upTo limit: Int, _ body: (UnsafeMutablePointer<FramePlace>, inout Int, _ room: Int) -> Result
    ) -> Result {
        var filled = count
        let room = min(limit, Self.capacity)
        let result = unsafe body(places, &filled, room)
        precondition(filled >= 0 && filled <= Self.capacity, "more places than there is room for")
        count = filled
        return result
    }
}
