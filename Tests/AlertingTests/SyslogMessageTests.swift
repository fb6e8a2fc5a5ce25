import FlowModel
import Testing

@testable import Alerting

@Suite("RFC 5424")
struct SyslogMessageTests {
    static func message(_ value: String = "v", text: String = "text") -> SyslogMessage {
        SyslogMessage(
            facility: 20, severity: 4, timestampMilliseconds: Notices.moment, hostname: "collector1",
            processIdentifier: "812", messageIdentifier: "D1",
            elements: [
                .init("meta", [.init("sequenceId", "42")]),
                .init("flow@32473", [.init("k", value), .init("q", "query", .query), .init("e", "evidence", .evidence)]),
            ],
            text: text)
    }

    @Test("a message is written as the grammar says")
    func golden() {
        #expect(
            String(decoding: Self.message("a\"b\\c]d").octets(), as: UTF8.self)
                == #"<164>1 2026-03-01T10:20:30.123Z collector1 zonal 812 D1 [meta sequenceId="42"]"#
                + #"[flow@32473 k="a\"b\\c\]d" q="query" e="evidence"] text"#)
    }

    @Test("without elements and without text there is a dash, and no blank at the end")
    func bare() throws {
        var message = Self.message(text: "")
        message.elements = []
        message.facility = 0
        message.severity = 0
        #expect(String(decoding: message.octets(), as: UTF8.self) == "<0>1 2026-03-01T10:20:30.123Z collector1 zonal 812 D1 -")
        #expect(try SyslogParser.parse(message.octets()).elements.isEmpty)
    }

    @Test("fields of the header are printable, without blanks, and no longer than they may be")
    func header() throws {
        var message = Self.message()
        message.hostname = "höst name\n" + String(repeating: "h", count: 300)
        message.applicationName = String(repeating: "a", count: 100)
        message.processIdentifier = ""
        message.messageIdentifier = "\u{0}é😀"
        message.facility = 99
        message.severity = 99
        let parsed = try SyslogParser.parse(message.octets())
        #expect(parsed.hostname.hasPrefix("hstnameh") && parsed.hostname.utf8.count == 255)
        #expect(parsed.applicationName.utf8.count == 48)
        #expect(parsed.processIdentifier == "-" && parsed.messageIdentifier == "-")
        #expect(parsed.priority == 191)
    }

    @Test("no value and no text adds a line, an element or a parameter", arguments: Notices.nasty.indices)
    func nasty(index: Int) throws {
        let text = Notices.nasty[index]
        var message = Self.message(text, text: text)
        message.hostname = text
        let octets = message.octets()
        #expect(octets.count <= 8192)
        #expect(!octets.contains { $0 < 32 || $0 == 127 })
        let parsed = try SyslogParser.parse(octets)
        #expect(parsed.elements.map(\.id) == ["meta", "flow@32473"])
        #expect(parsed.elements.last?.parameters.first?.name == "k")
        let names = Set(parsed.elements.last?.parameters.map(\.name) ?? [])
        #expect(names.isSubset(of: ["k", "q", "e", "truncated"]))
        let harmless = text.unicodeScalars.allSatisfy { $0.value >= 32 && ![0x7F, 0x85, 0x2028, 0xFEFF, 0x202E].contains($0.value) }
        if harmless && text.utf8.count <= 128 { #expect(parsed.values("k") == [text]) }
    }

    @Test("random octets do no harm", arguments: 0..<200)
    func fuzz(seed: UInt64) throws {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func random() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
        let interesting: [UInt8] = [0, 9, 10, 13, 0x22, 0x5B, 0x5C, 0x5D, 0x7F, 0x80, 0xC2, 0xE2, 0xF0, 0xFF]
        func text() -> String {
            let octets = (0..<Int(random() % 3000)).map { _ in
                random() % 2 == 0 ? UInt8(truncatingIfNeeded: random()) : interesting[Int(random() % 14)]
            }
            return String(decoding: octets, as: UTF8.self)
        }
        var message = Self.message(text(), text: text())
        message.elements[1].parameters[1].value = text()
        message.elements[1].parameters[2].value = text()
        let octets = message.octets()
        #expect(octets.count <= 8192)
        #expect(try SyslogParser.parse(octets).elements.map(\.id) == ["meta", "flow@32473"])
    }

    @Test("past the soft limit evidence goes first, then the query, then the end of the text; never a key")
    func limits() throws {
        let long = String(repeating: "y", count: 1500)
        func parsed(_ change: (inout SyslogMessage) -> Void) throws -> SyslogParser.Message {
            var message = Self.message()
            change(&message)
            let octets = message.octets()
            #expect(octets.count <= 2048)
            return try SyslogParser.parse(octets)
        }
        let whole = try parsed { $0.elements[1].parameters[2].value = long }
        #expect(whole.values("e") == [long] && whole.values("truncated").isEmpty)
        let noEvidence = try parsed { message in
            message.elements[1].parameters[1].value = long
            message.elements[1].parameters[2].value = long
        }
        #expect(noEvidence.values("e").isEmpty && noEvidence.values("q") == [long])
        #expect(noEvidence.values("truncated") == ["1"] && noEvidence.text == "text")
        let noQuery = try parsed { message in
            message.elements[1].parameters[1].value = long + long
        }
        #expect(noQuery.values("q").isEmpty && noQuery.values("e").isEmpty && noQuery.values("k") == ["v"])
        let noText = try parsed { $0.text = long + long }
        #expect(noText.values("k") == ["v"] && noText.text.utf8.count > 1500 && noText.text.allSatisfy { $0 == "y" })
    }

    @Test("exactly at the soft limit nothing is left out")
    func edge() throws {
        let base = Self.message(text: "").octets().count + 1
        let fits = Self.message(text: String(repeating: "z", count: 2048 - base)).octets()
        #expect(fits.count == 2048)
        #expect(try SyslogParser.parse(fits).values("truncated").isEmpty)
        let over = Self.message(text: String(repeating: "z", count: 2049 - base)).octets()
        #expect(try SyslogParser.parse(over).values("truncated") == ["1"])
    }

    @Test("many long keys stay below the hard limit, whole")
    func manyKeys() throws {
        var message = Self.message()
        message.elements[1].parameters = (0..<24).map { .init("key\($0)", String(repeating: "]", count: 500)) }
        let octets = message.octets()
        #expect(octets.count > 2048 && octets.count <= 8192)
        let parsed = try SyslogParser.parse(octets)
        #expect(parsed.elements.last?.parameters.count == 25)
        #expect(parsed.values("key23") == [String(repeating: "]", count: 128)])
    }
}
