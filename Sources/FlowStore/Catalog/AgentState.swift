package import FlowModel

/// One agent or exporter, as the collector last heard of it.
package struct AgentState: Sendable, Equatable {
    /// The newest report; its local addresses are not kept.
    package var report: AgentReport
    package var firstSeenMilliseconds: Int64
    package var lastSeenMilliseconds: Int64
    /// The highest sequence of the current epoch; nil for a source without sequences.
    package var lastSequence: UInt64?
    /// Sequences below the highest ones that have not come in, over all epochs: on their way, in a spool, or lost.
    package var missingSequences: UInt64
    /// Records that came in with its batches.
    package var records: UInt64
}

/// One agent's side of the loss ledger over some time.
package struct AgentAccount: Sendable, Equatable {
    package var agent: String
    /// Packets.
    package var captured: UInt64 = 0
    package var dropped: UInt64 = 0
    package var notMetered: UInt64 = 0
    /// Records.
    package var evicted: UInt64 = 0
    package var records: UInt64 = 0

    /// Packets that the kernel had for the agent: captured and dropped.
    var offered: UInt64 {
        var sum = captured
        sum.addClamped(dropped)
        return sum
    }
}
