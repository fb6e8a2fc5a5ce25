import FlowModel
import IPFIX
import TestSupport
import Testing

@testable import IPFIX

@Suite("a user's file of elements")
struct ElementFileTests {
    @Test("adds what is not known and goes before vendors'; comments, blanks, tabs, line ends, a byte order mark")
    func added() {
        var registry = ElementRegistry.standard
        let known = registry.count
        let text = """
            # ours, with ümlauts
            4242 1 roundTrips unsigned32 deltaCounter octets\r
            4242\t2  share   float64   # a share of 1

            4242 3 waited unsigned32 milliseconds
            4242 4 kind unsigned8 identifier
            6876 881 ours string
            0 900 later unsigned64 totalCounter packets
            0 8 sourceIPv4Address ipv4Address
            0 40000 v9Type unsigned16
            4294967295 32767 last_of-all.1 octetArray
            """
        #expect(registry.add([0xEF, 0xBB, 0xBF] + Array(text.utf8)) == [])
        func described(_ enterprise: UInt32, _ number: UInt16) -> [String] {
            registry[ElementID(enterprise: enterprise, number)].map { [$0.name, $0.type.name, $0.semantics, $0.units] } ?? []
        }
        #expect(described(4242, 1) == ["roundTrips", "unsigned32", "deltaCounter", "octets"])
        #expect(described(4242, 2) == ["share", "float64", "", ""])
        #expect(described(4242, 3) == ["waited", "unsigned32", "", "milliseconds"])
        #expect(described(4242, 4) == ["kind", "unsigned8", "identifier", ""])
        #expect(described(6876, 881) == ["ours", "string", "", ""])
        #expect(described(0, 900) == ["later", "unsigned64", "totalCounter", "packets"])
        #expect(described(0, 40_000).first == "v9Type" && described(4_294_967_295, 32_767).first == "last_of-all.1")
        // The reverse direction comes by itself (RFC 5103).
        #expect(described(29_305, 900) == ["reverseLater", "unsigned64", "totalCounter", "packets"])
        #expect(registry.element(named: "later") == ElementID(900))
        // One of a vendor's and IANA's own were there before.
        #expect(registry.count == known + 7)
    }

    @Test("every fault is told with its line and its mend, and nothing is added", arguments: [
        ("4242 1 name", "3 of the words", "enterprise number, element number, name and type"),
        ("4242 1 name unsigned8 default octets more", "7 words", "six at most"),
        ("x 1 name unsigned8", "enterprise number is x", "0 to 4294967295"),
        ("+1 1 name unsigned8", "enterprise number is +1", "0 to 4294967295"),
        ("4294967296 1 name unsigned8", "enterprise number is 4294967296", "0 to 4294967295"),
        ("4242 0 name unsigned8", "element number is 0", "1 to 32767"),
        ("4242 32768 name unsigned8", "element number is 32768", "1 to 32767, without the enterprise bit"),
        ("4242 -1 name unsigned8", "element number is -1", "1 to 32767"),
        ("0 65536 name unsigned8", "element number is 65536", "1 to 65535"),
        ("4242 1 1name unsigned8", "name is 1name", "begin it with a letter"),
        ("4242 1 na/me unsigned8", "name is na/me", "letters, digits"),
        ("4242 1 \(String(repeating: "n", count: 129)) unsigned8", "the name is nnn", "128 at most"),
        ("4242 1 name int", "type is int", "octetArray, unsigned8"),
        ("4242 1 name Unsigned8", "type is Unsigned8", "spell it unsigned8"),
        ("4242 1 name unsigned8 deltacounter", "semantics are deltacounter", "spell them deltaCounter"),
        ("4242 1 name unsigned8 counts octets", "semantics are counts", "default, quantity"),
        ("4242 1 name unsigned8 \(String(repeating: "u", count: 33))", "units of 33", "octets say"),
        ("0 8 address ipv4Address", "element 8 is IANA's sourceIPv4Address (ipv4Address)", "take the line out"),
        ("0 8 sourceIPv4Address unsigned32", "element 8 is IANA's", "the enterprise number of whose element it is"),
        ("29305 1 back unsigned64", "29305 is the reverse direction", "named after its forward one"),
        ("4242 1 näme unsigned8", "not ASCII", "comments may hold anything"),
        ("4242 1 name\u{0} unsigned8", "not ASCII", "write the element in ASCII"),
        ("4242 9 again unsigned8", "element 4242/9 stands in line 2 already", "take one of the two out"),
        ("4242 1 name unsigned8 " + String(repeating: " ", count: 1000) + "octets", "a line of 1028 octets", "at most 1000"),
    ])
    func fault(line: String, problem: String, mend: String) throws {
        var registry = ElementRegistry.standard
        let known = registry.count
        let faults = registry.add(Array("# one\n4242 9 good unsigned8\n\(line)\n4242 10 good unsigned8\n".utf8))
        #expect(faults.map(\.line) == [3])
        let fault = try #require(faults.first)
        #expect(fault.problem.contains(problem) && fault.mend.contains(mend))
        #expect(fault.description.hasPrefix("line 3: ") && fault.description.utf8.count < 700)
        #expect(registry.count == known && registry[ElementID(enterprise: 4242, 9)] == nil)
    }

    @Test("all faults are told at once, a hundred of them; too large a file and too many elements are faults")
    func bounds() {
        var registry = ElementRegistry.standard
        let known = registry.count
        #expect(registry.add(Array("1 x a int\n\n2 2 b int\n".utf8)).map(\.line) == [1, 3])
        #expect(registry.add(Array(String(repeating: "nothing\n", count: 5000).utf8)).count == 100)
        let large = registry.add([UInt8](repeating: 35, count: 4_194_305))
        #expect(large.map(\.description) == ["the file has 4194305 octets: give at most 4194304: a line for each element, no other data"])
        #expect(registry.add([UInt8](repeating: 35, count: 4_194_304)) == [])
        let lines = (1...16_385).map { "4242 \($0) e\($0) unsigned8" }
        let many = registry.add(Array(lines.joined(separator: "\n").utf8))
        #expect(many.map(\.line) == [16_385] && many.first?.problem == "more than 16384 elements")
        #expect(registry.count == known)
        #expect(registry.add(Array(lines.dropLast().joined(separator: "\n").utf8)) == [] && registry.count == known + 16_384)
    }

    @Test("octets of any kind are faults at most", arguments: 0..<200)
    func anything(seed: UInt64) {
        var generator = SeededGenerator(seed)
        let words = ["0", "8", "4242", "name", "unsigned8", "octets", "deltaCounter", " ", " ", "\n", "#", "\u{FFFD}", "-", "99999999999"]
        var octets: [UInt8] = []
        for _ in 0..<200 {
            let isWord = Int.random(in: 0..<8, using: &generator) > 0
            octets += isWord ? Array((words.randomElement(using: &generator) ?? "").utf8) + [32] : [UInt8.random(in: 0...255, using: &generator)]
        }
        var registry = ElementRegistry.standard
        let known = registry.count
        let faults = registry.add(octets)
        #expect(faults.isEmpty || registry.count == known)
        #expect(faults.allSatisfy { (1...200).contains($0.line) && !$0.mend.isEmpty })
        #expect(registry[ElementID(8)]?.name == "sourceIPv4Address")
    }

    @Test("what an exporter tells (RFC 5610) stands behind the user's, and does not rename the reverse direction")
    func learned() {
        var registry = ElementRegistry.standard
        _ = registry.add(Array("4242 1 ours unsigned32".utf8))
        for (enterprise, number) in [(4242, 1), (29_305, 1), (4242, 2)] as [(UInt32, UInt16)] {
            registry.learn(ElementID(enterprise: enterprise, number), ElementDescription(name: "theirs", type: .string))
        }
        #expect(registry[ElementID(enterprise: 4242, 1)]?.name == "ours" && registry[ElementID(enterprise: 4242, 2)]?.name == "theirs")
        #expect(registry[ElementID(enterprise: 29_305, 1)]?.name == "reverseOctetDeltaCount")
    }
}
