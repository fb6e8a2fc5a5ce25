import Collecting
import IPFIX
import Telemetry

/// What of the exporters' account is in `/metrics`.
enum ExporterMetrics {
    static func measure(
        _ standing: ExporterStanding, datagrams: [DatagramReceiver.Account], streams: [StreamAccount], into metrics: MetricRegistry
    ) {
        metrics.raise(CollectorMetrics.exportDatagrams, to: datagrams.reduce(0) { $0 &+ $1.received })
        metrics.raise(CollectorMetrics.exportDatagramsDropped, to: datagrams.reduce(0) { $0 &+ $1.dropped })
        metrics.raise(CollectorMetrics.exportDatagramsRefused, to: standing.refused)
        metrics.raise(CollectorMetrics.exportDatagramsCut, to: standing.cut)
        metrics.raise(CollectorMetrics.exportersForgotten, to: standing.forgotten)
        metrics.set(CollectorMetrics.exportersKnown, to: Double(standing.exporters.count))
        if let joins = standing.joins {
            metrics.raise(CollectorMetrics.exportJoined, to: UInt64(joins.pairs))
            metrics.set(CollectorMetrics.exportJoinWaiting, to: Double(joins.waiting))
            for reason in JoinRefusal.allCases {
                metrics.raise(CollectorMetrics.exportNotJoined, to: UInt64(joins[reason]), labels: [reason.label])
            }
        }
        measure(standing.exportTotals, standing.sampleTotals, into: metrics)
        measure(streams, into: metrics)
    }

    private static func measure(_ exports: ExporterTotals, _ samples: SFlowTotals, into metrics: MetricRegistry) {
        for (name, messages) in [
            ("v5", exports.messagesV5), ("v9", exports.messagesV9), ("ipfix", exports.messagesIPFIX), ("sflow", samples.datagrams),
        ] {
            metrics.raise(CollectorMetrics.exportMessages, to: messages, labels: [name])
        }
        for (name, missing) in [
            ("flows", exports.missing.flows), ("packets", exports.missing.packets), ("records", exports.missing.records),
            ("datagrams", samples.missingDatagrams), ("samples", samples.missingSamples),
        ] {
            metrics.set(CollectorMetrics.exportMissing, to: Double(missing), labels: [name])
        }
        metrics.raise(CollectorMetrics.exportGaps, to: exports.sequenceGaps &+ samples.gaps)
        metrics.raise(CollectorMetrics.exportSetsWithoutTemplate, to: exports.setsWithoutTemplate)
        metrics.raise(CollectorMetrics.exportSetsExpired, to: exports.setsExpired)
        for (fault, times) in exports.faults { metrics.raise(CollectorMetrics.exportFaults, to: times, labels: [fault.rawValue]) }
        for (fault, times) in samples.faults {
            metrics.raise(CollectorMetrics.exportFaults, to: times, labels: ["sflow-" + fault.rawValue])
        }
        for (reason, times) in samples.samplesWithoutFlow {
            metrics.raise(CollectorMetrics.exportFaults, to: times, labels: ["sflow-without-flow-" + reason])
        }
    }

    private static func measure(_ streams: [StreamAccount], into metrics: MetricRegistry) {
        metrics.set(CollectorMetrics.exportConnections, to: Double(streams.reduce(0) { $0 + $1.open }))
        metrics.raise(CollectorMetrics.exportConnectionsTaken, to: streams.reduce(0) { $0 &+ $1.accepted })
        for reason in StreamAccount.Refusal.allCases {
            let times = streams.reduce(UInt64(0)) { $0 &+ $1.refused[reason, default: 0] }
            metrics.raise(CollectorMetrics.exportConnectionsRefused, to: times, labels: [reason.rawValue])
        }
        for reason in StreamAccount.Ending.allCases {
            let times = streams.reduce(UInt64(0)) { $0 &+ $1.ended[reason, default: 0] }
            metrics.raise(CollectorMetrics.exportConnectionsEnded, to: times, labels: [reason.rawValue])
        }
    }
}
