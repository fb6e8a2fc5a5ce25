import CLinux
package import FlowModel
import Glibc

/// Captures one interface: a socket with a TPACKET_V3 ring of our own, for both directions.
///
/// The kernel's socket address in front of each frame tells its direction, so that one ring does for both (see
/// docs/decisions/0003-own-rings.md). Frames are lent without copying. It may be opened on one thread and read on another.
package struct PacketRing: ~Copyable, @unchecked Sendable {
    // Safe to send: it has one owner, and neither the socket nor the mapping belong to a thread.

    package struct Options: Sendable {
        /// Octets kept of a frame: enough for two overlays' headers. What is not within 1 to 262,144 keeps whole frames.
        package var snapLength: Int32 = 256
        /// Size of the ring in bytes, rounded up to whole blocks: 128 KiB do for a quiet interface.
        package var ringBytes: Int = 2 * 1024 * 1024
        /// How long the kernel keeps an unfilled block of the ring back.
        package var blockTimeoutMilliseconds: Int32 = 50
        package var isPromiscuous = true
        /// Which frames the kernel keeps (pcap-filter(7)); all when empty.
        package var filter = ""

        package init() {}

        var octetsKept: UInt32 { (1...262_144).contains(snapLength) ? UInt32(snapLength) : 262_144 }
    }

    /// What the kernel counted since the ring was opened.
    package struct Counters: Sendable, Equatable {
        /// Frames that passed the filter, kept or dropped.
        package var seen: UInt64 = 0
        /// Frames dropped for want of room.
        package var dropped: UInt64 = 0
        /// How often there was no block left.
        package var freezes: UInt64 = 0
    }

    /// With the name of its namespace in front when that is another one.
    package let interface: String
    package let index: Int32
    /// LINKTYPE number of the frames: 1 Ethernet, 12 (libpcap's number) bare IP packets.
    package let linkType: Int32
    package var linkTypeName: String { linkType == 1 ? "EN10MB" : "RAW" }
    private let socket: PacketSocket
    private let memory: RingMemory
    private let longest: UInt32
    @usableFromInline var batch = FrameBatch()
    private var block = 0
    /// Frames of the block that were not found yet, and where the next is.
    private var framesLeft = 0
    private var next = 0
    /// The last batch took the rest of the block.
    private var isSpent = false
    private var counted = Counters()
    /// The kernel has told of an error since the last frame.
    private var isDoubtful = false

    /// Becomes readable when a block waits.
    package var descriptor: Int32 { socket.descriptor }
    /// Memory of the ring, in bytes.
    package var ringBytes: Int { memory.blockBytes * memory.blockCount }

    /// - Parameter namespace: where the interface is; nil is here.
    /// - Throws: `noSuchInterface`, `permission`, `interfaceDown`, `activation`, `filter`, `namespace`.
    package init(interface: String, in namespace: NetworkNamespace? = nil, options: Options) throws(CaptureError) {
        let opened = try PacketSocket(interface: interface, in: namespace)
        let filter = try KernelFilter(
            options.filter, interface: interface, in: namespace, linkType: opened.linkType, octetsKept: options.octetsKept,
            isLoopback: opened.isLoopback)
        // Everything is in place before the socket is bound, so that no frame comes into the ring unfiltered.
        try opened.attach(filter)
        let (bytes, count) = Self.blocks(options)
        let ring = try opened.makeRing(blockBytes: bytes, blockCount: count, timeout: options.blockTimeoutMilliseconds)
        try opened.begin(isPromiscuous: options.isPromiscuous)
        memory = ring
        self.interface = opened.place
        index = opened.index
        linkType = opened.linkType
        socket = opened
        longest = options.octetsKept
    }

    /// The memory that a ring of these options takes, in bytes: what is asked for, rounded up to whole blocks.
    package static func ringBytes(_ options: Options) -> Int {
        let (bytes, count) = blocks(options)
        return bytes * count
    }

    /// Frames of the snapshot length that fit into a ring of these options; shorter ones are more.
    package static func frames(_ options: Options) -> Int {
        let (bytes, count) = blocks(options)
        // In front of a block are 48 octets, of each frame its header, the socket address and room for a tag: 96 at most.
        return max(1, (bytes - 48) / (Int(options.octetsKept) + 96)) * count
    }

    /// About sixteen blocks of 16 to 256 KiB, each large enough for a frame of the snapshot length.
    private static func blocks(_ options: Options) -> (bytes: Int, count: Int) {
        let total = min(max(options.ringBytes, 0), 1 << 32)
        let wanted = max(min(total / 16, 256 * 1024), Int(options.octetsKept) + 4096)
        var bytes = 16 * 1024
        while bytes < wanted { bytes *= 2 }
        return (bytes, max(2, (total + bytes - 1) / bytes))
    }

    /// Hands waiting frames, up to `limit`, to `body`: captured octets, length on the wire, nanoseconds since 1970, direction.
    ///
    /// Never waits. A busy interface leaves the others their turn when each is read with a limit.
    /// - Returns: how many; 0 when none waited.
    /// - Throws: `interfaceGone` when the interface has vanished, or has gone to another namespace. One that is down is
    ///   silent, and goes on when it is up again.
    @inlinable package mutating func read(
        limit: Int, _ body: (borrowing RawSpan, Int, Int64, FlowDirection) -> Void
    ) throws(CaptureError) -> Int {
        let delivered = readWaiting(limit: limit, body)
        try check(delivered: delivered)
        return delivered
    }

    /// The same without a look at the interface: what is in the ring stays there when the interface has gone, and what the
    /// kernel was filling is handed over within twice the block timeout.
    @inlinable package mutating func readWaiting(
        limit: Int, _ body: (borrowing RawSpan, Int, Int64, FlowDirection) -> Void
    ) -> Int {
        var delivered = 0
        while delivered < limit, let base = unsafe find(limit: limit - delivered) {
            for index in 0..<batch.count {
                let place = batch[index]
                // The place is within the ring that begins at `base`; its block is released by the next `find`.
                body(
                    unsafe RawSpan(_unsafeStart: base + place.offset, byteCount: Int(place.captured)), Int(place.wireLength), place.time,
                    place.direction)
            }
            delivered += batch.count
        }
        return delivered
    }

    /// Finds frames of one block for a batch.
    @usableFromInline mutating func find(limit: Int) -> UnsafeRawPointer? {
        batch.removeAll()
        let most = min(limit, FrameBatch.capacity)
        for _ in 0...memory.blockCount {
            if isSpent { releaseBlock() }
            if framesLeft == 0 {
                guard let opened = memory.open(block) else { return nil }
                (framesLeft, next) = (opened.frames, opened.first)
            }
            while framesLeft > 0, batch.count < most {
                guard let found = memory.frame(at: next, in: block, longest: longest) else {
                    // The kernel's header does not fit its block, which no kernel writes: the rest of it is lost.
                    counted.dropped &+= UInt64(framesLeft)
                    framesLeft = 0
                    break
                }
                batch.append(found.frame)
                framesLeft -= 1
                next = found.next
            }
            // A block without frames is allowed, though kernels keep theirs until something is in it.
            isSpent = framesLeft == 0
            if batch.count > 0 { return unsafe memory.base }
        }
        return nil
    }

    private mutating func releaseBlock() {
        memory.release(block)
        block = block + 1 == memory.blockCount ? 0 : block + 1
        isSpent = false
    }

    /// Looks at the interface when there is reason to, after so many frames: it may be down, and gone a moment later.
    ///
    /// - Throws: `interfaceGone`.
    package mutating func check(delivered: Int) throws(CaptureError) {
        guard delivered == 0 else {
            isDoubtful = false
            return
        }
        if socket.takeError() { isDoubtful = true }
        if isDoubtful { try verify() }
    }

    /// Makes sure that the ring still has its interface. For when interfaces have changed: one that has gone and come
    /// back has the same name and index, and a ring that never hears of it again.
    ///
    /// - Throws: `interfaceGone`.
    package func verify() throws(CaptureError) {
        if socket.isGone { throw CaptureError(.interfaceGone, place: interface, "the interface is gone") }
    }

    /// Lets no further frame into the ring; what is in it can be read.
    package func stop() {
        // The kernel takes every program that it could check, and this one is as short as can be.
        try? socket.attach(.nothing)
    }

    /// Asks the kernel for its counters. They never fall, also when the kernel cannot be asked any more.
    package mutating func counters() -> Counters {
        if let more = socket.statistics() {
            counted.seen &+= more.seen
            counted.dropped &+= more.dropped
            counted.freezes &+= more.freezes
        }
        return counted
    }
}
