/// The metering process's side of the loss ledger. Those of several caches may be added up.
package struct FlowCacheCounters: Sendable, Equatable {
    /// Packets counted in a record.
    package var metered: UInt64 = 0
    /// Packets that another observation point of this agent counts.
    package var witnessed: UInt64 = 0
    /// Of the witnessed: packets that no witness record tells of, since the list of points was full, the flow's last
    /// record had gone out, or none of the record's packets was sampled.
    package var witnessedUnlisted: UInt64 = 0
    /// Packets that would have been metered and that sampling passed over.
    package var sampledOut: UInt64 = 0
    /// Records ended for want of room (flowEndReason 5).
    package var evicted: UInt64 = 0
    /// Flows begun, and records that went out.
    package var flows: UInt64 = 0
    package var records: UInt64 = 0
    /// Flows whose retransmissions could not be counted for want of room, and overlays whose outer addresses could not
    /// be kept.
    package var flowsUnmeasured: UInt64 = 0
    package var outersDropped: UInt64 = 0
    /// Local addresses that found no room in the list.
    package var localAddressesDropped: UInt64 = 0

    package init() {}

    package static func += (sum: inout FlowCacheCounters, other: FlowCacheCounters) {
        sum.metered &+= other.metered
        sum.witnessed &+= other.witnessed
        sum.witnessedUnlisted &+= other.witnessedUnlisted
        sum.sampledOut &+= other.sampledOut
        sum.evicted &+= other.evicted
        sum.flows &+= other.flows
        sum.records &+= other.records
        sum.flowsUnmeasured &+= other.flowsUnmeasured
        sum.outersDropped &+= other.outersDropped
        sum.localAddressesDropped &+= other.localAddressesDropped
    }
}
