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
        resolver = NameResolver(host: target.host, port: target.port, lookUp: settings.lookUp)
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
        var account = account
        // They are not exported, and many.
        account.report.localAddresses = []
        let part = ExportQueue.Part(flows: flows, rows: 0..<flows.count, isBulk: isBulk)
        let dropped = state.withLock { state in
            state.account = account
            guard !flows.isEmpty else { return [ExportQueue.Part]() }
            state.statistics.offeredFlows += UInt64(flows.count)
            let dropped = state.queue.append(part)
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

    /// Returns when there is room for some flows, or when the target makes no way and patience is at an end.
    func waitForRoom(for flows: FlowBatch) async {
        let bytes = ExportQueue.bytes(of: flows)
        let start = ContinuousClock.now
        while !Task.isCancelled {
            let rings = bell.rings
            let (isOver, end) = state.withLock { state in
                let end = max(start, state.lastWay) + settings.patience
                if state.queue.hasRoom(for: bytes) || state.isGivenUp { return (true, end) }
                if ContinuousClock.now >= end { state.isGivenUp = true }
                return (state.isGivenUp, end)
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

    /// Nothing waits, and nothing is in hand.
    var isEmpty: Bool { state.withLock { $0.queue.isEmpty && $0.inHand == 0 } }

    func waitUntilEmpty(until end: ContinuousClock.Instant) async -> Bool { await waitUntilEmpty { _ in end } }

    /// Waits as long as the target makes way, and for so long when it makes none.
    func waitUntilEmpty(patience: Duration) async -> Bool {
        let start = ContinuousClock.now
        return await waitUntilEmpty { max(start, $0) + patience }
    }

    /// - Parameter end: when to give up, told when the last message went.
    private func waitUntilEmpty(_ end: (ContinuousClock.Instant) -> ContinuousClock.Instant) async -> Bool {
        while true {
            let rings = bell.rings
            if isEmpty { return true }
            let left = end(state.withLock { $0.lastWay }) - ContinuousClock.now
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
        var choice = AddressChoice()
        while !Task.isCancelled {
            do throws(LinkFault) {
                let link = try await open(&choice)
                state.withLock { $0.connected(true) }
                encoder.beginSession()
                let (fault, hasHeld) = await serve(link, &encoder, &pace, hasOthers: choice.hasOthers)
                await link.close()
                if hasHeld { backoff.succeeded() }
                choice.failed()
                failed(fault)
            } catch {
                if error.cause != .name { choice.failed() }
                failed(error)
            }
            var generator = SystemRandomNumberGenerator()
            await pause(for: backoff.failed(using: &generator))
        }
        state.withLock { $0.connected(false) }
    }

    private func open(_ choice: inout AddressChoice) async throws(LinkFault) -> any ExportLink {
        if target.transport == .udp {
            return try DatagramLink.open(to: choice.take(from: try await resolver.addresses(within: settings.connectTimeout)))
        }
        // What is renewed in the files holds from the next connection on.
        let context: NIOSSLContext? = target.transport == .tls ? try target.tls.context() : nil
        return try await StreamLink.open(
            target, tls: context, connectTimeout: settings.connectTimeout, writeTimeout: settings.writeTimeout
        ) { [bell] in bell.ring() }
    }

    /// Sends what there is until the link breaks.
    ///
    /// - Parameter hasOthers: the collector has other addresses.
    /// - Returns: why it broke, and whether it had held for a while.
    private func serve(
        _ link: any ExportLink, _ encoder: inout ExportEncoder, _ pace: inout Pace, hasOthers: Bool
    ) async -> (fault: LinkFault, hasHeld: Bool) {
        let refresh = Duration.milliseconds(min(target.settings.refreshMilliseconds, 10_000))
        var course = LinkCourse(settings, isDatagram: target.transport == .udp, hasOthers: hasOthers)
        while !Task.isCancelled {
            let rings = bell.rings
            if !link.isOpen {
                return (link.fault ?? LinkFault(.closed, "the collector has closed the connection"), course.hasHeld)
            }
            let (part, account) = state.withLock { $0.take(Self.rowsAtOnce) }
            do throws(LinkFault) {
                var isSent = false
                if let part, let account {
                    try await send(part, account, over: link, &encoder, &pace)
                    isSent = true
                } else if let account {
                    isSent = try await sendWhatIsDue(account, over: link, &encoder)
                }
                if isSent { course.sent(at: .now) }
                if let refusal = noteRefusals(link), course.refused(at: .now) { return (refusal, course.hasHeld) }
                if course.becomesSteady(at: .now) { reached() }
                if part == nil {
                    await bell.wait(past: rings, atMost: min(refresh, course.timeUntilSteady(at: .now) ?? refresh))
                }
            } catch {
                return (error, course.hasHeld)
            }
        }
        return (LinkFault(.cancelled, "the exporter was stopped"), course.hasHeld)
    }

    private static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    /// Templates and statistics, when their time has come.
    ///
    /// - Returns: whether there was something to send.
    private func sendWhatIsDue(
        _ account: ExporterAccount, over link: any ExportLink, _ encoder: inout ExportEncoder
    ) async throws(LinkFault) -> Bool {
        encoder.totals = state.withLock { $0.totals }
        let messages = encoder.encode(account: account, atMilliseconds: Self.now())
        for message in messages.messages {
            try await link.send(messages.octets[message.place])
            state.withLock { $0.sent(message) }
        }
        return !messages.isEmpty
    }

    private func send(
        _ part: ExportQueue.Part, _ account: ExporterAccount, over link: any ExportLink, _ encoder: inout ExportEncoder,
        _ pace: inout Pace
    ) async throws(LinkFault) {
        encoder.totals = state.withLock { $0.totals }
        let messages = encoder.encode(part.flows, rows: part.rows, account: account, atMilliseconds: Self.now())
        let records = messages.messages.reduce(0) { $0 + $1.flowRecords }
        var sent = 0
        do throws(LinkFault) {
            if target.transport == .udp {
                let rate = target.recordsPerSecond ?? (part.isBulk ? Pace.bulk : Pace.live)
                for message in messages.messages {
                    // Who is stopped does not wait: without the pace the rest would be lost behind the network, uncounted.
                    if Task.isCancelled { throw LinkFault(.cancelled, "the exporter was stopped") }
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

    /// Waits as the pace wants it.
    private func wait(_ time: Duration) async {
        guard time > .zero else { return }
        state.withLock { $0.lastWay = .now + time }
        try? await Task.sleep(for: time)
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
