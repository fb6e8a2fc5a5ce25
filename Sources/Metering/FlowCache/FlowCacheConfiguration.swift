/// Bounds and timeouts of the metering process. Times are nanoseconds of the capture clock.
package struct FlowCacheConfiguration: Sendable {
    /// A record of a flow that goes on is ended after this long (flowEndReason 2).
    package var activeTimeout: Int64 = 60_000_000_000
    /// A record is ended when the flow is silent for this long (flowEndReason 1).
    package var idleTimeout: Int64 = 15_000_000_000
    /// A TCP flow's record goes out this long after a RST, or after FINs from both sides (flowEndReason 3).
    package var closedTimeout: Int64 = 1_000_000_000
    /// What is known of an established, silent TCP flow is kept this long, or until the room is needed.
    package var establishedRetention: Int64 = 3_600_000_000_000
    /// A primary observation point that was silent this long, or half the idle timeout where that is shorter, while another
    /// goes on, is replaced by it: before the record ends, so that nothing of the silence is missing from it.
    package var primarySilence: Int64 = 3_000_000_000
    /// The size bound, in flows and in bytes; the smaller one holds. Three quarters of the bytes are for the flows
    /// themselves, a quarter is for what few of them have: witnesses, sequence gaps, outer IPv6 addresses. The list of
    /// local addresses is apart.
    package var flowLimit = 1_000_000
    package var byteLimit = 256 * 1024 * 1024
    /// How many local addresses are remembered; further ones are counted and not reported.
    package var localAddressLimit = 65_536
    /// Which packets are counted. All are looked at: flows, their parts and ends, TCP flags and states, observation points
    /// and witnesses are those of every packet. Of the packets that count, those of a direction's primary, one in so many
    /// is added to packets and octets; the others are `sampledOut`, and a record in which none is counted does not go
    /// out. A witness's packets are counted each by itself (`WitnessRecord`, `witnessed`). When a witness replaces a silent
    /// primary it brings nothing along, since what the primary missed cannot be told. Retransmissions, reordering and
    /// round-trip times are absent from the records.
    package var sampling = PacketSampling.everyPacket

    package init() {}

    /// What a flow costs at most: head, two sides, detail, four slots of the table (it is at most half full, and
    /// doubles), and an IPv6 flow's addresses.
    static var bytesPerFlow: Int {
        MemoryLayout<FlowHead>.stride + 2 * MemoryLayout<FlowSide>.stride + MemoryLayout<FlowDetail>.stride
            + 4 * MemoryLayout<FlowTable.Slot>.stride + SparePool<LongAddresses>.bytesPerElement
    }

    /// Flows that fit.
    package var capacity: Int { max(16, min(flowLimit, byteLimit / 4 * 3 / Self.bytesPerFlow)) }

    /// The silence after which a primary is replaced.
    var replacingSilence: Int64 { min(primarySilence, idleTimeout / 2) }

    /// Bytes for what few flows have.
    var extrasByteLimit: Int { max(65_536, byteLimit / 4) }
}
