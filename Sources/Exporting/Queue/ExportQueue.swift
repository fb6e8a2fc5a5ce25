import FlowModel
import IPFIX

/// Flows that wait for one target, oldest first, bounded in bytes. When it is full the oldest go.
///
/// A batch takes its memory until its last row is sent, so it counts whole until then.
struct ExportQueue: Sendable {
    /// Rows of one batch that are taken together.
    struct Part: Sendable {
        let flows: FlowBatch
        var rows: Range<Int>
        /// They come from a file, faster than anybody could have observed them.
        let isBulk: Bool
        /// What the whole batch takes in memory.
        let bytes: Int
        /// Of the batch, given by the queue.
        fileprivate var serial: UInt64 = 0

        init(flows: FlowBatch, rows: Range<Int>, isBulk: Bool) {
            var flows = flows
            // Strangers would count them twice: they are not exported, and need not be held.
            flows.witnessRecords = []
            self.flows = flows
            self.rows = rows
            self.isBulk = isBulk
            bytes = max(ExportQueue.bytes(rows.count), ExportQueue.bytes(of: flows))
        }
    }

    /// What so many rows take in memory, with their columns whatever these hold and a few names.
    static func bytes(_ rows: Int) -> Int { 4096 + rows * 272 }

    /// Names of up to 15 octets stand in their array, longer ones have a place of their own.
    static func bytes(of flows: FlowBatch) -> Int {
        let names = flows.names.reduce(0) { $0 + 16 + ($1.utf8.count > 15 ? 32 + $1.utf8.count : 0) }
        return bytes(flows.count) + max(0, names - 2048)
    }

    let byteLimit: Int
    /// From `first` on; those before are gone.
    private var parts: [Part?] = []
    private var first = 0
    private var waitingBytes = 0
    /// Of the batch of which rows are taken and not yet settled, while none of it waits.
    private var takenBytes = 0
    private var takenSerial: UInt64 = 0
    private var lastSerial: UInt64 = 0
    private(set) var flows = 0

    init(byteLimit: Int) { self.byteLimit = max(byteLimit, 1) }

    var isEmpty: Bool { first == parts.count }

    /// What is held for the target.
    var bytes: Int { waitingBytes + takenBytes }

    func hasRoom(for more: Int) -> Bool { isEmpty || bytes + more <= byteLimit }

    /// - Returns: what had to go, oldest first. The newest always stays.
    mutating func append(_ part: Part) -> [Part] {
        var dropped: [Part] = []
        while !hasRoom(for: part.bytes), let oldest = parts[first] {
            dropped.append(oldest)
            removeFirst(oldest)
            if oldest.serial == takenSerial { takenBytes = oldest.bytes }
        }
        lastSerial += 1
        parts.append(part)
        parts[parts.count - 1]?.serial = lastSerial
        waitingBytes += part.bytes
        flows += part.rows.count
        return dropped
    }

    /// Takes up to `limit` rows of the oldest batch out. They are held until `settle` or `putBack`.
    mutating func take(_ limit: Int) -> Part? {
        guard first < parts.count, let oldest = parts[first] else { return nil }
        takenSerial = oldest.serial
        guard oldest.rows.count > limit else {
            removeFirst(oldest)
            takenBytes = oldest.bytes
            return oldest
        }
        var taken = oldest
        taken.rows = oldest.rows.lowerBound..<oldest.rows.lowerBound + limit
        parts[first]?.rows = taken.rows.upperBound..<oldest.rows.upperBound
        flows -= limit
        return taken
    }

    /// What was taken is held no more.
    mutating func settle() { (takenBytes, takenSerial) = (0, 0) }

    /// Puts what was taken back in front. It was in the bound before, and may now be above it by what has come since.
    mutating func putBack(_ part: Part) {
        settle()
        flows += part.rows.count
        if first < parts.count, let rest = parts[first], rest.serial == part.serial {
            parts[first]?.rows = part.rows.lowerBound..<rest.rows.upperBound
            return
        }
        if first > 0 {
            first -= 1
            parts[first] = part
        } else {
            parts.insert(part, at: 0)
        }
        waitingBytes += part.bytes
    }

    private mutating func removeFirst(_ part: Part) {
        waitingBytes -= part.bytes
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
