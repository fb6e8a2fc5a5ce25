import FlowModel
import IPFIX
import Logging
import NIOCore
import Synchronization
import Telemetry

/// What all connections of a listener share: its limits, its account, and the way of the messages.
final class StreamLedger: Sendable {
    private struct State {
        var accounts: [StreamAccount] = []
        var channels: [ObjectIdentifier: any Channel] = [:]
        /// Connections that take a place: those that are open, and those whose last messages have not been decoded.
        var held = 0
        var perAddress: [IPAddress: Int] = [:]
        var isStopping = false
        var warnings = WarningLimit()
    }

    let configuration: StreamListener.Configuration
    let queue: ExportQueue
    let clock: @Sendable () -> Int64
    private let logger: Logger
    private let state = Mutex(State())

    init(
        configuration: StreamListener.Configuration, queue: ExportQueue, logger: Logger, clock: @escaping @Sendable () -> Int64
    ) {
        self.configuration = configuration
        self.queue = queue
        self.logger = logger
        self.clock = clock
    }

    var accounts: [StreamAccount] { state.withLock { $0.accounts } }
    var isStopping: Bool { state.withLock { $0.isStopping } }

    func listens(_ place: String, isTLS: Bool) { state.withLock { $0.accounts.append(StreamAccount(place: place, isTLS: isTLS)) } }

    /// Whether a connection is taken; counts it when not.
    func admits(_ source: ExporterSource, _ number: Int) -> Bool {
        let isAllowed = configuration.allowed.isEmpty || configuration.allowed.contains { $0.contains(source.address) }
        let refusal: StreamAccount.Refusal? = state.withLock { state in
            let refusal: StreamAccount.Refusal?
            if !isAllowed {
                refusal = .address
            } else if state.held >= configuration.connections {
                refusal = .limit
            } else if state.perAddress[source.address, default: 0] >= configuration.connectionsPerAddress {
                refusal = .addressLimit
            } else {
                refusal = nil
            }
            if let refusal, number < state.accounts.count { state.accounts[number].refused[refusal, default: 0] += 1 }
            return refusal
        }
        guard let refusal else { return true }
        tell("An exporter's connection was not taken.", source, refusal.rawValue)
        return false
    }

    func opened(_ channel: any Channel, _ source: ExporterSource, _ number: Int) {
        state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = channel
            state.held += 1
            state.perAddress[source.address, default: 0] += 1
            guard number < state.accounts.count else { return }
            state.accounts[number].accepted += 1
            state.accounts[number].open += 1
        }
    }

    func received(_ octets: Int, _ number: Int) {
        state.withLock { if number < $0.accounts.count { $0.accounts[number].octets += UInt64(octets) } }
    }

    func closed(_ channel: any Channel, _ source: ExporterSource, _ number: Int, _ ending: StreamAccount.Ending, _ cause: String?) {
        state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = nil
            guard number < state.accounts.count else { return }
            state.accounts[number].open -= 1
            state.accounts[number].ended[ending, default: 0] += 1
        }
        switch ending {
        case .exporter, .stop: break
        case .cut, .framing, .stalled, .handshake, .failure: tell("An exporter's connection ended before its time.", source, cause ?? ending.rawValue)
        }
    }

    /// All that a connection brought has been decoded: its place is free.
    func freed(_ source: ExporterSource) {
        state.withLock { state in
            state.held -= 1
            let left = state.perAddress[source.address, default: 1] - 1
            state.perAddress[source.address] = left > 0 ? left : nil
        }
    }

    /// From now on nobody is taken.
    ///
    /// - Returns: the connections that are to be closed.
    func stop() -> [any Channel] {
        state.withLock { state in
            state.isStopping = true
            return Array(state.channels.values)
        }
    }

    private func tell(_ sentence: String, _ source: ExporterSource, _ cause: String) {
        guard let held = state.withLock({ $0.warnings.admit(sentence, at: .now) }) else { return }
        var metadata: Logger.Metadata = [
            LogKey.exporterAddress: "\(source.address)", LogKey.reason: "\(cause)",
        ]
        if held > 0 { metadata[LogKey.suppressedCount] = "\(held)" }
        logger.warning("\(sentence)", metadata: metadata)
    }
}
