import AgentCommands
import Alerting
import ArgumentParser
import CollectorService
import Settings
import Testing

@testable import zonal

@Suite("Flags and settings")
struct FlagTests {
    @Test("every setting that has a flag is known by it")
    func names() throws {
        let agent = [
            "--interface", "a", "--exclude", "b", "--collector", "http://c:1", "--name", "d", "--ring-budget", "64MiB",
            "--active-timeout", "30s", "--idle-timeout", "10s", "--cache-flows", "2048", "--vxlan-ports", "4789",
        ]
        let collector = ["--data", "d", "--listen", "127.0.0.1:1", "--retention-age", "1d"]
        let flags = try AgentOptions.parse(agent).flags.merging(CollectorOptions.parse(collector).flags) { $1 }
        #expect(flags.count == (agent.count + collector.count) / 2)
        for path in flags.keys {
            let flag = try #require(SettingsSchema.zonal[path]?.flag, "\(path)")
            #expect((agent + collector).contains(flag), "\(path)")
        }
        let error = #expect(throws: SettingsError.self) {
            try SettingsSchema.zonal.resolve(flags: CollectorOptions.parse(["--retention-age", "soon"]).flags)
        }
        #expect(error?.description.hasPrefix("flag --retention-age: ") == true, "\(error?.description ?? "")")
    }

    @Test("an interface without a name is refused, and does not mean all of them", arguments: ["--interface", "--exclude"], ["", " "])
    func emptyInterface(flag: String, value: String) {
        #expect(throws: (any Error).self) { try AgentOptions.parse([flag, value]) }
        #expect(throws: (any Error).self) { try AgentOptions.parse([flag, "eth0", flag, value]) }
        #expect(throws: Never.self) { try AgentOptions.parse([flag, "eth0"]) }
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
