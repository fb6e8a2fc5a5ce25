import CPcap
import Glibc

/// A pcap or pcapng file, read in order. `-` is the standard input.
///
/// Regular files of the plain forms are mapped and their frames lent without copying. Standard input, pipes, and
/// whatever is damaged or unusual are read by libpcap, from the first unusual record on, so that a file means the same
/// and its faults are called the same however it is read.
package struct CaptureFile: ~Copyable {
    package let path: String
    private let handle: PcapHandle
    private var frames: MappedFrames?
    /// What is wrong where the mapped reader stopped, should libpcap have stopped before.
    private var stoppedAt = ""
    private var isMixed = false
    @usableFromInline var batch = FrameBatch()
    /// LINKTYPE number of the file's frames.
    package var linkType: Int32 { handle.linkType }
    package var linkTypeName: String { handle.linkTypeName }
    /// Frames read so far.
    package private(set) var framesRead: UInt64 = 0
    private var isEnded = false

    /// Who reads the file now.
    package enum Reader: Sendable {
        case mapping
        /// The same without mapping: somebody may write to the file.
        case windows
        case libpcap
    }

    package var reader: Reader {
        switch frames {
        case nil: .libpcap
        case let frames?: frames.isMapped ? .mapping : .windows
        }
    }

    /// - Parameter usesLibpcapOnly: never read the file otherwise; to compare.
    /// - Throws: `unreadableFile` when it cannot be opened, `notACaptureFile` when its beginning is of another format.
    package init(path: String, usesLibpcapOnly: Bool = false) throws(CaptureError) {
        self.path = path
        var text = PcapText()
        let opened = unsafe text.withBuffer { buffer in
            unsafe pcap_open_offline_with_tstamp_precision(path, UInt32(PCAP_TSTAMP_PRECISION_NANO), buffer)
        }
        guard let opened = unsafe opened else {
            let reason = text.string
            if reason.contains("unknown file format") || reason.contains("truncated dump file") || reason.contains("bogus") {
                throw CaptureError(
                    .notACaptureFile, place: path,
                    "not a pcap or pcapng file (\(reason)); write one with tcpdump -w, and unpack a compressed one first")
            }
            throw CaptureError(.unreadableFile, place: path, "cannot be read: \(Self.withoutPath(reason, path))")
        }
        handle = unsafe PcapHandle(taking: opened)
        guard path != "-", !usesLibpcapOnly, let descriptor = handle.fileDescriptor else { return }
        frames = MappedFrames(descriptor: descriptor, snapshot: handle.snapshot, linkType: handle.linkType)
    }

    /// Hands the next frames, at least one and up to `limit`, to `body`: captured octets, length on the wire, nanoseconds since 1970.
    ///
    /// - Returns: false at the end of the file.
    /// - Throws: `damagedFile` or `mixedFile` naming the last good frame; the frames up to it were handed over.
    @inlinable package mutating func read(
        limit: Int, _ body: (borrowing RawSpan, Int, Int64) -> Void
    ) throws(CaptureError) -> Bool {
        let limit = max(limit, 1)
        var delivered = 0
        while delivered < limit, let base = unsafe find(limit: limit - delivered) {
            for index in 0..<batch.count {
                let place = batch[index]
                // The place was found in the window that begins at `base`, which stays until the next `find`.
                body(unsafe RawSpan(_unsafeStart: base + place.offset, byteCount: Int(place.captured)), Int(place.wireLength), place.time)
            }
            delivered += batch.count
        }
        if delivered > 0 { return true }
        return try readByLibpcap(limit: limit, body)
    }

    /// Finds frames for one batch.
    ///
    /// - Returns: nil when there are none; else where their places count from.
    @usableFromInline mutating func find(limit: Int) -> UnsafeRawPointer? {
        guard frames != nil, !isEnded else { return nil }
        switch frames?.find(&batch, limit: min(limit, FrameBatch.capacity)) {
        case nil:
            framesRead &+= UInt64(batch.count)
            return unsafe frames?.base
        case .end: isEnded = true
        case .odd(let place): giveUp("the record at octet \(place) is cut short or contradicts itself")
        case .otherLinkType:
            giveUp("an interface has a link type different from the first interface's")
            isMixed = true
        }
        return nil
    }

    /// Leaves the rest to libpcap, which reads over what has been handed out.
    private mutating func giveUp(_ reason: String) {
        frames = nil
        stoppedAt = reason
        var rest = framesRead
        while rest > 0 {
            guard case .packets(let count) = handle.dispatch(limit: Int32(clamping: rest), { _, _, _ in }), count > 0 else { return }
            rest -= UInt64(count)
        }
        stoppedAt = ""
    }

    @usableFromInline mutating func readByLibpcap(
        limit: Int, _ body: (borrowing RawSpan, Int, Int64) -> Void
    ) throws(CaptureError) -> Bool {
        guard !isEnded else { return false }
        guard stoppedAt.isEmpty else { throw isMixed ? mixed(stoppedAt) : damaged(stoppedAt) }
        switch handle.dispatch(limit: Int32(clamping: limit), body) {
        case .packets(0):
            return false
        case .packets(let count):
            framesRead &+= UInt64(count)
            return true
        case .failed(_, let delivered):
            framesRead &+= UInt64(delivered)
            let reason = handle.lastError
            throw reason.contains("different from the") ? mixed(reason) : damaged(reason)
        }
    }

    private func mixed(_ reason: String) -> CaptureError {
        CaptureError(
            .mixedFile, place: path,
            "cannot be read past frame \(framesRead): \(reason); write the frames of each interface to a file of their own")
    }

    private func damaged(_ reason: String) -> CaptureError {
        CaptureError(.damagedFile, place: path, "damaged after frame \(framesRead): \(reason)")
    }

    /// libpcap begins some messages with the path, which `place` says already.
    private static func withoutPath(_ reason: String, _ path: String) -> String {
        reason.hasPrefix(path + ": ") ? String(reason.dropFirst(path.count + 2)) : reason
    }
}
