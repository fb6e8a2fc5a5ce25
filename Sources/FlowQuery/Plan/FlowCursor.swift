/// Where a row is stored, as the store gives it. Rows with the same `end` are ordered by it, the largest first.
package struct RowLocator: Sendable, Hashable, Comparable {
    package var partition: Int64
    package var block: Int64
    package var row: Int64

    package init(partition: Int64 = 0, block: Int64 = 0, row: Int64 = 0) {
        self.partition = partition
        self.block = block
        self.row = row
    }

    package static func < (a: RowLocator, b: RowLocator) -> Bool {
        if a.partition != b.partition { return a.partition < b.partition }
        return a.block != b.block ? a.block < b.block : a.row < b.row
    }
}

/// The last row of a page of flows: the next page begins with the row after it in the order of output (`end` newest
/// first, then locator largest first). For everybody but the store and the execution its text is opaque.
package struct FlowCursor: Sendable, Hashable {
    package var end: Int64
    package var locator: RowLocator

    package init(end: Int64, locator: RowLocator) {
        self.end = end
        self.locator = locator
    }

    /// True when a row comes after the cursor in the order of output.
    package func isBefore(end other: Int64, locator: RowLocator) -> Bool {
        other != end ? other < end : locator < self.locator
    }
}

extension FlowCursor {
    package var text: String { "1~\(end)~\(locator.partition)~\(locator.block)~\(locator.row)" }

    /// Reads what `text` wrote; nil for anything else.
    package init?(text: String) {
        guard text.utf8.count <= 100 else { return nil }
        let parts = text.split(separator: "~", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == "1", let end = Int64(parts[1]), let partition = Int64(parts[2]),
            let block = Int64(parts[3]), let row = Int64(parts[4])
        else { return nil }
        self.init(end: end, locator: RowLocator(partition: partition, block: block, row: row))
    }
}
