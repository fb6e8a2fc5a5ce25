import Compression

/// Reads what `ColumnEncoder` wrote. Every length is checked against the row count before it is used.
///
/// Keeps a zstd context and its buffers: one decoder a thread. The loops are generic in this file alone, where the
/// compiler makes them for each width.
struct ColumnDecoder: ~Copyable {
    private var decompressor: ZstdDecompressor
    private var plane: [UInt8] = []

    init() throws(ZstdError) {
        decompressor = try ZstdDecompressor()
    }

    mutating func octets(_ column: EncodedColumn, rows: Int) throws(BlockDamage) -> [UInt8] {
        try values(column, rows: rows)
    }
    mutating func words16(_ column: EncodedColumn, rows: Int) throws(BlockDamage) -> [UInt16] {
        try values(column, rows: rows)
    }
    mutating func words32(_ column: EncodedColumn, rows: Int) throws(BlockDamage) -> [UInt32] {
        try values(column, rows: rows)
    }
    mutating func words64(_ column: EncodedColumn, rows: Int) throws(BlockDamage) -> [UInt64] {
        try values(column, rows: rows)
    }

    /// The ascending ids of a set of at most `limit`.
    mutating func set(_ column: EncodedColumn, limit: Int) throws(BlockDamage) -> [UInt32] {
        guard column.encoding == .set else { throw .unknownEncoding(column.encoding.rawValue) }
        let count = Int(try word(column.data, at: 0, octets: 4))
        let length = Int(try word(column.data, at: 4, octets: 4))
        // A gap takes one to five octets. Who says how many there are sets how much is unpacked.
        guard count <= limit, count <= length, length <= 5 * count else { throw .badNumber }
        var position = 8
        try readPlane(column.data, at: &position, rows: length)
        var reader = OctetReader(Array(plane[..<length]))
        var ids: [UInt32] = []
        ids.reserveCapacity(count)
        var id: UInt64 = 0
        for _ in 0..<count {
            id &+= try reader.varint()
            guard id <= UInt64(UInt32.max) else { throw .badNumber }
            ids.append(UInt32(id))
        }
        return ids
    }

    @inline(__always)
    private mutating func values<T: FixedWidthInteger & UnsignedInteger>(
        _ column: EncodedColumn, rows: Int
    ) throws(BlockDamage) -> [T] {
        guard column.minimum <= column.maximum, column.maximum <= UInt64(T.max) else { throw .badNumber }
        let base = T(truncatingIfNeeded: column.minimum)
        switch column.encoding {
        case .constant:
            return [T](repeating: base, count: rows)
        case .dictionary:
            return try dictionary(column, rows: rows)
        case .set:
            throw .unknownEncoding(column.encoding.rawValue)
        case .planes:
            var position = 0
            try readPlane(column.data, at: &position, rows: rows)
            let first = plane[..<rows]
            var result = first.map { base &+ T(truncatingIfNeeded: $0) }
            for index in 1..<max(1, column.width) {
                try readPlane(column.data, at: &position, rows: rows)
                let shift = T(truncatingIfNeeded: 8 * index)
                let next = plane.span.extracting(first: rows)
                for row in result.indices { result[row] &+= T(truncatingIfNeeded: next[row]) &<< shift }
            }
            guard position == column.data.count else { throw .badNumber }
            return result
        }
    }

    @inline(__always)
    private mutating func dictionary<T: FixedWidthInteger & UnsignedInteger>(
        _ column: EncodedColumn, rows: Int
    ) throws(BlockDamage) -> [T] {
        guard let last = column.data.first else { throw .cut }
        // 256 entries, so that an index that no value has reads as 0 and needs no check.
        var entries = [T](repeating: 0, count: 256)
        var position = 1
        for index in 0...Int(last) {
            entries[index] = T(truncatingIfNeeded: try word(column.data, at: position, octets: 8))
            position += 8
        }
        try readPlane(column.data, at: &position, rows: rows)
        guard position == column.data.count else { throw .badNumber }
        return plane[..<rows].map { entries[Int($0)] }
    }

    /// Fills the first `rows` octets of `plane`.
    private mutating func readPlane(_ data: [UInt8], at position: inout Int, rows: Int) throws(BlockDamage) {
        let header = try word(data, at: position, octets: 4)
        let length = Int(header & 0x7FFF_FFFF)
        position += 4
        guard length <= data.count - position else { throw .cut }
        let stored = data[position..<(position + length)]
        position += length
        if header & 0x8000_0000 != 0 {
            do {
                try decompressor.decompress(stored, count: rows, into: &plane)
            } catch {
                throw .badPlane(error.description)
            }
        } else {
            guard length == rows else { throw .badPlane("\(length) octets for \(rows) rows") }
            if plane.count < rows { plane = [UInt8](repeating: 0, count: rows) }
            plane.replaceSubrange(..<rows, with: stored)
        }
    }

    private func word(_ data: [UInt8], at position: Int, octets: Int) throws(BlockDamage) -> UInt64 {
        guard position >= 0, position <= data.count - octets else { throw .cut }
        var value: UInt64 = 0
        for index in 0..<octets { value |= UInt64(data[position + index]) << UInt64(8 * index) }
        return value
    }
}
