import FlowModel
import Foundation
import IPFIX
import Logging
import NIOSSL
import Synchronization
import Telemetry

/// The queue of one target, and the loop that empties it.
final class ExportSender: Sendable {
    /// Taken together from the queue: with records of 130 octets a few hundred kilobytes at most, all of which are in doubt
    /// when a connection breaks.
    private static let rowsAtOnce = 1024

    private let target: ExportTarget
    private let settings: FlowExports.Settings
    private let logger: Logger
    private let resolver: NameResolver
    private let bell = Bell()
    private let state: Mutex<SenderState>

    init(_ target: ExportTarget, _ settings: FlowExports.Settings, _ logger: Logger) throws(ExportTargetError) {
        var target = target
        target.settings.enterpriseNumber = settings.enterpriseNumber
        self.target = target
        self.settings = settings
        var logger = logger
        logger[metadataKey: LogKey.destinationAddress] = "\(target)"
        self.logger = logger
        resolver = NameResolver(host: target.host, port: target.port)
        state = Mutex(
            SenderState(queue: ExportQueue(byteLimit: settings.queueByteLimit), statistics: ExportStatistics(target: target.description)))
        if target.transport == .tls {
            do throws(LinkFault) { _ = try target.tls.context() } catch {
                throw ExportTargetError(target: target.description, problem: error.description)
            }
        }
    }

    var statistics: ExportStatistics {
        state.withLock { state in
            var statistics = state.statistics
            statistics.waitingFlows = UInt64(state.queue.flows + state.inHand)
            statistics.waitingBytes = UInt64(state.queue.bytes)
            return statistics
        }
    }

    // MARK: Taking flows in

    func offer(_ flows: FlowBatch, _ account: ExporterAccount, isBulk: Bool) {
        let dropped = state.withLock { state in
            state.account = account
            guard !flows.isEmpty else { return [ExportQueue.Part]() }
            state.statistics.offeredFlows += UInt64(flows.count)
            let dropped = state.queue.append(
                ExportQueue.Part(flows: flows, rows: 0..<flows.count, account: account, isBulk: isBulk))
            for part in dropped { state.statistics.droppedFlows[.queueFull, default: 0] += UInt64(part.rows.count) }
            return dropped
        }
        bell.ring()
        if dropped.isEmpty { return }
        // Sums are made outside the lock.
        let weight = dropped.reduce(FlowWeight()) { $0 + FlowWeight($1) }
        state.withLock { $0.drop(weight) }
        warn(
            "queue-full", "the queue of an export target is full: the oldest flows were dropped",
            [LogKey.batchRecords: "\(weight.flows)", LogKey.queueLimit: "\(settings.queueByteLimit)"])
    }

    /// Returns when there is room for so many flows, or when the target makes no way and patience is at an end.
    func waitForRoom(_ flows: Int) async {
        var end = ContinuousClock.now + settings.patience
        var sent = state.withLock { $0.statistics.sentFlows }
        while !Task.isCancelled {
            let rings = bell.rings
            let isOver = state.withLock { state in
                if state.statistics.sentFlows != sent {
                    sent = state.statistics.sentFlows
                    end = ContinuousClock.now + settings.patience
                }
                if state.queue.hasRoom(for: flows) || state.isGivenUp { return true }
                if ContinuousClock.now >= end { state.isGivenUp = true }
                return state.isGivenUp
            }
            if isOver { return }
            await bell.wait(past: rings, atMost: end - ContinuousClock.now)
        }
    }

    /// While it is hurried, what fails is tried again after the shortest wait.
    func hurry(_ isHurried: Bool) {
        state.withLock { $0.isHurried += isHurried ? 1 : -1 }
        bell.ring()
    }

    func waitUntilEmpty(until end: ContinuousClock.Instant) async -> Bool {
        while true {
            let rings = bell.rings
            if state.withLock({ $0.queue.isEmpty && $0.inHand == 0 }) { return true }
            let left = end - ContinuousClock.now
            if left <= .zero || Task.isCancelled { return false }
            await bell.wait(past: rings, atMost: left)
        }
    }

    // MARK: Sending

    func run() async {
        let isFirst = state.withLock { state in
            defer { state.isRunning = true }
            return !state.isRunning
        }
        precondition(isFirst, "exports run once")
        var encoder = ExportEncoder(settings: target.settings)
        var pace = Pace(at: .now)
        var backoff = settings.backoff
        while !Task.isCancelled {
            do throws(LinkFault) {
                let link = try await open()
                state.withLock { $0.connected(true) }
                encoder.beginSession()
                let (fault, isSteady) = await serve(link, &encoder, &pace)
                await link.close()
                if isSteady { backoff.succeeded() }
                failed(fault)
            } catch {
                failed(error)
            }
            var generator = SystemRandomNumberGenerator()
            await pause(for: backoff.failed(using: &generator))
        }
        state.withLock { $0.connected(false) }
    }

    private func open() async throws(LinkFault) -> any ExportLink {
        if target.transport == .udp {
            return try DatagramLink.open(to: try await resolver.address(within: settings.connectTimeout))
        }
        // What is renewed in the files holds from the next connection on.
        let context: NIOSSLContext? = target.transport == .tls ? try target.tls.context() : nil
        return try await StreamLink.open(
            target, tls: context, connectTimeout: settings.connectTimeout, writeTimeout: settings.writeTimeout
        ) { [bell] in bell.ring() }
    }

    /// Sends what there is until the link breaks.
    ///
    /// - Returns: why it broke, and whether it had held for a while.
    private func serve(
        _ link: any ExportLink, _ encoder: inout ExportEncoder, _ pace: inout Pace
    ) async -> (fault: LinkFault, isSteady: Bool) {
        let opened = ContinuousClock.now
        let steady = opened + settings.steadyTime
        let refresh = Duration.milliseconds(min(target.settings.refreshMilliseconds, 10_000))
        var isSteady = false
        while !Task.isCancelled {
            let rings = bell.rings
            if !link.isOpen {
                return (link.fault ?? LinkFault(.closed, "the collector has closed the connection"), isSteady)
            }
            if !isSteady, ContinuousClock.now >= steady {
                isSteady = true
                reached()
            }
            let (part, account) = state.withLock { $0.take(Self.rowsAtOnce) }
            do throws(LinkFault) {
                if let part {
                    try await send(part, over: link, &encoder, &pace)
                } else {
                    if let account { try await sendWhatIsDue(account, over: link, &encoder) }
                }
                if let refusal = noteRefusals(link), ContinuousClock.now - opened >= settings.refusedTime {
                    return (refusal, isSteady)
                }
                if part == nil {
                    await bell.wait(past: rings, atMost: isSteady ? refresh : min(refresh, steady - ContinuousClock.now))
                }
            } catch {
                return (error, isSteady)
            }
        }
        return (LinkFault(.cancelled, "the exporter was stopped"), isSteady)
    }

    private static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    /// Templates and statistics, when their time has come.
    private func sendWhatIsDue(
        _ account: ExporterAccount, over link: any ExportLink, _ encoder: inout ExportEncoder
    ) async throws(LinkFault) {
        encoder.totals = state.withLock { $0.totals }
        let messages = encoder.encode(account: account, atMilliseconds: Self.now())
        for message in messages.messages {
            try await link.send(messages.octets[message.place])
            state.withLock { $0.sent(message) }
        }
    }

    private func send(
        _ part: ExportQueue.Part, over link: any ExportLink, _ encoder: inout ExportEncoder, _ pace: inout Pace
    ) async throws(LinkFault) {
        encoder.totals = state.withLock { $0.totals }
        let messages = encoder.encode(part.flows, rows: part.rows, account: part.account, atMilliseconds: Self.now())
        let records = messages.messages.reduce(0) { $0 + $1.flowRecords }
        var sent = 0
        do throws(LinkFault) {
            if target.transport == .udp {
                let rate = target.recordsPerSecond ?? (part.isBulk ? Pace.bulk : Pace.live)
                for message in messages.messages {
                    try await link.send(messages.octets[message.place])
                    sent += message.flowRecords
                    state.withLock { $0.sent(message) }
                    await wait(pace.sent(message.flowRecords, perSecond: rate, at: .now))
                }
            } else {
                // In one piece: whether a connection has taken a part of it is not known.
                try await link.send(messages.octets[...])
                sent = records
                state.withLock { state in for message in messages.messages { state.sent(message) } }
                if let rate = target.recordsPerSecond { await wait(pace.sent(records, perSecond: rate, at: .now)) }
            }
            state.withLock { $0.finish(part, unsent: 0, of: records, nil) }
        } catch {
            let isUDP = target.transport == .udp
            if isUDP && sent == 0 {
                // A datagram goes whole or not at all: the flows can wait for better times.
                state.withLock { $0.putBack(part) }
            } else {
                let weight = FlowWeight(part)
                state.withLock { $0.finish(part, unsent: records - sent, of: records, (isUDP ? .notSent : .connectionLost, weight)) }
            }
            bell.ring()
            throw error
        }
        bell.ring()
    }

    private func wait(_ time: Duration) async {
        if time > .zero { try? await Task.sleep(for: time) }
    }

    /// Flows that come in do not cut it short, `hurry` does.
    private func pause(for length: Duration) async {
        let start = ContinuousClock.now
        while !Task.isCancelled {
            let rings = bell.rings
            let isHurried = state.withLock { $0.isHurried > 0 }
            let left = start + (isHurried ? min(length, settings.backoff.first) : length) - ContinuousClock.now
            if left <= .zero { return }
            await bell.wait(past: rings, atMost: left)
        }
    }

    // MARK: Telling

    /// All goes well: the next trouble is news.
    private func reached() {
        let (wasDown, dropped) = state.withLock { state in
            state.warnings.reset()
            defer { state.wasDown = false }
            return (state.wasDown, state.statistics.dropped)
        }
        if wasDown {
            logger.notice("an export target is reachable again", metadata: [LogKey.batchRecords: "\(dropped)"])
        }
    }

    /// - Returns: the fault, if datagrams were refused since the last call.
    private func noteRefusals(_ link: any ExportLink) -> LinkFault? {
        guard let refused = (link as? DatagramLink)?.takeRefusals(), refused > 0 else { return nil }
        let fault = LinkFault(.refused, "nobody listens at \(target): start the collector, or mend the port")
        state.withLock { state in
            state.statistics.refusedDatagrams += refused
            state.statistics.lastError = fault.description
        }
        warn(fault.cause.rawValue, "datagrams to an export target are refused", [LogKey.errorCause: "\(fault)"])
        return fault
    }

    private func failed(_ fault: LinkFault) {
        if Task.isCancelled || fault.cause == .cancelled { return }
        state.withLock { state in
            state.connected(false)
            state.statistics.failures += 1
            state.wasDown = true
            state.statistics.lastError = fault.description
        }
        warn(
            fault.cause.rawValue, "an export target cannot be reached: flows wait in its queue, and it is tried again",
            [LogKey.errorCause: "\(fault)", LogKey.reason: "\(fault.cause.rawValue)"])
    }

    /// One line a minute for each cause, with the number of those held back.
    private func warn(_ cause: String, _ sentence: String, _ metadata: Logger.Metadata) {
        let now = ContinuousClock.now
        guard let suppressed = state.withLock({ $0.warnings.admit(cause, at: now) }) else { return }
        var metadata = metadata
        if suppressed > 0 { metadata[LogKey.suppressedCount] = "\(suppressed)" }
        logger.warning("\(sentence)", metadata: metadata)
    }
}
