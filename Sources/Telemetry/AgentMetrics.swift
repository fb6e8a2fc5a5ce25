/// What an agent counts. The loss ledger balances here: captured = metered + witnessed + not metered.
package enum AgentMetrics {
    // The way of the packets.
    package static let packetsCaptured = MetricDefinition.counter(
        "zonal_agent_packets_captured_total", "Packets that the kernel handed over on all captured interfaces.")
    package static let packetsDropped = MetricDefinition.counter(
        "zonal_agent_packets_dropped_total", "Packets that the kernel dropped for want of room in a capture ring.")
    package static let packetsMetered = MetricDefinition.counter(
        "zonal_agent_packets_metered_total", "Packets counted in a flow.")
    package static let packetsWitnessed = MetricDefinition.counter(
        "zonal_agent_packets_witnessed_total", "Packets that another interface had counted already.")
    package static let packetsNotMetered = MetricDefinition.counter(
        "zonal_agent_packets_not_metered_total", "Packets that could not be metered, by reason.", labels: ["reason"])
    package static let interfacesCaptured = MetricDefinition.gauge(
        "zonal_agent_interfaces_captured", "Interfaces being captured.")
    package static let interfaceErrors = MetricDefinition.counter(
        "zonal_agent_interface_errors_total", "Interfaces that could not be opened or went away, by reason.",
        labels: ["reason"])

    // The flow cache.
    package static let flowsActive = MetricDefinition.gauge("zonal_agent_flows_active", "Flows in the cache.")
    package static let flowsEvicted = MetricDefinition.counter(
        "zonal_agent_flows_evicted_total", "Flows that left the cache before their time for want of room.")
    package static let recordsMade = MetricDefinition.counter(
        "zonal_agent_records_made_total", "Flow records made.")

    // Shipping.
    package static let recordsDropped = MetricDefinition.counter(
        "zonal_agent_records_dropped_total", "Flow records that were dropped before delivery, by reason.",
        labels: ["reason"])
    package static let batchesSent = MetricDefinition.counter(
        "zonal_agent_batches_sent_total", "Batches that the collector acknowledged.")
    package static let batchesRetried = MetricDefinition.counter(
        "zonal_agent_batches_retried_total", "Attempts to deliver a batch that failed and will be made again, by reason.",
        labels: ["reason"])
    package static let batchesRejected = MetricDefinition.counter(
        "zonal_agent_batches_rejected_total", "Batches that the collector refused for good, by HTTP status.",
        labels: ["status"])
    package static let batchesWaiting = MetricDefinition.gauge(
        "zonal_agent_batches_waiting", "Batches that wait for delivery.")
    package static let bytesWaiting = MetricDefinition.gauge(
        "zonal_agent_batches_waiting_bytes", "Bytes of the batches that wait for delivery.")
    package static let bytesSent = MetricDefinition.counter(
        "zonal_agent_sent_bytes_total", "Bytes of acknowledged batches, compressed.")

    package static let all: [MetricDefinition] = [
        packetsCaptured, packetsDropped, packetsMetered, packetsWitnessed, packetsNotMetered, interfacesCaptured,
        interfaceErrors, flowsActive, flowsEvicted, recordsMade, recordsDropped, batchesSent, batchesRetried,
        batchesRejected, batchesWaiting, bytesWaiting, bytesSent,
    ]
}
