/// What is known of one exporter since it was first seen.
package struct ExporterStatistics: Hashable, Sendable {
    /// Messages by version, and their octets.
    package var messagesV5: UInt64 = 0
    package var messagesV9: UInt64 = 0
    package var messagesIPFIX: UInt64 = 0
    package var octets: UInt64 = 0

    /// Data records that became rows; those that hold no flow; options data records.
    package var flowRecords: UInt64 = 0
    package var otherRecords: UInt64 = 0
    package var optionsRecords: UInt64 = 0
    /// Template records read, also those that said what was known.
    package var templateRecords: UInt64 = 0
    package var optionsTemplateRecords: UInt64 = 0
    /// Templates whose fields became others, and templates withdrawn.
    package var templatesRedefined: UInt64 = 0
    package var templatesWithdrawn: UInt64 = 0
    /// Templates that went because of a limit, and because they were too old.
    package var templatesEvicted: UInt64 = 0
    package var templatesExpired: UInt64 = 0
    /// Templates held now.
    package var templates = 0
    /// Observation domains (source ids, engines) known now, and those that went because of a limit.
    package var domains = 0
    package var domainsEvicted: UInt64 = 0

    /// Data sets that came without their template, and what became of them: read later, or never; the others wait now.
    package var setsWithoutTemplate: UInt64 = 0
    package var setsReadLater: UInt64 = 0
    package var setsExpired: UInt64 = 0
    package var setsWaiting = 0

    /// Rows whose counters are totals since the flow began, since there were no deltas.
    package var recordsWithTotals: UInt64 = 0
    /// Rows of records that count nothing: events of firewalls and of address translation, samples of packets.
    package var recordsWithoutCounters: UInt64 = 0
    /// Rows without a time of their own, which have the message's.
    package var recordsWithoutTime: UInt64 = 0
    /// Rows whose times are reckoned from the exporter's latest uptime, as it does not say when it started.
    package var recordsWithReckonedTime: UInt64 = 0
    /// Rows that end before they start; they are kept as they are.
    package var recordsEndingBeforeStart: UInt64 = 0
    /// Rows with a time before 1970, which have 1970.
    package var recordsBefore1970: UInt64 = 0

    /// Flows (v5), packets (v9) and data records (IPFIX) that sequence numbers say were sent and did not come; a late message
    /// takes its own back.
    package var missing: Missing = Missing()
    package var sequenceGaps: UInt64 = 0
    package var lateMessages: UInt64 = 0
    /// Times that the exporter began to count again.
    package var restarts: UInt64 = 0
    /// The exporter's IPFIX numbers count the records of their own message, against RFC 7011 §3.1; that is taken into account.
    package var numbersCountOwnRecords = false

    package var faults: [ExportFault: UInt64] = [:]

    /// Export time minus time of receipt, in milliseconds, of the last message.
    package var clockSkewMilliseconds: Int64 = 0
    package var firstSeenMilliseconds: Int64 = 0
    package var lastSeenMilliseconds: Int64 = 0
    /// Source port of the last message.
    package var port: UInt16 = 0

    /// What the exporter tells of itself (options; RFC 7011 §4), last value of each.
    package var reported = Reported()

    package struct Missing: Hashable, Sendable {
        package var flows: UInt64 = 0
        package var packets: UInt64 = 0
        package var records: UInt64 = 0
        package init() {}
    }

    package struct Reported: Hashable, Sendable {
        package var exportedOctets: UInt64?  // IE 40
        package var exportedMessages: UInt64?  // IE 41
        package var exportedFlowRecords: UInt64?  // IE 42
        package var observedFlows: UInt64?  // IE 163
        package var ignoredPackets: UInt64?  // IE 164
        package var ignoredOctets: UInt64?  // IE 165
        package var notSentFlows: UInt64?  // IE 166
        package var notSentPackets: UInt64?  // IE 167
        package var notSentOctets: UInt64?  // IE 168
        package var meteringProcess: UInt64?  // IE 143
        package var exportingProcess: UInt64?  // IE 144
        package init() {}
    }

    package init() {}

    /// Data records of all kinds.
    package var dataRecords: UInt64 { flowRecords + otherRecords }
    package var messages: UInt64 { messagesV5 + messagesV9 + messagesIPFIX }
    /// Versions that messages had, in order.
    package var versions: [UInt16] {
        [(5, messagesV5), (9, messagesV9), (10, messagesIPFIX)].filter { $0.1 > 0 }.map { $0.0 }
    }

    mutating func count(_ fault: ExportFault, _ times: UInt64 = 1) { faults[fault, default: 0] += times }
}
