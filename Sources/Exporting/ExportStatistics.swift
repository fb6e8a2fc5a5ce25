/// Why flows were not sent.
package enum ExportLoss: String, Sendable, Hashable, CaseIterable {
    /// The queue of the target was full: the oldest flows went.
    case queueFull = "queue-full"
    /// They were handed to a connection that broke before it was known that they had gone.
    case connectionLost = "connection-lost"
    /// The kernel would not take the datagram.
    case notSent = "not-sent"
}

/// What has become of the flows for one target. `offered = sent + dropped + waiting`, in flows.
package struct ExportStatistics: Sendable, Hashable {
    /// `tcp://192.0.2.1:4739`.
    package var target: String
    package var offeredFlows: UInt64 = 0
    /// Handed to the network: over UDP and TCP nobody acknowledges anything.
    package var sentFlows: UInt64 = 0
    package var droppedFlows: [ExportLoss: UInt64] = [:]
    /// In the queue and on their way.
    package var waitingFlows: UInt64 = 0
    package var waitingBytes: UInt64 = 0

    /// Records of flows in messages that were sent: with `uniflow` two for a flow with both directions.
    package var records: UInt64 = 0
    package var messages: UInt64 = 0
    package var octets: UInt64 = 0

    /// Whether there is a connection; with UDP, whether the name was found and a socket made.
    package var isConnected = false
    /// Of the last change of that; milliseconds since 1970 UTC, 0 before the first attempt.
    package var sinceMilliseconds: Int64 = 0
    /// Transport sessions begun.
    package var connections: UInt64 = 0
    /// Attempts to connect that failed, and connections that broke.
    package var failures: UInt64 = 0
    /// Datagrams of which it was said that nobody listens at the port (ICMP port unreachable).
    package var refusedDatagrams: UInt64 = 0
    /// The last failure in a sentence; nil before the first.
    package var lastError: String?

    package init(target: String) { self.target = target }

    package var dropped: UInt64 { droppedFlows.values.reduce(0, &+) }
    /// True when nothing is lost without a name.
    package var isBalanced: Bool { offeredFlows == sentFlows &+ dropped &+ waitingFlows }
}
