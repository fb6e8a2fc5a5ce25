package import FlowModel

/// A batch that was read whole and without contradiction; it is not stored yet.
package struct IntakeBatch: Sendable {
    package var identity: BatchIdentity
    /// Agent names are filled from the report, else from the header; `counted` is as the file has it.
    package var flows: FlowBatch
    /// nil for a file that is not of an agent of ours.
    package var report: AgentReport?
    /// When the batch was made, milliseconds since 1970 UTC.
    package var exportMilliseconds: Int64
    /// Sequence numbers that the agent says will never come: holes that are explained.
    package var missingBatches: [ClosedRange<UInt64>]
    /// Data records that are no flows between two addresses, and are left out.
    package var otherRecords: Int
    /// Options records and fields of flow templates that mean nothing here, and are left out.
    package var unknownOptions: Int
    package var unknownFields: Int
    /// Records that have the export time, or 1970, in the place of a time that they lack or that is before 1970.
    package var recordsWithoutTime: Int
    package var recordsBefore1970: Int
    /// Octets of the unpacked body.
    package var unpackedLength: Int
}
