import CPcap

/// A pcap or pcapng file, read in order. `-` is the standard input.
package struct CaptureFile: ~Copyable {
    package let path: String
    private let handle: PcapHandle
    /// LINKTYPE number of the file's frames.
    package var linkType: Int32 { handle.linkType }
    package var linkTypeName: String { handle.linkTypeName }
    /// Frames read so far.
    package private(set) var framesRead: UInt64 = 0

    /// - Throws: `unreadableFile` when it cannot be opened, `notACaptureFile` when its beginning is of another format.
    package init(path: String) throws(CaptureError) {
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
    }

    /// Hands the next frames, up to `limit`, to `body`.
    ///
    /// - Returns: false at the end of the file.
    /// - Throws: `damagedFile` or `mixedFile` naming the last good frame; the frames up to it were handed over.
    package mutating func read(
        limit: Int, _ body: (borrowing RawSpan, Int, Int64) -> Void
    ) throws(CaptureError) -> Bool {
        switch handle.dispatch(limit: Int32(clamping: limit), body) {
        case .packets(0):
            return false
        case .packets(let count):
            framesRead &+= UInt64(count)
            return true
        case .failed(_, let delivered):
            framesRead &+= UInt64(delivered)
            throw failure(handle.lastError)
        }
    }

    private func failure(_ reason: String) -> CaptureError {
        if reason.contains("different from the") {
            return CaptureError(
                .mixedFile, place: path,
                "cannot be read past frame \(framesRead): \(reason); write the frames of each interface to a file of their own")
        }
        return CaptureError(.damagedFile, place: path, "damaged after frame \(framesRead): \(reason)")
    }

    /// libpcap begins some messages with the path, which `place` says already.
    private static func withoutPath(_ reason: String, _ path: String) -> String {
        reason.hasPrefix(path + ": ") ? String(reason.dropFirst(path.count + 2)) : reason
    }
}
