import Compression

/// Reads what `ColumnEncoder` wrote. Every length is checked against the row count before it is used.
///
/// Keeps a zstd context and its buffers: one decoder a thread. The loops are generic in this file alone, where the
/// compiler makes them for each width; they fill an array that the caller keeps from block to block.
struct ColumnDecoder: ~Copyable {
    private var decompressor: ZstdDecompressor
    /// The planes of a column, one after the other.
    private var planes: [UInt8] = []
    private var scratch: [UInt8] = []

    init() throws(ZstdError) {
        decompressor = try ZstdDecompressor()
    }

    /// Reads a column into `output`, which is as long as there are rows afterwards.
    ///
    /// - Parameters:
    ///   - rows: of the block.
    ///   - selected: only these, ascending and below `rows`; nil is all.
    ///   - bias: added to each value (wrapping), such as −1 for a column that holds one more than the value.
    mutating func octets(
        _ column: EncodedColumn, rows: Int, selected: [Int32]? = nil, bias: UInt8 = 0, into output: inout [UInt8]
    ) throws(BlockDamage) {
        try values(column, rows, selected, limit: UInt64(UInt8.max), bias, &output)
    }
    mutating func words16(
        _ column: EncodedColumn, rows: Int, selected: [Int32]? = nil, bias: UInt16 = 0, into output: inout [UInt16]
    ) throws(BlockDamage) {
        try values(column, rows, selected, limit: UInt64(UInt16.max), bias, &output)
    }
    mutating func words32(
        _ column: EncodedColumn, rows: Int, selected: [Int32]? = nil, bias: UInt32 = 0, into output: inout [UInt32]
    ) throws(BlockDamage) {
        try values(column, rows, selected, limit: UInt64(UInt32.max), bias, &output)
    }
    mutating func words64(
        _ column: EncodedColumn, rows: Int, selected: [Int32]? = nil, bias: UInt64 = 0, into output: inout [UInt64]
    ) throws(BlockDamage) {
        try values(column, rows, selected, limit: .max, bias, &output)
    }
    mutating func times(
        _ column: EncodedColumn, rows: Int, selected: [Int32]? = nil, bias: Int64 = 0, into output: inout [Int64]
    ) throws(BlockDamage) {
        try values(column, rows, selected, limit: .max, bias, &output)
    }

    private mutating func values<T: FixedWidthInteger>(
        _ column: EncodedColumn, _ rows: Int, _ selected: [Int32]?, limit: UInt64, _ bias: T, _ output: inout [T]
    ) throws(BlockDamage) {
        guard column.minimum <= column.maximum, column.maximum <= limit else { throw .badNumber }
        let base = T(truncatingIfNeeded: column.minimum) &+ bias
        let count = selected?.count ?? rows
        if column.encoding == .constant {
            if output.count == count {
                for row in output.indices { output[row] = base }
            } else {
                output = [T](repeating: base, count: count)
            }
            return
        }
        if output.count != count { output = [T](repeating: 0, count: count) }
        switch column.encoding {
        case .constant, .set, .bitmap:
            throw .unknownEncoding(column.encoding.rawValue)
        case .dictionary, .indexed:
            let entries: [T] = try readEntries(column, limit: 256, bias)
            var position = 1 + entriesLength
            try readPlane(column.data, at: &position, length: rows, to: 0)
            guard position == column.data.count else { throw .badNumber }
            if let selected {
                for (place, row) in selected.enumerated() { output[place] = entries[Int(planes[Int(row)])] }
            } else {
                let indices = planes.span.extracting(first: rows)
                for row in indices.indices { output[row] = entries[Int(indices[row])] }
            }
        case .packed:
            try unpack(column, rows, selected, bias, &output)
        case .planes:
            let width = max(1, column.width)
            var position = 0
            for plane in 0..<width { try readPlane(column.data, at: &position, length: rows, to: plane * rows) }
            guard position == column.data.count else { throw .badNumber }
            if let selected {
                gather(selected, rows, width, base, &output)
            } else {
                widen(rows, width, base, &output)
            }
        }
    }

    // MARK: - Planes

    private func gather<T: FixedWidthInteger>(
        _ selected: [Int32], _ rows: Int, _ width: Int, _ base: T, _ output: inout [T]
    ) {
        for place in selected.indices {
            var value = base
            for plane in 0..<width {
                value &+= T(truncatingIfNeeded: planes[plane &* rows &+ Int(selected[place])]) &<< T(truncatingIfNeeded: 8 * plane)
            }
            output[place] = value
        }
    }

    private func widen<T: FixedWidthInteger>(_ rows: Int, _ width: Int, _ base: T, _ output: inout [T]) {
        // A span a plane, each as long as the loop: so written, the compiler hoists the checks and uses vectors.
        var output = output.mutableSpan
        let all = planes.span
        let first = all.extracting(0..<rows)
        switch width {
        case 1:
            for row in first.indices { output[row] = base &+ T(truncatingIfNeeded: first[row]) }
        case 2:
            let second = all.extracting(rows..<(2 * rows))
            for row in first.indices {
                output[row] = base &+ (T(truncatingIfNeeded: first[row]) | T(truncatingIfNeeded: second[row]) &<< 8)
            }
        case 3:
            let second = all.extracting(rows..<(2 * rows))
            let third = all.extracting((2 * rows)..<(3 * rows))
            for row in first.indices {
                output[row] =
                    base
                    &+ (T(truncatingIfNeeded: first[row]) | T(truncatingIfNeeded: second[row]) &<< 8
                        | T(truncatingIfNeeded: third[row]) &<< 16)
            }
        default:
            for row in first.indices { output[row] = base &+ T(truncatingIfNeeded: first[row]) }
            for plane in 1..<width {
                let shift = T(truncatingIfNeeded: 8 * plane)
                let next = all.extracting((plane * rows)..<((plane + 1) * rows))
                for row in next.indices { output[row] &+= T(truncatingIfNeeded: next[row]) &<< shift }
            }
        }
    }

    // MARK: - Small dictionaries

    /// Octets that the values of the last `readEntries` took.
    private var entriesLength = 0

    private mutating func readEntries<T: FixedWidthInteger>(
        _ column: EncodedColumn, limit: Int, _ bias: T
    ) throws(BlockDamage) -> [T] {
        guard let last = column.data.first, Int(last) < limit else { throw .cut }
        let length = 8 * (Int(last) + 1)
        var position = 1
        if column.encoding == .dictionary {
            guard length <= column.data.count - 1 else { throw .cut }
            scratch = Array(column.data[1..<(1 + length)])
            position += length
        } else {
            try readPlane(column.data, at: &position, length: length, to: 0)
            scratch = Array(planes[..<length])
        }
        entriesLength = position - 1
        // As many entries as an index has values, so that one that no value has reads as 0 and needs no check.
        var entries = [T](repeating: 0, count: limit)
        var (least, most) = (UInt64.max, UInt64(0))
        for index in 0...Int(last) {
            let value = word(scratch, 8 * index)
            (least, most) = (min(least, value), max(most, value))
            entries[index] = T(truncatingIfNeeded: value) &+ bias
        }
        // Two values alone are too short for a frame with a checksum; the bounds are under that of the directory.
        guard least == column.minimum, most == column.maximum else { throw .badNumber }
        return entries
    }

    private func word(_ octets: [UInt8], _ position: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<8 { value |= UInt64(octets[position + index]) << UInt64(8 * index) }
        return value
    }

    private mutating func unpack<T: FixedWidthInteger>(
        _ column: EncodedColumn, _ rows: Int, _ selected: [Int32]?, _ bias: T, _ output: inout [T]
    ) throws(BlockDamage) {
        let entries: [T] = try readEntries(column, limit: 16, bias)
        let bits = EncodedColumn.indexBits(Int(column.data.first ?? 0) + 1)
        let perOctet = 8 / bits
        let length = (rows + perOctet - 1) / perOctet
        var position = 1 + entriesLength
        try readPlane(column.data, at: &position, length: length, to: 0)
        guard position == column.data.count else { throw .badNumber }
        let mask = UInt8(1 << bits - 1)
        if let selected {
            for (place, row) in selected.enumerated() {
                let octet = planes[Int(row) / perOctet]
                output[place] = entries[Int(octet >> UInt8(Int(row) % perOctet * bits) & mask)]
            }
            return
        }
        var output = output.mutableSpan
        let whole = rows / perOctet
        let indices = planes.span.extracting(first: length)
        let entriesSpan = entries.span
        for place in 0..<whole {
            var octet = indices[place]
            let row = place &* perOctet
            for offset in 0..<perOctet {
                output[row &+ offset] = entriesSpan[Int(octet & mask)]
                octet &>>= UInt8(truncatingIfNeeded: bits)
            }
        }
        for row in (whole * perOctet)..<rows {
            output[row] = entries[Int(indices[row / perOctet] >> UInt8(row % perOctet * bits) & mask)]
        }
    }

    // MARK: - Sets

    /// The ascending ids of a set of at most `limit`.
    mutating func set(_ column: EncodedColumn, limit: Int) throws(BlockDamage) -> [UInt32] {
        var ids: [UInt32] = []
        if column.encoding == .bitmap {
            let first = UInt32(truncatingIfNeeded: column.minimum & ~63)
            let words = try bits(column, limit: limit)
            guard words.reduce(0, { $0 + $1.nonzeroBitCount }) <= limit else { throw .badNumber }
            for (index, word) in words.enumerated() {
                var rest = word
                while rest != 0 {
                    ids.append(first &+ UInt32(truncatingIfNeeded: index &* 64 &+ rest.trailingZeroBitCount))
                    rest &= rest &- 1
                }
            }
            return ids
        }
        guard column.encoding == .set else { throw .unknownEncoding(column.encoding.rawValue) }
        let count = Int(try length(column.data, at: 0))
        let length = Int(try self.length(column.data, at: 4))
        // A gap takes one to five octets. Who says how many there are sets how much is unpacked.
        guard count <= limit, count <= length, length <= 5 * count else { throw .badNumber }
        var position = 8
        try readPlane(column.data, at: &position, length: length, to: 0)
        var reader = OctetReader(Array(planes[..<length]))
        ids.reserveCapacity(count)
        var id: UInt64 = 0
        for _ in 0..<count {
            id &+= try reader.varint()
            guard id <= UInt64(UInt32.max) else { throw .badNumber }
            ids.append(UInt32(id))
        }
        guard reader.isAtEnd else { throw .badNumber }
        return ids
    }

    /// The bits of a set that is a bitmap: bit i % 64 of word i / 64 stands for id `minimum` & ~63 + i.
    ///
    /// - Parameter limit: ids of the set at most. A bitmap is taken where it has little more octets than gaps would have,
    ///   which bounds its words too.
    mutating func bits(_ column: EncodedColumn, limit: Int) throws(BlockDamage) -> [UInt64] {
        guard column.encoding == .bitmap, column.minimum <= column.maximum, column.maximum < UInt64(BlockHeader.localBase)
        else { throw .badNumber }
        let count = Int(column.maximum >> 6 - column.minimum >> 6) + 1
        guard count <= limit + 64 else { throw .badNumber }
        var position = 0
        try readPlane(column.data, at: &position, length: 8 * count, to: 0)
        guard position == column.data.count else { throw .badNumber }
        return (0..<count).map { word(planes, 8 * $0) }
    }

    // MARK: - Octets

    /// Reads one plane of `length` octets to `planes` from `start` on.
    private mutating func readPlane(
        _ data: [UInt8], at position: inout Int, length: Int, to start: Int
    ) throws(BlockDamage) {
        let header = try self.length(data, at: position)
        let stored = Int(header & 0x7FFF_FFFF)
        position += 4
        guard stored <= data.count - position else { throw .cut }
        let octets = data[position..<(position + stored)]
        position += stored
        if header & 0x8000_0000 != 0 {
            do {
                try decompressor.decompress(octets, count: length, into: &planes, at: start)
            } catch {
                throw .badPlane(error.description)
            }
        } else {
            guard stored == length else { throw .badPlane("\(stored) octets for \(length)") }
            if planes.count < start + length {
                planes.append(contentsOf: repeatElement(0, count: start + length - planes.count))
            }
            planes.replaceSubrange(start..<(start + length), with: octets)
        }
    }

    private func length(_ data: [UInt8], at position: Int) throws(BlockDamage) -> UInt64 {
        guard position >= 0, position <= data.count - 4 else { throw .cut }
        var value: UInt64 = 0
        for index in 0..<4 { value |= UInt64(data[position + index]) << UInt64(8 * index) }
        return value
    }
}
