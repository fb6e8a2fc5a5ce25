/// Tells quickly whether codes lie in a set.
struct NumberMatcher: Sendable {
    private enum Form: Sendable {
        case never
        /// first...first + width
        case range(first: UInt64, width: UInt64)
        /// One bit for each of 0..<65536.
        case bits([UInt64])
        case ranges(NumberSet)
    }
    private let form: Form

    /// - Parameter domain: the codes of present values; nothing outside it matches.
    init(_ set: NumberSet, domain: ClosedRange<UInt64>) {
        let present = set.clamped(to: domain)
        if present.isEmpty {
            form = .never
        } else if present.ranges.count == 1, let only = present.ranges.first {
            form = .range(first: only.lowerBound, width: only.upperBound - only.lowerBound)
        } else if domain.upperBound < 65536 {
            var bits = [UInt64](repeating: 0, count: 1024)
            for range in present.ranges {
                for value in range { bits[Int(value >> 6)] |= 1 << (value & 63) }
            }
            form = .bits(bits)
        } else {
            form = .ranges(present)
        }
    }

    func keep(_ selection: RowSelection, _ column: NumberColumn) -> RowSelection {
        // Of narrow columns a range is compared side by side.
        switch column {
        case .octets(let values):
            narrow(selection, values) ?? keep(selection) { UInt64(values[$0]) }
        case .shorts(let values):
            narrow(selection, values) ?? keep(selection) { UInt64(values[$0]) }
        case .words(let values):
            narrow(selection, values) ?? keep(selection) { UInt64(values[$0]) }
        case .longs(let values): keep(selection) { values[$0] }
        case .times(let values): keep(selection) { FieldCode.time(values[$0]) }
        case .computed(let value): keep(selection, value)
        }
    }

    @inline(__always)
    private func keep(_ selection: RowSelection, _ code: (Int) -> UInt64) -> RowSelection {
        switch form {
        case .never: return .none
        case .range(let first, let width): return selection.keeping { code($0) &- first <= width }
        case .bits(let bits):
            return selection.keeping { row in
                let value = code(row)
                return value < 65536 && bits[Int(truncatingIfNeeded: value >> 6)] >> (value & 63) & 1 != 0
            }
        case .ranges(let set): return selection.keeping { set.contains(code($0)) }
        }
    }

    /// nil where the set is no range. Past what the column can hold the range is cut.
    @inline(__always)
    private func narrow<T: FixedWidthInteger & UnsignedInteger>(_ selection: RowSelection, _ values: [T]) -> RowSelection? {
        guard case .range(let first, let width) = form, selection.rows == nil, selection.count == values.count else { return nil }
        guard first <= UInt64(T.max) else { return RowSelection.none }
        let low = T(truncatingIfNeeded: first)
        let span = T(truncatingIfNeeded: min(width, UInt64(T.max) - first))
        return RowSelection.range(values, low: low, span: span)
    }

    /// The rows where one of two columns of ports matches.
    func keepEither(_ selection: RowSelection, _ first: [UInt16], _ second: [UInt16]) -> RowSelection {
        switch form {
        case .never: return .none
        case .range(let lowest, let width):
            return selection.keeping { row in
                let a = UInt64(first[row]) &- lowest <= width
                let b = UInt64(second[row]) &- lowest <= width
                return a != b || a
            }
        case .bits(let bits):
            return selection.keeping { row in
                let a = UInt64(first[row])
                let b = UInt64(second[row])
                return (bits[Int(a >> 6)] >> (a & 63) | bits[Int(b >> 6)] >> (b & 63)) & 1 != 0
            }
        case .ranges(let set):
            return selection.keeping { set.contains(UInt64(first[$0])) || set.contains(UInt64(second[$0])) }
        }
    }
}
