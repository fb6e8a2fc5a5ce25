/// gzip (RFC 1952) over zlib: what batches travel in.
package enum Gzip {
    /// True when the octets begin as a gzip member with the one method there is, deflate.
    package static func isGzip(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 3 && bytes[0] == 0x1F && bytes[1] == 0x8B && bytes[2] == 8
    }

    /// One gzip member.
    ///
    /// - Parameter level: 1 (fast) … 9 (small); other values are moved to the nearer end.
    /// - Throws: `outOfMemory`; `tooLarge` for more than 2 GiB, which zlib does not count in one call.
    package static func compress(_ bytes: [UInt8], level: Int = 6) throws(CompressionError) -> [UInt8] {
        var writer = try GzipWriter(level: min(max(level, 1), 9))
        return try writer.compress(bytes)
    }

    /// The content of one gzip member or of several on end (RFC 1952 §2.2); nothing else may follow them.
    ///
    /// Memory: the output grows as it is needed and is never longer than `limit`.
    /// - Throws: `corrupt` for what is not gzip, does not match its checksum or follows the last member, `truncated`,
    ///   `tooLarge` when there is more content than `limit`, `outOfMemory`.
    package static func decompress(_ bytes: [UInt8], limit: Int) throws(CompressionError) -> [UInt8] {
        var reader = try GzipReader()
        return try reader.decompress(bytes, limit: max(limit, 0))
    }
}
