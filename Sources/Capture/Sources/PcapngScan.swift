import CLinux

/// Finds the frames of a pcapng file (draft-ietf-opsawg-pcapng): sections, interfaces, and the three kinds of packet
/// block.
///
/// Whatever contradicts itself is left to libpcap, so that it says what is wrong. Read here, unlike there: interfaces of
/// different snapshot lengths, and sections of different byte orders.
struct PcapngScan {
    /// LINKTYPE number of the first interface; all others must have the same.
    private var linkType: UInt16?
    private var isSwapped = false
    private var interfaces: [PcapngInterface] = []
    /// Longest block: more than libpcap takes without a word is nothing for the window either.
    private static var longestBlock: UInt32 { (1 << 20) - 4096 }

    mutating func scan(
        _ window: borrowing RawSpan, from offset: inout Int, into batch: inout FrameBatch, limit: Int
    ) -> ScanOutcome {
        let end = window.byteCount
        while batch.count < limit {
            let outcome = scanPackets(window, from: &offset, into: &batch, limit: limit)
            if let outcome { return outcome }
            // Another block: it is whole, and its two lengths agree.
            let length = Int(window.number(at: offset + 4, isSwapped: isSwapped))
            guard offset + length <= end else { return .odd }
            let body = offset + 8..<offset + length - 4
            switch window.number(at: offset, isSwapped: isSwapped) {
            case Self.sectionHeader:
                guard body.count >= 16, isKnownVersion(window, at: body.lowerBound) else { return .odd }
                interfaces.removeAll(keepingCapacity: true)
            case 1:
                guard let interface = PcapngInterface(window, body, isSwapped: isSwapped) else { return .odd }
                guard interface.linkType == linkType ?? interface.linkType else { return .otherLinkType }
                guard !PseudoHeaders.areMended(Int32(interface.linkType), isSwapped: isSwapped) else { return .odd }
                linkType = interface.linkType
                interfaces.append(interface)
            default: break
            }
            offset += length
        }
        return .full
    }

    /// The same in both byte orders.
    private static var sectionHeader: UInt32 { 0x0A0D_0D0A }

    /// Finds packets up to the next block of another kind.
    ///
    /// - Returns: nil at such a block, which is whole; else what there is to say.
    private mutating func scanPackets(
        _ window: borrowing RawSpan, from offset: inout Int, into batch: inout FrameBatch, limit: Int
    ) -> ScanOutcome? {
        let end = window.byteCount
        var at = offset
        defer { offset = at }
        // Every load below lies within the `end` octets behind `base`: `at` and the block's length are checked before.
        return unsafe window.withUnsafeBytes { octets in
            guard let base = octets.baseAddress else { return .needs(12) }
            while batch.count < limit {
                guard end &- at >= 12 else { return .needs(12) }
                let block = unsafe base + at
                let type = unsafe block.number(at: 0, isSwapped: isSwapped)
                if type == Self.sectionHeader {
                    guard unsafe beginSection(block.number(at: 8, isSwapped: false)) else { return .odd }
                }
                let total = unsafe block.number(at: 4, isSwapped: isSwapped)
                guard total >= 12, total % 4 == 0, total <= Self.longestBlock else { return .odd }
                let length = Int(total)
                guard end &- at >= length else { return .needs(length) }
                guard unsafe block.number(at: length &- 4, isSwapped: isSwapped) == total else { return .odd }
                switch type {
                case 2, 3, 6:
                    guard var place = unsafe packet(type, block + 8, length &- 12) else { return .odd }
                    place.offset = place.offset &+ at &+ 8
                    batch.append(place)
                default: return nil
                }
                at &+= length
                // Any address may be asked for.
                unsafe zonal_prefetch_read(base + at + 1024)
                unsafe zonal_prefetch_read(base + at + 1088)
            }
            return .full
        }
    }

    /// Learns the byte order of the section that begins here.
    private mutating func beginSection(_ magic: UInt32) -> Bool {
        switch magic {
        case 0x1A2B_3C4D: isSwapped = false
        case 0x4D3C_2B1A: isSwapped = true
        default: return false
        }
        return true
    }

    /// 1.0, and 1.2, which some writers mean the same by.
    private func isKnownVersion(_ window: borrowing RawSpan, at offset: Int) -> Bool {
        let minor = window.shortNumber(at: offset + 6, isSwapped: isSwapped)
        return window.shortNumber(at: offset + 4, isSwapped: isSwapped) == 1 && (minor == 0 || minor == 2)
    }

    /// Enhanced (6), simple (3) or obsolete (2) packet block (sections 4.3, 4.4 and A).
    ///
    /// - Precondition: there are `count` octets behind `body`.
    /// - Returns: the frame, placed from the body's beginning.
    @inline(__always) private func packet(_ type: UInt32, _ body: UnsafeRawPointer, _ count: Int) -> FramePlace? {
        guard type != 3 else { return unsafe simplePacket(body, count) }
        guard count >= 20 else { return nil }
        let first = unsafe body.number(at: 0, isSwapped: isSwapped)
        // An obsolete block has an interface of 16 bits in front of a count of drops: the upper half of a big-endian number.
        let identifier = Int(type == 6 ? first : isSwapped ? first >> 16 : first & 0xFFFF)
        guard identifier < interfaces.count else { return nil }
        let captured = unsafe body.number(at: 12, isSwapped: isSwapped)
        guard captured <= interfaces[identifier].longest, Int(captured) <= count &- 20 else { return nil }
        let high = unsafe UInt64(body.number(at: 4, isSwapped: isSwapped))
        let low = unsafe UInt64(body.number(at: 8, isSwapped: isSwapped))
        return unsafe FramePlace(
            offset: 20, time: interfaces[identifier].nanoseconds(high << 32 | low),
            wireLength: body.number(at: 16, isSwapped: isSwapped), captured: captured)
    }

    /// It has no time stamp, and belongs to the first interface.
    private func simplePacket(_ body: UnsafeRawPointer, _ count: Int) -> FramePlace? {
        guard count >= 4, let interface = interfaces.first else { return nil }
        let wireLength = unsafe body.number(at: 0, isSwapped: isSwapped)
        let captured = min(wireLength, interface.longest)
        guard Int(captured) <= count &- 4 else { return nil }
        return FramePlace(offset: 4, time: interface.nanoseconds(0), wireLength: wireLength, captured: captured)
    }
}

/// One interface description block (section 4.2): what is needed to read its packets.
struct PcapngInterface {
    let linkType: UInt16
    let longest: UInt32
    private var unitsPerSecond: UInt64 = 1_000_000
    private var offsetNanoseconds: Int64 = 0

    init?(_ window: borrowing RawSpan, _ body: Range<Int>, isSwapped: Bool) {
        guard body.count >= 8 else { return nil }
        linkType = window.shortNumber(at: body.lowerBound, isSwapped: isSwapped)
        let snapshot = window.number(at: body.lowerBound + 4, isSwapped: isSwapped)
        longest = snapshot == 0 || snapshot > Int32.max ? PseudoHeaders.longestFrame : min(snapshot, PseudoHeaders.longestFrame)
        var resolution: UInt8?
        var offset: Int64?
        var at = body.lowerBound + 8
        while at < body.upperBound {
            guard body.upperBound - at >= 4 else { return nil }
            let code = window.shortNumber(at: at, isSwapped: isSwapped)
            let length = Int(window.shortNumber(at: at + 2, isSwapped: isSwapped))
            at += 4
            guard body.upperBound - at >= (length + 3) & ~3 else { return nil }
            switch code {
            case 0:  // opt_endofopt
                guard length == 0 else { return nil }
                at = body.upperBound
                continue
            case 9:  // if_tsresol
                guard resolution == nil, length == 1 else { return nil }
                // The load is bounds-checked.
                resolution = unsafe window.unsafeLoad(fromByteOffset: at, as: UInt8.self)
            case 14:  // if_tsoffset: seconds
                guard offset == nil, length == 8 else { return nil }
                let value = unsafe window.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
                offset = Int64(bitPattern: isSwapped ? value.byteSwapped : value)
            default: break
            }
            at += (length + 3) & ~3
        }
        offsetNanoseconds = (offset ?? 0) &* 1_000_000_000
        guard let resolution else { return }
        let exponent = resolution & 0x7F
        guard exponent <= (resolution & 0x80 == 0 ? 19 : 63) else { return nil }
        unitsPerSecond = resolution & 0x80 == 0 ? (0..<exponent).reduce(1) { value, _ in value * 10 } : 1 << UInt64(exponent)
    }

    /// Nanoseconds since 1970 of a time stamp in the interface's units.
    func nanoseconds(_ stamp: UInt64) -> Int64 {
        switch unitsPerSecond {
        case 1_000_000: return Int64(truncatingIfNeeded: stamp &* 1000) &+ offsetNanoseconds
        case 1_000_000_000: return Int64(truncatingIfNeeded: stamp) &+ offsetNanoseconds
        default:
            let (seconds, fraction) = stamp.quotientAndRemainder(dividingBy: unitsPerSecond)
            // The fraction is less than a second, so the quotient fits.
            let product = fraction.multipliedFullWidth(by: 1_000_000_000)
            let nanoseconds = unitsPerSecond.dividingFullWidth(product).quotient
            return Int64(truncatingIfNeeded: seconds &* 1_000_000_000 &+ nanoseconds) &+ offsetNanoseconds
        }
    }
}
