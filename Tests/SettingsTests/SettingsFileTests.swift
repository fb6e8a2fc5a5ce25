import Foundation
import Testing

@testable import Settings

@Suite("One configuration file")
struct SettingsFileTests {
    static let schema = SettingsSchema(
        sections: [("one", "First."), ("two", "Second.")],
        keys: [
            SettingKey("one.listen", .endpoint(allowsPortZero: true), default: "127.0.0.1:8080", "Address."),
            SettingKey("one.size", .bytes(1...1_000_000), default: "1KiB", "Size."),
            SettingKey("one.deep.after", .duration(1000...60_000), default: "20s", "Time."),
            SettingKey("one.age", .duration(1000...60_000), default: "none", allowsNone: true, "Age."),
            SettingKey("two.names", .list(of: .text, limit: 3), default: "", "Names."),
            SettingKey("two.ports", .list(of: .integer(1...65535), limit: 3), default: "4789, 8472", "Ports."),
            SettingKey("two.on", .boolean, default: "true", "Switch."),
            SettingKey("two.url", .url, default: nil, "Place."),
            SettingKey("two.nets", .list(of: .prefix, limit: 8), default: "", "Prefixes."),
            SettingKey(
                "two.targets",
                .records(
                    [
                        SettingKey("protocol", .choice(["udp", "tcp"]), default: nil, "Transport."),
                        SettingKey("address", .endpoint(allowsPortZero: false), default: nil, "Receiver."),
                        SettingKey("framing", .choice(["lf", "counting"]), default: "lf", "Framing."),
                    ], limit: 2), default: "", "Targets."),
        ])

    static func faults(_ text: String) -> [String] {
        SettingsFile.read(text: text, path: "f", schema: schema).faults.map(\.description)
    }
    static func values(_ text: String) throws -> SettingsValues {
        try schema.resolve(file: SettingsFile.load(text: text, path: "f", schema: schema))
    }

    @Test("every kind is read")
    func kinds() throws {
        let values = try Self.values(
            """
            one:
              listen: "[::1]:0"   # comment
              size: 2KiB
              deep: {after: 1500ms}
              age: none
            two:
              names: [web-*, 'it''s', "a # b"]
              ports:
                - 1
                - 65535
              on: off
              url: https://collector.example:8443/base
              nets: 10.0.0.0/8, 2001:db8::1
              targets:
                - {protocol: udp, address: 192.0.2.1:514}
                - protocol: TCP
                  address: log.example:601
                  framing: counting
            """)
        #expect(values.endpoint("one.listen") == SettingEndpoint(host: "::1", port: 0))
        #expect(values.bytes("one.size") == 2048)
        #expect(values.duration("one.deep.after") == .milliseconds(1500))
        #expect(values.optionalDuration("one.age") == nil)
        #expect(values.texts("two.names") == ["web-*", "it's", "a # b"])
        #expect(values.integers("two.ports") == [1, 65535])
        #expect(values.boolean("two.on") == false)
        #expect(values.optionalText("two.url") == "https://collector.example:8443/base")
        #expect(values.texts("two.nets") == ["10.0.0.0/8", "2001:db8::1"])
        let targets = values.records("two.targets")
        #expect(targets.map { $0.text("protocol") } == ["udp", "tcp"])
        #expect(targets.map { $0.text("framing") } == ["lf", "counting"])
        #expect(targets[1].endpoint("address") == SettingEndpoint(host: "log.example", port: 601))
        #expect(values.place("one.size") == .file(path: "f", line: 3, column: 9))
        #expect(!values.isGiven("two.nothing-of-the-kind") && values.isGiven("one.age"))
    }

    @Test("an empty file, empty sections and an empty list leave the defaults", arguments: ["", "# nothing\n", "one:\ntwo:\n", "one:\n  deep:\n", "---\n", "{}\n"])
    func emptiness(text: String) throws {
        let values = try Self.values(text)
        #expect(values.endpoint("one.listen").port == 8080)
        #expect(values.integers("two.ports") == [4789, 8472])
        #expect(values.records("two.targets").isEmpty)
        #expect(values.optionalText("two.url") == nil)
    }

    @Test("all faults come at once, each with its place")
    func allAtOnce() {
        let found = Self.faults(
            """
            one:
              listne: 127.0.0.1:1
              size: 2 parsecs
              deep: 5
              ports: [1]
            two:
              ports: [0, 1, x]
              on: perhaps
              names: [a, b, c, d]
              url:
              targets:
                - protocol: upd
                  address: 192.0.2.1:514
                - framing: lf
                  colour: red
            three: 3
            """)
        #expect(
            found == [
                #"f:2:3: one: unknown key "listne"; did you mean listen?"#,
                #"f:3:9: one.size: "2 parsecs" is not a size from 1B to 1000000B, such as 256MiB"#,
                "f:4:9: one.deep: expected a map of after",
                #"f:5:3: one: unknown key "ports" here; did you mean two.ports?"#,
                #"f:7:11: two.ports[1]: "0" is not a whole number from 1 to 65535"#,
                #"f:7:17: two.ports[3]: "x" is not a whole number from 1 to 65535"#,
                #"f:8:7: two.on: "perhaps" is not true or false"#,
                "f:9:10: two.names: 4 entries are too many; at most 3 are read",
                "f:10:7: two.url: has no value; expected a URL with http or https, such as http://127.0.0.1:8080",
                #"f:12:17: two.targets[1].protocol: "upd" is not one of udp, tcp; did you mean udp?"#,
                #"f:15:7: two.targets[2]: unknown key "colour"; expected one of protocol, address, framing"#,
                "f:14:7: two.targets[2]: protocol is missing; expected one of udp, tcp",
                "f:14:7: two.targets[2]: address is missing; expected HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080",
                #"f:16:1: unknown key "three"; expected one of one, two"#,
            ])
    }

    @Test(
        "endpoints that are none", arguments: ["8080", ":8080", "host:", "host:65536", "::1:80", "[::1]80", "[nonsense]:80", "1.2.3:80", "a b:80", "host:-1"])
    func badEndpoints(text: String) {
        #expect(Self.faults("one: {listen: \"\(text)\"}").count == 1)
    }

    @Test("prefixes that are none", arguments: ["10.0.0.0/33", "10.0.0/8", "::/129", "host", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/+8"])
    func badPrefixes(text: String) {
        #expect(Self.faults("two: {nets: [\"\(text)\"]}").count == 1)
    }

    @Test("URLs that are none", arguments: ["127.0.0.1:8080", "ftp://host", "http://", "http://host:70000", "http:// host"])
    func badURLs(text: String) {
        #expect(Self.faults("two: {url: \"\(text)\"}").count == 1)
    }

    @Test(
        "what is no YAML says where",
        arguments: [
            ("one:\n\tsize: 1\n", "f:2:1: is not YAML here: found character that cannot start any token"),
            ("one: {size: 1\n", "f:2:1: is not YAML here: did not find expected ',' or '}'"),
            ("one: {}\n---\ntwo: {}\n", "f:2:1: is not YAML here: but found another document"),
            ("one: {size: 1, size: 2}\n", #"f:1:7: "size" stands twice in one map; keep one of the two"#),
            ("one: {size: \u{1}}\n", "f:1:13: is not YAML here: control characters are not allowed"),
            ("- one\n", "f:1:1: expected a map of one, two"),
        ])
    func notYAML(text: String, fault: String) {
        #expect(Self.faults(text) == [fault])
    }

    @Test("control characters of the file do not reach the terminal")
    func controlCharacters() {
        let found = Self.faults("one: {size: \"\\e[31m\"}")
        #expect(found.count == 1)
        #expect(found.allSatisfy { !$0.unicodeScalars.contains("\u{1B}") })
    }
}
