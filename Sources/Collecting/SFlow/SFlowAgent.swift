import FlowModel
import IPFIX

/// One sFlow agent: the address that its datagrams name, with the numbers that it counts by.
struct SFlowAgent: Sendable {
    /// Who counts: a sub-agent its datagrams, a data source its flow samples.
    struct Source: Hashable, Sendable {
        var subAgent: UInt32
        /// nil for the datagrams.
        var id: SFlowSourceID?
    }

    private struct Count: Sendable {
        var source: Source
        var tracker = SequenceTracker()
        /// The source's own count of samples that it dropped.
        var drops: UInt32?
    }

    let address: IPAddress
    let name: String
    var statistics: SFlowStatistics
    private var counts: [Count] = []
    private var places: [Source: Int] = [:]
    private var recency = RecencyList()

    init(_ address: IPAddress, name: String, _ statistics: SFlowStatistics) {
        self.address = address
        self.name = name
        self.statistics = statistics
    }

    /// How many sources it follows: what it takes of the memory for all.
    var sourceCount: Int { counts.count }

    mutating func receiveDatagram(_ sequence: UInt32, subAgent: UInt32, limit: Int) {
        let place = place(of: Source(subAgent: subAgent, id: nil), limit: limit)
        statistics.note(datagram: counts[place].tracker.receive(sequence, units: 1, start: nil))
    }

    mutating func receiveSample(_ sample: SFlowSampleHead, subAgent: UInt32, limit: Int) {
        let place = place(of: Source(subAgent: subAgent, id: sample.source), limit: limit)
        let event = counts[place].tracker.receive(sample.sequence, units: 1, start: nil)
        statistics.note(sample: event)
        let isNewCount: Bool
        switch event {
        case .restart, .restartAfterLate: isNewCount = true
        default: isNewCount = false
        }
        guard let before = counts[place].drops, !isNewCount else {
            counts[place].drops = sample.drops
            return
        }
        // A count modulo 2³²; of a late sample it is a lower one.
        let more = sample.drops &- before
        guard more <= UInt32(Int32.max) else { return }
        statistics.droppedByAgent += UInt64(more)
        counts[place].drops = sample.drops
    }

    /// Where a source is kept, which is made when it is new; then the one that has been silent for longest may have to go.
    private mutating func place(of source: Source, limit: Int) -> Int {
        if let place = places[source] {
            recency.touch(place)
            return place
        }
        var place = counts.count
        if place >= max(1, limit), let oldest = recency.oldest {
            places[counts[oldest].source] = nil
            counts[oldest] = Count(source: source)
            statistics.sourcesEvicted += 1
            place = oldest
        } else {
            counts.append(Count(source: source))
        }
        places[source] = place
        recency.touch(place)
        return place
    }
}
