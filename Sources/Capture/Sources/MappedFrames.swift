import Glibc

/// Finds the frames of a regular capture file in a window that moves along it.
struct MappedFrames: ~Copyable {
    private enum Format {
        case pcap(PcapScan)
        case pcapng(PcapngScan)
    }
    private var format: Format
    private var window: FileWindow
    /// Of the next record, from the beginning of the window.
    private var next: Int

    /// Why no further frames are found here.
    enum Rest: Equatable {
        case end
        /// It is for libpcap, or damaged; the place is of the record in the file.
        case odd(at: Int)
        case otherLinkType
    }

    /// - Parameters:
    ///   - descriptor: of the open file, which outlives this.
    ///   - snapshot: snapshot length as libpcap reads it.
    /// - Returns: nil for what is not a regular file, or not a plain one.
    init?(descriptor: Int32, snapshot: Int32, linkType: Int32) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        var window = FileWindow(descriptor: descriptor, size: Int(status.st_size))
        let isReadable = window.move(to: 0) && window.count >= 12
        let isSections = isReadable && window.withOctets { $0.number(at: 0, isSwapped: false) } == 0x0A0D_0D0A
        let plain = isReadable ? window.withOctets { PcapScan($0, snapshot: snapshot, linkType: linkType) } : nil
        guard isSections || plain != nil else { return nil }
        self.window = window
        format = plain.map { .pcap($0) } ?? .pcapng(PcapngScan())
        next = plain == nil ? 0 : PcapScan.headerLength
    }

    /// The octets that the places of a batch count from. Good until the next `find`.
    var base: UnsafeRawPointer? { unsafe window.base }

    var isMapped: Bool { window.hasLease }

    /// Fills the batch with up to `limit` frames that lie in the window.
    ///
    /// - Returns: nil when it holds any; else why there are none.
    mutating func find(_ batch: inout FrameBatch, limit: Int) -> Rest? {
        batch.removeAll()
        guard window.keep() else { return .odd(at: window.start + next) }
        while true {
            let outcome = scan(&batch, limit)
            if batch.count > 0 { return nil }
            let place = window.start + next
            switch outcome {
            case .full, .odd: return .odd(at: place)
            case .otherLinkType: return .otherLinkType
            case .needs(let length):
                guard window.move(to: place) else { return .odd(at: place) }
                next = 0
                if window.count == 0 { return window.isPastEnd ? .odd(at: place) : .end }
                if window.count < length { return .odd(at: place) }
            }
        }
    }

    private mutating func scan(_ batch: inout FrameBatch, _ limit: Int) -> ScanOutcome {
        var offset = next
        defer { next = offset }
        switch format {
        case .pcap(let scan):
            return window.withOctets { scan.scan($0, from: &offset, into: &batch, limit: limit) }
        case .pcapng(var scan):
            // Taken out while it changes, so that its array is not copied.
            format = .pcapng(PcapngScan())
            defer { format = .pcapng(scan) }
            return window.withOctets { scan.scan($0, from: &offset, into: &batch, limit: limit) }
        }
    }
}
