import FlowModel
import Foundation
import IPFIX
import Telemetry

/// What taking flows in and sending them share, of one target. Held for moments only.
struct SenderState: Sendable {
    var queue: ExportQueue
    /// Flows that are taken out of the queue and not yet sent.
    var inHand = 0
    /// The newest.
    var account: ExporterAccount?
    var statistics: ExportStatistics
    /// Packets and octets of flows that were dropped.
    var droppedPackets: UInt64 = 0
    var droppedOctets: UInt64 = 0
    var warnings = WarningLimit()
    /// So many ask to be quick.
    var isHurried = 0
    /// A failure was told of, and not yet that it is over.
    var wasDown = false
    var isRunning = false
    /// `send` has waited in vain, and nothing has gone since.
    var isGivenUp = false
    /// When the last message went; later than now where the pace holds the next one back.
    var lastWay = ContinuousClock.now

    /// For the statistics that collectors are told.
    var totals: ExportTotals {
        var totals = ExportTotals()
        totals.messages = statistics.messages
        totals.flowRecords = statistics.records
        totals.octets = statistics.octets
        totals.notSentFlows = statistics.dropped
        totals.notSentPackets = droppedPackets
        totals.notSentOctets = droppedOctets
        return totals
    }

    mutating func take(_ rows: Int) -> (ExportQueue.Part?, ExporterAccount?) {
        let part = queue.take(rows)
        inHand += part?.rows.count ?? 0
        return (part, account)
    }

    mutating func sent(_ message: ExportedMessages.Message) {
        statistics.messages += 1
        statistics.records += UInt64(message.flowRecords)
        statistics.octets += UInt64(message.place.count)
        lastWay = max(lastWay, .now)
    }

    /// Books what was in hand.
    ///
    /// - Parameters:
    ///   - unsent: of the `records` that the part has become. A flow of which one record was not sent is lost.
    ///   - loss: why, and what the whole part counts.
    mutating func finish(
        _ part: ExportQueue.Part, unsent: Int, of records: Int, _ loss: (ExportLoss, FlowWeight)?
    ) {
        inHand -= part.rows.count
        queue.settle()
        let flows = part.rows.count
        let lost = loss == nil ? 0 : records == 0 ? flows : min(flows, (unsent * flows + records - 1) / records)
        statistics.sentFlows += UInt64(flows - lost)
        if lost < flows { isGivenUp = false }
        guard let (reason, weight) = loss, lost > 0 else { return }
        statistics.droppedFlows[reason, default: 0] += UInt64(lost)
        drop(weight.share(UInt64(lost)))
    }

    /// Nothing of what was in hand has gone.
    mutating func putBack(_ part: ExportQueue.Part) {
        inHand -= part.rows.count
        queue.putBack(part)
    }

    mutating func drop(_ weight: FlowWeight) {
        droppedPackets &+= weight.packets
        droppedOctets &+= weight.octets
    }

    mutating func connected(_ isConnected: Bool) {
        if isConnected { statistics.connections += 1 }
        guard statistics.isConnected != isConnected || statistics.sinceMilliseconds == 0 else { return }
        statistics.isConnected = isConnected
        statistics.sinceMilliseconds = Int64(Date().timeIntervalSince1970 * 1000)
    }
}
