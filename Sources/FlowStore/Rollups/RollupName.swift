import FlowModel

/// The name of a file of rollups: `20261122-minute-g7.sqlite`.
///
/// It holds the rollups of the partitions that begin on that day of UTC; generations are those of partitions, so that a
/// name is never used twice.
struct RollupName: Hashable, Sendable {
    static let dayMilliseconds: Int64 = 86_400_000

    /// Days since 1970.
    var day: Int64
    var kind: RollupKind
    var generation: Int64

    init(day: Int64, kind: RollupKind, generation: Int64) {
        self.day = day
        self.kind = kind
        self.generation = generation
    }

    /// The day that a partition's rollups are kept under.
    static func day(of slot: PartitionName.Slot) -> Int64 { UTCTime.floorDivide(slot.start, dayMilliseconds) }

    /// The first millisecond of the day.
    var start: Int64 { day * Self.dayMilliseconds }

    var file: String {
        let date = UTCTime.text(milliseconds: start).utf8.prefix(10).filter { $0 != UInt8(ascii: "-") }
        return "\(String(decoding: date, as: UTF8.self))-\(kind.rawValue)-g\(generation).sqlite"
    }

    /// Reads what `file` wrote; nil for any other name.
    init?(file: String) {
        guard file.hasSuffix(".sqlite") else { return nil }
        let parts = file.dropLast(7).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 8, let kind = RollupKind(rawValue: String(parts[1])),
            parts[2].hasPrefix("g"), let generation = Int64(parts[2].dropFirst()), generation > 0,
            StoredNumber.range.contains(generation)
        else { return nil }
        let date = parts[0]
        let text = "\(date.prefix(4))-\(date.dropFirst(4).prefix(2))-\(date.dropFirst(6))T00:00:00Z"
        guard let start = UTCTime.milliseconds(text) else { return nil }
        self.init(day: UTCTime.floorDivide(start, Self.dayMilliseconds), kind: kind, generation: generation)
        guard self.file == file else { return nil }
    }
}
