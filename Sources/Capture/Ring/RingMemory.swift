import CLinux
import FlowModel
import Glibc

/// The memory of a TPACKET_V3 ring (Documentation/networking/packet_mmap.rst), shared with the kernel.
///
/// Blocks go round: the kernel fills one with frames of any length and hands it over when it is full or a timeout has
/// passed; it takes it back when its status says so. A block that has been handed over is the reader's alone.
@safe struct RingMemory: ~Copyable {
    private let memory: UnsafeMutableRawPointer
    let blockBytes: Int
    let blockCount: Int

    /// - Parameter descriptor: a packet socket with a ring of that form.
    init?(descriptor: Int32, blockBytes: Int, blockCount: Int) {
        let length = blockBytes * blockCount
        guard let mapped = unsafe mmap(nil, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), unsafe mapped != MAP_FAILED
        else { return nil }
        unsafe memory = mapped
        self.blockBytes = blockBytes
        self.blockCount = blockCount
    }

    deinit { unsafe munmap(memory, blockBytes * blockCount) }

    /// Places of frames count from here.
    var base: UnsafeRawPointer { unsafe UnsafeRawPointer(memory) }

    /// Where the block's status lies: behind a version and an offset, four octets each (`tpacket_block_desc`).
    private func status(_ block: Int) -> UnsafeMutablePointer<UInt32> {
        unsafe (memory + (block * blockBytes + 8)).assumingMemoryBound(to: UInt32.self)
    }

    /// - Returns: number of frames and place of the first; nil while the block is the kernel's.
    func open(_ block: Int) -> (frames: Int, first: Int)? {
        guard block < blockCount, unsafe zonal_load_acquire(status(block)) & UInt32(TP_STATUS_USER) != 0 else { return nil }
        // The block's header is at its beginning, and the reader's now.
        let header = unsafe (memory + block * blockBytes).load(as: tpacket_block_desc.self).hdr.bh1
        return (Int(header.num_pkts), block * blockBytes + Int(header.offset_to_first_pkt))
    }

    /// Gives a block back to the kernel: what was lent of it is gone.
    func release(_ block: Int) {
        guard block < blockCount else { return }
        unsafe zonal_store_release(status(block), UInt32(TP_STATUS_KERNEL))
    }

    /// Reads the header of a frame in an open block, and puts the VLAN tag back that the kernel took out.
    ///
    /// - Returns: the frame, and the place of the next; nil when the header does not fit the block.
    func frame(at place: Int, in block: Int, longest: UInt32) -> (frame: FramePlace, next: Int)? {
        let end = (block + 1) * blockBytes
        guard place >= block * blockBytes, place + Self.headerBytes <= end else { return nil }
        // The header and the socket address behind it are within the block.
        let header = unsafe (memory + place).load(as: tpacket3_hdr.self)
        let kind = unsafe (memory + place + Self.packetTypeOffset).load(as: UInt8.self)
        var start = place + Int(header.tp_mac)
        var captured = header.tp_snaplen
        guard start >= place + Self.headerBytes, start + Int(captured) <= end else { return nil }
        var wireLength = header.tp_len
        if header.tp_status & UInt32(TP_STATUS_VLAN_VALID) != 0, captured >= 12, start - 4 >= place + Self.headerBytes {
            let identifier =
                header.tp_status & UInt32(TP_STATUS_VLAN_TPID_VALID) != 0 ? header.hv1.tp_vlan_tpid : 0x8100
            insertTag(at: start, identifier, UInt16(truncatingIfNeeded: header.hv1.tp_vlan_tci))
            start -= 4
            captured += 4
            wireLength &+= 4
        }
        let frame = FramePlace(
            offset: start, time: Int64(header.tp_sec) * 1_000_000_000 + Int64(header.tp_nsec), wireLength: wireLength,
            captured: min(captured, longest), direction: kind == UInt8(PACKET_OUTGOING) ? .egress : .ingress)
        return (frame, place + Int(header.tp_next_offset))
    }

    /// `tpacket3_hdr` and the `sockaddr_ll` behind it.
    private static var headerBytes: Int { 68 }
    /// `sll_pkttype` in the address behind the header of 48 octets.
    private static var packetTypeOffset: Int { 48 + 10 }

    /// Moves the two MAC addresses four octets to the front, and writes the tag behind them (IEEE 802.1Q section 9.3).
    private func insertTag(at start: Int, _ identifier: UInt16, _ control: UInt16) {
        // The caller has seen that there are 4 octets in front of the frame and 12 in it; the block is the reader's.
        let frame = unsafe memory + start
        unsafe memmove(frame - 4, frame, 12)
        unsafe (frame + 8).storeBytes(of: identifier.bigEndian, as: UInt16.self)
        unsafe (frame + 10).storeBytes(of: control.bigEndian, as: UInt16.self)
    }
}
