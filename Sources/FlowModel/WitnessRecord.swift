/// What one observation point beside the primary saw of a flow record (design section 4): it belongs to the record with
/// the same `flowId` and `part` in the same batch, and travels in a template of its own.
///
/// Counters are of the interval of that record; `packets` and `octets` are of the initiator's direction, as in
/// `FlowRecord`. Octets are of the IP layer.
package struct WitnessRecord: Hashable, Sendable {
    package var flowId: UInt64 = 0  // IE 148
    package var part: UInt32 = 0
    /// Index into the `names` of the batch.
    package var interface: UInt32 = 0
    /// Which way the initiator's packets crossed the interface; the answers' where only they were seen.
    package var direction: FlowDirection = .absent
    package var packetDeltaCount: UInt64 = 0  // IE 2
    package var octetDeltaCount: UInt64 = 0  // IE 1
    package var reversePacketDeltaCount: UInt64 = 0
    package var reverseOctetDeltaCount: UInt64 = 0

    package init() {}
}
