import ExportFiles
import FlowModel
import IPFIX
import Foundation
import TestSupport
import Testing

/// The dump of captures beside tshark's: every field of every template by number, and every value of every record, in order.
@Suite(
    "a dump beside tshark's",
    .enabled(if: SharedFolder.path("captures/exporters") != nil && Command.exists("tshark"), "the shared captures or tshark are not there"))
struct DumpTsharkTests {
    struct Figures: Equatable {
        var templateFields = 0
        var records = 0
        var values = 0
        /// Values that read otherwise, by our name of the field.
        var others: [String: Int] = [:]
    }

    /// A line of the dump's text: names and values.
    private static func fields(_ line: Substring) -> [(name: String, value: String)] {
        var fields: [(String, String)] = []
        var word = "", isQuoted = false, isEscaped = false, depth = 0
        for character in line + " " {
            if character == " " && !isQuoted && depth == 0 {
                if let equal = word.firstIndex(of: "=") { fields.append((String(word[..<equal]), String(word[word.index(after: equal)...]))) }
                word = ""
                continue
            }
            word.append(character)
            if isEscaped { isEscaped = false; continue }
            switch character {
            case "\\": isEscaped = isQuoted
            case "\"": isQuoted.toggle()
            case "{": depth += isQuoted ? 0 : 1
            case "}": depth -= isQuoted ? 0 : 1
            default: break
            }
        }
        return fields
    }

    /// Whether a value of the dump is what tshark shows, or its octets are.
    private static func isSame(_ ours: String, _ node: PDML.Node) -> Bool {
        if ours == node.show || ours == "\"\(node.show)\"" { return true }
        // Octets that tshark shows in pairs, which may look like an address.
        if node.show.count == node.value.count / 2 * 3 - 1, ours == "0x" + node.show.replacing(":", with: "") { return true }
        // Where tshark has an address or a time, nothing else will do.
        if IPAddress(node.show) != nil { return false }
        if let time = time(node.show) { return ours == time }
        if node.value.count <= 16, let number = UInt64(node.value, radix: 16) {
            if ours == String(number) || ours == "0x" + String(number, radix: 16) { return true }
            if node.value.count == 16, ours == Double(bitPattern: number).description { return true }
        }
        if ours == "0x" + node.value.lowercased() { return true }
        guard ours.hasPrefix("\"") else { return false }
        var octets: [UInt8] = []
        var rest = Substring(node.value)
        while rest.count >= 2, let octet = UInt8(rest.prefix(2), radix: 16), octet != 0 {
            octets.append(octet)
            rest = rest.dropFirst(2)
        }
        return ours == "\"" + String(decoding: octets, as: UTF8.self) + "\""
    }

    /// `Nov 13, 2023 16:35:30.381000000 UTC` as RFC 3339.
    private static func time(_ show: String) -> String? {
        guard let match = show.wholeMatch(of: /([A-Z][a-z]{2}) +([0-9]+), ([0-9]{4}) ([0-9:]{8})\.([0-9]{9}) UTC/),
            let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].firstIndex(of: String(match.1))
        else { return nil }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let fraction = match.5.hasSuffix("000000") ? match.5.dropLast(6) : match.5
        return "\(match.3)-\(two(month + 1))-\(two(Int(match.2) ?? 0))T\(match.4).\(fraction)Z"
    }

    private static func compare(_ file: String) throws -> Figures {
        let path = try #require(SharedFolder.path("captures/exporters/" + file))
        var packets = try ExportPackets(path: path)
        var ports: Set<UInt16> = []
        while let some = packets.next() { for packet in some { ports.insert(packet.destination.port) } }
        let lines = String(decoding: try DumpTester.file(path), as: UTF8.self).split(separator: "\n")
        let exports = try PDML.read(path, ports: ports)
        var figures = Figures()
        // Elements of templates: a line each, of six blanks and the template's number.
        let elements = exports.flatMap { PDML.elements($0) }
        let ours = lines.filter { $0.hasPrefix("      ") && !$0.hasPrefix("       ") }.map { line -> PDML.Element in
            let words = line.split(separator: " ").map(String.init)
            let id = words[words.count - 3].split(separator: "/")
            // A scope of NetFlow v9 that no element says is `scope/1`.
            let enterprise = id.count > 1 ? Int(id[0]) ?? 0 : 0
            return PDML.Element(number: Int(id.last ?? "") ?? -1, enterprise: enterprise, length: Int(words[words.count - 2]) ?? 65_535)
        }
        #expect(ours == elements)
        figures.templateFields = ours.count
        // Records: a line each, of four blanks, a number or `v5`, and fields.
        let records = exports.flatMap { PDML.records($0) }
        let found = lines.filter { $0.prefixMatch(of: /\ {4}([0-9]+|v5)\ {2}/) != nil }.map { fields($0) }
        #expect(found.count == records.count)
        figures.records = found.count
        for (record, nodes) in zip(found, records) { compare(record, nodes, &figures) }
        return figures
    }

    private static func compare(_ record: [(name: String, value: String)], _ nodes: PDML.Record, _ figures: inout Figures) {
        var rest = nodes.fields[...]
        var times = nodes.times
        for field in record {
            figures.values += 1
            let isTime = field.name.hasPrefix("flowStart") || (field.name.hasPrefix("flowEnd") && field.name != "flowEndReason")
            if isTime, let place = times.firstIndex(where: { $0.name.hasSuffix(field.name.hasPrefix("flowStart") ? "start" : "end") && isSame(field.value, $0) }) {
                times.remove(at: place)
                continue
            }
            guard let node = rest.popFirst() else {
                figures.others["\(field.name) is not there", default: 0] += 1
                continue
            }
            // tshark has type and code apart.
            if field.name.hasPrefix("icmpTypeCode"), node.size == 1, let code = rest.popFirst(), let type = UInt64(node.value, radix: 16) {
                if let low = UInt64(code.value, radix: 16), field.value == String(type << 8 | low) { continue }
            }
            if !isSame(field.value, node) { figures.others["\(field.name)=\(field.value) \(node.name)=\(node.show) \(node.value)", default: 0] += 1 }
        }
        for node in rest + times { figures.others["tshark alone has \(node.name)=\(node.show)", default: 0] += 1 }
    }

    /// What is compared of each file, and where tshark reads otherwise.
    private static let table: [String: Figures] = [
        "mpls/akvorado-mpls.pcap": Figures(templateFields: 55, records: 3, values: 105),
        "nat/akvorado-nat.pcap": Figures(templateFields: 31, records: 9, values: 108),
        "netflow-v5/akvorado-nfv5.pcap": Figures(templateFields: 0, records: 29, values: 522),
        // Uptimes of 0 before a header's uptime of 0 it shows as times.
        "libnetflow9/libnetflow9-1.pcap": Figures(
            templateFields: 78, records: 4, values: 42,
            others: [
                "flowStartSysUpTime is not there": 2, "tshark alone has cflow.abstimestart=Jan  1, 1970 00:00:00.000000000 UTC": 2,
                "flowEndSysUpTime is not there": 2, "tshark alone has cflow.abstimeend=Jan  1, 1970 00:00:00.000000000 UTC": 2,
            ]),
        "cisco-nfv9/akvorado-data+templates.pcap": Figures(templateFields: 24, records: 11, values: 212),
        "scapy/scapy-ipfix.pcap": Figures(templateFields: 26, records: 1, values: 23),
        "pmacct-100-IPFIXv10-CISCO/traffic-00.pcap": Figures(templateFields: 66, records: 12, values: 396),
        "pmacct-101-NFv9-CISCO-cust_primitives/traffic-00.pcap": Figures(templateFields: 32, records: 51, values: 1632),
        "pmacct-102-NFv9-CISCO-f2rd-pretag-sampling-reload/traffic-00.pcap": Figures(templateFields: 108, records: 35, values: 861),
        "pmacct-104-IPFIXv10-IPv6-CISCO-sampling_option/traffic-00.pcap": Figures(templateFields: 140, records: 4, values: 91),
        "pmacct-111-IPFIXv10-NFv9-IPv6-IPv4-mix_sources/traffic-00.pcap": Figures(templateFields: 32, records: 11, values: 352),
        "pmacct-500-IPFIXv10-BGP-CISCO-SRv6/traffic-00.pcap": Figures(templateFields: 202, records: 53, values: 1270),
    ]

    @Test("templates and values", arguments: table.keys.sorted())
    func values(file: String) throws {
        #expect(try Self.compare(file) == Self.table[file])
    }
}
