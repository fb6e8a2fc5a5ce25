/// Rows of a batch that are still in question, ascending.
package struct RowSelection: Sendable {
    /// nil stands for all of 0..<count.
    package var rows: [Int32]?
    package var count: Int

    package static func all(_ count: Int) -> RowSelection { RowSelection(rows: nil, count: count) }
    static var none: RowSelection { RowSelection(rows: [], count: 0) }

    init(rows: [Int32]?, count: Int) {
        self.rows = rows
        self.count = count
    }

    init(_ rows: [Int32]) {
        self.init(rows: rows, count: rows.count)
    }

    /// The rows as a list.
    package var list: [Int32] { rows ?? Array(0..<Int32(truncatingIfNeeded: count)) }

    /// The rows that pass. Without branches on the outcome: a row is written always and counted when it passes.
    @inline(__always)
    func keeping(_ passes: (Int) -> Bool) -> RowSelection {
        let kept = unsafe [Int32](unsafeUninitializedCapacity: count) { buffer, written in
            // At most `count` writes, each below the capacity, and only what was written is counted.
            var next = 0
            if let rows {
                for row in rows {
                    unsafe buffer[next] = row
                    next &+= passes(Int(row)) ? 1 : 0
                }
            } else {
                for row in 0..<count {
                    unsafe buffer[next] = Int32(truncatingIfNeeded: row)
                    next &+= passes(row) ? 1 : 0
                }
            }
            written = next
        }
        return RowSelection(kept)
    }

    /// The rows that are not in `other`, which is a part of this.
    func subtracting(_ other: RowSelection) -> RowSelection {
        guard let gone = other.rows else { return .none }
        if gone.isEmpty { return self }
        if gone.count == count { return .none }
        var left: [Int32] = []
        left.reserveCapacity(count - gone.count)
        var index = 0
        func visit(_ row: Int32) {
            if index < gone.count, gone[index] == row { index += 1 } else { left.append(row) }
        }
        if let rows {
            for row in rows { visit(row) }
        } else {
            for row in 0..<Int32(truncatingIfNeeded: count) { visit(row) }
        }
        return RowSelection(left)
    }

    /// The rows of both, which share none.
    func merging(_ other: RowSelection) -> RowSelection {
        if count == 0 { return other }
        if other.count == 0 { return self }
        let a = list
        let b = other.list
        var merged: [Int32] = []
        merged.reserveCapacity(a.count + b.count)
        var i = 0
        var j = 0
        while i < a.count, j < b.count {
            if a[i] < b[j] {
                merged.append(a[i])
                i += 1
            } else {
                merged.append(b[j])
                j += 1
            }
        }
        merged.append(contentsOf: a[i...])
        merged.append(contentsOf: b[j...])
        return RowSelection(merged)
    }
}
