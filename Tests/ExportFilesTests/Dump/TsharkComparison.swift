import ExportFiles
import FlowModel
import IPFIX
import Foundation
import TestSupport
import Testing

/// The dump of a file beside tshark's reading of it, message by message: every field of every template by number, enterprise and
/// length, and every value of every record, in order.
struct TsharkComparison: Equatable {
    var templateFields = 0
    var records = 0
    var values = 0
    /// What reads otherwise, by our name of the field and tshark's, and how often.
    var others: [String: Int] = [:]

    init(templateFields: Int, records: Int, values: Int, others: [String: Int] = [:]) {
        self.templateFields = templateFields
        self.records = records
        self.values = values
        self.others = others
    }

    /// What tshark reads of a file.
    static func exports(_ path: String) throws -> [PDML.Node] {
        var ports: Set<UInt16> = []
        if !path.hasSuffix(".ipfix") {
            var packets = try ExportPackets(path: path)
            // Not those of sFlow, which begin with a zero.
            while let some = packets.next() { for packet in some where !packet.octets.starts(with: [0, 0]) { ports.insert(packet.destination.port) } }
        }
        return try PDML.read(path, ports: ports)
    }

    init(path: String, exports: [PDML.Node]) throws {
        // A message's headline, then its lines behind blanks.
        var messages: [[Substring]] = []
        for line in String(decoding: try DumpTester.file(path), as: UTF8.self).split(separator: "\n") where !line.hasPrefix("total ") {
            if line.hasPrefix("message=") { messages.append([line]) } else { messages[messages.count - 1].append(line) }
        }
        messages.removeAll { $0[0].contains(" sFlow v5 ") }
        if messages.count != exports.count { others["\(messages.count) messages, tshark has \(exports.count)"] = 1 }
        for (message, export) in zip(messages, exports) { compare(message, export) }
    }

    private mutating func compare(_ lines: [Substring], _ export: PDML.Node) {
        // Elements of templates: a line each, of six blanks and the template's number.
        let theirs = PDML.elements(export)
        let ours = lines.filter { $0.hasPrefix("      ") && !$0.hasPrefix("       ") }.map { line -> PDML.Element in
            let words = line.split(separator: " ").map(String.init)
            let id = words[words.count - 3].split(separator: "/")
            // A scope of NetFlow v9 that no element says is `scope/1`.
            let enterprise = id.count > 1 ? Int(id[0]) ?? 0 : 0
            return PDML.Element(number: Int(id.last ?? "") ?? -1, enterprise: enterprise, length: Int(words[words.count - 2]) ?? 65_535)
        }
        templateFields += ours.count
        if ours.count != theirs.count { others["\(ours.count) template fields, tshark has \(theirs.count)", default: 0] += 1 }
        for (our, their) in zip(ours, theirs) where our != their { others["\(our) \(their)", default: 0] += 1 }
        // Records: a line each, of four blanks, a number or `v5`, and fields.
        let nodes = PDML.records(export)
        let found = lines.filter { $0.hasPrefix("    ") && ($0.dropFirst(4).first?.isNumber == true || $0.hasPrefix("    v5 ")) }.map { Self.fields($0) }
        records += found.count
        if nodes.count != found.count { others["\(found.count) records, tshark has \(nodes.count)", default: 0] += 1 }
        for (record, nodes) in zip(found, nodes) { compare(record, nodes) }
    }

    private mutating func compare(_ record: [(name: String, value: String)], _ nodes: PDML.Record) {
        // Pads are no fields, where no template says so.
        let hasPads = record.contains { $0.name == "paddingOctets" }
        var rest = nodes.fields.filter { hasPads || $0.name != "cflow.padding" }[...]
        var times = nodes.times
        for field in record {
            values += 1
            let isTime = field.name.hasPrefix("flowStart") || (field.name.hasPrefix("flowEnd") && field.name != "flowEndReason")
            if isTime, let place = times.firstIndex(where: { $0.name.hasSuffix(field.name.hasPrefix("flowStart") ? "start" : "end") && Self.isSame(field.value, $0) }) {
                times.remove(at: place)
                continue
            }
            guard let node = rest.popFirst() else {
                others["\(field.name) is not there", default: 0] += 1
                continue
            }
            // tshark has the parts of some fields apart: type and code, engine and selector.
            if node.size == 1, let second = rest.first, Self.isSame(field.name, field.value, node, second) {
                rest.removeFirst()
                continue
            }
            // What no registry of ours names is octets.
            if Self.isSame(field.value, node) || Self.isList(field.value, node) || field.name.contains("/") && field.value == "0x" + node.value.lowercased() { continue }
            // A text or octets of length 0 has no node.
            if field.value == "0x" || field.value == "\"\"" {
                rest.insert(node, at: rest.startIndex)
                continue
            }
            others["\(field.name) is not \(node.name)", default: 0] += 1
        }
        for node in rest + times { others["tshark alone has \(node.name)", default: 0] += 1 }
    }

    /// Whether a value is that of two nodes.
    private static func isSame(_ name: String, _ ours: String, _ first: PDML.Node, _ second: PDML.Node) -> Bool {
        let octets = (first.value + second.value).lowercased()
        if name.hasPrefix("icmpTypeCode"), octets.count == 4, let number = UInt16(octets, radix: 16) { return ours == String(number) }
        return name == "applicationId" && ours == "0x" + octets
    }

    /// Whether the values of a list (RFC 6313) are, one behind the other, the octets that tshark leaves of it.
    private static func isList(_ ours: String, _ node: PDML.Node) -> Bool {
        guard let start = ours.firstIndex(of: "{"), ours.hasSuffix("}") else { return false }
        let words = String(ours[ours.index(after: start)...].dropLast()).replacing(";", with: "").split(separator: " ").map(String.init)
        let octets = node.value.lowercased()
        guard let semantic = semantics[String(ours[..<start])], octets.hasPrefix(semantic) else { return false }
        return isList(words[...], octets.dropFirst(semantic.count))
    }

    /// RFC 6313 §4.4.
    private static let semantics = ["noneOf": "00", "exactlyOneOf": "01", "oneOrMoreOf": "02", "allOf": "03", "ordered": "04", "undefined": "ff"]

    private static func isList(_ words: ArraySlice<String>, _ octets: Substring) -> Bool {
        guard let word = words.first else { return octets.isEmpty }
        func number(_ text: String, _ digits: Int) -> String? {
            let isHexadecimal = text.hasPrefix("0x")
            guard let number = UInt64(text.dropFirst(isHexadecimal ? 2 : 0), radix: isHexadecimal ? 16 : 10) else { return nil }
            let all = String(number, radix: 16)
            return all.count <= digits ? String(repeating: "0", count: digits - all.count) + all : nil
        }
        func begins(_ text: String?, _ more: Int = 0) -> Bool {
            guard let text, octets.hasPrefix(text), octets.count >= text.count + more else { return false }
            return isList(words.dropFirst(), octets.dropFirst(text.count + more))
        }
        // A template and the length of its records, but once for several.
        if word.hasSuffix(":") { return begins(number(String(word.dropLast()), 4), 4) || isList(words.dropFirst(), octets) }
        guard let value = word.split(separator: "=").last else { return false }
        if value.contains(":") { return begins(String(value).replacing(":", with: "")) }
        return [2, 4, 8, 16].contains { begins(number(String(value), $0)) }
    }

    /// A line of the dump's text: names and values.
    static func fields(_ line: Substring) -> [(name: String, value: String)] {
        var fields: [(String, String)] = []
        var word = "", isQuoted = false, isEscaped = false, depth = 0
        for character in line + " " {
            if character == " " && !isQuoted && depth == 0 {
                if let equal = word.firstIndex(of: "=") {
                    let name = word[..<equal]
                    fields.append((String(name.hasPrefix("scope:") ? name.dropFirst(6) : name), String(word[word.index(after: equal)...])))
                }
                word = ""
                continue
            }
            word.append(character)
            if isEscaped { isEscaped = false; continue }
            switch character {
            case "\\": isEscaped = isQuoted
            case "\"": isQuoted.toggle()
            case "{", "[": depth += isQuoted ? 0 : 1
            case "}", "]": depth -= isQuoted ? 0 : 1
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
        if let address = IPAddress(node.show) { return IPAddress(ours) == address }
        // An uptime of 0 it shows as a time.
        if let time = time(node.show) { return ours == time || ours == "0" && node.value == "00000000" }
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
}
