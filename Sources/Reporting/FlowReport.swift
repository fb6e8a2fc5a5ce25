package import FlowModel
package import FlowQuery

/// What a report says of a span of time: who talked to whom, how much, what was alarming, and what was not seen.
///
/// A model without a form: `HTMLReport`, `CSVReport` and `JSONReport` print it. Counters are exact here.
package struct FlowReport: Sendable, Equatable {
    /// The six measures of a group.
    package struct Measures: Sendable, Hashable {
        package var records: UInt64 = 0
        package var flows: UInt64 = 0
        package var packets: UInt64 = 0
        /// IP-layer bytes from initiators to responders.
        package var bytes: UInt64 = 0
        package var revPackets: UInt64 = 0
        package var revBytes: UInt64 = 0

        package init() {}

        /// Both directions; the largest number where the sum would be past it.
        package var totalBytes: UInt64 { Self.sum(bytes, revBytes) }

        static func sum(_ a: UInt64, _ b: UInt64) -> UInt64 {
            let (sum, overflow) = a.addingReportingOverflow(b)
            return overflow ? .max : sum
        }
    }

    /// One group of an aggregate.
    package struct Line: Sendable, Hashable {
        /// The values of the fields that the part groups by, in their order.
        package var key: [FieldValue]
        package var measures: Measures

        package init(key: [FieldValue], measures: Measures) {
            self.key = key
            self.measures = measures
        }
    }

    /// Bytes of one protocol in one bucket; buckets without records have no point.
    package struct Point: Sendable, Hashable {
        /// Where the bucket begins, milliseconds since 1970 UTC.
        package var milliseconds: Int64
        /// `other` for what is left beside the largest protocols.
        package var proto: String
        package var measures: Measures

        package init(milliseconds: Int64, proto: String, measures: Measures) {
            self.milliseconds = milliseconds
            self.proto = proto
            self.measures = measures
        }
    }

    /// An agent and what it told last.
    package struct Agent: Sendable, Equatable {
        package enum State: String, Sendable, CaseIterable {
            case capturing
            /// Not heard for longer than it should be.
            case silent
            /// Said goodbye.
            case gone
        }

        package var report: AgentReport
        package var state: State
        package var firstSeenMilliseconds: Int64
        package var lastSeenMilliseconds: Int64
        /// Addresses that the agent calls its own; nil where nobody remembers. `report` holds them only on its way in.
        package var localAddresses: Int?

        package init(
            report: AgentReport, state: State, firstSeenMilliseconds: Int64, lastSeenMilliseconds: Int64, localAddresses: Int?
        ) {
            self.report = report
            self.localAddresses = localAddresses
            self.state = state
            self.firstSeenMilliseconds = firstSeenMilliseconds
            self.lastSeenMilliseconds = lastSeenMilliseconds
        }

        /// Packets that the kernel dropped on its interfaces.
        package var dropped: UInt64 { report.interfaces.reduce(0) { Measures.sum($0, $1.dropped) } }
        /// True when packets, flows or records are known to be lost.
        package var hasLosses: Bool { dropped > 0 || report.evicted > 0 || report.recordsDropped > 0 }
    }

    package var title = "Traffic report"
    /// When the report was made, milliseconds since 1970 UTC.
    package var generatedMilliseconds: Int64
    /// As it was asked; an open end stays open here.
    package var range: TimeRange
    /// As it was written; empty for all flows.
    package var filterText: String

    package var totals = Measures()
    /// The length of a bucket of `series`.
    package var intervalMilliseconds: Int64 = 60_000
    package var series: [Point] = []
    package var edges: [Line] = []
    package var sources: [Line] = []
    package var destinations: [Line] = []
    package var services: [Line] = []
    package var alerts: [Alert] = []
    package var agents: [Agent] = []
    package var completeness = Completeness()

    package init(generatedMilliseconds: Int64, range: TimeRange = .always, filterText: String = "") {
        self.generatedMilliseconds = generatedMilliseconds
        self.range = range
        self.filterText = filterText
    }

    /// True when no record matched.
    package var isEmpty: Bool { totals.records == 0 && edges.isEmpty && series.isEmpty }
}
