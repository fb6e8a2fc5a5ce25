import AgentService
import Capture
import FlowModel
import Foundation
import Logging
import Metering
import Synchronization
import Testing

/// What a capture loop delivers, from its thread.
final class Deliveries: Sendable {
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

    var reports: [AgentReport] { state.withLock { $0.reports } }

    /// True when the last report has the interface.
    func hasInterface(_ name: String) -> Bool { reports.last?.interfaces.contains { $0.name == name } ?? false }
}

/// A capture loop on a thread of its own, for the length of a test.
enum RunningLoop {
    static func eventually(_ condition: () -> Bool) async -> Bool {
        let end = ContinuousClock.now + .seconds(120)
        while !condition() {
            if ContinuousClock.now > end { return false }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return true
    }

    /// For the namespace's interfaces that begin with `zv`.
    static func configuration(_ host: VirtualHost, threads: Int = 1) -> AgentConfiguration {
        var configuration = AgentConfiguration(name: "test")
        configuration.selection = InterfaceSelection(include: ["zv*"])
        configuration.namespaces = [host.name]
        configuration.threads = threads
        // Pings that go on are one flow: its records are to come soon.
        configuration.cache.idleTimeout = 200_000_000
        configuration.cache.activeTimeout = 200_000_000
        configuration.flushMilliseconds = 100
        configuration.heartbeatMilliseconds = 200
        return configuration
    }

    /// Runs a capture loop, and `body` beside it.
    ///
    /// - Returns: the last report.
    static func capturing(
        _ configuration: AgentConfiguration, clocks: CaptureClocks = .system, _ body: (Deliveries) async throws -> Void
    ) async throws -> AgentReport {
        let deliveries = Deliveries()
        let isStopped = Atomic(false)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let loop = CaptureLoop(configuration: configuration, clocks: clocks, logger: logger) { deliveries.take($0, $1) }
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
        return try #require(deliveries.reports.last)
    }
}
