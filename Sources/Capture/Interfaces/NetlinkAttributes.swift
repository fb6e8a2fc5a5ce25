/// Attributes of a netlink message: length, type, value, padded to four octets (linux/netlink.h).
///
/// Numbers are in the byte order of the host. A length that does not fit ends the walk.
struct NetlinkAttributes {
    private let octets: ArraySlice<UInt8>

    init(_ octets: ArraySlice<UInt8>) { self.octets = octets }

    func forEach(_ body: (_ type: UInt16, _ value: ArraySlice<UInt8>) -> Void) {
        var rest = octets
        while rest.count >= 4 {
            let length = Int(Self.uint16(rest, 0))
            guard length >= 4, length <= rest.count else { return }
            // The two top bits say «nested» and «network byte order».
            body(Self.uint16(rest, 2) & 0x3FFF, rest.dropFirst(4).prefix(length - 4))
            rest = rest.dropFirst((length + 3) & ~3)
        }
    }

    static func uint16(_ octets: ArraySlice<UInt8>, _ offset: Int) -> UInt16 {
        UInt16(truncatingIfNeeded: number(octets, offset, 2))
    }

    static func uint32(_ octets: ArraySlice<UInt8>, _ offset: Int = 0) -> UInt32 {
        UInt32(truncatingIfNeeded: number(octets, offset, 4))
    }

    /// Little-endian hosts are the only ones that Swift on Linux runs on; 0 past the end.
    private static func number(_ octets: ArraySlice<UInt8>, _ offset: Int, _ count: Int) -> UInt64 {
        let start = octets.startIndex + offset
        guard start + count <= octets.endIndex else { return 0 }
        return (0..<count).reduce(UInt64(0)) { $0 | UInt64(octets[start + $1]) << UInt64($1 * 8) }
    }

    static func text(_ octets: ArraySlice<UInt8>) -> String {
        String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
    }
}
