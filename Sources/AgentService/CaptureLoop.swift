import Capture
package import FlowModel
import Foundation
package import Logging
import Metering
import PacketDecoding

/// The agent's packet way: rings and decoding on this thread, flow caches on this one or on threads of their own, batches.
///
/// Made and opened by whoever starts the agent, then used by the capture thread alone.
package final class CaptureLoop {
    /// Takes what is ready: records (maybe none) and the agent's account. Called on the capture thread.
    package typealias Deliver = (FlowBatch, AgentReport) -> Void

    let configuration: AgentConfiguration
    let logger: Logger
    let deliver: Deliver
    let pool: MeterPool
    var block = ObservationBlock()
    var fragments = FragmentTable(seed: .random(in: 0 ... .max))
    var counters = DecodeCounters()
    var views: [NamespaceView] = []
    var points: [CapturePoint] = []
    /// Every interface captured since the start, by identifier: names in the batches' order.
    var names: [String] = [""]
    /// Of interfaces that are gone.
    var retiredCaptured: UInt64 = 0
    var retiredDropped: UInt64 = 0
    /// Interfaces and namespaces that could not be opened, so that each is told of once.
    var refused: [String: CaptureError] = [:]
    /// True when there is no virtual interface and others were taken instead.
    package var isFallback = false
    /// What was captured and not metered when each `publish` was ordered, by its number, until all threads have come to it.
    private var accounts: [(number: UInt64, account: Account)] = []
    private var published: UInt64 = 0
    private var lastPublished: Int64 = 0
    private var lastAddresses: Int64 = 0
    private var lastDelivery: Int64 = 0
    private var reportedAddresses: UInt64 = 0
    private var addressCount = 0
    /// When interfaces were asked for last; when namespaces were; when all interfaces were, news or not.
    var lastLook: Int64 = 0
    var lastScan: Int64 = 0
    /// Frames of the last pass over the rings.
    var framesOfPass = 0
    var lastWholeLook: Int64 = 0
    /// Records dropped before delivery, told by whoever delivers.
    package var recordsDropped: () -> UInt64 = { 0 }

    /// The frames' side of the account at one moment.
    struct Account {
        var captured: UInt64
        var notMetered: [String: UInt64]
    }

    package init(configuration: AgentConfiguration, logger: Logger, deliver: @escaping Deliver) {
        self.configuration = configuration
        self.logger = logger
        self.deliver = deliver
        var random = SystemRandomNumberGenerator()
        pool = MeterPool(
            configuration: configuration.cache, seed: (random.next(), random.next()), epoch: configuration.epoch,
            threads: configuration.threads)
    }

    package var interfaceNames: [String] { points.map(\.name) }

    /// Captures until `isStopped`, then takes what still waits in the rings, ends all records and says goodbye.
    package func run(until isStopped: () -> Bool) {
        lastPublished = Self.now()
        publish()
        deliverShown(pool.look(), at: Self.now(), isDue: true)
        while !isStopped() {
            waitForPackets()
            readReadyRings()
            keepTime(Self.now())
        }
        // What was on the wire before the stop: rings are read until a pass finds nothing, within two seconds.
        let deadline = Self.now() + 2000
        while readRings() > 0, Self.now() < deadline {}
        pool.take(&block)
        let account = account()
        published += 1
        let now = Self.now()
        pool.beginFinish(number: published, at: now * 1_000_000)
        accounts = [(published, account)]
        while true {
            let (outcome, isLast) = pool.finishSome()
            deliverShown(outcome, at: now, isDue: isLast, goodbye: isLast)
            if isLast { break }
        }
        for point in points { close(point, "the agent stops") }
    }

    private func keepTime(_ now: Int64) {
        // The rings hand blocks over up to a twentieth of a second late; time waits a little longer for them.
        block.orders.append(.advance((now - 300) * 1_000_000))
        if now - lastAddresses >= addressMilliseconds {
            lastAddresses = now
            block.orders.append(.tellAddresses(now * 1_000_000))
        }
        let isDue = now - lastPublished >= configuration.flushMilliseconds
        if isDue {
            lastPublished = now
            publish()
        } else {
            pool.take(&block)
        }
        deliverShown(pool.look(), at: now, isDue: false)
        followInterfaces(now)
    }

    /// How soon news of addresses may follow the last batch; each batch carries all of them. A new local address is told
    /// soon: the collector decides whose record counts when records arrive. Not at once: a workload that makes up its
    /// source addresses must not make a flood of batches.
    private var addressMilliseconds: Int64 { addressCount <= 1024 ? 100 : 1000 }

    /// Orders what is ready to be shown, and remembers the account that goes with it.
    private func publish() {
        published += 1
        block.orders.append(.publish(published))
        pool.take(&block)
        accounts.append((published, account()))
        // Threads that lag so far behind have older accounts than the last that are worth keeping.
        if accounts.count > 64 { accounts.removeFirst() }
    }

    private func account() -> Account {
        Account(
            captured: retiredCaptured + points.reduce(0) { $0 + $1.captured }, notMetered: counters.notMetered)
    }

    /// Delivers what the threads have shown: records, news of addresses, and now and then a sign of life.
    private func deliverShown(_ outcome: MeterPool.Outcome, at now: Int64, isDue: Bool, goodbye: Bool = false) {
        let hasNews = outcome.addressGeneration != reportedAddresses && now - lastDelivery >= addressMilliseconds
        guard isDue || hasNews || !outcome.flows.isEmpty || now - lastDelivery >= configuration.heartbeatMilliseconds else { return }
        lastDelivery = now
        reportedAddresses = outcome.addressGeneration
        while accounts.count > 1, accounts[1].number <= outcome.number { accounts.removeFirst() }
        var report = makeReport(outcome, accounts.first?.account, at: now)
        addressCount = report.localAddresses.count
        var flows = outcome.flows
        let last = flows.popLast() ?? FlowBatch()
        for flows in flows { deliver(named(flows), report) }
        report.isGoodbye = goodbye
        deliver(named(last), report)
    }

    private func named(_ flows: FlowBatch) -> FlowBatch {
        var flows = flows
        flows.names = names
        return flows
    }

    /// Milliseconds since 1970 UTC, of the clock that the kernel stamps frames with.
    package static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}
