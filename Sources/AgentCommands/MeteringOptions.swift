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

    @Option(help: "UDP ports read as Geneve, separated by commas: 6081.")
    package var genevePorts: String?

    @Option(help: "Tunnels to look through, separated by commas: vxlan,vxlan-gpe,geneve,gre,erspan,ipip,mpls,pppoe.")
    package var layers: String?

    @Option(help: "Meter one in so many packets; 1 is all.")
    package var sampling: String?

    package init() {}

    /// Flags by the settings' names.
    package var flags: [String: String] {
        var flags: [String: String] = [:]
        flags["agent.active-timeout"] = activeTimeout
        flags["agent.idle-timeout"] = idleTimeout
        flags["agent.cache-flows"] = cacheFlows
        flags["agent.vxlan-ports"] = vxlanPorts
        flags["agent.geneve-ports"] = genevePorts
        flags["agent.layers"] = layers
        flags["agent.sampling"] = sampling
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
        let interval = UInt32(clamping: settings.integer("agent.sampling"))
        if interval > 1 {
            cache.sampling = settings.text("agent.sampling-method") == "random"
                ? .uniform(interval: interval) : .systematic(interval: interval)
        }
        var decoding = PacketDecoder.Configuration()
        decoding.vxlanPorts = ports(settings, "agent.vxlan-ports")
        decoding.vxlanGPEPorts = ports(settings, "agent.vxlan-gpe-ports")
        decoding.genevePorts = ports(settings, "agent.geneve-ports")
        decoding.layers = settings.texts("agent.layers").reduce(into: []) { layers, name in
            if let layer = PacketDecoder.Layers(name: name) { layers.insert(layer) }
        }
        return Metering(cache: cache, decoding: decoding)
    }
}

extension MeteringOptions {
    private static func ports(_ settings: SettingsValues, _ key: String) -> [UInt16] {
        settings.integers(key).map { UInt16(truncatingIfNeeded: $0) }
    }
}

extension PacketDecoder.Layers {
    /// The layer that `agent.layers` calls so.
    init?(name: String) {
        switch name {
        case "vxlan": self = .vxlan
        case "vxlan-gpe": self = .vxlanGPE
        case "geneve": self = .geneve
        case "gre": self = .gre
        case "erspan": self = .erspan
        case "ipip": self = .ipip
        case "mpls": self = .mpls
        case "pppoe": self = .pppoe
        default: return nil
        }
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
