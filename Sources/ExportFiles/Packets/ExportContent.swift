/// Whether octets look like an export: a version, and lengths that go with it.
///
/// Ports say little: exporters send where they are told to. So a datagram of any port counts whose first words fit; on the
/// ports that are usual for exports the version alone is enough, so that an exporter that writes nonsense is seen.
enum ExportContent {
    /// NetFlow's (Cisco's, nfdump's, sFlow's and IPFIX's own; IANA has the last two).
    static let usualPorts: Set<UInt16> = [2055, 2056, 4432, 4739, 4740, 6343, 9555, 9995, 9996]

    /// - Parameter isCut: the capture has not all of it.
    static func isExport(_ bytes: RawSpan, port: UInt16, isCut: Bool) -> Bool {
        guard bytes.byteCount >= 4 else { return false }
        if usualPorts.contains(port) {
            let version = bytes.word16(0)
            return version == 5 || version == 9 || version == 10 || bytes.word32(0) == 5
        }
        switch bytes.word16(0) {
        case 0: return isSFlow(bytes)
        case 5: return isNetFlow5(bytes, isCut: isCut)
        case 9: return isNetFlow9(bytes, isCut: isCut)
        case 10: return isIPFIX(bytes, isCut: isCut)
        default: return false
        }
    }

    /// A header of 24 octets with the number of records, which are of 48 octets. The most that exporters put in are 30.
    static func isNetFlow5(_ bytes: RawSpan, isCut: Bool) -> Bool {
        guard bytes.byteCount >= 24 else { return false }
        let count = Int(bytes.word16(2))
        return (1...30).contains(count) && (isCut || bytes.byteCount >= 24 + count * 48)
    }

    /// A header of 20 octets, then sets: the first one's number and length (RFC 3954 §5).
    static func isNetFlow9(_ bytes: RawSpan, isCut: Bool) -> Bool {
        guard bytes.byteCount >= 24 else { return false }
        let id = bytes.word16(20)
        let length = Int(bytes.word16(22))
        return (id < 2 || id >= 256) && length >= 4 && (isCut || length <= bytes.byteCount - 20)
    }

    /// A header of 16 octets with the message's length, then sets (RFC 7011 §3); a message without any is one too.
    static func isIPFIX(_ bytes: RawSpan, isCut: Bool) -> Bool {
        guard bytes.byteCount >= 16 else { return false }
        let length = Int(bytes.word16(2))
        guard length >= 16, isCut || length <= bytes.byteCount else { return false }
        guard length >= 20 else { return length == 16 }
        guard bytes.byteCount >= 20 else { return isCut }
        let id = bytes.word16(16)
        let setLength = Int(bytes.word16(18))
        return (id == 2 || id == 3 || id >= 256) && setLength >= 4 && setLength <= length - 16
    }

    /// Version 5, a kind of address, a number of samples that there is room for (sFlow Version 5, `sample_datagram_v5`).
    static func isSFlow(_ bytes: RawSpan) -> Bool {
        guard bytes.byteCount >= 28, bytes.word32(0) == 5 else { return false }
        let kind = bytes.word32(4)
        let count = kind == 2 ? 36 : kind == 1 ? 24 : 20
        guard kind <= 2, bytes.byteCount >= count + 4 else { return false }
        return Int(bytes.word32(count)) <= bytes.byteCount / 8
    }
}
