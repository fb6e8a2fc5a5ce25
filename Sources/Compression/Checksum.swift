import CZlib

/// CRC-32 as gzip has it (RFC 1952 §8).
package enum Checksum {
    package static func crc32(_ octets: [UInt8]) -> UInt32 {
        var sum: UInt = 0
        // zlib counts in 32 bits; the pointer is good for the call.
        var start = 0
        while start < octets.count {
            let length = min(octets.count - start, 1 << 30)
            sum = unsafe octets[start..<(start + length)].withUnsafeBufferPointer { unsafe CZlib.crc32(sum, $0.baseAddress, UInt32(length)) }
            start += length
        }
        return UInt32(truncatingIfNeeded: sum)
    }
}
