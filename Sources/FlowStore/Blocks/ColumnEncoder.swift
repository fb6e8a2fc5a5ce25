import Compression

/// Codes columns of whole numbers: constant, small dictionaries, or byte planes over a frame of reference, each plane in a
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
        if let count = indexSmall(values, limit: width == 1 ? 16 : 256) {
            let bits = count <= 16 ? EncodedColumn.indexBits(count) : 8
            if 8 * count + values.count * bits / 8 < width * values.count {
                column.encoding = count <= 16 ? .packed : .indexed
                column.data.append(UInt8(truncatingIfNeeded: count - 1))
                let indices = plane
                plane = []
                for key in keys[..<count] { Self.append(key, octets: 8, to: &plane) }
                try appendPlane(to: &column.data)
                plane = count <= 16 ? Self.packed(indices, bits: bits) : indices
                try appendPlane(to: &column.data)
                return column
            }
        }
        for index in 0..<width {
            let shift = UInt64(truncatingIfNeeded: 8 * index)
            for row in plane.indices { plane[row] = UInt8(truncatingIfNeeded: (values[row] &- minimum) &>> shift) }
            try appendPlane(to: &column.data)
        }
        return column
    }

    /// Indices of 1, 2 or 4 bits, the first in the lowest bits of an octet: fewer octets for zstd to go through, and fewer
    /// bits than its least of one an index.
    private static func packed(_ indices: [UInt8], bits: Int) -> [UInt8] {
        let perOctet = 8 / bits
        var octets = [UInt8](repeating: 0, count: (indices.count + perOctet - 1) / perOctet)
        for place in octets.indices {
            var octet: UInt8 = 0
            for offset in 0..<min(perOctet, indices.count - place * perOctet) {
                octet |= indices[place &* perOctet &+ offset] &<< UInt8(truncatingIfNeeded: offset &* bits)
            }
            octets[place] = octet
        }
        return octets
    }

    /// Fills `plane` with indices into `keys`; nil when there are more than `limit` different values, 256 at most.
    private mutating func indexSmall(_ values: [UInt64], limit: Int) -> Int? {
        for slot in slots.indices { slots[slot] = .max }
        var count = 0
        for row in plane.indices {
            let value = values[row]
            var slot = Int(truncatingIfNeeded: (value &* 0x9E37_79B9_7F4A_7C15) &>> 54)
            while slots[slot] != .max, keys[Int(slots[slot])] != value { slot = (slot &+ 1) & 1023 }
            if slots[slot] == .max {
                if count == limit { return nil }
                keys[count] = value
                slots[slot] = UInt16(truncatingIfNeeded: count)
                count &+= 1
            }
            plane[row] = UInt8(truncatingIfNeeded: slots[slot])
        }
        return count
    }

    /// The length in four octets, top bit set for zstd, then the plane: a zstd frame, whose checksum finds damage, also
    /// where it saves nothing. Only what stands in the directory for certain, which has a checksum itself, is left as it is.
    private mutating func appendPlane(to data: inout [UInt8]) throws(ZstdError) {
        let header = data.count
        data.append(contentsOf: [0, 0, 0, 0])
        let isFramed = plane.count >= EncodedColumn.framedLength
        if isFramed {
            try compressor.compress(plane, appendingTo: &data)
        } else {
            data.append(contentsOf: plane)
        }
        let word = UInt64(data.count - header - 4) | (isFramed ? 0x8000_0000 : 0)
        for index in 0..<4 { data[header + index] = UInt8(truncatingIfNeeded: word >> UInt64(8 * index)) }
    }

    /// Codes an ascending set of ids: as bits, which are looked into without being unpacked, or as gaps where these are much
    /// smaller.
    mutating func encode(set ids: [UInt32]) throws(ZstdError) -> EncodedColumn {
        let (minimum, maximum) = (UInt64(ids.first ?? 0), UInt64(ids.last ?? 0))
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
        let words = Int(maximum >> 6 - minimum >> 6) + 1
        if 8 * words <= data.count + data.count / 4 {
            plane = [UInt8](repeating: 0, count: 8 * words)
            let first = minimum & ~63
            for id in ids { plane[Int(UInt64(id) - first) >> 3] |= 1 << UInt8(truncatingIfNeeded: id & 7) }
            data = []
            try appendPlane(to: &data)
            return EncodedColumn(encoding: .bitmap, minimum: minimum, maximum: maximum, data: data)
        }
        return EncodedColumn(encoding: .set, minimum: minimum, maximum: maximum, data: data)
    }

    private static func append(_ value: UInt64, octets: Int, to data: inout [UInt8]) {
        for index in 0..<octets { data.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }
}
