package import IPFIX

/// What is known of one sFlow agent since it was first seen.
///
/// Every flow sample is a row or has a reason: `flowSamples` is `rows` and all of `samplesWithoutFlow` together.
package struct SFlowStatistics: Hashable, Sendable {
    package var datagrams: UInt64 = 0
    package var octets: UInt64 = 0

    /// Samples by kind: of packets (expanded ones too), of counters, notices of dropped packets (sFlow Dropped Packet
    /// Notification Structures), and those of other kinds and enterprises. All but the first are left unread.
    package var flowSamples: UInt64 = 0
    package var counterSamples: UInt64 = 0
    package var droppedPacketSamples: UInt64 = 0
    package var otherSamples: UInt64 = 0
    /// Flow samples that became rows.
    package var rows: UInt64 = 0
    /// Flow samples without an IP packet that could be read, by reason: those of `DecodeOutcome`, `header-protocol` for headers of
    /// kinds that are not read, `no-packet` for samples without a header.
    package var samplesWithoutFlow: [String: UInt64] = [:]

    /// Records of flow samples, those among them that are not read (routers, gateways, users, other enterprises).
    package var records: UInt64 = 0
    package var recordsSkipped: UInt64 = 0

    /// What sequence numbers say was sent and did not come, the late taken back: datagrams of a sub-agent, and flow samples of
    /// a source, which are missing also when the agent itself lost them.
    package var missingDatagrams: UInt64 = 0
    package var datagramGaps: UInt64 = 0
    package var lateDatagrams: UInt64 = 0
    package var missingSamples: UInt64 = 0
    package var sampleGaps: UInt64 = 0
    package var lateSamples: UInt64 = 0
    /// Times that numbers of datagrams, and those of samples, began again.
    package var restarts: UInt64 = 0
    package var sampleRestarts: UInt64 = 0
    /// Samples that the agent says it dropped for want of resources, since the first that came of each source.
    package var droppedByAgent: UInt64 = 0

    package var faults: [SFlowFault: UInt64] = [:]

    /// Sub-agents and data sources whose numbers are followed now, and those that went because of a limit.
    package var sources = 0
    package var sourcesEvicted: UInt64 = 0

    /// How long the agent says it runs, in milliseconds, and who sent its last datagram.
    package var uptimeMilliseconds: UInt32 = 0
    package var sender: ExporterSource
    package var firstSeenMilliseconds: Int64
    package var lastSeenMilliseconds: Int64

    init(_ sender: ExporterSource, at milliseconds: Int64) {
        self.sender = sender
        firstSeenMilliseconds = milliseconds
        lastSeenMilliseconds = milliseconds
    }

    mutating func count(_ fault: SFlowFault) { faults[fault, default: 0] += 1 }
    mutating func countWithoutFlow(_ reason: String) { samplesWithoutFlow[reason, default: 0] += 1 }

    mutating func note(datagram event: SequenceTracker.Event) {
        switch event {
        case .inOrder, .countsOwn: break
        case .gap(let units):
            missingDatagrams += UInt64(units)
            datagramGaps += 1
        case .late(let units):
            missingDatagrams -= min(missingDatagrams, UInt64(units))
            lateDatagrams += 1
        case .restart: restarts += 1
        case .restartAfterLate(let messages):
            restarts += 1
            lateDatagrams -= min(lateDatagrams, UInt64(messages))
        }
    }

    mutating func note(sample event: SequenceTracker.Event) {
        switch event {
        case .inOrder, .countsOwn: break
        case .gap(let units):
            missingSamples += UInt64(units)
            sampleGaps += 1
        case .late(let units):
            missingSamples -= min(missingSamples, UInt64(units))
            lateSamples += 1
        case .restart: sampleRestarts += 1
        case .restartAfterLate(let messages):
            sampleRestarts += 1
            lateSamples -= min(lateSamples, UInt64(messages))
        }
    }
}
