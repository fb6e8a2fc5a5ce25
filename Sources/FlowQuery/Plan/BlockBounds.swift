package import FlowModel

/// What is known of a block (or of a whole partition) without reading its columns. Everything is optional: what is not
/// set may be anything.
package struct BlockBounds: Sendable {
    /// Smallest and largest raw column value of fields that are numbers, ports, protocols or enumerations (by raw value);
    /// values that stand for «absent» count as they are stored.
    package var numbers: [Field: ClosedRange<UInt64>] = [:]
    /// Smallest and largest of `start`, `end`, `flow_start`.
    package var times: [Field: ClosedRange<Int64>] = [:]
    /// All the IP protocols in the block.
    package var protocols: Set<UInt8>?
    /// All texts of `agent` or `interface` in the block; the empty text where a row has none.
    package var texts: [Field: Set<String>] = [:]
    /// False only when no `src` and no `dst` of the block lies in the prefix.
    package var mayContain: (@Sendable (IPPrefix) -> Bool)?

    package init() {}
}
