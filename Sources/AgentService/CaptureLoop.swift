import Capture
package import FlowModel
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
    let clocks: CaptureClocks
    let logger: Logger
    let deliver: Deliver
    let pool: MeterPool
    var block = ObservationBlock()
    var fragments = FragmentTable(seed: .random(in: 0 ... .max))
    var counters = DecodeCounters()
    var views: [NamespaceView] = []
    var points: [CapturePoint] = []
    var pointsByPlace: [PointPlace: CapturePoint] = [:]
    /// Points of interfaces that are gone or not wanted any more, until all is read that is in their rings.
    var ending: [CapturePoint] = []
    var budget: RingBudget
    var identifiers: PointIdentifiers
    /// Of captured interfaces, by identifier: names in the batches' order. A record that is open when its interface is
    /// renamed goes out under the new name.
    var names: [String] = [""]
    /// Of interfaces that are gone.
    var retired = Retired()
    /// Interfaces and namespaces that could not be opened, so that each is told of once.
    var refused: [String: CaptureError] = [:]
    var refusedNamespaces: [String: CaptureError] = [:]
    /// True when there is no virtual interface and others were taken instead.
    package var isFallback = false
    /// What was captured and not metered when each `publish` was ordered, by its number, until all threads have come to it.
    private var accounts: [(number: UInt64, account: Account)] = []
    private var published: UInt64 = 0
    private var lastPublished: Int64 = 0
    private var lastAddresses: Int64 = 0
    private var lastDelivery: Int64 = 0
    private var lastLosses: Int64 = 0
    private var toldLosses = Losses()
    private var reportedAddresses: UInt64 = 0
    private var addressCount = 0
    /// When interfaces were asked for last; when namespaces were; when all interfaces were, news or not.
    var lastLook: Int64 = 0
    var lastScan: Int64 = 0
    var lastWholeLook: Int64 = 0
    /// Of the last pass over the rings.
    var pace = ReadingPace()
    /// Frames that fit into the smallest ring.
    var smallestRoom = 0
    /// Records dropped before delivery, told by whoever delivers.
    package var recordsDropped: () -> UInt64 = { 0 }

    /// One moment on both clocks, milliseconds.
    struct Moment {
        var wall: Int64
        var steady: Int64
    }

    var now: Moment { Moment(wall: clocks.wall(), steady: clocks.steady()) }

    package init(
        configuration: AgentConfiguration, clocks: CaptureClocks = .system, logger: Logger, deliver: @escaping Deliver
    ) {
        self.configuration = configuration
        self.clocks = clocks
        self.logger = logger
        self.deliver = deliver
        budget = RingBudget(total: configuration.ringBudget)
        // Until then a record may tell of a flow's first interface, which is gone.
        identifiers = PointIdentifiers(
            limit: FlowCache.interfaceLimit - 1,
            retentionMilliseconds: (configuration.cache.establishedRetention + configuration.cache.activeTimeout) / 1_000_000)
        var random = SystemRandomNumberGenerator()
        pool = MeterPool(
            configuration: configuration.cache, seed: (random.next(), random.next()), epoch: configuration.epoch,
            threads: configuration.threads)
    }

    package var interfaceNames: [String] { points.map(\.name) }

    /// Captures until `isStopped`, then takes what still waits in the rings, ends all records and says goodbye.
    package func run(until isStopped: () -> Bool) {
        let start = now
        (lastPublished, lastAddresses, lastLosses) = (start.steady, start.steady, start.steady)
        publish()
        deliverShown(pool.look(), at: start, isDue: true)
        while !isStopped() {
            waitForPackets()
            readReadyRings()
            keepTime(now)
        }
        endReading()
        pool.take(&block)
        published += 1
        let end = now
        pool.beginFinish(number: published, at: end.wall * 1_000_000)
        accounts = [(published, account())]
        while true {
            let (outcome, isLast) = pool.finishSome()
            deliverShown(outcome, at: end, isDue: isLast, goodbye: isLast)
            guard isLast else { continue }
            tellLosses(outcome)
            break
        }
        for point in points + ending { tellEnd(point, "the agent stops") }
    }

    private func keepTime(_ now: Moment) {
        // The rings hand blocks over up to a twentieth of a second late; time waits a little longer for them.
        block.orders.append(.advance((now.wall - 300) * 1_000_000))
        if now.steady - lastAddresses >= addressMilliseconds {
            lastAddresses = now.steady
            block.orders.append(.tellAddresses(now.wall * 1_000_000))
        }
        if now.steady - lastPublished >= configuration.flushMilliseconds {
            lastPublished = now.steady
            publish()
        } else {
            pool.take(&block)
        }
        let outcome = pool.look()
        deliverShown(outcome, at: now, isDue: false)
        if now.steady - lastLosses >= Losses.periodMilliseconds {
            lastLosses = now.steady
            tellLosses(outcome)
        }
        followInterfaces(now.steady)
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

    /// Delivers what the threads have shown: records, news of addresses, and now and then a sign of life.
    private func deliverShown(_ outcome: MeterPool.Outcome, at now: Moment, isDue: Bool, goodbye: Bool = false) {
        let silence = now.steady - lastDelivery
        let hasNews = outcome.addressGeneration != reportedAddresses && silence >= addressMilliseconds
        guard isDue || hasNews || !outcome.flows.isEmpty || silence >= configuration.heartbeatMilliseconds else { return }
        lastDelivery = now.steady
        reportedAddresses = outcome.addressGeneration
        while accounts.count > 1, accounts[1].number <= outcome.number { accounts.removeFirst() }
        var report = makeReport(outcome, accounts.first?.account, at: now.wall)
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

    private func tellLosses(_ outcome: MeterPool.Outcome) {
        let losses = losses(outcome)
        guard losses.isMore(than: toldLosses) else { return }
        toldLosses = losses
        logger.notice("some packets were lost, or are known in part only", metadata: losses.metadata)
    }
}
