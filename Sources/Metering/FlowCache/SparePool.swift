/// A pool whose elements come and go: what few flows have and most have not.
struct SparePool<Element: BitwiseCopyable>: ~Copyable {
    private(set) var elements: EntryPool<Element>
    private var free: [UInt32] = []

    /// What an element costs, with its place in the list of free ones.
    static var bytesPerElement: Int { MemoryLayout<Element>.stride + MemoryLayout<UInt32>.stride }

    init(capacity: Int) { elements = EntryPool(capacity: capacity) }

    /// True when the next element is one that was given back.
    var hasFree: Bool { !free.isEmpty }
    /// Bytes of the elements handed out at least once.
    var bytes: Int { elements.count * Self.bytesPerElement }
    /// Elements in use.
    var count: Int { elements.count - free.count }

    /// - Precondition: the pool is not exhausted.
    mutating func take(_ value: Element) -> UInt32 {
        guard let index = free.popLast() else { return UInt32(elements.extend(with: value)) }
        elements[Int(index)] = value
        return index
    }

    mutating func give(_ index: UInt32) { free.append(index) }

    subscript(index: UInt32) -> Element {
        @inline(__always)
        _read { yield elements[Int(index)] }
        @inline(__always)
        _modify { yield &elements[Int(index)] }
    }
}
