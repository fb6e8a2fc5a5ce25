import FlowModel

/// What some flows count, of both directions.
struct FlowWeight: Sendable {
    var flows: UInt64 = 0
    var packets: UInt64 = 0
    var octets: UInt64 = 0

    init() {}

    init(_ part: ExportQueue.Part) {
        flows = UInt64(part.rows.count)
        for row in part.rows {
            packets &+= part.flows.packetDeltaCount[row] &+ part.flows.reversePacketDeltaCount[row]
            octets &+= part.flows.octetDeltaCount[row] &+ part.flows.reverseOctetDeltaCount[row]
        }
    }

    static func + (first: FlowWeight, second: FlowWeight) -> FlowWeight {
        var sum = first
        sum.flows &+= second.flows
        sum.packets &+= second.packets
        sum.octets &+= second.octets
        return sum
    }

    /// The share of it that `flows` are.
    func share(_ part: UInt64) -> FlowWeight {
        guard flows > 0, part < flows else { return self }
        var share = FlowWeight()
        share.flows = part
        share.packets = packets / flows * part
        share.octets = octets / flows * part
        return share
    }
}
