/// Some rows of a selection: what is worked on at a time.
struct RowChunk {
    let list: ArraySlice<Int32>?
    let first: Int
    let count: Int

    /// Rows of a chunk: the words of their keys stay in the nearest cache.
    static let limit = 4096

    init(_ selection: RowSelection, from start: Int) {
        count = min(Self.limit, selection.count - start)
        first = start
        list = selection.rows?[start..<(start + count)]
    }

    /// Calls with the place in the chunk, from 0, and the row.
    @inline(__always)
    func forEach(_ body: (_ next: Int, _ row: Int) -> Void) {
        if let list {
            var next = 0
            for row in list {
                body(next, Int(row))
                next &+= 1
            }
        } else {
            for next in 0..<count { body(next, first &+ next) }
        }
    }

    /// The row at a place.
    @inline(__always)
    func row(_ next: Int) -> Int { list.map { Int($0[$0.startIndex &+ next]) } ?? first &+ next }
}
