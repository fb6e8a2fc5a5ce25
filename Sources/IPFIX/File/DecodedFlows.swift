package import FlowModel

/// What an IPFIX file held.
package struct DecodedFlows: Sendable {
    package var flows = FlowBatch()
    /// Of the last agent that reported; nil in a foreign file.
    package var report: AgentReport?
    /// Sequence numbers that the agent says will never come, in the order of the file.
    package var missingBatches: [ClosedRange<UInt64>] = []
    /// Export time of the last message, or the report's own where there is one: milliseconds since 1970 UTC.
    package var exportMilliseconds: Int64 = 0

    package var messages = 0
    /// Data records that are no flows between two addresses.
    package var otherRecords = 0
    /// Options records that tell nothing we know.
    package var unknownOptions = 0
    /// Data sets that had to be left out because no template for them stands in the message or before it.
    package var setsWithoutTemplate = 0
    /// The first of them.
    package var firstSetWithoutTemplate: SetPlace?
    /// Fields of flow templates that are no part of a flow record here, each counted once a template.
    package var unknownFields = 0
    /// Flow records with uptimes only, of an exporter that did not say when it started: they have the export time.
    package var recordsWithoutTime = 0
    /// Flow records of others with a time before 1970: they have 1970 in its place.
    package var recordsBefore1970 = 0

    /// A set and where it stands.
    package struct SetPlace: Hashable, Sendable, CustomStringConvertible {
        /// Of its header, counted from the beginning of the file.
        package var offset: Int
        package var domain: UInt32
        package var template: UInt16

        package var description: String { "octet \(offset): template \(template) of observation domain \(domain)" }
    }
}
