package import ArgumentParser
import Foundation
package import Metering
package import PacketDecoding
package import Settings

/// The options of every command that meters, and the configuration file that they beat.
package struct MeteringOptions: ParsableArguments {
    @Option(name: .customLong("config"), help: "Configuration file (YAML); `zonal check-config FILE` checks it.")
    package var configurationFile: String?

    @Option(help: "Report a flow that goes on so often: 60s.")
    package var activeTimeout: String?

    @Option(help: "Report and end a flow without packets for so long: 15s.")
    package var idleTimeout: String?

    @Option(help: "Flows in the cache; past it the least recently used go out early.")
    package var cacheFlows: String?

    @Option(help: "UDP ports read as VXLAN, separated by commas: 4789,8472.")
    package var vxlanPorts: String?

    package init() {}

    /// Flags by the settings' names.
    package var flags: [String: String] {
        var flags: [String: String] = [:]
        flags["agent.active-timeout"] = activeTimeout
        flags["agent.idle-timeout"] = idleTimeout
        flags["agent.cache-flows"] = cacheFlows
        flags["agent.vxlan-ports"] = vxlanPorts
        return flags
    }

    package struct Metering {
        package var cache: FlowCacheConfiguration
        package var decoding: PacketDecoder.Configuration
    }

    package func resolve() throws(CommandFailure) -> Metering {
        Self.metering(try SettingsLoading.resolve(flags: flags, file: configurationFile))
    }

    package static func metering(_ settings: SettingsValues) -> Metering {
        var cache = FlowCacheConfiguration()
        cache.activeTimeout = settings.milliseconds("agent.active-timeout") * 1_000_000
        cache.idleTimeout = settings.milliseconds("agent.idle-timeout") * 1_000_000
        cache.flowLimit = Int(settings.integer("agent.cache-flows"))
        cache.byteLimit = Int(settings.bytes("agent.cache-bytes"))
        var decoding = PacketDecoder.Configuration()
        decoding.vxlanPorts = settings.integers("agent.vxlan-ports").map { UInt16(truncatingIfNeeded: $0) }
        return Metering(cache: cache, decoding: decoding)
    }
}

/// Merges flags, environment and file, and turns faults into a message for people.
package enum SettingsLoading {
    package static func resolve(flags: [String: String], file: String?) throws(CommandFailure) -> SettingsValues {
        do throws(SettingsError) {
            return try SettingsSchema.zonal.resolve(flags: flags, environment: ProcessInfo.processInfo.environment, path: file)
        } catch {
            throw CommandFailure("wrong settings:\n\(error)", isUsage: true)
        }
    }
}
