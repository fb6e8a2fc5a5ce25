import AgentCommands
import Alerting
import ArgumentParser
import CollectorService
import Settings
import Testing

@testable import zonal

@Suite("Flags and settings")
struct FlagTests {
    @Test("every setting that has a flag is known by it", arguments: SettingsSchema.zonal.keys.filter { $0.flag != nil && $0.flag != "--syslog" })
    func names(key: SettingKey) throws {
        let flag = try #require(key.flag)
        let places = ["--netflow", "--sflow", "--ipfix-tcp", "--ipfix-tls"]
        let examples = ["--netflow-allow": "10.0.0.0/8", "--retention-bytes": "200GiB"]
        let example = places.contains(flag) ? "0.0.0.0:2055" : examples[flag] ?? "a"
        let value = key.defaultText.flatMap { $0.isEmpty ? nil : $0 } ?? example
        let flags = try key.path.hasPrefix("agent.")
            ? AgentOptions.parse([flag, value]).flags : CollectorOptions.parse([flag, value]).flags
        #expect(flags == [key.path: value])
        #expect(throws: Never.self) { try SettingsSchema.zonal.resolve(flags: flags) }
    }

    @Test("a wrong value is told of with its flag")
    func wrongValue() {
        let error = #expect(throws: SettingsError.self) {
            try SettingsSchema.zonal.resolve(flags: CollectorOptions.parse(["--retention-age", "soon"]).flags)
        }
        #expect(error?.description.hasPrefix("flag --retention-age: ") == true, "\(error?.description ?? "")")
    }

    @Test("an interface without a name is refused, and does not mean all of them", arguments: ["--interface", "--exclude", "--namespace"], ["", " "])
    func emptyInterface(flag: String, value: String) {
        #expect(throws: (any Error).self) { try AgentOptions.parse([flag, value]) }
        #expect(throws: (any Error).self) { try AgentOptions.parse([flag, "eth0", flag, value]) }
        #expect(throws: Never.self) { try AgentOptions.parse([flag, "eth0"]) }
    }

    @Test("a process that cannot be is no namespace", arguments: ["pid:abc", "pid:", "pid:99999999999", "a/b"])
    func wrongNamespace(value: String) {
        #expect(throws: (any Error).self) { try AgentOptions.parse(["--namespace", "blue", "--namespace", value]) }
        #expect(throws: Never.self) { try AgentOptions.parse(["--namespace", "blue*", "--namespace", "pid:7"]) }
    }

    @Test("a filter may be long")
    func longFilter() throws {
        let filter = (1...100).map { "not host 10.0.0.\($0)" }.joined(separator: " and ")
        let settings = try SettingsSchema.zonal.resolve(flags: AgentOptions.parse(["--capture-filter", filter]).flags)
        #expect(settings.optionalText("agent.capture-filter") == filter)
        let tooLong = String(repeating: "x", count: 4097)
        #expect(throws: SettingsError.self) { try SettingsSchema.zonal.resolve(flags: ["agent.capture-filter": tooLong]) }
    }

    @Test("--syslog stands instead of the receivers of the environment")
    func syslog() throws {
        let settings = try SettingsSchema.zonal.resolve(
            environment: ["ZONAL_ALERTING_DESTINATIONS": "protocol=udp address=192.0.2.1:514"])
        func hosts(_ flags: [String]) throws -> [String] {
            try CollectorAssembly.configuration(settings, syslog: flags).destinations.map(\.host)
        }
        #expect(try hosts([]) == ["192.0.2.1"])
        #expect(try hosts(["tcp://192.0.2.7:601", "udp://192.0.2.8:514"]) == ["192.0.2.7", "192.0.2.8"])
    }
}
