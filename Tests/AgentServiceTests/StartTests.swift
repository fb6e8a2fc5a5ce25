@testable import AgentService
@testable import Capture
import Foundation
import Logging
import PacketDecoding
import Synchronization
import TestSupport
import Testing

/// What an agent says, and refuses, when it begins to capture.
@Suite("Start of capture", .enabled(if: VirtualHost.isAvailable, "needs root, ip, ping and network namespaces"))
struct StartTests {
    /// Keeps what is logged, as a message and its values.
    private final class Lines: Sendable {
        let state = Mutex<[String]>([])
        var all: [String] { state.withLock { $0 } }
    }

    private struct Recorder: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.notice

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let values = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            lines.state.withLock { $0.append(([event.message.description] + values).joined(separator: " ")) }
        }
    }

    private static func loop(_ configuration: AgentConfiguration, _ lines: Lines) -> CaptureLoop {
        CaptureLoop(configuration: configuration, logger: Logger(label: "test") { _ in Recorder(lines: lines) }) { _, _ in }
    }

    @Test("an interface that is down, and a pattern that nothing matches, are told of")
    func waiting() throws {
        let host = try VirtualHost()
        _ = try host.addPair("zva", subnet: 1)
        _ = try host.addPair("zvb", subnet: 2)
        try host.ip("link", "set", "zvb", "down")
        var configuration = RunningLoop.configuration(host)
        configuration.selection.include = ["zva", "zvb", "zvx*", "zv?"]
        let lines = Lines()
        let loop = Self.loop(configuration, lines)
        try loop.open()
        #expect(loop.interfaceNames == ["\(host.name)/zva"])
        #expect(
            lines.all == [
                "an interface is down; it is captured when it comes up interface.name=\(host.name)/zvb",
                "no interface matches a pattern; one that comes is captured interface.pattern=zvx*",
            ])
    }

    @Test("an interface that is down at the start is captured when it comes up")
    func comesUp() async throws {
        let host = try VirtualHost()
        let address = try host.addPair("zva", subnet: 1)
        try host.ip("link", "set", "zva", "down")
        var configuration = RunningLoop.configuration(host)
        configuration.selection.include = ["zva"]
        _ = try await RunningLoop.capturing(configuration) { deliveries in
            try host.ip("link", "set", "zva", "up")
            #expect(await RunningLoop.eventually { host.ping(address); return deliveries.packets("\(host.name)/zva", to: address) > 0 })
        }
    }

    @Test("a wrong filter stops the start with its place, also where there is nothing to capture yet")
    func wrongFilter() throws {
        let host = try VirtualHost()
        var configuration = RunningLoop.configuration(host)
        configuration.filter = "not a filter"
        let error = #expect(throws: CaptureError.self) { try Self.loop(configuration, Lines()).open() }
        #expect(error?.code == .filter)
        #expect(error?.place == "--capture-filter")
        configuration.filter = "inbound and vlan and tcp port 80"
        try Self.loop(configuration, Lines()).open()
    }

    @Test("a name that stands for another interface than the one listed is not captured under its index")
    func otherIndex() throws {
        let host = try VirtualHost()
        _ = try host.addPair("zva", subnet: 1)
        let error = #expect(throws: CaptureError.self) {
            _ = try CapturePoint(
                interface: NetworkInterface(index: 9999, name: "zva", kind: .veth, isUp: true), in: host.namespace, identifier: 0,
                options: .init(), decoding: .init())
        }
        #expect(error?.code == .interfaceGone)
        #expect(error?.place == "\(host.name)/zva")
    }

    @Test("a namespace that was named and goes is told of once, however often it is looked for")
    func namespaceGoes() async throws {
        let host = try VirtualHost()
        var configuration = RunningLoop.configuration(host)
        configuration.rescanMilliseconds = 0
        let lines = Lines()
        let loop = Self.loop(configuration, lines)
        try loop.open()
        _ = try Command.check(["ip", "netns", "del", host.name])
        for _ in 0..<5 { _ = loop.followNamespaces() }
        let warnings = lines.all.filter { $0.hasPrefix("a network namespace cannot be followed") }
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains(host.name) == true)
        #expect(loop.views.count == 1)
    }

    @Test("a process that moves to another namespace is followed there, and the one that it left is let go")
    func processMoves() throws {
        let host = try VirtualHost()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        // Each program takes the place of the one before: the process stays the same.
        process.arguments = ["ip", "netns", "exec", host.name, "bash", "-c", "read; exec unshare -n sleep 1000"]
        let pipe = Pipe()
        process.standardInput = pipe
        try process.run()
        defer {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        let followed = NetworkNamespace(ofProcess: process.processIdentifier)
        let first = host.namespace.identity
        Self.wait { followed.identity == first }
        var configuration = RunningLoop.configuration(host)
        configuration.namespaces = [followed.name]
        let loop = Self.loop(configuration, Lines())
        try loop.open()
        #expect(loop.views.map { $0.namespace?.pin } == [nil, first])
        #expect(!loop.followNamespaces())
        try pipe.fileHandleForWriting.write(contentsOf: Data("\n".utf8))
        Self.wait { followed.identity != first }
        #expect(loop.followNamespaces())
        #expect(loop.views.map { $0.namespace?.pin } == [nil, followed.identity])
    }

    private static func wait(_ condition: () -> Bool) {
        let deadline = Date().addingTimeInterval(10)
        while !condition(), Date() < deadline { usleep(1000) }
    }

    @Test("the limit of open files is raised as far as it may be")
    func openFiles() async {
        await #expect(processExitsWith: .success) {
            var limit = rlimit(rlim_cur: 64, rlim_max: 512)
            guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { exit(2) }
            guard OpenFiles.raiseLimit() == 512, OpenFiles.raiseLimit() == 512 else { exit(3) }
            guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur == 512 else { exit(4) }
        }
    }

    @Test("without files left, what is known of the interfaces holds, and the error says how to get more")
    func noFiles() async {
        await #expect(processExitsWith: .success) {
            let lines = Lines()
            let host = try VirtualHost()
            _ = try host.addPair("zva", subnet: 1)
            let loop = StartTests.loop(RunningLoop.configuration(host), lines)
            try loop.open()
            guard loop.points.count == 1 else { exit(2) }
            var limit = rlimit()
            guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { exit(3) }
            let usual = limit.rlim_cur
            limit.rlim_cur = 3
            guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { exit(4) }
            for view in loop.views { view.doubt() }
            for step in 1...5 { loop.followInterfaces(loop.clocks.steady() + Int64(step) * 200) }
            limit.rlim_cur = usual
            guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { exit(5) }
            let warnings = lines.all.filter { $0.hasPrefix("interfaces cannot be listed") }
            guard loop.points.count == 1, loop.views.count == 2 else { exit(6) }
            guard warnings.count == 2, warnings.allSatisfy({ $0.contains("LimitNOFILE") }) else { exit(7) }
            // The namespaces go with their owner.
            withExtendedLifetime(host) {}
        }
    }
}
