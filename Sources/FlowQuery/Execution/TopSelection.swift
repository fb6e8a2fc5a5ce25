/// The first `limit` of 0..<`count` in an order, without sorting the rest: a heap whose top is the last of those kept.
enum TopSelection {
    /// - Parameter isBefore: a strict total order.
    /// - Complexity: O(count) when few displace others, at worst O(count × log limit).
    @inline(__always)
    static func first(_ limit: Int, of count: Int, by isBefore: (Int, Int) -> Bool) -> [Int] {
        guard limit > 0 else { return [] }
        if count <= limit { return Array(0..<count).sorted(by: isBefore) }
        var heap = Array(0..<limit)
        for start in stride(from: limit / 2 - 1, through: 0, by: -1) { sink(&heap, start, isBefore) }
        for candidate in limit..<count where isBefore(candidate, heap[0]) {
            heap[0] = candidate
            sink(&heap, 0, isBefore)
        }
        return heap.sorted(by: isBefore)
    }

    private static func sink(_ heap: inout [Int], _ start: Int, _ isBefore: (Int, Int) -> Bool) {
        var parent = start
        while true {
            var last = parent
            for child in [parent * 2 + 1, parent * 2 + 2] where child < heap.count {
                if isBefore(heap[last], heap[child]) { last = child }
            }
            if last == parent { return }
            heap.swapAt(parent, last)
            parent = last
        }
    }
}
