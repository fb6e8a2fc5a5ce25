/// What an answer cost, and what it could do without.
package struct QueryStatistics: Sendable, Equatable {
    /// Partitions that are held, those in the asked time, and those that had to be opened.
    package var partitionsHeld = 0
    package var partitions = 0
    package var partitionsRead = 0
    /// Blocks of the opened partitions in the asked time, and those of which columns had to be read.
    package var blocks = 0
    package var blocksRead = 0
    /// Blocks that were told from the sums in their headers, columns unread.
    package var blocksSummed = 0
    /// Blocks that were told from rollups; and the blocks and rows of rollups that were read for them.
    package var blocksRolledUp = 0
    package var rollupBlocks = 0
    package var rollupRows = 0
    /// Blocks that were left unread: by the bounds of their columns, by their set of addresses, and because the answer had
    /// newer records enough.
    package var blocksOutOfBounds = 0
    package var blocksWithoutAddress = 0
    package var blocksTooOld = 0
    /// Blocks of which the columns of the filter said that no row matches.
    package var blocksUnmatched = 0
    /// Octets of columns that were fetched, still packed.
    package var octetsRead = 0
    /// Names of the columns that the request needs, in the order of the catalogue.
    package var columns: [String] = []
    package var rowsScanned = 0
    package var rowsMatched = 0
    package var threads = 0
    package var microseconds: Int64 = 0

    package init() {}
}
