import Foundation
import Testing

@testable import FlowQuery

@Suite("names of services")
struct ServiceNameTests {
    @Test("a name is its port, alone and in lists, on each side", arguments: [
        ("port ssh", "port 22"), ("dst port SMB", "dst port 445"), ("dst_port in [http, https, 8000-8080]", "dst_port in [80, 443, 8000-8080]"),
        ("port netbios-ssn", "port 139"), ("tcp port != postgresql", "tcp port != 5432"), ("src_port >= rdp", "src_port >= 3389"),
    ])
    func names(written: String, meant: String) throws {
        #expect(try FlowFilter(written).expression == FlowFilter(meant).expression)
    }

    @Test("the numbers are those of the system's own list, where it has the name")
    func numbers() throws {
        guard let text = try? String(contentsOfFile: "/etc/services", encoding: .utf8) else { return }
        var known: [String: Set<UInt16>] = [:]
        for line in text.split(separator: "\n") {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard words.count >= 2, let port = UInt16(words[1].prefix { $0 != "/" }) else { continue }
            for name in [words[0]] + words.dropFirst(2) { known[name.lowercased(), default: []].insert(port) }
        }
        var compared = 0
        for (name, port) in ServiceName.table {
            guard let ports = known[name] else { continue }
            #expect(ports.contains(port), "\(name)")
            compared += 1
        }
        #expect(compared > 15)
        #expect(Set(ServiceName.all).count == ServiceName.all.count)
    }

    @Test("docs/filter.md has each of them")
    func page() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(contentsOf: root.appendingPathComponent("docs/filter.md"), encoding: .utf8)
        for (name, port) in ServiceName.table {
            let line = page.split(separator: ", ").contains { $0.contains("`\(name)`") && $0.contains(" \(port)") }
            #expect(line, "\(name) \(port)")
        }
    }
}
