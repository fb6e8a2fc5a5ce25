import FlowModel

/// The name of a partition's file: `20261122T14-3600-g1.sqlite`, or `out-of-range-g2.sqlite`.
///
/// The start has minutes and seconds where the partition does not begin on the hour (`20261122T143000`). Generations
/// count over the whole folder, so that a name is never used twice; of two files for one time the higher one holds.
struct PartitionName: Hashable, Sendable {
    /// nil for the out-of-range partition.
    var slot: Slot?
    var generation: Int64

    struct Slot: Hashable, Sendable {
        /// Milliseconds since 1970 UTC, a multiple of the span.
        var start: Int64
        var spanMilliseconds: Int64

        /// The slot that an instant lies in.
        init(holding instant: Int64, spanMilliseconds: Int64) {
            start = UTCTime.floorDivide(instant, spanMilliseconds) * spanMilliseconds
            self.spanMilliseconds = spanMilliseconds
        }

        /// The last millisecond.
        var last: Int64 { start + spanMilliseconds - 1 }
    }

    var file: String {
        guard let slot else { return "out-of-range-g\(generation).sqlite" }
        let text = Array(UTCTime.text(milliseconds: slot.start).utf8)
        let isWholeHour = slot.start % 3_600_000 == 0
        let kept = text[..<(isWholeHour ? 13 : 19)].filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ":") }
        return "\(String(decoding: kept, as: UTF8.self))-\(slot.spanMilliseconds / 1000)-g\(generation).sqlite"
    }

    /// Reads what `file` wrote; nil for any other name.
    init?(file: String) {
        guard file.hasSuffix(".sqlite"), let mark = file.lastIndex(of: "g") else { return nil }
        let digits = file[file.index(after: mark)...].dropLast(7)
        guard let generation = Int64(digits), generation > 0, StoredNumber.range.contains(generation) else { return nil }
        self.generation = generation
        if file.hasPrefix("out-of-range-") {
            slot = nil
        } else {
            let parts = file.split(separator: "-")
            guard parts.count == 3, let span = Int64(parts[1]), (1...366 * 86_400).contains(span),
                let start = Self.instant(Array(parts[0].utf8))
            else { return nil }
            slot = Slot(holding: start, spanMilliseconds: span * 1000)
        }
        guard self.file == file else { return nil }
    }

    init(slot: Slot?, generation: Int64) {
        self.slot = slot
        self.generation = generation
    }

    private static func instant(_ digits: [UInt8]) -> Int64? {
        guard digits.count == 11 || digits.count == 15 else { return nil }
        let text = digits.map { String(UnicodeScalar($0)) }
        let date = text[0..<4].joined() + "-" + text[4..<6].joined() + "-" + text[6..<8].joined()
        let time =
            digits.count == 11
            ? text[9..<11].joined() + ":00:00"
            : text[9..<11].joined() + ":" + text[11..<13].joined() + ":" + text[13..<15].joined()
        return UTCTime.milliseconds("\(date)\(text[8])\(time)Z")
    }

    /// Orders rows of equal `end` between partitions, and marks the partition in cursors; out of range comes last.
    var rank: Int64 { slot?.start ?? .min }
}
