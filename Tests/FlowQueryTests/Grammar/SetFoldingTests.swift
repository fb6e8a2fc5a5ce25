import FlowModel
import FlowQuery
import Testing

@Suite("sets of one field are one set")
struct SetFoldingTests {
    @Test("addresses are kept as the fewest networks that hold them", arguments: 0..<60)
    func addresses(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let isIPv6 = seed % 3 == 0
        func address(_ value: UInt64) -> IPAddress {
            isIPv6 ? IPAddress(high: .max, low: .max - 255 + value) : IPAddress(ipv4: UInt32(0xFFFF_FF00 + value))
        }
        let width = address(0).bitWidth
        var wanted: Set<UInt64> = []
        var prefixes: [IPPrefix] = []
        for _ in 0..<Int.random(in: 1...30, using: &generator) {
            let (value, bits) = (UInt64.random(in: 0...255, using: &generator), Int.random(in: 0...5, using: &generator))
            prefixes.append(try #require(IPPrefix(address(value), length: width - bits)))
            let first = (value >> UInt64(bits)) << UInt64(bits)
            wanted.formUnion(first..<(first + (1 << UInt64(bits))))
        }
        let set = AddressSet(prefixes)
        for value in 0...UInt64(255) { #expect(set.contains(address(value)) == wanted.contains(value)) }
        // The fewest: greedily from the left, each as wide as it can be.
        var count = 0
        var next: UInt64 = 0
        while next < 256 {
            guard wanted.contains(next) else {
                next += 1
                continue
            }
            var size: UInt64 = 1
            while next % (size * 2) == 0, next + size * 2 <= 256, (next..<(next + size * 2)).allSatisfy(wanted.contains) { size *= 2 }
            count += 1
            next += size
        }
        #expect(set.prefixes.count == count, "seed \(seed)")
        #expect(AddressSet(set.prefixes.shuffled(using: &generator)) == set)
    }

    @Test("a range of addresses is all of them and no other")
    func range() throws {
        for (text, inside, outside) in [
            ("10.0.0.1-10.0.0.9", ["10.0.0.1", "10.0.0.5", "10.0.0.9"], ["10.0.0.0", "10.0.0.10"]),
            ("0.0.0.0..255.255.255.255", ["0.0.0.0", "255.255.255.255"], ["::"]),
            ("fd00::ffff-fd00::1:1", ["fd00::ffff", "fd00::1:0", "fd00::1:1"], ["fd00::fffe", "fd00::1:2"]),
            ("::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ["::", "ffff::1"], ["1.1.1.1"]),
        ] {
            guard case .test(.src, .addresses(let set)) = try FlowFilter("src \(text)").expression else {
                Issue.record("\(text) is no set of addresses")
                continue
            }
            for address in inside { #expect(set.contains(try #require(IPAddress(address))), "\(text)") }
            for address in outside { #expect(!set.contains(try #require(IPAddress(address))), "\(text)") }
        }
    }

    @Test("ten thousand alternatives are one look-up, and what they exclude too")
    func many() throws {
        let ports = (0..<10_000).map { "port \($0 * 6)" }.joined(separator: " or ")
        guard case .or(let sides) = try FlowFilter(ports).expression else { throw FilterError(column: 1, message: "no or") }
        #expect(sides.count == 2)
        let hosts = (0..<10_000).map { "host 10.\($0 / 200).\($0 % 200).1" }.joined(separator: " or ")
        #expect(try FlowFilter(hosts).requiredAddresses?.count == 10_000)
        let batch = SampleFlows.batch(rows: 500, seed: 5)
        let mixed = (0..<10_000).map { $0 % 2 == 0 ? "dst port \($0)" : "src 10.0.\($0 % 200).\($0 / 200)" }.joined(separator: " or ")
        let odd = Set((0..<10_000).filter { $0 % 2 == 1 }.map { "10.0.\($0 % 200).\($0 / 200)" })
        #expect(
            try FlowFilter(mixed).select(batch).map { Int($0) } == (0..<batch.count).filter { row in
                let port = Int(batch.destinationTransportPort[row])
                return (port % 2 == 0 && port < 10_000) || odd.contains(batch.sourceAddress[row].description)
            })
        let none = (0..<10_000).map { "not port \($0)" }.joined(separator: " and ")
        let both = try FlowFilter("port not in [0-9999]")
        #expect(try FlowFilter(none).expression == both.expression)
        let names = (0..<10_000).map { "agent hv-\($0)" }.joined(separator: " || ")
        #expect(try FlowFilter(names).select(batch) == FlowFilter("agent hv-1 or agent hv-12").select(batch))
    }

    @Test("a hundred thousand entries are read, one more is not")
    func entries() throws {
        let addresses = (0..<100_000).map { "10.\($0 >> 16).\($0 >> 8 & 255).\($0 & 255)" }.joined(separator: " ")
        #expect(try FlowFilter("src in [\(addresses)]").requiredAddresses?.isEmpty == false)
        let error = try #require(throws: FilterError.self) { try FlowFilter("src in [\(addresses) 1.1.1.1]") }
        #expect(error.message == "the list has more than 100000 entries")
        let million = try #require(throws: FilterError.self) {
            try FlowFilter("port in [" + String(repeating: "1 ", count: 1_000_000) + "]")
        }
        #expect(million.message == "the filter has more than 500000 words and signs")
    }
}
