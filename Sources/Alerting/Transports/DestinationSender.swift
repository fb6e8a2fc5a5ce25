import FlowModel
import Logging
import NIOCore
import Synchronization
import Telemetry

/// What has become of the messages for one destination.
package struct DestinationStatistics: Sendable, Equatable {
    package var destination: SyslogDestination
    /// Messages handed to the network.
    package var sent: UInt64
    /// Messages dropped, the oldest first, because the queue was full.
    package var dropped: UInt64
    /// Attempts to connect or to write that failed; the message stays in the queue.
    package var failures: UInt64
    package var waiting: Int
    /// Whether the last attempt succeeded; nil before the first.
    package var isReachable: Bool?
}

/// The queue of one destination, and the loop that empties it.
final class DestinationSender: Sendable {
    private struct State {
        var queue: MessageQueue
        var failures: UInt64 = 0
        var isReachable: Bool?
        var isClosing = false
        var isOverflowing = false
    }

    private let destination: SyslogDestination
    private let resolver: NameResolver
    private let group: any EventLoopGroup
    private let firstBackoff: Backoff
    private let logger: Logger
    private let bell = Doorbell()
    private let state: Mutex<State>

    init(_ destination: SyslogDestination, group: any EventLoopGroup, backoff: Backoff, logger: Logger) {
        self.destination = destination
        resolver = NameResolver(host: destination.host, port: Int(destination.port))
        self.group = group
        firstBackoff = backoff
        var logger = logger
        logger[metadataKey: LogKey.destinationAddress] = "\(destination.description)"
        self.logger = logger
        state = Mutex(State(queue: MessageQueue(limit: destination.queueLimit)))
    }

    var statistics: DestinationStatistics {
        state.withLock { state in
            DestinationStatistics(
                destination: destination, sent: state.queue.sent, dropped: state.queue.dropped,
                failures: state.failures, waiting: state.queue.count, isReachable: state.isReachable)
        }
    }

    var openings: [String] { state.withLock { $0.queue.openings } }

    /// Queues a message; `make` writes it for its number in this destination's sequence. After `close` nothing is taken.
    func enqueue(_ notice: AlertNotice, _ make: (SyslogDestination, UInt64) -> [UInt8]) {
        guard notice.alert.severity.rawValue <= destination.minimumSeverity.rawValue else { return }
        let beginsToOverflow = state.withLock { state in
            guard !state.isClosing else { return false }
            let opening = notice.kind == .opened ? notice.alert.id : nil
            let hadRoom = state.queue.append(opening: opening) { make(destination, $0) }
            if hadRoom { return false }
            defer { state.isOverflowing = true }
            return !state.isOverflowing
        }
        if beginsToOverflow {
            logger.warning("The queue of a syslog destination is full: the oldest messages are dropped.")
        }
        bell.ring()
    }

    /// No more messages; those that wait are sent as long as that succeeds at once.
    func close() {
        state.withLock { $0.isClosing = true }
        bell.ring()
    }

    /// Returns after `close`, and when the task is cancelled.
    func run() async {
        var connection: SyslogConnection?
        var backoff = firstBackoff
        while !Task.isCancelled {
            let (message, isClosing) = state.withLock { ($0.queue.oldest, $0.isClosing) }
            guard let message else {
                if isClosing { break }
                await bell.wait()
                continue
            }
            do {
                // A receiver that went away between two messages is no failure: the next attempt tells.
                if connection?.isOpen != true {
                    await connection?.close()
                    connection = nil
                    connection = try await SyslogConnection.open(destination, resolver: resolver, on: group)
                }
                try await connection?.send(message.octets)
                backoff.succeeded()
                succeeded(message)
            } catch {
                await connection?.close()
                connection = nil
                failed(error)
                if isClosing { break }
                await pause(for: backoff.failed(jitter: .random(in: 0..<1)))
            }
        }
        await connection?.close()
    }

    /// New messages do not cut the wait short, `close` does.
    private func pause(for length: Duration) async {
        let end = ContinuousClock.now + length
        while !Task.isCancelled, !state.withLock({ $0.isClosing }) {
            let rest = ContinuousClock.now.duration(to: end)
            if rest <= .zero { return }
            await bell.wait(atMost: rest)
        }
    }

    private func succeeded(_ message: MessageQueue.Message) {
        let (wasDown, dropped) = state.withLock { state in
            state.queue.wasSent(message.serial)
            if state.queue.count == 0 { state.isOverflowing = false }
            defer { state.isReachable = true }
            return (state.isReachable == false, state.queue.dropped)
        }
        if wasDown {
            logger.notice(
                "The syslog destination is reachable again.", metadata: [LogKey.messagesDropped: "\(dropped)"])
        }
    }

    private func failed(_ error: any Error) {
        let isFirst = state.withLock { state in
            state.failures += 1
            defer { state.isReachable = false }
            return state.isReachable != false
        }
        if isFirst {
            logger.warning(
                "The syslog destination cannot be reached: messages wait in its queue, and it is tried again.",
                metadata: [LogKey.errorCause: "\(error)"])
        }
    }
}
