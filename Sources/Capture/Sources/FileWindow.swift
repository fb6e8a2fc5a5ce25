import Glibc

/// The part of a regular file that is at hand: mapped, or read into a buffer.
///
/// Mapping is twice as fast, but a mapped file that shrinks kills whoever touches the pages behind its new end. So a
/// file is mapped only while the process holds a read lease on it (`F_SETLEASE`): the kernel gives it when nobody has the
/// file open for writing, and lets nobody truncate it or open it for writing before the holder has let go (or
/// `/proc/sys/fs/lease-break-time`, 45 s, has passed). The lease is looked at before every batch of frames; when somebody
/// waits for the file, or there is no lease to be had (another's file, a network file system, a capture that is still
/// being written), it is read.
@safe struct FileWindow: ~Copyable {
    /// Large enough for any frame of the formats; small enough not to show in the resident set.
    static var mappedLength: Int { 8 << 20 }
    static var bufferLength: Int { 1 << 20 }

    private let descriptor: Int32
    private let size: Int
    /// The mapping or the buffer; nil before the first `move`.
    private var memory: UnsafeMutableRawPointer?
    private var memoryLength = 0
    private var isMapped = false
    private(set) var hasLease: Bool
    /// Place in the file of the first octet that is at hand.
    private(set) var start = 0
    private(set) var count = 0

    /// - Parameter descriptor: of a regular file open for reading only, which outlives the window.
    init(descriptor: Int32, size: Int) {
        self.descriptor = descriptor
        self.size = size
        // A program started meanwhile would keep the lease alive with the file.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        // Whoever waits for the file makes the kernel send a signal to the holder: SIGURG, which is ignored unless asked for,
        // instead of SIGIO, which ends a process. F_SETSIG is 10, F_SETLEASE 1024.
        hasLease = fcntl(descriptor, 10, SIGURG) == 0 && fcntl(descriptor, 1024, Int32(F_RDLCK)) == 0
        unsafe memory = nil
    }

    deinit { unsafe Self.release(memory, memoryLength, isMapped) }

    private static func release(_ memory: UnsafeMutableRawPointer?, _ length: Int, _ isMapped: Bool) {
        guard let memory = unsafe memory else { return }
        if isMapped { unsafe munmap(memory, length) } else { unsafe memory.deallocate() }
    }

    /// The octets at hand. Good until the next `move` or `keep`.
    var base: UnsafeRawPointer? {
        guard let memory = unsafe memory else { return nil }
        return unsafe UnsafeRawPointer(memory) + (isMapped ? start % Self.page : 0)
    }

    func withOctets<Result>(_ body: (borrowing RawSpan) -> Result) -> Result {
        guard let base = unsafe base else { return body(RawSpan()) }
        // `base` has `count` octets behind it, and stays for the length of the call.
        return body(unsafe RawSpan(_unsafeStart: base, byteCount: count))
    }

    /// True when the file has become shorter than what was read of it.
    var isPastEnd: Bool {
        var status = stat()
        return unsafe fstat(descriptor, &status) != 0 || Int(status.st_size) < start
    }

    private static var page: Int { 4096 }

    /// Looks whether the mapping may still be touched, and reads what it showed when not.
    ///
    /// - Returns: false when the file cannot be read any more.
    mutating func keep() -> Bool {
        guard isMapped else { return true }
        // F_GETLEASE is 1025; it tells what the lease is about to become when somebody waits for the file.
        if fcntl(descriptor, 1025) == Int32(F_RDLCK) { return true }
        return move(to: start)
    }

    /// Brings the octets from `offset` on.
    ///
    /// - Returns: false when they cannot be read. Behind the end of the file there are 0 octets, and that is no failure.
    mutating func move(to offset: Int) -> Bool {
        if hasLease, fcntl(descriptor, 1025) == Int32(F_RDLCK), map(offset) { return true }
        if hasLease {
            unsafe Self.release(memory, memoryLength, isMapped)
            unsafe memory = nil
            isMapped = false
            hasLease = false
            _ = fcntl(descriptor, 1024, Int32(F_UNLCK))
        }
        return read(offset)
    }

    private mutating func map(_ offset: Int) -> Bool {
        guard offset < size else {
            (start, count) = (offset, 0)
            return true
        }
        let first = offset / Self.page * Self.page
        let length = min(size - first, Self.mappedLength)
        guard let mapped = unsafe mmap(nil, length, PROT_READ, MAP_PRIVATE, descriptor, first), unsafe mapped != MAP_FAILED else {
            return false
        }
        // MADV_POPULATE_READ (22, Linux 5.14): brings the pages now, and says where touching them would fail. An older
        // kernel does not know it.
        if unsafe madvise(mapped, length, 22) != 0, errno != EINVAL {
            unsafe munmap(mapped, length)
            return false
        }
        unsafe Self.release(memory, memoryLength, isMapped)
        unsafe memory = mapped
        (memoryLength, isMapped, start, count) = (length, true, offset, first + length - offset)
        return true
    }

    private mutating func read(_ offset: Int) -> Bool {
        let buffer: UnsafeMutableRawPointer
        if let memory = unsafe memory {
            unsafe buffer = memory
        } else {
            unsafe buffer = .allocate(byteCount: Self.bufferLength, alignment: 16)
            unsafe memory = buffer
            memoryLength = Self.bufferLength
        }
        (start, count) = (offset, 0)
        while count < Self.bufferLength {
            let received = unsafe pread(descriptor, buffer + count, Self.bufferLength - count, off_t(offset + count))
            if received < 0, errno == EINTR { continue }
            guard received >= 0 else { return false }
            if received == 0 { break }
            count += received
        }
        return true
    }
}
