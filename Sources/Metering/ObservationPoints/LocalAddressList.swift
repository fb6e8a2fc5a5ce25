package import FlowModel

/// The (tenant, address) pairs that live behind this agent's workload interfaces: sources of frames that a workload
/// sent in (design section 4). Bounded; a pair that is not seen for an hour is forgotten.
package struct LocalAddressList: Sendable {
    private var lastSeen: [AgentReport.LocalAddress: Int64] = [:]
    private var workloads: [Bool] = []
    private let limit: Int
    static let lifetime: Int64 = 3_600_000_000_000

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
        if lastSeen[pair] == nil, lastSeen.count >= limit {
            forget(before: time - Self.lifetime)
            if lastSeen.count >= limit { return false }
        }
        lastSeen[pair] = time
        return true
    }

    mutating func forget(before time: Int64) {
        lastSeen = lastSeen.filter { $0.value >= time }
    }

    var pairs: [AgentReport.LocalAddress] { Array(lastSeen.keys) }
}

extension FlowCache {
    /// Says whether an interface leads to one workload (veth, tap), whose frames come from addresses local to us.
    package mutating func setWorkload(interface: UInt16, _ isWorkload: Bool) {
        localAddresses.setWorkload(interface, isWorkload)
    }

    /// The pairs seen within the last hour before `time`.
    package mutating func localAddresses(at time: Int64) -> [AgentReport.LocalAddress] {
        localAddresses.forget(before: time - LocalAddressList.lifetime)
        return localAddresses.pairs
    }
}
