/// The keys of log metadata. The message of a log line is a fixed sentence; what varies stands under these.
package enum LogKey {
    // Who.
    package static let reporterName = "agent.reporter"
    package static let flowCount = "flows.count"
    package static let flowsDropped = "flows.dropped"
    package static let agentName = "agent.name"
    package static let agentEpoch = "agent.epoch"
    package static let interfaceName = "interface.name"
    package static let interfaceKind = "interface.kind"
    /// The name that it had before.
    package static let interfaceBefore = "interface.before"
    package static let interfacePattern = "interface.pattern"
    package static let namespaceName = "namespace.name"
    package static let exporterAddress = "exporter.address"

    // What was lost, since the start.
    package static let packetsDropped = "packets.dropped"
    package static let ringFreezes = "ring.freezes"
    package static let fragments = "fragments"
    package static let addressesDropped = "addresses.dropped"

    // Batches.
    package static let batchSequence = "batch.sequence"
    package static let batchRecords = "batch.records"
    package static let batchBytes = "batch.bytes"
    package static let queueDepth = "queue.depth"
    package static let queueLimit = "queue.limit"

    // Asking.
    package static let requestMethod = "request.method"
    package static let requestPath = "request.path"
    package static let requestStatus = "request.status"

    // The store.
    package static let partitionName = "partition.name"
    package static let storeBytes = "store.bytes"
    package static let retentionReason = "retention.reason"

    // Alerts and syslog.
    package static let alertID = "alert.id"
    package static let alertRule = "alert.rule"
    package static let alertScope = "alert.scope"
    package static let alertSummary = "alert.summary"
    package static let destinationAddress = "destination.address"
    package static let messagesDropped = "messages.dropped"

    // Everywhere.
    package static let listenAddress = "listen.address"
    package static let receiveBufferBytes = "receive.buffer.bytes"
    package static let filePath = "file.path"
    package static let collectorURL = "collector.url"
    package static let reason = "reason"
    package static let errorCause = "error.cause"
    /// How many lines like this one were held back since the last.
    package static let suppressedCount = "suppressed.count"
}
