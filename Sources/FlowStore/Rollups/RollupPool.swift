import Synchronization

/// Files of rollups open for reading that no query uses just now.
final class RollupPool: Sendable {
    private let folder: RollupFolder
    private let limit: Int
    /// Addresses in all their dictionaries.
    private let addressLimit: Int
    /// The least recently used first.
    private let idle = Mutex<[RollupReader]>([])

    init(folder: RollupFolder, limit: Int = 32, addressLimit: Int = 4_000_000) {
        self.folder = folder
        self.limit = limit
        self.addressLimit = addressLimit
    }

    /// Hands out a reader, which the caller owns until it gives it back or drops it.
    func take(_ name: RollupName) throws -> RollupReader {
        let found = idle.withLock { idle -> RollupReader? in
            guard let index = idle.lastIndex(where: { $0.name == name }) else { return nil }
            return idle.remove(at: index)
        }
        return try found ?? RollupReader(folder: folder, name: name)
    }

    func giveBack(_ reader: RollupReader) {
        guard !reader.isImmutable else { return }
        idle.withLock { idle in
            idle.append(reader)
            while idle.count > limit || (idle.count > 1 && idle.reduce(0) { $0 + $1.addresses.count } > addressLimit) {
                idle.removeFirst()
            }
        }
    }

    /// Closes readers of files that are gone, so that the disk gets their space back.
    func keepOnly(_ names: [RollupName]) {
        idle.withLock { idle in
            guard !idle.isEmpty else { return }
            let current = Set(names)
            idle.removeAll { !current.contains($0.name) }
        }
    }

    func removeAll() { idle.withLock { $0 = [] } }
}
