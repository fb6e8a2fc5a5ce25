import CLinux

/// What finding frames in a window came to.
enum ScanOutcome: Equatable {
    /// The batch is as full as it may be.
    case full
    /// The window ends within what comes next, which takes at least so many octets.
    case needs(Int)
    /// Something that is damaged, or that only libpcap knows how to read.
    case odd
    /// A pcapng interface of another link type than the first.
    case otherLinkType
}

/// Finds the frames of a pcap file (draft-ietf-opsawg-pcap): records of a header of 16 octets and the frame.
///
/// Whatever is not plain is left to libpcap, so that it says what is wrong.
struct PcapScan {
    private let isSwapped: Bool
    private let nanosecondsPerUnit: Int64
    private let longest: UInt32
    static var headerLength: Int { 24 }

    /// - Parameter snapshot: as libpcap reads it, larger than 0.
    /// - Returns: nil for a file that is not plain: another magic number, an old version.
    init?(_ header: borrowing RawSpan, snapshot: Int32, linkType: Int32) {
        guard header.byteCount >= Self.headerLength else { return nil }
        let magic = header.number(at: 0, isSwapped: false)
        switch magic {
        case 0xA1B2_C3D4: (isSwapped, nanosecondsPerUnit) = (false, 1000)
        case 0xA1B2_3C4D: (isSwapped, nanosecondsPerUnit) = (false, 1)
        case 0xD4C3_B2A1: (isSwapped, nanosecondsPerUnit) = (true, 1000)
        case 0x4D3C_B2A1: (isSwapped, nanosecondsPerUnit) = (true, 1)
        default: return nil
        }
        let version = header.number(at: 4, isSwapped: isSwapped)
        guard version == (isSwapped ? 0x0002_0004 : 0x0004_0002), snapshot > 0 else { return nil }
        guard !PseudoHeaders.areMended(linkType, isSwapped: isSwapped) else { return nil }
        longest = min(UInt32(snapshot), PseudoHeaders.longestFrame)
    }

    /// - Parameter offset: of the next record in `window`; moved behind what was found.
    func scan(_ window: borrowing RawSpan, from offset: inout Int, into batch: inout FrameBatch, limit: Int) -> ScanOutcome {
        // Two loops, so that neither asks for each number which one it is.
        isSwapped
            ? scan(window, isSwapped: true, from: &offset, into: &batch, limit: limit)
            : scan(window, isSwapped: false, from: &offset, into: &batch, limit: limit)
    }

    @inline(__always) private func scan(
        _ window: borrowing RawSpan, isSwapped: Bool, from offset: inout Int, into batch: inout FrameBatch, limit: Int
    ) -> ScanOutcome {
        let end = window.byteCount
        var at = offset
        defer { offset = at }
        // Every load below lies within the `end` octets behind `base`: `at` is checked before.
        return unsafe window.withUnsafeBytes { octets in
            guard let base = octets.baseAddress else { return .needs(16) }
            return unsafe batch.fill(upTo: limit) { places, count, room in
                while count < room {
                    guard end &- at >= 16 else { return .needs(16) }
                    let header = unsafe base + at
                    let captured = unsafe header.number(at: 8, isSwapped: isSwapped)
                    guard captured <= longest else { return .odd }
                    let length = 16 &+ Int(captured)
                    guard end &- at >= length else { return .needs(length) }
                    let fraction = unsafe header.number(at: 4, isSwapped: isSwapped)
                    // More than two seconds in nanoseconds: nonsense, of which libpcap has readings of its own.
                    guard fraction <= Int32.max else { return .odd }
                    let time = unsafe Int64(header.number(at: 0, isSwapped: isSwapped)) &* 1_000_000_000 &+ Int64(fraction) &* nanosecondsPerUnit
                    // `count` is below `room`, for which there is memory.
                    unsafe (places + count).initialize(
                        to: FramePlace(offset: at &+ 16, time: time, wireLength: header.number(at: 12, isSwapped: isSwapped), captured: captured))
                    count &+= 1
                    at &+= length
                    // Any address may be asked for.
                    unsafe zonal_prefetch_read(header + PcapScan.ahead)
                    unsafe zonal_prefetch_read(header + PcapScan.ahead + 64)
                }
                return .full
            }
        }
    }

    /// How far ahead memory is asked for: each record's place depends on the one before, which the processor cannot guess.
    private static var ahead: Int { 1024 }
}

/// Frames whose first octets libpcap changes while it reads them.
enum PseudoHeaders {
    /// What libpcap takes for the longest frame of most link types.
    static var longestFrame: UInt32 { 262_144 }

    /// USB (189, 220), NFLOG (239), PKTAP (258) and CAN frames in Linux cooked ones (113) hold numbers in the byte order
    /// of the writing host.
    static func areMended(_ linkType: Int32, isSwapped: Bool) -> Bool {
        linkType == 220 || (isSwapped && [113, 189, 239, 258].contains(linkType))
    }
}

extension RawSpan {
    /// A number of 32 bits, little-endian or the other way round.
    ///
    /// - Precondition: the octets are there.
    @inline(__always) func number(at offset: Int, isSwapped: Bool) -> UInt32 {
        // The offset is checked by the load; any octets are a number.
        let value = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
        return isSwapped ? value.byteSwapped : value
    }

    @inline(__always) func shortNumber(at offset: Int, isSwapped: Bool) -> UInt16 {
        // As above.
        let value = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self)
        return isSwapped ? value.byteSwapped : value
    }
}

extension UnsafeRawPointer {
    /// A number of 32 bits, little-endian or the other way round.
    ///
    /// - Precondition: there are four octets at `offset` behind the address.
    @inline(__always) func number(at offset: Int, isSwapped: Bool) -> UInt32 {
        let value = unsafe loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        return isSwapped ? value.byteSwapped : value
    }
}
