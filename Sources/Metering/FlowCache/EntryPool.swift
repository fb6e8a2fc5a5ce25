/// A growing array of plain values addressed by index, whose elements are changed in place without the uniqueness and
/// exclusivity checks that an `Array` in a class or struct costs per access.
///
/// The unsafe surface is this file: indices come from the flow table alone, every access checks them, the memory is
/// freed with the pool. `Element` holds no references (`BitwiseCopyable`), so moving and forgetting it is free.
@safe struct EntryPool<Element: BitwiseCopyable>: ~Copyable {
    private var base: UnsafeMutablePointer<Element>
    private(set) var capacity: Int

    /// Allocates `capacity` elements, each a copy of `value`.
    init(capacity: Int, repeating value: Element) {
        self.capacity = max(1, capacity)
        unsafe base = .allocate(capacity: self.capacity)
        unsafe base.initialize(repeating: value, count: self.capacity)
    }

    deinit { unsafe base.deallocate() }

    /// Makes room for `newCapacity` elements; new ones are copies of `value`.
    mutating func grow(to newCapacity: Int, repeating value: Element) {
        guard newCapacity > capacity else { return }
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: newCapacity)
        unsafe larger.update(from: base, count: capacity)
        unsafe (larger + capacity).initialize(repeating: value, count: newCapacity - capacity)
        unsafe base.deallocate()
        unsafe base = larger
        capacity = newCapacity
    }

    subscript(index: Int) -> Element {
        @inline(__always)
        unsafeAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: capacity))
            return unsafe UnsafePointer(base + index)
        }
        @inline(__always)
        unsafeMutableAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: capacity))
            return unsafe base + index
        }
    }
}
