import FlowModel
import IPFIX

/// Flows that wait for one target, oldest first, bounded in bytes. When it is full the oldest go.
struct ExportQueue: Sendable {
    /// Rows of one batch that are taken together.
    struct Part: Sendable {
        var flows: FlowBatch
        var rows: Range<Int>
        var account: ExporterAccount
        /// They come from a file, faster than anybody could have observed them.
        var isBulk: Bool
    }

    /// What a batch takes in memory: its rows, and its columns and names whatever they hold.
    static func bytes(_ rows: Int) -> Int { 4096 + rows * 272 }

    let byteLimit: Int
    /// From `first` on; those before are gone.
    private var parts: [Part?] = []
    private var first = 0
    private(set) var bytes = 0
    private(set) var flows = 0

    init(byteLimit: Int) { self.byteLimit = max(byteLimit, 1) }

    var isEmpty: Bool { first == parts.count }

    func hasRoom(for rows: Int) -> Bool { isEmpty || bytes + Self.bytes(rows) <= byteLimit }

    /// - Returns: what had to go, oldest first. The newest always stays.
    mutating func append(_ part: Part) -> [Part] {
        var dropped: [Part] = []
        while !hasRoom(for: part.rows.count), let oldest = parts[first] {
            dropped.append(oldest)
            removeFirst(oldest)
        }
        parts.append(part)
        bytes += Self.bytes(part.rows.count)
        flows += part.rows.count
        return dropped
    }

    /// Takes up to `limit` rows of the oldest batch out.
    mutating func take(_ limit: Int) -> Part? {
        guard first < parts.count, let oldest = parts[first] else { return nil }
        guard oldest.rows.count > limit else {
            removeFirst(oldest)
            return oldest
        }
        var taken = oldest
        taken.rows = oldest.rows.lowerBound..<oldest.rows.lowerBound + limit
        parts[first]?.rows = taken.rows.upperBound..<oldest.rows.upperBound
        bytes -= limit * 272
        flows -= limit
        return taken
    }

    /// Puts what was taken back in front. It was in the bound before, and may now be above it by what has come since.
    mutating func putBack(_ part: Part) {
        if first > 0 {
            first -= 1
            parts[first] = part
        } else {
            parts.insert(part, at: 0)
        }
        bytes += Self.bytes(part.rows.count)
        flows += part.rows.count
    }

    private mutating func removeFirst(_ part: Part) {
        bytes -= Self.bytes(part.rows.count)
        flows -= part.rows.count
        parts[first] = nil
        first += 1
        // Now and then, so that it costs nothing on average.
        if first > 64 && first * 2 > parts.count {
            parts.removeFirst(first)
            first = 0
        }
    }
}
