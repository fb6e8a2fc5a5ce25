/// The metering process's side of the loss ledger.
package struct FlowCacheCounters: Sendable, Equatable {
    /// Packets counted in a record.
    package var metered: UInt64 = 0
    /// Packets that another observation point of this agent counts.
    package var witnessed: UInt64 = 0
    /// Records ended for want of room (flowEndReason 5).
    package var evicted: UInt64 = 0
    /// Flows begun, and records that went out.
    package var flows: UInt64 = 0
    package var records: UInt64 = 0
    /// Local addresses that found no room in the list.
    package var localAddressesDropped: UInt64 = 0

    package init() {}
}
