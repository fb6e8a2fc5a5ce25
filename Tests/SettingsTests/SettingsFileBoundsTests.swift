import Foundation
import Testing

@testable import Settings

@Suite("Bounds of the configuration file")
struct SettingsFileBoundsTests {
    static func faults(_ text: String) -> [String] {
        SettingsFile.read(text: text, path: "f", schema: SettingsFileTests.schema).faults.map(\.description)
    }

    @Test("an alias bomb is refused before it is read")
    func aliasBomb() {
        var text = "a: &a [x, x, x, x, x, x, x, x, x]\n"
        for (before, name) in zip("abcdefghi", "bcdefghij") {
            let aliases = Array(repeating: "*\(before)", count: 9).joined(separator: ", ")
            text += "\(name): &\(name) [\(aliases)]\n"
        }
        let found = Self.faults(text)
        #expect(found.first == "f:1:4: anchors and aliases are not read here; quote a text that begins with &")
        #expect(found.count <= PlainYAML.refusalLimit)
    }

    @Test(
        "anchors, aliases, tags and texts over several lines are found wherever a value can begin",
        arguments: [
            "a: *b", "a: &b 1", "- *b", "[1, *b]", "[*b]", "{a: *b}", "{\"a\":*b}", "? *b", "*b : 1", "&b a: 1", "--- *b", "- - *b",
            "{[a]:*b}", "a: 'b' *c", "a: !!str b", "a: |", "a: >-", "a: \"b", "a: 'b", "  \t *b", "{a: 1, *b : 2}",
        ])
    func refused(line: String) {
        #expect(PlainYAML.faults(in: line).count == 1 || line == "a: 'b' *c")
    }

    @Test(
        "what only looks like it is read",
        arguments: [
            "a: veth*", "a: b&c", "a: \"*\"", "a: '&'", "a: b # *c", "# *b", "a: x!y", "a: 5>3", "a: [veth*, tap*]", "a: http://b", "a: it's",
            "a: \"b\\\"*c\"", "a: 'b''*c'", "a: b  *c",
        ])
    func allowed(line: String) {
        #expect(PlainYAML.faults(in: line).isEmpty)
    }

    @Test("deep nesting is refused", arguments: ["[", "{a: ", "- "])
    func nesting(opening: String) {
        let text = String(repeating: opening, count: 50_000)
        #expect(Self.faults(text) == ["f:1:\(16 * opening.count + 1): nested more than 16 deep"])
    }

    @Test("deep indentation is refused")
    func indentation() {
        let lines = (0..<1000).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n")
        #expect(Self.faults(lines).first == "f:66:66: indented by more than 64")
    }

    @Test("a text past the limit is refused unread")
    func largeText() {
        let text = String(repeating: "#\n", count: SettingsFile.byteLimit / 2 + 1)
        #expect(Self.faults(text) == ["f: is larger than 1MiB; this is no configuration file"])
    }

    @Test("files that cannot be read say why")
    func unreadable() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zonal-settings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func fault(_ path: String) -> String {
            do throws(SettingsError) {
                _ = try SettingsFile.load(path: path, schema: SettingsFileTests.schema)
                return ""
            } catch {
                return error.description
            }
        }
        let missing = folder.appendingPathComponent("missing.yaml").path
        #expect(fault(missing) == "\(missing): cannot be read (no such file); name a file that exists and that you may read with --config")
        #expect(fault(folder.path).hasPrefix("\(folder.path): cannot be read (it is a folder)"))
        let latin = folder.appendingPathComponent("latin.yaml")
        try Data([0x61, 0x3A, 0xE9]).write(to: latin)
        #expect(fault(latin.path) == "\(latin.path): is not UTF-8 text; save it as UTF-8")
        let large = folder.appendingPathComponent("large.yaml")
        try Data(repeating: 0x23, count: SettingsFile.byteLimit + 1).write(to: large)
        #expect(fault(large.path) == "\(large.path): is larger than 1MiB; this is no configuration file")
        #expect(fault("/dev/zero") == "/dev/zero: is larger than 1MiB; this is no configuration file")
    }

    @Test("a text cut anywhere gives values or faults, never a crash")
    func cut() {
        let text = "one:\n  listen: \"[::1]:0\"\n  deep: {after: 1s}\ntwo:\n  names: [a, 'b']\n  targets:\n    - {protocol: udp, address: 192.0.2.1:514}\n"
        for count in 0...text.count {
            let found = SettingsFile.read(text: String(text.prefix(count)), path: "f", schema: SettingsFileTests.schema)
            #expect(found.faults.count <= 3)
        }
    }
}
