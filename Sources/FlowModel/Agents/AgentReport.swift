/// What an agent tells of itself with every batch: who it is, which interfaces it captures, which addresses are local
/// to it, and its side of the loss ledger. Travels as IPFIX options records.
package struct AgentReport: Sendable, Equatable {
    /// One captured interface.
    package struct Interface: Sendable, Equatable {
        package var index: UInt32
        package var name: String
        /// `veth`, `tap`, `bridge`, `vxlan`, `physical`, `file`, …
        package var kind: String
        /// The tenant learnt from topology; `UInt32.max` when there is none.
        package var vni: UInt32
        /// Packets since the agent's start: captured by us, dropped by the kernel for want of room.
        package var captured: UInt64
        package var dropped: UInt64

        package init(index: UInt32, name: String, kind: String, vni: UInt32 = .max, captured: UInt64 = 0, dropped: UInt64 = 0) {
            self.index = index
            self.name = name
            self.kind = kind
            self.vni = vni
            self.captured = captured
            self.dropped = dropped
        }
    }

    /// An address that lives behind a workload's interface of this agent, or on its host.
    package struct LocalAddress: Hashable, Sendable {
        package var tenant: Tenant
        package var address: IPAddress
        package init(tenant: Tenant, address: IPAddress) {
            self.tenant = tenant
            self.address = address
        }
    }

    package var agent = ""
    /// Random per agent start.
    package var epoch: UInt64 = 0
    /// Of the moment the batch was made, milliseconds since 1970 UTC.
    package var exportMilliseconds: Int64 = 0
    package var interfaces: [Interface] = []
    package var localAddresses: [LocalAddress] = []
    /// Since the agent's start. captured = metered + witnessed + Σ notMetered.
    package var captured: UInt64 = 0
    package var metered: UInt64 = 0
    package var witnessed: UInt64 = 0
    /// Packets not metered, by the bounded label of the reason (`truncated-ipv4`, `not-ip`, …).
    package var notMetered: [String: UInt64] = [:]
    /// Flows that left the cache before their time for want of room (flowEndReason 5).
    package var evicted: UInt64 = 0
    /// Records dropped because the shipping queue was full.
    package var recordsDropped: UInt64 = 0
    /// The agent says goodbye: its silence after this is no alarm.
    package var isGoodbye = false

    package init() {}
}
