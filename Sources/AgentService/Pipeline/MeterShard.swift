import FlowModel
import Metering
import Synchronization

/// One flow cache, and what it has to show to other threads. All else is for its own thread alone.
final class MeterShard {
    /// What a shard has shown.
    struct Shown: Sendable {
        /// Records since the last look, in order; usually one batch.
        var flows: [FlowBatch] = []
        var addresses: [AgentReport.LocalAddress] = []
        /// Grows with every new address.
        var addressGeneration: UInt64 = 0
        /// Grows with every list of addresses that is shown, new ones in it or not.
        var addressTelling: UInt64 = 0
        /// How the counters stood at the latest `publish` orders that have not been settled, oldest first; never empty.
        var stands = [Stand(number: 0, counters: FlowCacheCounters())]
    }

    /// How a shard's counters stood at a `publish`.
    struct Stand: Sendable {
        /// Of the `publish`; 0 before the first.
        var number: UInt64
        var counters: FlowCacheCounters
    }

    private var cache: FlowCache
    private let shown: Mutex<Shown>
    private var addressesShown: (generation: UInt64, time: Int64) = (0, .min)

    /// Records that are shown without being asked for.
    private let recordLimit: Int
    /// How often addresses that have not been seen for long are taken out, nanoseconds.
    private static let addressPeriod: Int64 = 10_000_000_000

    init(configuration: FlowCacheConfiguration, seed: (UInt64, UInt64), epoch: UInt64, shard: UInt8, recordLimit: Int) {
        self.recordLimit = recordLimit
        cache = FlowCache(configuration: configuration, seed: seed, epoch: epoch, shard: shard)
        shown = Mutex(Shown())
    }

    /// Meters a block's packets, then does what it orders.
    ///
    /// - Returns: false when the shard's thread is to end.
    func take(_ block: borrowing ObservationBlock) -> Bool {
        if block.count > 0 { block.withPackets { cache.meter($0) } }
        var goesOn = true
        for order in block.orders {
            switch order {
            case .workload(let interface, let isWorkload): cache.setWorkload(interface: interface, isWorkload)
            case .advance(let time): while !cache.advance(to: time, recordLimit: recordLimit) { publish(nil) }
            case .tellAddresses(let time): tellAddresses(at: time)
            case .publish(let number): publish(number)
            case .flush: while !flushSome() {}
            case .stop: goesOn = false
            }
        }
        if cache.exported.count >= recordLimit { publish(nil) }
        return goesOn
    }

    /// Ends records, some thousand of them, and shows them.
    ///
    /// - Returns: true when all are ended.
    func flushSome() -> Bool {
        defer { publish(nil) }
        return cache.flush(recordLimit: recordLimit)
    }

    private func publish(_ number: UInt64?) {
        let flows = cache.drain()
        let counters = cache.counters
        shown.withLock { shown in
            if !flows.isEmpty { shown.flows.append(flows) }
            guard let number else { return }
            let stand = Stand(number: number, counters: counters)
            if shown.stands.last?.number == number {
                shown.stands[shown.stands.count - 1] = stand
            } else {
                shown.stands.append(stand)
            }
            // More are not on their way at once: the queue to the shard holds fewer blocks.
            if shown.stands.count > 2 * BlockQueue.defaultLimit { shown.stands.removeFirst() }
        }
    }

    private func tellAddresses(at time: Int64) {
        let generation = cache.localAddressGeneration
        guard generation != addressesShown.generation || time &- addressesShown.time > Self.addressPeriod else { return }
        addressesShown = (generation, time)
        let addresses = cache.localAddresses(at: time)
        shown.withLock { shown in
            shown.addresses = addresses
            shown.addressGeneration = generation
            shown.addressTelling &+= 1
        }
    }

    /// What was shown last; its records are taken away. From any thread.
    func takeShown() -> Shown {
        shown.withLock { shown in
            let copy = shown
            shown.flows = []
            return copy
        }
    }

    /// Forgets how the counters stood before the `publish` of that number. From any thread.
    func settle(_ number: UInt64) {
        shown.withLock { shown in
            while shown.stands.count > 1, shown.stands[1].number <= number { shown.stands.removeFirst() }
        }
    }
}
