import Synchronization

/// Partitions open for reading that no query uses just now: at most 64, and so much in their dictionaries and headers.
final class ReaderPool: Sendable {
    private let folder: PartitionFolder
    private let limit: Int
    private let weightLimit: Int
    /// The least recently used first.
    private let idle = Mutex<[PartitionReader]>([])

    init(folder: PartitionFolder, limit: Int = 64, weightLimit: Int = 8_000_000) {
        self.folder = folder
        self.limit = limit
        self.weightLimit = weightLimit
    }

    /// Hands out a reader, which the caller owns until it gives it back or drops it.
    func take(_ name: PartitionName) throws -> PartitionReader {
        let found = idle.withLock { idle -> PartitionReader? in
            guard let index = idle.lastIndex(where: { $0.name == name }) else { return nil }
            return idle.remove(at: index)
        }
        return try found ?? PartitionReader(folder: folder, name: name)
    }

    func giveBack(_ reader: PartitionReader) {
        guard !reader.isImmutable else { return }
        idle.withLock { idle in
            idle.append(reader)
            while idle.count > limit || (idle.count > 1 && idle.reduce(0) { $0 + $1.weight } > weightLimit) {
                idle.removeFirst()
            }
        }
    }

    /// Closes readers of partitions that are gone, so that the disk gets their space back.
    func keepOnly(_ names: [PartitionName]) {
        idle.withLock { idle in
            guard !idle.isEmpty else { return }
            let current = Set(names)
            idle.removeAll { !current.contains($0.name) }
        }
    }

    func removeAll() { idle.withLock { $0 = [] } }
}
