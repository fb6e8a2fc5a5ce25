package import AgentService
package import ArgumentParser
import Capture
import Foundation
package import Logging
import ServiceLifecycle
package import Settings
import Shipping
import UnixSignals

/// `zonal agent` and `zonal-agent`: capture interfaces, meter, ship to a collector.
package struct AgentCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "agent", abstract: "Capture interfaces and send their flows to a collector.",
        discussion: """
            Without --interface it takes every veth, tap, bridge and vxlan interface, and those that come later. \
            It needs the privilege to capture: root, or cap_net_raw and cap_net_admin.

            Examples:
              zonal agent --collector http://10.0.0.5:8080
              zonal agent --interface 'vnet*' --interface br0 --collector http://10.0.0.5:8080
              zonal agent --collector none --export udp://10.0.0.7:4739
            """)

    @OptionGroup var options: AgentOptions

    package init() {}

    package func run() async throws {
        let settings = try SettingsLoading.resolve(flags: options.flags, file: options.metering.configurationFile)
        let logger = CommandLogging.make("agent")
        let agent = try AgentAssembly.make(settings, logger: logger)
        let names = agent.interfaceNames.isEmpty ? "nothing yet" : agent.interfaceNames.joined(separator: ", ")
        let places = ([settings.optionalText("agent.collector")].compactMap(\.self) + settings.texts("agent.export")).joined(separator: ", ")
        CommandLineRunner.say("zonal agent: capturing \(names); flows go to \(places)")
        ProcessMemory.forgetStart()
        let group = ServiceGroup(services: [agent], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        try await group.run()
    }
}

/// The options of an agent.
package struct AgentOptions: ParsableArguments {
    @Option(name: .customLong("interface"), help: "An interface to capture, or a pattern with * and ?; may be given again.")
    package var interfaces: [String] = []

    @Option(help: "An interface that is never captured, or a pattern; may be given again.")
    package var exclude: [String] = []

    @Option(
        name: .customLong("namespace"),
        help: "A network namespace to capture too: a name or pattern of `ip netns`, or pid:N; may be given again.")
    package var namespaces: [String] = []

    @Option(help: "Which frames the kernel keeps, in tcpdump's language: 'not port 22'.")
    package var captureFilter: String?

    @Option(help: "Threads that meter; with more than one, capture has a thread of its own besides.")
    package var threads: String?

    @Option(help: ArgumentHelp(
        "Send flows as IPFIX to another collector too, udp://, tcp:// or tls://HOST:PORT; may be given again.", discussion: ExportHelp.parameters))
    package var export: [String] = []

    @Option(help: "The collector's URL, http://127.0.0.1:8080 without it; 'none' where flows go to --export alone.")
    package var collector: String?

    @Option(name: [.customLong("name"), .customLong("agent")], help: "Name of the agent; the host's name without it.")
    package var name: String?

    @Option(help: "Memory of all capture rings together: 256MiB.")
    package var ringBudget: String?

    @OptionGroup package var metering: MeteringOptions

    package init() {}

    package func validate() throws {
        // An empty list of interfaces would mean every interface.
        for (flag, values) in [("--interface", interfaces), ("--exclude", exclude), ("--namespace", namespaces)]
        where values.contains(where: { $0.allSatisfy(\.isWhitespace) }) {
            let what = flag == "--namespace" ? "a network namespace" : "an interface"
            throw ValidationError("\(flag) is empty: name \(what) or a pattern, or leave the flag away")
        }
        if let collector, collector.allSatisfy(\.isWhitespace) {
            throw ValidationError("--collector is empty: name a collector, http://HOST:PORT, or none where flows go to --export alone")
        }
        for target in export where target.allSatisfy(\.isWhitespace) || target.contains(",") {
            throw ValidationError("--export \"\(target)\": name one collector, udp://HOST:PORT, without a comma in it; --export may be given again")
        }
        if let wrong = namespaces.first(where: { NetworkNamespace($0) == nil }) {
            throw ValidationError("--namespace \(wrong): neither a name or pattern of `ip netns` nor pid:N")
        }
    }

    package var flags: [String: String] {
        var flags = metering.flags
        if !interfaces.isEmpty { flags["agent.interfaces"] = interfaces.joined(separator: ",") }
        if !exclude.isEmpty { flags["agent.exclude"] = exclude.joined(separator: ",") }
        if !namespaces.isEmpty { flags["agent.namespaces"] = namespaces.joined(separator: ",") }
        flags["agent.capture-filter"] = captureFilter
        flags["agent.threads"] = threads
        flags["agent.collector"] = collector
        if !export.isEmpty { flags["agent.export"] = export.joined(separator: ",") }
        flags["agent.name"] = name
        flags["agent.ring-budget"] = ringBudget
        return flags
    }
}

/// Makes an agent of settings; used by `agent` and by `up`.
package enum AgentAssembly {
    /// - Parameters:
    ///   - collector: beats the setting: `up` has a collector of its own.
    ///   - untilReachable: waited for before the first upload.
    package static func make(
        _ settings: SettingsValues, collector: String? = nil, logger: Logger,
        untilReachable: @escaping @Sendable () async -> Void = {}
    ) throws(CommandFailure) -> AgentRunner {
        OpenFiles.raiseLimit()
        let name = settings.optionalText("agent.name") ?? ProcessInfo.processInfo.hostName
        var configuration = AgentConfiguration(name: name)
        let metering = MeteringOptions.metering(settings)
        configuration.cache = metering.cache
        configuration.decoding = metering.decoding
        configuration.selection = InterfaceSelection(
            include: settings.texts("agent.interfaces"), exclude: settings.texts("agent.exclude"),
            kinds: Set(settings.texts("agent.kinds")))
        configuration.namespaces = settings.texts("agent.namespaces")
        configuration.filter = settings.optionalText("agent.capture-filter") ?? ""
        configuration.threads = Int(settings.integer("agent.threads"))
        configuration.ringBudget = Int(settings.bytes("agent.ring-budget"))
        configuration.snapLength = Int32(clamping: settings.integer("agent.snaplen"))
        let targets = settings.texts("agent.export")
        let exports = targets.isEmpty ? nil : try ExportTargets.open(targets, logger: logger)
        let place = collector ?? settings.optionalText("agent.collector")
        if place == nil, exports == nil {
            throw CommandFailure("the agent has nobody to send flows to: name a collector, or --export udp://HOST:PORT", isUsage: true)
        }
        do {
            let shipper = try place.map { place in
                var shipping = Shipper.Configuration(collector: place, agent: name, epoch: configuration.epoch)
                shipping.queueByteLimit = Int(settings.bytes("agent.queue-bytes"))
                return try Shipper(configuration: shipping, logger: logger)
            }
            return try AgentRunner(
                configuration: configuration, shipper: shipper, exports: exports, logger: logger, untilReachable: untilReachable)
        } catch {
            throw CommandFailure("\(error)")
        }
    }
}

/// Log lines go to the standard error.
package enum CommandLogging {
    package static func make(_ label: String) -> Logger {
        var logger = Logger(label: "zonal.\(label)", factory: { StreamLogHandler.standardError(label: $0) })
        let level = ProcessInfo.processInfo.environment["ZONAL_LOG_LEVEL"].flatMap { Logger.Level(rawValue: $0.lowercased()) }
        logger.logLevel = level ?? .notice
        return logger
    }
}
