package import FlowModel

/// What is summed up, under which keys and in what steps of time (docs/formats/store.md).
package enum RollupKind: String, Sendable, CaseIterable {
    /// By minute, service port, protocol and tenant.
    case minute
    /// By hour, source, destination, service port, protocol and tenant.
    case hour

    /// Length of a bucket of `end`, milliseconds.
    package var bucketMilliseconds: Int64 {
        switch self {
        case .minute: 60_000
        case .hour: 3_600_000
        }
    }

    /// The fields whose values the rows still have. `vni` and `vlan` are the two that spell the tenant, each for itself, so
    /// that a question about either is answered exactly.
    package var keys: Set<Field> {
        switch self {
        case .minute: [.servicePort, .proto, .vni, .vlan]
        case .hour: [.servicePort, .proto, .vni, .vlan, .src, .dst]
        }
    }

    var hasAddresses: Bool { self == .hour }

    /// The number of the bucket that an instant lies in.
    func bucket(_ milliseconds: Int64) -> Int64 { UTCTime.floorDivide(milliseconds, bucketMilliseconds) }
}

/// What rollups are made and how.
package struct RollupConfiguration: Sendable {
    /// None for no rollups; files that are there are answered from all the same.
    package var kinds: Set<RollupKind> = Set(RollupKind.allCases)
    /// Partitions that got nothing for so long are not summed up any more, since their rollups would be deleted at once;
    /// nil for no limit. The age at which rollups are deleted (`retainRollups`).
    package var maximumAge: Duration?
    /// Rows of flows that one step takes at most, and waits for while a partition still gets flows.
    var rowsPerStep = 1_000_000
    /// Rows that are merged in memory at a time.
    var rowsPerPass = 750_000
    var rowsPerBlock = 65_536
    /// Rows past which a merge first looks whether it would save any.
    var rowsPerSample = 100_000
    /// Addresses in the dictionary of a file; further ones stay in their block.
    var addresses = 1_000_000

    package init() {}
}
