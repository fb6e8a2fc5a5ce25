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

    /// The rows whose number lies in low...low + span. Numbers are compared side by side, and eight answers are looked at
    /// together: where few rows pass, as of a port, that is several times as quick.
    @inline(__always)
    static func range<T: FixedWidthInteger & UnsignedInteger>(_ values: [T], low: T, span: T) -> RowSelection {
        few(values.count) { answers in
            let values = values.span
            var answers = answers.mutableSpan
            guard answers.count >= values.count else { return }
            for row in values.indices { answers[row] = values[row] &- low <= span ? 1 : 0 }
        }
    }

    /// The rows where a column or another one of the same length has this number.
    @inline(__always)
    static func either(_ values: [UInt32], or others: [UInt32], is number: UInt32) -> RowSelection {
        few(min(values.count, others.count)) { answers in
            let count = min(values.count, others.count)
            let values = values.span.extracting(first: count)
            let others = others.span.extracting(first: count)
            var answers = answers.mutableSpan
            guard answers.count >= count else { return }
            for row in values.indices {
                answers[row] = (values[row] == number ? 1 : 0) | (others[row] == number ? 1 : 0)
            }
        }
    }

    /// The rows whose answer, an octet that is 0 or not, is none of 0.
    private static func few(_ count: Int, _ answer: (inout [UInt8]) -> Void) -> RowSelection {
        var answers = [UInt8](repeating: 0, count: (count + 7) & ~7)
        answer(&answers)
        var kept: [Int32] = []
        unsafe answers.withUnsafeBytes { octets in
            for word in 0..<(octets.count / 8) {
                // Aligned or not, the eight octets are within the array.
                var eight = unsafe octets.loadUnaligned(fromByteOffset: word &* 8, as: UInt64.self).littleEndian
                while eight != 0 {
                    kept.append(Int32(truncatingIfNeeded: word &* 8 &+ eight.trailingZeroBitCount &>> 3))
                    eight &= eight &- 1
                }
            }
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
