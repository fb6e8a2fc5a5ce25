import FlowModel

/// The rows that wait for their other half: found by their key, and in the order in which they came.
///
/// Its memory is asked for once, and touched as it is needed; putting a row in and taking it out allocate nothing.
struct WaitingRows: Sendable {
    struct Entry: BitwiseCopyable, Sendable {
        var key: JoinKey
        var arrivalMilliseconds: Int64
        /// The next one of the same bucket: an older one.
        var next: Int32
        var hash: UInt32
        /// The row's destination is the lower end of the key.
        var isTurned: Bool
        /// Why it will go on unjoined if nothing more happens.
        var refusal: JoinRefusal
    }

    /// What a row takes: itself, its entry, its places in the order and in the buckets.
    static let bytesPerRow = MemoryLayout<FlowRecord>.stride + MemoryLayout<Entry>.stride + 16
    private static let none: Int32 = -1

    private(set) var records: [FlowRecord] = []
    var entries: [Entry] = []
    private var buckets: [Int32]
    private let mask: UInt32
    private var free: [Int32] = []
    private var order = RecencyList()
    private(set) var count = 0

    /// - Parameter capacity: rows, one more than ever stay.
    init(capacity: Int) {
        var size = 64
        while size < capacity, size < 1 << 24 { size *= 2 }
        buckets = [Int32](repeating: Self.none, count: size)
        mask = UInt32(size - 1)
        records.reserveCapacity(capacity)
        entries.reserveCapacity(capacity)
    }

    /// The place of the row that has waited for longest.
    var oldest: Int? { order.oldest }

    /// The newest row of a bucket; −1 for none.
    @inline(__always)
    func first(_ hash: UInt32) -> Int32 { buckets[Int(hash & mask)] }

    mutating func insert(
        _ record: FlowRecord, _ key: JoinKey, _ hash: UInt32, isTurned: Bool, refusal: JoinRefusal, at now: Int64
    ) {
        let bucket = Int(hash & mask)
        let entry = Entry(
            key: key, arrivalMilliseconds: now, next: buckets[bucket], hash: hash, isTurned: isTurned, refusal: refusal)
        let slot: Int
        if let place = free.popLast() {
            slot = Int(place)
            records[slot] = record
            entries[slot] = entry
        } else {
            slot = records.count
            records.append(record)
            entries.append(entry)
        }
        buckets[bucket] = Int32(truncatingIfNeeded: slot)
        order.touch(slot)
        count += 1
    }

    /// Takes a row out; what it held can be read until the next one is put in.
    mutating func remove(_ slot: Int) {
        let bucket = Int(entries[slot].hash & mask)
        let place = Int32(truncatingIfNeeded: slot)
        if buckets[bucket] == place {
            buckets[bucket] = entries[slot].next
        } else {
            var before = Int(buckets[bucket])
            while entries[before].next != place { before = Int(entries[before].next) }
            entries[before].next = entries[slot].next
        }
        order.remove(slot)
        free.append(place)
        count -= 1
    }
}
