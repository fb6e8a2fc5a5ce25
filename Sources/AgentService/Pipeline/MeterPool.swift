import Dispatch
import FlowModel
import Foundation
import Metering

/// The metering process, on the caller's thread or on several of its own: a flow is always on the same one.
///
/// For one caller. With threads of its own, what they have made is shown some time after it was asked for; `finish` waits.
final class MeterPool {
    /// What the threads have shown since the last look.
    struct Outcome {
        var flows: [FlowBatch] = []
        /// The last `publish` that all have come to.
        var number = UInt64.max
        /// How the counters of all together stood at that `publish`.
        var counters = FlowCacheCounters()
        /// Of all together, each once.
        var addresses: [AgentReport.LocalAddress] = []
        /// Grows with every new address.
        var addressGeneration: UInt64 = 0
    }

    /// A shard with a thread of its own, and the way to it.
    private final class Lane: @unchecked Sendable {
        // Safe: `queue` and `ended` are for any thread; `shard.take` is called by the lane's thread alone, and
        // `shard.takeShown` by anybody.
        let shard: MeterShard
        let queue = BlockQueue()
        let ended = DispatchSemaphore(value: 0)

        init(_ shard: MeterShard) { self.shard = shard }

        func run() {
            while true {
                let block = queue.take()
                let goesOn = shard.take(block)
                queue.recycle(block)
                if !goesOn { break }
            }
            ended.signal()
        }
    }

    private let shards: [MeterShard]
    private let lanes: [Lane]
    /// What is being filled for each lane.
    private var filling: [ObservationBlock]
    private let shardSeed: UInt64
    private var lastOrders: [ObservationBlock.Order] = []
    /// Lanes whose threads have ended.
    private var ended = 0
    /// The addresses that all have shown, and which of their lists were put together.
    private var addresses: [AgentReport.LocalAddress] = []
    private var addressTellings: [UInt64] = []

    static let threadLimit = 64

    /// - Parameters:
    ///   - threads: 1 is the caller's.
    ///   - seed: of hashes and shards, from a random source.
    ///   - recordLimit: records that a thread shows without being asked for; their columns take some 350 octets each.
    init(
        configuration: FlowCacheConfiguration, seed: (UInt64, UInt64), epoch: UInt64, threads: Int, recordLimit: Int = 8192
    ) {
        let count = min(max(1, threads), Self.threadLimit)
        var each = configuration
        // The bounds are those of all together.
        each.flowLimit = max(16, configuration.flowLimit / count)
        each.byteLimit = configuration.byteLimit / count
        each.localAddressLimit = max(16, configuration.localAddressLimit / count)
        shards = (0..<count).map {
            MeterShard(
                configuration: each, seed: seed, epoch: epoch, shard: UInt8(truncatingIfNeeded: $0), recordLimit: recordLimit)
        }
        lanes = count == 1 ? [] : shards.map(Lane.init)
        filling = lanes.map { _ in ObservationBlock() }
        shardSeed = seed.1
        for (index, lane) in lanes.enumerated() {
            let thread = Thread { lane.run() }
            thread.name = "zonal-meter-\(index)"
            thread.stackSize = 1 << 20
            thread.start()
        }
    }

    /// Meters a block's packets, then does what it orders, and empties it.
    func take(_ block: inout ObservationBlock) {
        defer { block.removeAll() }
        guard !lanes.isEmpty else {
            _ = shards[0].take(block)
            return
        }
        for position in 0..<block.count {
            let shard = FlowShard.index(of: block[position], count: lanes.count, seed: shardSeed)
            filling[shard].append(block[position])
            if filling[shard].isFull { send(shard) }
        }
        guard !block.orders.isEmpty else { return }
        for shard in lanes.indices {
            filling[shard].orders += block.orders
            send(shard)
        }
    }

    private func send(_ shard: Int) {
        var block = lanes[shard].queue.spare()
        swap(&block, &filling[shard])
        lanes[shard].queue.put(block)
    }

    /// What has been shown since the last look.
    func look() -> Outcome {
        var outcome = Outcome()
        let shown = shards.map { $0.takeShown() }
        outcome.number = shown.reduce(UInt64.max) { min($0, $1.stands.last?.number ?? 0) }
        for (shard, shown) in zip(shards, shown) {
            outcome.flows += shown.flows
            // A shard that is ahead shows how it stood when it was where the last one is.
            if let stand = shown.stands.last(where: { $0.number <= outcome.number }) { outcome.counters += stand.counters }
            outcome.addressGeneration &+= shown.addressGeneration
            shard.settle(outcome.number)
        }
        outcome.addresses = gatherAddresses(shown)
        return outcome
    }

    /// The addresses that all have shown; put together anew only when one of them has shown others, since this is asked for
    /// at every pass over the rings.
    private func gatherAddresses(_ shown: [MeterShard.Shown]) -> [AgentReport.LocalAddress] {
        // One shard's list is shared, not copied.
        if shown.count == 1 { return shown[0].addresses }
        let tellings = shown.map(\.addressTelling)
        if tellings != addressTellings {
            addressTellings = tellings
            addresses = Array(shown.reduce(into: Set<AgentReport.LocalAddress>()) { $0.formUnion($1.addresses) })
        }
        return addresses
    }

    /// Begins the end of all records and threads. To be called once, then `finishSome` until it says that it was the last.
    ///
    /// - Parameters:
    ///   - number: of the last `publish`.
    ///   - time: for the addresses that are to be forgotten, nanoseconds since 1970.
    func beginFinish(number: UInt64, at time: Int64) {
        lastOrders = [.tellAddresses(time), .publish(number), .stop]
        guard !lanes.isEmpty else { return }
        var block = ObservationBlock()
        block.orders = [.flush] + lastOrders
        take(&block)
    }

    /// What there is to show of the end, some of it at a time.
    func finishSome() -> (outcome: Outcome, isLast: Bool) {
        guard lanes.isEmpty else {
            // The others show what they have in the meantime.
            while ended < lanes.count, lanes[ended].ended.wait(timeout: .now() + .milliseconds(10)) == .success { ended += 1 }
            return (look(), ended == lanes.count)
        }
        let isLast = shards[0].flushSome()
        if isLast {
            var block = ObservationBlock()
            block.orders = lastOrders
            take(&block)
        }
        return (look(), isLast)
    }
}
