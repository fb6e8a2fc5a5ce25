import FlowModel

/// Where one field of some records stands, and the rows that it is for.
struct FieldPlace {
    /// Of the first record's field; the next ones follow `stride` octets apart.
    var offset: Int
    var stride: Int
    var length: Int
    var rows: Range<Int>

    /// Sets a column's rows from unsigned integers of 1 to 8 octets. Other lengths leave the column as it is.
    @inline(__always)
    func fill<T>(_ column: inout [T], _ bytes: RawSpan, _ make: (UInt64) -> T) {
        merge(&column, bytes) { value, _ in make(value) }
    }

    /// Sets a column's rows from unsigned integers and what the rows hold.
    @inline(__always)
    func merge<T>(_ column: inout [T], _ bytes: RawSpan, _ make: (UInt64, T) -> T) {
        var target = column.mutableSpan
        var place = offset
        switch length {
        case 1:
            for row in rows {
                target[row] = make(UInt64(bytes.uint8(at: place)), target[row])
                place += stride
            }
        case 2:
            for row in rows {
                target[row] = make(UInt64(bytes.uint16(at: place)), target[row])
                place += stride
            }
        case 4:
            for row in rows {
                target[row] = make(UInt64(bytes.uint32(at: place)), target[row])
                place += stride
            }
        case 8:
            for row in rows {
                target[row] = make(bytes.uint64(at: place), target[row])
                place += stride
            }
        case 6:
            for row in rows {
                let value = UInt64(bytes.uint16(at: place)) << 32 | UInt64(bytes.uint32(at: place + 2))
                target[row] = make(value, target[row])
                place += stride
            }
        case 3, 5, 7:
            for row in rows {
                target[row] = make(bytes.unsigned(at: place, length: length), target[row])
                place += stride
            }
        default: break
        }
    }

    func fillFlags(_ column: inout [TCPFlags], _ bytes: RawSpan) {
        fill(&column, bytes) { TCPFlags(rawValue: UInt8(truncatingIfNeeded: $0)) }
    }

    func addFlags(_ column: inout [TCPFlags], _ bytes: RawSpan) {
        merge(&column, bytes) { value, old in old.union(TCPFlags(rawValue: UInt8(truncatingIfNeeded: value))) }
    }

    /// Foreign exporters write 0 for a frame without a tag.
    func fillVLAN(_ column: inout [UInt16], _ bytes: RawSpan, isNative: Bool) {
        fill(&column, bytes) { $0 == 0 && !isNative ? .max : UInt16(clamping: $0) }
    }

    /// - Parameter isSecond: the template has an IPv4 address for the same end too, and one of the two is zero.
    func fillIPv6(_ column: inout [IPAddress], _ bytes: RawSpan, isSecond: Bool) {
        guard length == 16 else { return }
        var target = column.mutableSpan
        var place = offset
        for row in rows {
            let address = IPAddress(high: bytes.uint64(at: place), low: bytes.uint64(at: place + 8))
            if !isSecond || address.high != 0 || address.low != 0 { target[row] = address }
            place += stride
        }
    }
}
