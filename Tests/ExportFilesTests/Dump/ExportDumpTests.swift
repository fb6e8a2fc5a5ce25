import ExportFiles
import Foundation
import IPFIX
import TestSupport
import Testing

@Suite("a dump of messages")
struct ExportDumpTests {
    @Test("headline, templates, records, in text")
    func text() {
        var tester = DumpTester()
        let message = Messages.ipfix(
            [
                Messages.template(256, [(8, 4), (12, 4), (82, 65_535), (152, 8), (6, 2)]),
                Messages.set(256, [10, 0, 0, 1, 10, 0, 0, 2, 4] + Array("eth0".utf8) + PcapBuilder.big(1_700_000_000_789, 8) + [0, 0x1B]),
            ], sequence: 7)
        let expected = """
            message=1 IPFIX from=192.0.2.1:40000 to=192.0.2.9:4739/udp received=2023-11-14T22:13:20.123Z frame=1 length=71 exportTime=2023-11-14T22:13:20.000Z observationDomainId=1 sequence=7 (nothing to compare with)
              set=2 at=16 length=28 templates=1
                template=256 fields=5 recordLength>=19
                  256  sourceIPv4Address       8           4         ipv4Address
                  256  destinationIPv4Address  12          4         ipv4Address
                  256  interfaceName           82          variable  string
                  256  flowStartMilliseconds   152         8         dateTimeMilliseconds
                  256  tcpControlBits          6           2         unsigned16
              set=256 at=44 length=27 records=1
                256  sourceIPv4Address=10.0.0.1 destinationIPv4Address=10.0.0.2 interfaceName="eth0" flowStartMilliseconds=2023-11-14T22:13:20.789Z tcpControlBits=0x1b

            """
        #expect(tester.text(message) == expected)
    }

    @Test("sequence numbers beside what was expected")
    func sequence() {
        var tester = DumpTester()
        let template = Messages.flowTemplate
        #expect(tester.text(Messages.ipfix([template, Messages.flows(0..<5)], sequence: 100)).contains("sequence=100 (nothing to compare with)"))
        #expect(tester.text(Messages.ipfix([Messages.flows(0..<3)], sequence: 105)).contains("sequence=105 (as expected)"))
        #expect(tester.text(Messages.ipfix([Messages.flows(0..<3)], sequence: 118)).contains("sequence=118 (expected 108, missing=10 records)"))
        #expect(tester.text(Messages.ipfix([Messages.flows(0..<2)], sequence: 108)).contains("sequence=108 (late)"))
        #expect(tester.text(Messages.ipfix([Messages.set(300, [1, 2, 3, 4])], sequence: 121)).contains("sequence=121 (as expected)"))
        // How many records that one had nobody knows.
        #expect(tester.text(Messages.ipfix([Messages.flows(0..<2)], sequence: 130)).contains("sequence=130 (nothing to compare with)"))
    }

    @Test("options, their scope, and elements that an exporter describes itself")
    func options() throws {
        var tester = DumpTester { $0.form = .json }
        let described = Messages.template(300, [(346, 4), (303, 2), (339, 1), (341, 65_535)], scopes: 2)
        let name = "seatTemperature"
        let description = Messages.set(300, PcapBuilder.big(4242, 4) + PcapBuilder.big(7, 2) + [2, UInt8(name.utf8.count)] + Array(name.utf8))
        let first = try tester.json(Messages.ipfix([described, description], sequence: 0))
        let sets = try #require(first["sets"] as? [[String: Any]])
        let template = try #require((sets[0]["templates"] as? [[String: Any]])?.first)
        #expect(template["options"] as? Bool == true)
        #expect((template["fields"] as? [[String: Any]])?.map { $0["scope"] as? Bool ?? false } == [true, true, false, false])
        let record = try #require((sets[1]["records"] as? [[String: Any]])?.first)
        #expect(record["scope:privateEnterpriseNumber"] as? Int == 4242 && record["informationElementName"] as? String == name)

        let own = Messages.set(2, PcapBuilder.big(400, 2) + PcapBuilder.big(2, 2) + [0x80, 7, 0, 2, 0, 0, 0x10, 0x92, 0x80, 8, 0, 3, 0, 0, 0x10, 0x92])
        let second = try tester.json(Messages.ipfix([own, Messages.set(400, [0, 21, 1, 2, 3])], sequence: 1))
        let value = try #require((second["sets"] as? [[String: Any]])?.last?["records"] as? [[String: Any]]).first
        #expect(value?[name] as? Int == 21)
        #expect(value?["4242/8"] as? String == "0x010203")
    }

    @Test("lists in lists (RFC 6313), and those that contradict themselves")
    func lists() throws {
        // 257: two lists; 258: what is in the second.
        let templates = [Messages.template(258, [(7, 2), (4, 1)]), Messages.template(257, [(291, 65_535), (292, 65_535), (293, 65_535)])]
        let basic: [UInt8] = [3, 0, 8, 0, 4, 10, 0, 0, 1, 10, 0, 0, 2]
        let sub: [UInt8] = [4, 1, 2, 0, 80, 6, 0, 53, 17]
        let multi: [UInt8] = [255, 1, 2, 0, 7, 1, 187, 6, 9, 9, 0, 6, 1, 2]
        func record(_ lists: [[UInt8]]) -> [UInt8] { lists.flatMap { [UInt8($0.count)] + $0 } }
        var text = DumpTester()
        let message = Messages.ipfix(templates + [Messages.set(257, record([basic, sub, multi]))])
        let line = try #require(text.lines(message).last)
        #expect(
            line == "    257  basicList=allOf{sourceIPv4Address: [10.0.0.1, 10.0.0.2]} subTemplateList=ordered{258: sourceTransportPort=80 protocolIdentifier=6; 258: sourceTransportPort=53 protocolIdentifier=17} subTemplateMultiList=undefined{258: sourceTransportPort=443 protocolIdentifier=6; 2313: no template, 0x0102}")
        var json = DumpTester { $0.form = .json }
        let sets = try #require(try json.json(message)["sets"] as? [[String: Any]])
        let fields = try #require((sets.last?["records"] as? [[String: Any]])?.first)
        #expect((fields["basicList"] as? [String: Any])?["values"] as? [String] == ["10.0.0.1", "10.0.0.2"])
        let records = try #require((fields["subTemplateList"] as? [String: Any])?["records"] as? [[String: Any]])
        #expect((records[1]["fields"] as? [String: Int]) == ["sourceTransportPort": 53, "protocolIdentifier": 17])
        // A length that does not go with its values.
        var broken = DumpTester()
        let odd: [UInt8] = [3, 0, 8, 0, 4, 10, 0, 0]
        #expect(broken.text(Messages.ipfix(templates + [Messages.set(257, record([odd, sub, multi]))])).contains("basicList=0x030008000" + "40a0000 "))
    }

    @Test("texts of exporters do nothing to a terminal")
    func escapes() throws {
        let nasty = "a\"b\\\u{1B}[31mred\n\u{9B}2J\u{202E}\u{7F}ü\r"
        let message = Messages.ipfix([
            Messages.template(256, [(82, 65_535)]), Messages.set(256, [UInt8(nasty.utf8.count)] + Array(nasty.utf8)),
        ])
        var text = DumpTester()
        let line = try #require(text.lines(message).last)
        #expect(line == #"    256  interfaceName="a\"b\\\u{1b}[31mred\u{a}\u{9b}2J\u{202e}\u{7f}ü\u{d}""#)
        var json = DumpTester { $0.form = .json }
        let octets = json.octets(message)
        #expect(octets.dropLast().allSatisfy { $0 >= 0x20 && $0 != 0x7F })
        #expect(!String(decoding: octets, as: UTF8.self).unicodeScalars.contains { $0.value == 0x9B || $0.value == 0x202E })
        let sets = try #require(try DumpTester.object(octets)["sets"] as? [[String: Any]])
        #expect((sets.last?["records"] as? [[String: String]])?.first?["interfaceName"] == nasty)
        // A name that an exporter gives an element is none either.
        let name = "x\u{1B}]0;y=\" "
        let described = Messages.template(300, [(346, 4), (303, 2), (339, 1), (341, 65_535)], scopes: 2)
        let description = Messages.set(300, PcapBuilder.big(4242, 4) + PcapBuilder.big(7, 2) + [2, UInt8(name.utf8.count)] + Array(name.utf8))
        let own = Messages.set(2, PcapBuilder.big(400, 2) + PcapBuilder.big(1, 2) + [0x80, 7, 0, 2, 0, 0, 0x10, 0x92])
        _ = text.text(Messages.ipfix([described, description]))
        #expect(text.lines(Messages.ipfix([own, Messages.set(400, [0, 21])])).last == "    400  x_]0;y___=21")
    }

    @Test("withdrawals, over UDP and over a connection")
    func withdrawals() {
        var tester = DumpTester()
        _ = tester.text(Messages.ipfix([Messages.flowTemplate]))
        let withdrawal = Messages.ipfix([Messages.set(2, [1, 0, 0, 0])])
        #expect(tester.lines(withdrawal).suffix(2) == ["    withdrawal of template=256", "    fault=withdrawal at=20: over UDP nothing is withdrawn (RFC 7011 §8.4)"])
        #expect(tester.text(Messages.ipfix([Messages.flows(0..<1)])).contains("records=1"))
        tester.transport = .stream
        #expect(tester.lines(withdrawal).last == "    withdrawal of template=256")
        #expect(tester.text(Messages.ipfix([Messages.flows(0..<1)])).contains("set=256 at=16 length=28 no template 256 so far, octets=24\n    begins with 0x0a000000"))
        #expect(tester.text(withdrawal).contains("fault=withdrawal-unknown at=20"))
        _ = tester.text(Messages.ipfix([Messages.flowTemplate]))
        _ = tester.text(Messages.ipfix([Messages.set(2, [0, 2, 0, 0])]))
        #expect(tester.text(Messages.ipfix([Messages.flows(0..<1)])).contains("no template 256 so far"))
        #expect(tester.dump.setsWithoutTemplate == 2)
    }

    @Test("what is wrong is said with its place, and what follows is read")
    func faults() {
        var tester = DumpTester()
        let broken = Messages.set(2, [1, 5, 0, 9, 0, 8, 0, 4])
        let text = tester.text(Messages.ipfix([broken, Messages.set(17, [1, 2]), Messages.flowTemplate, Messages.flows(0..<2) + [0, 0]]) + [0, 77, 1])
        #expect(text.contains("fault=template-truncated at=20: the set ends before"))
        #expect(text.contains("set=17 at=28 length=6 of no known kind, octets=2"))
        #expect(text.contains("fault=set-id at=28: set number 17 means nothing"))
        #expect(text.contains("set=256 at=58 length=52 records=2"))
        #expect(text.contains("fault=trailing-octets at=112: expected version 5, 9 or 10, found 77"))
        // Lengths: of a message, of a set, of a record.
        var long = Messages.ipfix([Messages.flows(0..<2)])
        long[3] += 40
        long[19] += 20
        let other = tester.text(long)
        #expect(other.contains("fault=message-length at=2: the message says to have 108 octets, and 68 are here"))
        #expect(other.contains("fault=set-length at=16: set 256 says to have 72 octets, and 52 are here"))
        #expect(other.contains("records=2"))
        #expect(tester.text(Messages.ipfix([Messages.set(256, [1, 2, 3])])).contains("fault=record-truncated"))
        #expect(tester.lines([0, 77, 0, 1]) == [
            "message=4 unknown from=192.0.2.1:40000 to=192.0.2.9:4739/udp received=2023-11-14T22:13:20.123Z frame=4 length=4",
            "  fault=version at=0: expected version 5, 9 or 10, found 77; the octets from here on are not read", "  begins with 0x004d0001",
        ])
        #expect(tester.text([]).contains("fault=header at=0: too short for a version"))
        #expect(tester.dump.faults["version"] == 1 && tester.dump.faults["set-id"] == 1)
    }

    @Test("only templates; no records; so many records; octets")
    func choices() {
        let message = Messages.ipfix([Messages.flowTemplate, Messages.flows(0..<9)])
        var templates = DumpTester { $0.isTemplatesOnly = true }
        let text = templates.text(message)
        #expect(text.contains("template=256") && !text.contains("set=256"))
        #expect(templates.text(Messages.ipfix([Messages.flows(0..<9)], sequence: 9)).isEmpty)
        #expect(templates.dump.records == 18)
        var none = DumpTester { $0.hasRecords = false }
        #expect(none.lines(message).last == "  set=256 at=40 length=220 records=9")
        var three = DumpTester { $0.recordLimit = 3 }
        #expect(three.lines(message).suffix(2).first?.contains("packetDeltaCount=2") == true)
        #expect(three.lines(message).last == "    … 6 more")
        var hex = DumpTester { $0.hasHex = true }
        let lines = hex.lines(message)
        #expect(lines[1] == "      0  00 0a 01 04 65 53 f1 00  00 00 00 00 00 00 00 01   ....eS..........")
        #expect(lines.count { $0.prefixMatch(of: /\ +[0-9]+\ \ [0-9a-f][0-9a-f]\ /) != nil } == (message.count + 15) / 16)
    }

    @Test("several messages in one datagram, and one after the other of NetFlow v9")
    func several() {
        var tester = DumpTester()
        let one = Messages.ipfix([Messages.flowTemplate, Messages.flows(0..<1)])
        let two = Messages.ipfix([Messages.flows(0..<2)], sequence: 1)
        let lines = tester.lines(one + two)
        #expect(lines.count { $0.hasPrefix("message=") } == 2)
        #expect(lines.contains { $0.hasPrefix("message=2 IPFIX") && $0.contains("offset=68") && $0.contains("sequence=1 (as expected)") })
        let v9: [UInt8] = [0, 9, 0, 1] + PcapBuilder.big(5000, 4) + PcapBuilder.big(1_700_000_000, 4) + PcapBuilder.big(3, 4) + PcapBuilder.big(9, 4) + Messages.set(0, [1, 0, 0, 1, 0, 8, 0, 4])
        let text = tester.text(v9 + v9)
        #expect(text.contains("NetFlow v9") && text.contains("sourceId=9 records=1 sysUpTime=5000 sequence=3"))
        #expect(text.split(separator: "\n").count { $0.hasPrefix("message=") } == 2)
        #expect(!text.contains("recordsFound"))
        var wrong = v9
        wrong[3] = 4
        #expect(tester.text(wrong).contains("records=4 recordsFound=1 sysUpTime=5000"))
    }

    @Test("a port's own templates come before another's; data of any port is read by the last")
    func ports() {
        var tester = DumpTester()
        func template(_ number: Int) -> [UInt8] { Messages.ipfix([Messages.template(256, [(number, 4)])]) }
        let data = Messages.ipfix([Messages.set(256, [10, 0, 0, 1])])
        tester.port = 1
        _ = tester.text(template(8))
        tester.port = 2
        #expect(tester.text(data).contains(" sourceIPv4Address=10.0.0.1"))
        _ = tester.text(template(12))
        #expect(tester.text(data).contains(" destinationIPv4Address=10.0.0.1"))
        tester.port = 1
        #expect(tester.text(data).contains(" sourceIPv4Address=10.0.0.1"))
        tester.port = 3
        #expect(tester.text(data).contains(" destinationIPv4Address=10.0.0.1"))
        tester.address = 0xC000_0202
        #expect(tester.text(data).contains("no template 256 so far"))
    }

    @Test("made-up exporters in thousands, each with templates: the one that goes on sending is read to the end")
    func madeUp() {
        var tester = DumpTester { $0.hasRecords = false }
        let wide = Messages.ipfix([Messages.template(300, (1...400).map { ($0, 4) })])
        let data = Messages.ipfix([Messages.flows(0..<1)])
        _ = tester.text(Messages.ipfix([Messages.flowTemplate]))
        for number in 0..<12_000 as Range<UInt32> {
            tester.address = 0x0A00_0000 + number
            _ = tester.octets(wide)
            if number % 1000 == 0 {
                tester.address = 0xC000_0201
                #expect(tester.text(data).contains("records=1"))
            }
        }
        // Those that came first have been forgotten.
        tester.address = 0x0A00_0000
        #expect(tester.text(Messages.ipfix([Messages.set(300, [UInt8](repeating: 1, count: 1600))])).contains("no template 300 so far"))
    }
}
