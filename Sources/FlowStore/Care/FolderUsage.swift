/// Bytes of a store's files as of the last look at each: what the writer compares with its bound at every append, for the
/// price of three `stat` calls.
struct FolderUsage: Sendable {
    private(set) var total: Int64 = 0
    private var partitions: [PartitionName: Int64] = [:]
    /// Files that are no partition of the writer's: set aside, rollups, strangers.
    private(set) var others: Int64 = 0

    func bytes(_ name: PartitionName) -> Int64 { partitions[name] ?? 0 }

    mutating func set(_ name: PartitionName, _ bytes: Int64) {
        total += bytes - (partitions.updateValue(bytes, forKey: name) ?? 0)
    }

    mutating func remove(_ name: PartitionName) { total -= partitions.removeValue(forKey: name) ?? 0 }

    mutating func setOthers(_ bytes: Int64) {
        total += bytes - others
        others = bytes
    }
}
