import AgentCommands
import AgentService
import ArgumentParser
import CollectorService
import Logging
import ServiceLifecycle
import Settings
import UnixSignals

struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Collector and agent in one process: capture this machine, store, serve the page.",
        discussion: """
            Captures every veth, tap, bridge and vxlan interface (or those named with --interface) and those that come \
            later. It needs the privilege to capture: root, or cap_net_raw and cap_net_admin.

            Examples:
              zonal up
              zonal up --data /srv/zonal --listen 127.0.0.1:9090 --interface 'vnet*'
            """)

    @OptionGroup var collecting: CollectorOptions
    @OptionGroup var capturing: AgentOptions

    func validate() throws {
        if capturing.collector != nil {
            throw ValidationError("`up` brings its own collector; `zonal agent --collector URL` sends flows to another one")
        }
    }

    func run() async throws {
        let flags = collecting.flags.merging(capturing.flags) { $1 }
        let settings = try SettingsLoading.resolve(flags: flags, file: capturing.metering.configurationFile)
        let configuration = try CollectorAssembly.configuration(settings, syslog: collecting.syslog)
        guard configuration.listenPort != 0 else {
            throw CommandFailure(
                "\(settings.place("collector.listen").description): collector.listen: `up` needs a port that its agent knows, other than 0",
                isUsage: true)
        }
        let logger = CommandLogging.make("up")
        // The agent's interfaces are opened first: without the privilege nothing else is begun.
        let listening = Signal()
        let agent = try AgentAssembly.make(
            settings, collector: "http://\(Announcement.host(configuration.listenHost)):\(configuration.listenPort)",
            logger: logger, untilReachable: { await listening.wait() })
        let collector: CollectorService
        do {
            collector = try CollectorService(configuration: configuration, logger: logger)
        } catch {
            throw CommandFailure("\(error)")
        }
        let announcing = Task {
            let place = try? await collector.listening()
            listening.send()
            guard let place else { return }
            let url = "http://\(Announcement.host(place.host)):\(place.port)"
            if agent.isFallback {
                CommandLineRunner.say("There is no veth, tap, bridge or vxlan interface here; other interfaces are captured until there is one.")
            }
            CommandLineRunner.say(
                """
                Capturing: \(agent.interfaceNames.joined(separator: ", "))
                The page:  \(url)/
                Try:       zonal top --by src,dst,dst_port --collector \(url)
                Data:      \(configuration.dataFolder); end with Ctrl-C
                """)
        }
        defer { announcing.cancel() }
        // In this order they stop: the agent first, so that the collector takes its last batches.
        do {
            try await ServiceGroup(
                services: [collector, agent], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
            ).run()
        } catch let error as CollectorError {
            throw CommandFailure("\(error)")
        }
    }
}

/// Something that happens once, and those who wait for it.
private struct Signal: Sendable {
    private let stream: AsyncStream<Never>
    private let continuation: AsyncStream<Never>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func send() { continuation.finish() }

    /// Returns at once when it has happened, or when the task is cancelled.
    func wait() async { for await _ in stream {} }
}
