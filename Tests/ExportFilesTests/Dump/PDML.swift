import Foundation
import FoundationXML
import TestSupport
import Testing

/// What tshark makes of the exports of a capture: its details as XML (PDML), where each field has its place and octets.
final class PDML: NSObject, XMLParserDelegate {
    final class Node {
        let name: String
        let show: String
        let place: Int
        let size: Int
        /// Hexadecimal.
        let value: String
        var children: [Node] = []

        init(_ attributes: [String: String]) {
            name = attributes["name"] ?? ""
            show = attributes["show"] ?? attributes["showname"] ?? ""
            place = attributes["pos"].flatMap { Int($0) } ?? 0
            size = attributes["size"].flatMap { Int($0) } ?? 0
            value = attributes["unmaskedvalue"] ?? attributes["value"] ?? ""
        }

        /// This node and all below it, in order.
        func walk(_ body: (Node) -> Void) {
            body(self)
            for child in children { child.walk(body) }
        }
    }

    struct Element: Hashable {
        var number: Int
        var enterprise: Int
        var length: Int
    }

    private(set) var exports: [Node] = []
    private var open: [Node] = []

    static func read(_ path: String, ports: Set<UInt16>) throws -> [Node] {
        let decoding = ports.sorted().flatMap { ["-d", "udp.port==\($0),cflow"] }
        let output = try Command.run(["tshark", "-n", "-r", path, "-T", "pdml"] + decoding, environment: ["TZ": "UTC"]).output
        // In portions: of all at once it takes ten megabytes at most.
        let parser = XMLParser(stream: InputStream(data: output))
        let pdml = PDML()
        parser.delegate = pdml
        try #require(parser.parse())
        return pdml.exports
    }

    func parser(
        _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?, qualifiedName qName: String?,
        attributes attributeDict: [String: String]
    ) {
        let node = Node(attributeDict)
        if let last = open.last {
            last.children.append(node)
            open.append(node)
        } else if node.name == "cflow" {
            exports.append(node)
            open.append(node)
        }
    }

    func parser(_ parser: XMLParser, didEndElement elementName: String, namespaceURI: String?, qualifiedName qName: String?) {
        if !open.isEmpty { open.removeLast() }
    }

    /// Elements of all templates of an export.
    static func elements(_ export: Node) -> [Element] {
        var found: [Element] = []
        export.walk { node in
            func number(_ isWanted: (String) -> Bool) -> Int? { node.children.first { isWanted($0.name) }.flatMap { Int($0.show) } }
            // Each vendor's elements have a name of their own.
            let type = number { $0 == "cflow.scope_field_type" || $0.hasPrefix("cflow.template_") && ($0.hasSuffix("_type") || $0.hasSuffix("_type_enterprise")) }
            let length = number { $0.hasSuffix("_field_length") }
            guard let type, let length else { return }
            found.append(Element(number: type, enterprise: number { $0 == "cflow.template_ipfix_field_pen" } ?? 0, length: length))
        }
        return found
    }

    struct Record {
        /// Fields in order, and pads; fields without octets are left out.
        var fields: [Node] = []
        /// Beginning and end of flows, which stand by themselves, in an order of tshark's own.
        var times: [Node] = []
    }

    /// Records of flows and options.
    static func records(_ export: Node) -> [Record] {
        var found: [Record] = []
        export.walk { node in
            guard node.name.isEmpty, node.show.hasPrefix("Flow ") || node.show.hasPrefix("pdu ") else { return }
            var record = Record()
            for child in node.children {
                if child.name == "cflow.timedelta", !child.children.isEmpty {
                    record.times += child.children
                } else if child.name.hasPrefix("cflow.abstime") {
                    record.times.append(child)
                } else if child.size > 0 {
                    record.fields.append(child)
                }
            }
            found.append(record)
        }
        return found
    }
}
