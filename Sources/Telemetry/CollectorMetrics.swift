/// What a collector counts.
package enum CollectorMetrics {
    // Intake.
    package static let batchesReceived = MetricDefinition.counter(
        "zonal_collector_batches_received_total", "Batches that were stored.")
    package static let batchesDuplicate = MetricDefinition.counter(
        "zonal_collector_batches_duplicate_total", "Batches that were here already and changed nothing.")
    package static let batchesRejected = MetricDefinition.counter(
        "zonal_collector_batches_rejected_total", "Batches that were refused, by reason.", labels: ["reason"])
    package static let batchBytes = MetricDefinition.counter(
        "zonal_collector_batches_received_bytes_total", "Bytes of the bodies of received batches, as they came.")
    package static let recordsStored = MetricDefinition.counter(
        "zonal_collector_records_stored_total", "Flow records stored, witnesses among them.")
    package static let recordsNotCounted = MetricDefinition.counter(
        "zonal_collector_records_not_counted_total", "Flow records stored as witnesses: another agent's record counts.")
    package static let recordsLeftOut = MetricDefinition.counter(
        "zonal_collector_records_left_out_total", "Records in accepted batches that are not stored, by reason.",
        labels: [.init("reason", values: ["no-flow", "witness-without-flow", "witness-past-limit", "unknown-options", "not-stored"])])
    package static let recordsMended = MetricDefinition.counter(
        "zonal_collector_records_mended_total",
        "Flow records stored with the export time, or 1970, in the place of a time that they lack or that is before 1970.",
        labels: [.init("reason", values: ["without-time", "before-1970"])])
    package static let fieldsLeftOut = MetricDefinition.counter(
        "zonal_collector_template_fields_left_out_total",
        "Fields of the templates of foreign flow records that are no part of a flow here, each counted once a batch and template.")
    package static let witnessesMissing = MetricDefinition.counter(
        "zonal_collector_witnesses_missing_total",
        "Answered flows that the agent of their other end did not report: it is blind there, dead, or somebody spoofs.")
    package static let witnessesMissingUnanswered = MetricDefinition.counter(
        "zonal_collector_witnesses_missing_unanswered_total",
        "Flows without an answer that the agent of their other end did not report: they may never have come there.")
    package static let witnessesUndecided = MetricDefinition.counter(
        "zonal_collector_witnesses_undecided_total",
        "Flows that the agent of their other end did not report while it was silent, new or sampling: nothing can be said.")
    package static let witnessesForgotten = MetricDefinition.counter(
        "zonal_collector_witnesses_forgotten_total",
        "Flows whose other agent's record was waited for and given up, for want of room or because the clock was set back.")
    package static let witnessesWatchedOneIn = MetricDefinition.gauge(
        "zonal_collector_witnesses_watched_one_in",
        "One in so many flows is watched for a missing witness: 1 is all, more when there are more flows than fit.")
    package static let ownersRefused = MetricDefinition.counter(
        "zonal_collector_owned_addresses_refused_total", "Addresses of agents that found no room: their flows may count twice.")
    package static let ownerReportsRefused = MetricDefinition.counter(
        "zonal_collector_owner_reports_refused_total", "Reports of agents past the number that is kept.")
    package static let flowHoldersForgotten = MetricDefinition.counter(
        "zonal_collector_flow_holders_forgotten_total", "Flows forgotten before their time: their next record may count twice.")
    // Other people's exporters.
    package static let exportDatagrams = MetricDefinition.counter(
        "zonal_collector_export_datagrams_total", "Datagrams that came from other people's exporters.")
    package static let exportDatagramsDropped = MetricDefinition.counter(
        "zonal_collector_export_datagrams_dropped_total",
        "Datagrams of exporters that the kernel dropped: the sockets' buffers were full.")
    package static let exportDatagramsRefused = MetricDefinition.counter(
        "zonal_collector_export_datagrams_refused_total", "Datagrams from addresses that are not allowed to export.")
    package static let exportDatagramsCut = MetricDefinition.counter(
        "zonal_collector_export_datagrams_cut_total", "Datagrams of exporters that were longer than UDP allows, and lost their end.")
    package static let exportersForgotten = MetricDefinition.counter(
        "zonal_collector_exporters_forgotten_total",
        "Exporters that gave way to others for want of room, their templates with them; their figures stay in the sums here.")
    package static let exportRecords = MetricDefinition.counter(
        "zonal_collector_export_records_total", "Flow records of other people's exporters that were stored.")
    package static let exportersKnown = MetricDefinition.gauge(
        "zonal_collector_exporters", "Other people's exporters that are known.")

    package static let exportMessages = MetricDefinition.counter(
        "zonal_collector_export_messages_total", "Messages of other people's exporters, by protocol.",
        labels: [.init("protocol", values: ["v5", "v9", "ipfix", "sflow"])])
    package static let exportMissing = MetricDefinition.gauge(
        "zonal_collector_export_missing",
        "What sequence numbers say was sent and did not come, less what came late: flows (v5), packets (v9), records (IPFIX), datagrams and samples (sFlow).",
        labels: [.init("unit", values: ["flows", "packets", "records", "datagrams", "samples"])])
    package static let exportGaps = MetricDefinition.counter(
        "zonal_collector_export_sequence_gaps_total", "Times that sequence numbers of exporters leapt forward.")
    package static let exportSetsWithoutTemplate = MetricDefinition.counter(
        "zonal_collector_export_sets_without_template_total", "Data sets that came before their template.")
    package static let exportSetsExpired = MetricDefinition.counter(
        "zonal_collector_export_sets_expired_total", "Data sets that were not read, since their template did not come in time.")
    package static let exportFaults = MetricDefinition(
        name: "zonal_collector_export_faults_total", help: "What exporters sent and could not be read, by reason.", kind: .counter,
        labels: ["reason"], seriesLimit: 64)
    package static let exportJoined = MetricDefinition.counter(
        "zonal_collector_export_joined_total", "Pairs of records of two directions that were joined into one.")
    package static let exportNotJoined = MetricDefinition(
        name: "zonal_collector_export_not_joined_total", help: "Records that were not joined, by reason.", kind: .counter,
        labels: ["reason"], seriesLimit: 32)
    package static let exportJoinWaiting = MetricDefinition.gauge(
        "zonal_collector_export_join_waiting", "Records that wait for those of their other direction.")
    package static let exportConnections = MetricDefinition.gauge(
        "zonal_collector_export_connections", "Connections of exporters (TCP, TLS) that are open.")
    package static let exportConnectionsTaken = MetricDefinition.counter(
        "zonal_collector_export_connections_taken_total", "Connections of exporters that were taken.")
    package static let exportConnectionsRefused = MetricDefinition.counter(
        "zonal_collector_export_connections_refused_total", "Connections of exporters that were not taken, by reason.",
        labels: [.init("reason", values: ["address", "limit", "address-limit"])])
    package static let exportConnectionsEnded = MetricDefinition.counter(
        "zonal_collector_export_connections_ended_total", "Connections of exporters that have ended, by reason.",
        labels: [.init("reason", values: ["exporter", "cut", "framing", "stalled", "handshake", "failure", "stop"])])

    package static let commitSeconds = MetricDefinition.counter(
        "zonal_collector_commit_seconds_total", "Time spent in commits to the store.")
    package static let commits = MetricDefinition.counter("zonal_collector_commits_total", "Commits to the store.")

    // The agents' side of the loss ledger, summed over all agents.
    package static let agentPacketsCaptured = MetricDefinition.counter(
        "zonal_collector_agent_packets_captured_total", "Packets that agents say they captured.")
    package static let agentPacketsDropped = MetricDefinition.counter(
        "zonal_collector_agent_packets_dropped_total", "Packets that agents say their kernels dropped.")
    package static let agentPacketsMetered = MetricDefinition.counter(
        "zonal_collector_agent_packets_metered_total", "Packets that agents say they counted in flows.")
    package static let agentPacketsWitnessed = MetricDefinition.counter(
        "zonal_collector_agent_packets_witnessed_total", "Packets that agents say they had counted on another interface.")
    package static let agentPacketsNotMetered = MetricDefinition.counter(
        "zonal_collector_agent_packets_not_metered_total", "Packets that agents say they could not meter.")
    package static let agentFlowsEvicted = MetricDefinition.counter(
        "zonal_collector_agent_flows_evicted_total", "Flows that agents say left their cache for want of room.")
    package static let agentRecordsDropped = MetricDefinition.counter(
        "zonal_collector_agent_records_dropped_total", "Flow records that agents say they dropped before delivery.")
    package static let agentNamesShared = MetricDefinition.counter(
        "zonal_collector_agent_names_shared_total",
        "Reports that show two agents of one name, whose flows count twice: give each a name of its own with agent.name.")
    package static let catalogReportsRefused = MetricDefinition.counter(
        "zonal_collector_catalog_reports_refused_total",
        "Reports that the catalogue took no notice of, since so many other agents had been heard of lately.")
    package static let agentsKnown = MetricDefinition.gauge("zonal_collector_agents_known", "Agents known.")
    package static let agentsSilent = MetricDefinition.gauge(
        "zonal_collector_agents_silent", "Agents that are silent without having said goodbye.")

    // Asking.
    package static let httpRequests = MetricDefinition(
        name: "zonal_collector_http_requests_total", help: "HTTP requests answered, by route and status.", kind: .counter,
        labels: ["route", "status"], seriesLimit: 256)
    package static let querySeconds = MetricDefinition.counter(
        "zonal_collector_query_seconds_total", "Time spent in queries that have ended.")
    package static let queries = MetricDefinition.counter("zonal_collector_queries_total", "Queries that have ended.")
    package static let queriesRunning = MetricDefinition.gauge("zonal_collector_queries_running", "Queries under way.")
    package static let queriesFailed = MetricDefinition.counter(
        "zonal_collector_queries_failed_total", "Queries that ended without an answer, by reason.", labels: ["reason"])

    // The store.
    package static let storePartitions = MetricDefinition.gauge(
        "zonal_collector_store_partitions", "Partitions in the store.")
    package static let storeBytes = MetricDefinition.gauge("zonal_collector_store_bytes", "Bytes of the store's files.")
    package static let rollupBytes = MetricDefinition.gauge("zonal_collector_rollup_bytes", "Bytes of the files of rollups.")
    package static let recordsOutOfRange = MetricDefinition.counter(
        "zonal_collector_store_records_out_of_range_total",
        "Flow records stored apart, because they end before 2000 or more than a day after their export.")
    package static let partitionsDamaged = MetricDefinition.counter(
        "zonal_collector_store_partitions_damaged_total", "Partitions found damaged and set aside.")
    package static let storeByteBound = MetricDefinition.gauge(
        "zonal_collector_store_byte_bound", "Bytes that flows and rollups may have together; 0 without a bound.")
    package static let partitionsMissing = MetricDefinition.counter(
        "zonal_collector_store_partitions_missing_total",
        "Partitions whose files somebody took away while the collector had them.")
    package static let partitionsExpired = MetricDefinition.counter(
        "zonal_collector_store_partitions_expired_total", "Files of flows deleted by retention, by reason.",
        labels: [.init("reason", values: ["age", "bytes"])])

    // Detection and alerts.
    package static let alertsOpened = MetricDefinition.counter(
        "zonal_collector_alerts_opened_total", "Alerts opened, by rule.",
        labels: [.init("rule", values: ["D1", "D2", "D20"])])
    package static let alertsOpen = MetricDefinition.gauge("zonal_collector_alerts_open", "Alerts that are open.")
    package static let alertsRefused = MetricDefinition.counter(
        "zonal_collector_alerts_refused_total", "Alerts not opened because too many are open.")
    package static let detectionEntries = MetricDefinition.gauge(
        "zonal_collector_detection_entries", "Entries in the table of a rule.",
        labels: [.init("rule", values: ["D1", "D2", "D20"])])
    package static let detectionBytes = MetricDefinition.gauge(
        "zonal_collector_detection_bytes", "Bytes of the table of a rule, estimated.",
        labels: [.init("rule", values: ["D1", "D2", "D20"])])
    package static let detectionEvictions = MetricDefinition.counter(
        "zonal_collector_detection_evictions_total", "Entries that left the table of a rule for want of room.",
        labels: [.init("rule", values: ["D1", "D2", "D20"])])
    package static let syslogSent = MetricDefinition.counter(
        "zonal_collector_syslog_sent_total", "Syslog messages handed to the network, by destination (its place in the list).",
        labels: ["destination"])
    package static let syslogDropped = MetricDefinition.counter(
        "zonal_collector_syslog_dropped_total", "Syslog messages dropped, the oldest first, because the queue was full.",
        labels: ["destination"])
    package static let syslogFailures = MetricDefinition.counter(
        "zonal_collector_syslog_failures_total", "Attempts to reach a syslog destination that failed.",
        labels: ["destination"])
    package static let syslogWaiting = MetricDefinition.gauge(
        "zonal_collector_syslog_waiting", "Syslog messages that wait for their destination.", labels: ["destination"])

    package static let all: [MetricDefinition] = [
        batchesReceived, batchesDuplicate, batchesRejected, batchBytes, recordsStored, recordsNotCounted, recordsLeftOut, recordsMended, fieldsLeftOut,
        witnessesMissing, witnessesMissingUnanswered, witnessesUndecided, witnessesForgotten, witnessesWatchedOneIn, ownersRefused, ownerReportsRefused, flowHoldersForgotten,
        commitSeconds, commits, agentPacketsCaptured, agentPacketsDropped, agentPacketsMetered, agentPacketsWitnessed,
        agentPacketsNotMetered, agentFlowsEvicted, agentRecordsDropped, agentNamesShared, catalogReportsRefused, agentsKnown, agentsSilent, httpRequests,
        querySeconds, queries, queriesRunning, queriesFailed, storePartitions, storeBytes, storeByteBound, rollupBytes, recordsOutOfRange, partitionsDamaged, partitionsMissing, partitionsExpired,
        alertsOpened, alertsOpen, alertsRefused, detectionEntries, detectionBytes, detectionEvictions, syslogSent,
        syslogDropped, syslogFailures, syslogWaiting, exportDatagrams, exportDatagramsDropped, exportDatagramsRefused, exportDatagramsCut, exportersForgotten,
        exportRecords, exportersKnown, exportMessages, exportMissing, exportGaps, exportSetsWithoutTemplate, exportSetsExpired,
        exportFaults, exportJoined, exportNotJoined, exportJoinWaiting, exportConnections, exportConnectionsTaken, exportConnectionsRefused, exportConnectionsEnded,
    ]
}
