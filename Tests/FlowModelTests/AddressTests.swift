import FlowModel
import Glibc
import Testing

/// Address texts, against the C library's `inet_pton` and `inet_ntop`.
@Suite("Addresses")
struct AddressTests {
    /// What the C library reads; nil when it refuses the text.
    private func parsed(_ text: String) -> IPAddress? {
        var four: UInt32 = 0
        if unsafe inet_pton(AF_INET, text, &four) == 1 { return IPAddress(ipv4: UInt32(bigEndian: four)) }
        var six: (UInt64, UInt64) = (0, 0)
        guard unsafe inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        return IPAddress(high: UInt64(bigEndian: six.0), low: UInt64(bigEndian: six.1))
    }

    /// What the C library writes.
    private func printed(_ address: IPAddress) -> String {
        var text = [CChar](repeating: 0, count: 64)
        if address.isIPv6 {
            var octets = (address.high.bigEndian, address.low.bigEndian)
            _ = unsafe inet_ntop(AF_INET6, &octets, &text, 64)
        } else {
            var octets = UInt32(truncatingIfNeeded: address.low).bigEndian
            _ = unsafe inet_ntop(AF_INET, &octets, &text, 64)
        }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    @Test(
        "the cases of RFC 5952",
        arguments: [
            ("2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1"), ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("2001:DB8::AbCd", "2001:db8::abcd"),
            ("0:0:0:0:0:0:0:0", "::"), ("0:0:0:0:0:0:0:1", "::1"), ("1:0:0:0:0:0:0:0", "1::"), ("0:1:0:0:0:0:0:0", "0:1::"),
            ("0:0:1:0:0:1:0:0", "::1:0:0:1:0:0"), ("ff02::1:ff00:0", "ff02::1:ff00:0"), ("::ffff:192.0.2.1", "::ffff:c000:201"),
            ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ])
    func canonical(text: String, canonical: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.isIPv6)
        #expect(address == parsed(text))
        #expect(address.description == canonical)
        #expect(IPAddress(canonical) == address)
    }

    @Test("random addresses print as the C library prints them, and are read back", arguments: [UInt64(1), 2])
    func random(seed: UInt64) {
        var random = Splitmix(state: seed)
        for _ in 0..<20_000 {
            // Few bits set, so that runs of zero groups of all lengths come.
            let sparse = random.next() & random.next() & random.next()
            var address = IPAddress(high: sparse & random.next(), low: random.next() & random.next() & random.next() & random.next())
            if random.next() & 3 == 0 { address = IPAddress(ipv4: UInt32(truncatingIfNeeded: random.next())) }
            // The C library writes the last 32 bits of ::/96 and ::ffff:0:0/96 as a dotted quad.
            if !address.isIPv6 || address.high != 0 { #expect(address.description == printed(address)) }
            #expect(IPAddress(address.description) == address)
            #expect(IPAddress(printed(address)) == address)
            var octets: [UInt8] = [1, 2]
            address.appendText(to: &octets)
            #expect(octets == [1, 2] + Array(address.description.utf8))
        }
    }

    @Test("texts that are nearly addresses: read or refused as the C library does", arguments: [UInt64(3), 4])
    func nearly(seed: UInt64) {
        var random = Splitmix(state: seed)
        let pieces = [":", "::", ".", "0", "1", "9", "255", "256", "00", "01", "a", "F", "ffff", "12345", "fe80", "g", " ", "%", "/", "-", "+", "1.2.3.4"]
        for _ in 0..<60_000 {
            let number = Int.random(in: 0...14, using: &random)
            let text = (0..<number).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            #expect(IPAddress(text) == parsed(text), "\(text)")
        }
    }

    @Test("what is no address", arguments: ["", "1.2.3", "1.2.3.4.5", "1.2.3.4 ", "01.2.3.4", "1.2.3.+4", "1.2.3.256", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::12345", "::1.2.3", "1.2.3.4::", "fe80::1%eth0", "fd00::/8", "::g", "١.٢.٣.٤"])
    func refused(text: String) { #expect(IPAddress(text) == nil) }

    @Test("kinds of addresses")
    func kinds() throws {
        func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }
        for text in ["224.0.0.0", "239.255.255.255", "ff00::", "ff02::fb"] { #expect(try address(text).isMulticast) }
        for text in ["223.255.255.255", "240.0.0.0", "fe80::1", "::ffff:224.0.0.1"] { #expect(try !address(text).isMulticast) }
        for text in ["127.0.0.1", "127.255.0.1", "::1"] { #expect(try address(text).isLoopback) }
        for text in ["128.0.0.1", "::2", "1::1"] { #expect(try !address(text).isLoopback) }
        for text in ["169.254.0.1", "fe80::1", "febf::1"] { #expect(try address(text).isLinkLocal) }
        for text in ["169.253.0.1", "fec0::1", "fd00::1"] { #expect(try !address(text).isLinkLocal) }
        #expect(try address("0.0.0.0").isUnspecified && address("::").isUnspecified)
        #expect(try address("255.255.255.255").isLimitedBroadcast && !address("10.0.0.255").isLimitedBroadcast)
        #expect(try address("0.0.0.1") != address("::1"))
        #expect(try address("255.255.255.255") < address("::"))
        #expect(try address("9.0.0.0") < address("10.0.0.0") && address("fd00::") < address("fd00::1"))
        #expect(try address("1.2.3.4").bitWidth == 32 && address("::").bitWidth == 128)
    }

    @Test("prefixes clear host bits, and hold what they hold")
    func prefixes() throws {
        for text in ["10.1.2.0/24", "0.0.0.0/0", "10.0.0.1/32", "fd00::/8", "::/0", "2001:db8::1/128", "2001:db8::/63", "2001:db8::/64", "2001:db8:0:0:8000::/65"] {
            #expect(IPPrefix(text)?.description == text)
        }
        #expect(IPPrefix("10.1.2.3/24")?.description == "10.1.2.0/24")
        #expect(IPPrefix("10.1.2.3")?.length == 32)
        #expect(IPPrefix("fd00::1")?.length == 128)
        for text in ["10.0.0.0/33", "fd00::/129", "10.0.0.0/-1", "10.0.0.0/-0", "10.0.0.0/+8", "10.0.0.0/", "/8", "10.0.0.0/8/8", "10.0.0.0/x", "", "10.0.0/8"] {
            #expect(IPPrefix(text) == nil, "\(text)")
        }
        var random = Splitmix(state: 9)
        for _ in 0..<3000 {
            let isIPv6 = Bool.random(using: &random)
            let address = isIPv6 ? IPAddress(high: random.next(), low: random.next()) : IPAddress(ipv4: UInt32(truncatingIfNeeded: random.next()))
            let length = Int.random(in: 0...address.bitWidth, using: &random)
            let prefix = try #require(IPPrefix(address, length: length))
            #expect(prefix.contains(address))
            guard length > 0 else { continue }
            // The last bit of the prefix turned: outside.
            var other = address
            let bit = address.bitWidth - length
            if bit < 64 { other.low ^= 1 << UInt64(bit) } else { other.high ^= 1 << UInt64(bit - 64) }
            #expect(!prefix.contains(other))
        }
        #expect(try #require(IPPrefix("0.0.0.0/0")).contains(IPAddress(high: 0, low: 0)) == false)
    }

    @Test("MAC addresses")
    func macs() {
        #expect(MACAddress("02:42:ac:11:00:02")?.value == 0x0242_AC11_0002)
        #expect(MACAddress("02-42-AC-11-00-02")?.description == "02:42:ac:11:00:02")
        #expect(MACAddress(0).description == "00:00:00:00:00:00")
        #expect(MACAddress("ff:ff:ff:ff:ff:ff")?.isAbsent == false)
        #expect(MACAddress.absent.isAbsent)
        for text in ["", "02:42:ac:11:00", "02:42:ac:11:00:02:03", "2:42:ac:11:00:02", "02:42:ac:11:00:0g", "+2:42:ac:11:00:02", "02:42:ac:11:00:-0", "0242ac110002"] {
            #expect(MACAddress(text) == nil, "\(text)")
        }
        var random = Splitmix(state: 5)
        for _ in 0..<1000 {
            let address = MACAddress(random.next() >> 16)
            #expect(MACAddress(address.description) == address)
        }
    }
}
