/// What is known of all exporters together, those that were forgotten among them.
package struct ExporterTotals: Hashable, Sendable {
    package private(set) var messagesV5: UInt64 = 0
    package private(set) var messagesV9: UInt64 = 0
    package private(set) var messagesIPFIX: UInt64 = 0
    package private(set) var optionsRecords: UInt64 = 0
    /// Data records that hold no flow.
    package private(set) var otherRecords: UInt64 = 0
    package private(set) var missing = ExporterStatistics.Missing()
    package private(set) var sequenceGaps: UInt64 = 0
    package private(set) var lateMessages: UInt64 = 0
    package private(set) var restarts: UInt64 = 0
    package private(set) var setsWithoutTemplate: UInt64 = 0
    package private(set) var setsExpired: UInt64 = 0
    package private(set) var templatesEvicted: UInt64 = 0
    package private(set) var faults: [ExportFault: UInt64] = [:]

    package init() {}

    mutating func add(_ one: ExporterStatistics) {
        messagesV5 += one.messagesV5
        messagesV9 += one.messagesV9
        messagesIPFIX += one.messagesIPFIX
        optionsRecords += one.optionsRecords
        otherRecords += one.otherRecords
        missing.flows += one.missing.flows
        missing.packets += one.missing.packets
        missing.records += one.missing.records
        sequenceGaps += one.sequenceGaps
        lateMessages += one.lateMessages
        restarts += one.restarts
        setsWithoutTemplate += one.setsWithoutTemplate
        setsExpired += one.setsExpired
        templatesEvicted += one.templatesEvicted
        faults.merge(one.faults) { $0 + $1 }
    }
}
