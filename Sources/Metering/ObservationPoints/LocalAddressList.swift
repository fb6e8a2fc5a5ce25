package import FlowModel

/// The (tenant, address) pairs that live behind this agent's workload interfaces: sources of frames that a workload
/// sent in (design section 4). Bounded; a pair that is not seen for an hour is forgotten.
package struct LocalAddressList: Sendable {
    private var lastSeen: [AgentReport.LocalAddress: Int64] = [:]
    private var workloads: [Bool] = []
    private let limit: Int
    /// Counts the pairs that were added; whoever reports them sees that there are new ones.
    private(set) var generation: UInt64 = 0
    static let lifetime: Int64 = 3_600_000_000_000
    /// How often a full list was swept for pairs to forget, and when last: at most once a second, since a workload
    /// that makes up source addresses would have it swept for every flow.
    private(set) var sweeps: UInt64 = 0
    private var lastSweep: Int64?

    init(limit: Int) { self.limit = limit }

    mutating func setWorkload(_ interface: UInt16, _ isWorkload: Bool) {
        while workloads.count <= Int(interface) { workloads.append(false) }
        workloads[Int(interface)] = isWorkload
    }

    func isWorkload(_ interface: UInt16) -> Bool {
        Int(interface) < workloads.count && workloads[Int(interface)]
    }

    /// - Returns: false when there was no room for a new pair.
    mutating func note(_ tenant: Tenant, _ address: IPAddress, at time: Int64) -> Bool {
        if address.isMulticast || address.isUnspecified || address.isLimitedBroadcast { return true }
        let pair = AgentReport.LocalAddress(tenant: tenant, address: address)
        if lastSeen[pair] == nil {
            if lastSeen.count >= limit {
                sweep(at: time)
                if lastSeen.count >= limit { return false }
            }
            generation &+= 1
        }
        lastSeen[pair] = time
        return true
    }

    private mutating func sweep(at time: Int64) {
        if let lastSweep, (time &- lastSweep).magnitude < 1_000_000_000 { return }
        lastSweep = time
        sweeps &+= 1
        forget(at: time)
    }

    /// Forgets the pairs that were not seen within `lifetime` before `time`.
    mutating func forget(at time: Int64) {
        let (limit, isBeforeTime) = time.subtractingReportingOverflow(Self.lifetime)
        guard !isBeforeTime else { return }
        lastSeen = lastSeen.filter { $0.value >= limit }
    }

    var pairs: [AgentReport.LocalAddress] { Array(lastSeen.keys) }
}

extension FlowCache {
    /// Says whether an interface leads to one workload (veth, tap), whose frames come from addresses local to us.
    package mutating func setWorkload(interface: UInt16, _ isWorkload: Bool) {
        localAddresses.setWorkload(interface, isWorkload)
    }

    /// Grows with every new pair.
    package var localAddressGeneration: UInt64 { localAddresses.generation }

    /// The pairs seen within the last hour before `time`.
    package mutating func localAddresses(at time: Int64) -> [AgentReport.LocalAddress] {
        localAddresses.forget(at: time)
        return localAddresses.pairs
    }
}
