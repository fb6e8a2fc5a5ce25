package import FlowModel

/// Flows that an agent should have reported and did not: evidence of an interface that nobody captures, of an agent that
/// does not work, or of a made-up source address (design: «missing witness»).
///
/// A case is a flow between addresses of two agents, reported by one and waited for from the other; a long flow is a new
/// case after each. opened = met + missing + missingUnanswered + undecided + evicted + waiting, over all reports so far.
package struct MissingWitnessReport: Sendable, Equatable {
    /// Which end of the flow the absent agent owns.
    package enum Side: String, Hashable, Sendable {
        /// Packets were seen that it should have sent: it is blind, or the source is made up.
        case source
        /// Packets were seen that it should have received: it is blind, or, without an answer, they never came there.
        case destination
    }

    package struct Pair: Sendable, Equatable {
        package var reporter: String
        package var absent: String
        package var side: Side
        package var opened: UInt64 = 0
        /// The other agent reported the flow too.
        package var met: UInt64 = 0
        /// It did not, though it was heard all the time: answered flows, and all whose source it owns.
        package var missing: UInt64 = 0
        /// It did not, but the flow had no answer, or was refused on its way: loss or policy explains it.
        package var missingUnanswered: UInt64 = 0
        /// It was silent, started anew or samples: nothing can be said.
        package var undecided: UInt64 = 0
        /// The first missing flows, answered ones before others, as the reporter saw them.
        package var samples: [Sample] = []

        package init(reporter: String, absent: String, side: Side) {
            self.reporter = reporter
            self.absent = absent
            self.side = side
        }
    }

    package struct Sample: Sendable, Equatable {
        package var key: FlowKey
        package var flowId: UInt64
        package var startMilliseconds: Int64
        package var endMilliseconds: Int64
        package var packets: UInt64
        package var isAnswered: Bool

        package init(
            key: FlowKey, flowId: UInt64, startMilliseconds: Int64, endMilliseconds: Int64, packets: UInt64, isAnswered: Bool
        ) {
            self.key = key
            self.flowId = flowId
            self.startMilliseconds = startMilliseconds
            self.endMilliseconds = endMilliseconds
            self.packets = packets
            self.isAnswered = isAnswered
        }
    }

    /// The interval, by the collector's clock; `since` is nil in the first report.
    package var since: Int64?
    package var until: Int64
    /// In the order of the agents' names.
    package var pairs: [Pair] = []
    /// Cases that are not decided yet.
    package var waiting = 0
    /// Cases given up for want of room, and those of pairs past the limit.
    package var evicted: UInt64 = 0
    package var pastPairLimit: UInt64 = 0
    /// One in so many keys was watched, at the end of the interval: more than 1 when there were more than fit.
    package var watchedOneIn: UInt64 = 1

    package init(since: Int64?, until: Int64) {
        self.since = since
        self.until = until
    }
}
