import AgentService
import Capture
import FlowModel
import Foundation
import Logging
import Metering
import Synchronization
import TestSupport
import Testing

/// An agent's capture on interfaces of a network namespace that come, go and change under it. Truth is what was sent.
@Suite("Following interfaces", .enabled(if: VirtualHost.isAvailable, "needs root, ip, ping and network namespaces"))
struct CaptureLoopTests {
    /// What the loop delivers, from its thread.
    private final class Deliveries: Sendable {
        struct State {
            var sent: [String: UInt64] = [:]
            var reports: [AgentReport] = []
        }
        let state = Mutex(State())

        /// Echo requests seen to an address, by the interfaces that counted them.
        func take(_ flows: FlowBatch, _ report: AgentReport) {
            state.withLock { state in
                for row in 0..<flows.count where flows.icmpType[row] == 8 {
                    let name = flows.names[Int(flows.interface[row])] + " " + flows.destinationAddress[row].description
                    state.sent[name, default: 0] += flows.packetDeltaCount[row]
                }
                state.reports.append(report)
            }
        }

        func packets(_ interface: String, to address: String) -> UInt64 {
            state.withLock { $0.sent["\(interface) \(address)"] ?? 0 }
        }
    }

    private static func eventually(_ condition: () -> Bool) async -> Bool {
        let end = ContinuousClock.now + .seconds(120)
        while !condition() {
            if ContinuousClock.now > end { return false }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return true
    }

    /// Runs a capture loop on the namespace's interfaces that begin with `zv`, and `body` beside it.
    private static func capturing(
        _ host: VirtualHost, threads: Int, _ body: (Deliveries) async throws -> Void
    ) async throws -> AgentReport {
        let deliveries = Deliveries()
        let isStopped = Atomic(false)
        var configuration = AgentConfiguration(name: "test")
        configuration.selection = InterfaceSelection(include: ["zv*"])
        configuration.namespaces = [host.name]
        configuration.threads = threads
        // Pings that go on are one flow: its records are to come soon.
        configuration.cache.idleTimeout = 200_000_000
        configuration.cache.activeTimeout = 200_000_000
        configuration.flushMilliseconds = 100
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let loop = CaptureLoop(configuration: configuration, logger: logger) { deliveries.take($0, $1) }
        try loop.open()
        // The loop goes to its thread, and is not used here any more.
        nonisolated(unsafe) let handed = loop
        async let ended: Void = withCheckedContinuation { continuation in
            Thread {
                // Only this thread uses it from here on.
                unsafe handed.run { isStopped.load(ordering: .acquiring) }
                continuation.resume()
            }.start()
        }
        do {
            try await body(deliveries)
        } catch {
            isStopped.store(true, ordering: .releasing)
            await ended
            throw error
        }
        isStopped.store(true, ordering: .releasing)
        await ended
        return try #require(deliveries.state.withLock { $0.reports.last })
    }

    @Test("interfaces that come, are renamed, go down and up, and go are followed without a restart", arguments: [1, 2])
    func follow(threads: Int) async throws {
        let host = try VirtualHost()
        let report = try await Self.capturing(host, threads: threads) { deliveries in
            for (round, name) in ["zva", "zvb"].enumerated() {
                let address = try host.addPair(name, subnet: round + 1)
                #expect(await Self.eventually { host.ping(address); return deliveries.packets("\(host.name)/\(name)", to: address) > 0 }, "\(name) came")
            }
            let address = host.address(subnet: 1)
            try host.ip("link", "set", "zva", "name", "zvc")
            #expect(await Self.eventually { host.ping(address); return deliveries.packets("\(host.name)/zvc", to: address) > 0 }, "zva was renamed")
            let before = deliveries.packets("\(host.name)/zvc", to: address)
            try host.ip("link", "set", "zvc", "down")
            try host.ip("link", "set", "zvc", "up")
            #expect(await Self.eventually { host.ping(address); return deliveries.packets("\(host.name)/zvc", to: address) > before }, "zvc went down and up")
            // Away and back before anybody looks: the old ring is dead, though name and index are the same.
            let earlier = deliveries.packets("\(host.name)/zvc", to: address)
            try host.bounce("zvc", subnet: 1)
            #expect(await Self.eventually { host.ping(address); return deliveries.packets("\(host.name)/zvc", to: address) > earlier }, "zvc was away")
            try host.ip("link", "del", "zvb")
            #expect(await Self.eventually { !deliveries.state.withLock { $0.reports.last?.interfaces.contains { $0.name.hasSuffix("/zvb") } ?? true } }, "zvb went")
        }
        #expect(report.isGoodbye)
        #expect(report.captured == report.metered + report.witnessed + report.notMetered.values.reduce(0, +))
        #expect(report.captured > 0)
    }

    @Test("every packet of many interfaces is counted once, and the account balances to the packet", arguments: [1, 3])
    func many(threads: Int) async throws {
        let host = try VirtualHost()
        let addresses = try (1...24).map { try host.addPair("zv\($0)", subnet: $0) }
        let report = try await Self.capturing(host, threads: threads) { deliveries in
            for address in addresses { host.ping(address, count: 20) }
            for (place, address) in addresses.enumerated() {
                #expect(await Self.eventually { deliveries.packets("\(host.name)/zv\(place + 1)", to: address) >= 20 })
                #expect(deliveries.packets("\(host.name)/zv\(place + 1)", to: address) == 20)
            }
        }
        #expect(report.interfaces.count == 24)
        #expect(report.interfaces.allSatisfy { $0.dropped == 0 })
        #expect(report.captured == report.metered + report.witnessed + report.notMetered.values.reduce(0, +))
    }
}

/// A network namespace with veth pairs into another, so that packets cross them; both go with it.
final class VirtualHost {
    let name: String
    private let peer: String

    static let isAvailable = geteuid() == 0 && Command.exists("ip") && Command.exists("ping")
        && (try? VirtualHost()) != nil

    init() throws {
        let mark = String(UInt32.random(in: 0...0xFF_FFFF), radix: 36)
        (name, peer) = ("zh-\(mark)", "zp-\(mark)")
        for namespace in [name, peer] {
            _ = try Command.check(["ip", "netns", "add", namespace])
            _ = try Command.check(["ip", "netns", "exec", namespace, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1"])
        }
    }

    deinit { for namespace in [name, peer] { _ = try? Command.run(["ip", "netns", "del", namespace]) } }

    func ip(_ arguments: String...) throws { _ = try Command.check(["ip", "-n", name] + arguments) }

    /// The address at the other end of a pair.
    func address(subnet: Int) -> String { "10.77.\(subnet).2" }

    /// - Returns: the address at its other end.
    func addPair(_ interface: String, subnet: Int) throws -> String {
        try ip("link", "add", interface, "type", "veth", "peer", "name", "far\(subnet)", "netns", peer)
        try ip("addr", "add", "10.77.\(subnet).1/24", "dev", interface)
        _ = try Command.check(["ip", "-n", peer, "addr", "add", "\(address(subnet: subnet))/24", "dev", "far\(subnet)"])
        _ = try Command.check(["ip", "-n", peer, "link", "set", "far\(subnet)", "up"])
        try ip("link", "set", interface, "up")
        return address(subnet: subnet)
    }

    /// Moves an interface to the other namespace and back.
    func bounce(_ interface: String, subnet: Int) throws {
        try ip("link", "set", interface, "netns", peer)
        _ = try Command.check(["ip", "-n", peer, "link", "set", interface, "netns", name])
        try ip("addr", "add", "10.77.\(subnet).1/24", "dev", interface)
        try ip("link", "set", interface, "up")
    }

    /// Echo requests, as many as are asked for whether they are answered or not.
    func ping(_ address: String, count: Int = 1) {
        _ = try? Command.run(["ip", "netns", "exec", name, "ping", "-q", "-n", "-c", "\(count)", "-i", "0.002", "-W", "1", address])
    }
}
