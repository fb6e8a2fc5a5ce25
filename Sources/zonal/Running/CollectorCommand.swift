import AgentCommands
import AgentService
import ArgumentParser
import CollectorService
import Logging
import ServiceLifecycle
import Settings
import UnixSignals

struct CollectorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collector", abstract: "Take flows from agents, store them, answer questions, raise alerts.",
        discussion: """
            Examples:
              zonal collector --data /srv/zonal --listen 127.0.0.1:8080
              zonal collector --data /srv/zonal --listen 10.0.0.5:8080 --syslog tcp://10.0.0.9:514
              zonal collector --data /srv/zonal --netflow 0.0.0.0:2055 --netflow 0.0.0.0:4739

            Nothing asks for a token: keep --listen on loopback, or on a network that only agents and analysts reach.
            """)

    @OptionGroup var options: CollectorOptions

    @Option(name: .customLong("config"), help: "Configuration file (YAML); `zonal check-config FILE` checks it.")
    var configurationFile: String?

    func run() async throws {
        OpenFiles.raiseLimit()
        let settings = try SettingsLoading.resolve(flags: options.flags, file: configurationFile)
        let configuration = try CollectorAssembly.configuration(settings, syslog: options.syslog)
        let logger = CommandLogging.make("collector")
        let collector: CollectorService
        do {
            collector = try CollectorService(configuration: configuration, logger: logger)
        } catch {
            throw CommandFailure("\(error)")
        }
        let announcing = Task {
            guard let place = try? await collector.listening() else { return }
            CommandLineRunner.say("zonal collector: http://\(Announcement.host(place.host)):\(place.port)/, data in \(configuration.dataFolder)")
        }
        defer { announcing.cancel() }
        do {
            try await ServiceGroup(
                services: [collector], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
            ).run()
        } catch let error as CollectorError {
            throw CommandFailure("\(error)")
        }
    }
}

/// Words for where to look.
enum Announcement {
    /// A host as URLs write it; the unspecified address can be reached as loopback.
    static func host(_ host: String) -> String {
        switch host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "[::1]"
        default: host.contains(":") ? "[\(host)]" : host
        }
    }
}
