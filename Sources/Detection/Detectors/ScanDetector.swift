import FlowModel

/// Counts distinct targets of failed first contacts by key, against one or more limits: what D1 and D2 have in common.
struct ScanDetector<Key: Hashable & Sendable>: Sendable {
    /// A key that has reached a limit.
    struct Finding: Sendable {
        var key: Key
        var limit: DetectionEngine.Configuration.Limit
        var densest: TargetSet.Densest
        var protocols: ContactProtocols
        var samples: [Alert.Sample]
        /// The true count may be higher: the table lost an entry, or the key has too many targets to count.
        var isApproximate: Bool
        var isAtLeast: Bool
    }

    private let limits: [DetectionEngine.Configuration.Limit]
    private let fewest: Int
    private let memoryMilliseconds: Int64
    private var due: Set<Key> = []
    private var findings: [Finding] = []
    private(set) var table: ContactTable<Key>

    init(limits: [DetectionEngine.Configuration.Limit], configuration: DetectionEngine.Configuration) {
        let sound = limits.map { limit in
            DetectionEngine.Configuration.Limit(
                targets: max(limit.targets, 2), windowSeconds: max(limit.windowSeconds, 1))
        }
        self.limits = sound
        fewest = sound.map(\.targets).min() ?? .max
        memoryMilliseconds = sound.map(\.windowMilliseconds).max() ?? 0
        let narrow = (sound.map(\.targets).max() ?? 0) + 2
        table = ContactTable(
            limits: .init(
                keys: min(max(configuration.keyLimit, 1), 1 << 24), wideKeys: configuration.wideKeyLimit,
                targets: .init(
                    narrow: narrow, wide: max(configuration.targetLimit, narrow + 1),
                    memoryMilliseconds: memoryMilliseconds),
                samplesFrom: min(3, fewest)))
    }

    mutating func add(_ contact: ContactTable<Key>.Contact, key: Key, sample: () -> Alert.Sample) {
        // Who is about to go out is judged first: with more keys in a batch than in the table, no alert gets lost.
        if !due.isEmpty, let leaving = table.nextToGo, due.contains(leaving), table[key] == nil { judge(leaving) }
        if table.add(contact, key: key, sample: sample) >= fewest { due.insert(key) }
    }

    /// The keys that have reached a limit since the last call, each once, with all that came for them.
    mutating func takeFindings() -> [Finding] {
        for key in due { judge(key) }
        due.removeAll(keepingCapacity: due.capacity < 1024)
        defer { findings = [] }
        return findings
    }

    mutating func expire(nowMilliseconds: Int64) {
        table.expire(before: nowMilliseconds.subtractingReportingOverflow(memoryMilliseconds).partialValue)
    }

    private mutating func judge(_ key: Key) {
        guard let entry = table[key], let changed = entry.changed else { return }
        table.judged(key)
        for limit in limits {
            guard let densest = entry.targets.densest(within: limit.windowMilliseconds, changed: changed),
                densest.count >= limit.targets
            else { continue }
            let isAtLeast = entry.targets.hasLost(within: limit.windowMilliseconds, endingAt: densest.last)
            let evidence = entry.samples.filter { (densest.first...densest.last).contains($0.milliseconds) }
            findings.append(
                Finding(
                    key: key, limit: limit, densest: densest, protocols: entry.protocols, samples: evidence.map(\.sample),
                    isApproximate: entry.isApproximate || isAtLeast, isAtLeast: isAtLeast))
            return
        }
    }
}
