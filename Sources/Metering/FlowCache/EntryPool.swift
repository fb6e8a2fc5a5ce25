import CPrefetch
import Glibc

/// A table of plain values addressed by index, whose elements are changed in place without the uniqueness and
/// exclusivity checks that an `Array` in a class or struct costs per access.
///
/// It takes address space for all of `capacity` at once, and memory page by page as `extend` hands elements out: it
/// grows without copying, and never holds two copies of itself. Elements begin at cache lines. A large pool asks for
/// huge pages: flows are looked up at random places, and each would cost a walk through the page tables besides.
///
/// The unsafe surface is this file: every access checks its index against the elements that were handed out, the memory
/// is freed with the pool. `Element` holds no references (`BitwiseCopyable`), so overwriting and forgetting it is free.
@safe struct EntryPool<Element: BitwiseCopyable>: ~Copyable {
    private let base: UnsafeMutablePointer<Element>
    /// The mapping that a large pool lies in, from its beginning to its end; nil for one of the heap.
    private let mapping: UnsafeMutableRawBufferPointer?
    let capacity: Int
    /// Elements handed out so far, the first ones; they alone may be accessed.
    private(set) var count = 0

    /// - Parameter capacity: the most elements there will ever be.
    init(capacity: Int) {
        self.capacity = max(1, capacity)
        let bytes = self.capacity * MemoryLayout<Element>.stride
        unsafe mapping = bytes >= Self.hugePage / 4 ? Self.map(bytes) : nil
        if let mapping = unsafe mapping, let start = mapping.baseAddress {
            // Huge pages begin at their own multiples; the mapping is longer by one, so that the pool can too.
            let memory = unsafe start.alignedUp(toMultipleOf: Self.hugePage)
            // A wish: where the kernel has none to give, or none at all, small pages do.
            if bytes >= 2 * Self.hugePage { _ = unsafe madvise(memory, bytes / Self.hugePage * Self.hugePage, MADV_HUGEPAGE) }
            unsafe base = memory.bindMemory(to: Element.self, capacity: self.capacity)
        } else {
            unsafe base = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
                .bindMemory(to: Element.self, capacity: self.capacity)
        }
    }

    private static var hugePage: Int { 2 << 20 }

    /// Address space of its own for a large pool: what a table has outgrown goes back to the kernel, where the heap would keep
    /// it. nil when there is none to be had; the heap then says so.
    private static func map(_ bytes: Int) -> UnsafeMutableRawBufferPointer? {
        let length = bytes + hugePage
        let flags = MAP_PRIVATE | Int32(MAP_ANONYMOUS) | Int32(MAP_NORESERVE)
        guard let start = unsafe mmap(nil, length, PROT_READ | PROT_WRITE, flags, -1, 0), unsafe start != MAP_FAILED else { return nil }
        return unsafe UnsafeMutableRawBufferPointer(start: start, count: length)
    }

    /// A pool all of whose elements are handed out, each a copy of `value`.
    init(repeating value: Element, count: Int) {
        self.init(capacity: count)
        self.count = capacity
        unsafe base.initialize(repeating: value, count: capacity)
    }

    deinit {
        if let mapping = unsafe mapping {
            unsafe munmap(mapping.baseAddress, mapping.count)
        } else {
            unsafe UnsafeMutableRawPointer(base).deallocate()
        }
    }

    /// Hands out the next element.
    ///
    /// - Precondition: there is one left.
    /// - Returns: its index.
    mutating func extend(with value: Element) -> Int {
        precondition(count < capacity)
        unsafe (base + count).initialize(to: value)
        count += 1
        return count - 1
    }

    /// Asks for an element's cache line ahead of its use. A hint alone, for which any index is good.
    @inline(__always)
    func prefetch(_ index: Int) { unsafe zonal_prefetch(base + index) }

    subscript(index: Int) -> Element {
        @inline(__always)
        unsafeAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            return unsafe UnsafePointer(base + index)
        }
        @inline(__always)
        unsafeMutableAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            return unsafe base + index
        }
    }
}
