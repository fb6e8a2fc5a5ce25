import Compression

/// Codes columns of whole numbers: constant, small dictionary, or byte planes over a frame of reference, each plane in a
/// zstd frame of its own (measured: smaller and quicker to read than one frame a column).
///
/// Keeps a zstd context and its buffers: one encoder a writer.
struct ColumnEncoder: ~Copyable {
    private var compressor: ZstdCompressor
    private var plane: [UInt8] = []
    private var slots = [UInt16](repeating: .max, count: 1024)
    private var keys = [UInt64](repeating: 0, count: 256)

    init(level: Int32 = 1) throws(ZstdError) {
        compressor = try ZstdCompressor(level: level)
    }

    mutating func encode(_ values: [UInt64]) throws(ZstdError) -> EncodedColumn {
        var minimum = UInt64.max
        var maximum: UInt64 = 0
        for value in values {
            minimum = min(minimum, value)
            maximum = max(maximum, value)
        }
        guard minimum < maximum else {
            let value = values.first ?? 0
            return EncodedColumn(encoding: .constant, minimum: value, maximum: value, data: [])
        }
        let width = EncodedColumn.width(minimum, maximum)
        if plane.count != values.count { plane = [UInt8](repeating: 0, count: values.count) }
        var column = EncodedColumn(encoding: .planes, minimum: minimum, maximum: maximum, data: [])
        if width >= 2, let count = indexSmall(values), 8 * count + values.count < width * values.count {
            column.encoding = .dictionary
            column.data.append(UInt8(truncatingIfNeeded: count - 1))
            for key in keys[..<count] { Self.append(key, octets: 8, to: &column.data) }
            try appendPlane(to: &column.data)
            return column
        }
        for index in 0..<width {
            let shift = UInt64(truncatingIfNeeded: 8 * index)
            for row in plane.indices { plane[row] = UInt8(truncatingIfNeeded: (values[row] &- minimum) &>> shift) }
            try appendPlane(to: &column.data)
        }
        return column
    }

    /// Fills `plane` with indices into `keys`; nil when there are more than 256 different values.
    private mutating func indexSmall(_ values: [UInt64]) -> Int? {
        for slot in slots.indices { slots[slot] = .max }
        var count = 0
        for row in plane.indices {
            let value = values[row]
            var slot = Int(truncatingIfNeeded: (value &* 0x9E37_79B9_7F4A_7C15) &>> 54)
            while slots[slot] != .max, keys[Int(slots[slot])] != value { slot = (slot &+ 1) & 1023 }
            if slots[slot] == .max {
                if count == 256 { return nil }
                keys[count] = value
                slots[slot] = UInt16(truncatingIfNeeded: count)
                count &+= 1
            }
            plane[row] = UInt8(truncatingIfNeeded: slots[slot])
        }
        return count
    }

    /// The length in four octets, top bit set for zstd, then the plane: packed when that saves a 32nd part at least.
    private mutating func appendPlane(to data: inout [UInt8]) throws(ZstdError) {
        let header = data.count
        data.append(contentsOf: [0, 0, 0, 0])
        var length = plane.count
        var isPacked = false
        if plane.count >= 64 {
            length = try compressor.compress(plane, appendingTo: &data)
            isPacked = length + length / 32 < plane.count
            if !isPacked { data.removeLast(length) }
        }
        if !isPacked {
            length = plane.count
            data.append(contentsOf: plane)
        }
        let word = UInt64(length) | (isPacked ? 0x8000_0000 : 0)
        for index in 0..<4 { data[header + index] = UInt8(truncatingIfNeeded: word >> UInt64(8 * index)) }
    }

    /// Codes an ascending set of ids: gaps as varints, then zstd where that is smaller.
    mutating func encode(set ids: [UInt32]) throws(ZstdError) -> EncodedColumn {
        var writer = OctetWriter()
        var previous: UInt32 = 0
        for id in ids {
            writer.append(varint: UInt64(id &- previous))
            previous = id
        }
        plane = writer.octets
        var data: [UInt8] = []
        Self.append(UInt64(ids.count), octets: 4, to: &data)
        Self.append(UInt64(plane.count), octets: 4, to: &data)
        try appendPlane(to: &data)
        return EncodedColumn(
            encoding: .set, minimum: UInt64(ids.first ?? 0), maximum: UInt64(ids.last ?? 0), data: data)
    }

    private static func append(_ value: UInt64, octets: Int, to data: inout [UInt8]) {
        for index in 0..<octets { data.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }
}
