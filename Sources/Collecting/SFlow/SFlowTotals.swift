/// What is known of all sFlow agents together, those that were forgotten among them.
package struct SFlowTotals: Hashable, Sendable {
    package private(set) var datagrams: UInt64 = 0
    package private(set) var missingDatagrams: UInt64 = 0
    package private(set) var missingSamples: UInt64 = 0
    package private(set) var droppedByAgents: UInt64 = 0
    package private(set) var gaps: UInt64 = 0
    /// Flow samples that are no flow, by reason.
    package private(set) var samplesWithoutFlow: [String: UInt64] = [:]
    package var faults: [SFlowFault: UInt64] = [:]

    package init() {}

    mutating func add(_ one: SFlowStatistics) {
        datagrams += one.datagrams
        missingDatagrams += one.missingDatagrams
        missingSamples += one.missingSamples
        droppedByAgents += one.droppedByAgent
        gaps += one.datagramGaps + one.sampleGaps
        samplesWithoutFlow.merge(one.samplesWithoutFlow) { $0 + $1 }
        faults.merge(one.faults) { $0 + $1 }
    }
}
