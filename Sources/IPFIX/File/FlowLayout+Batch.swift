import FlowModel

extension FlowLayout.Features {
    /// What the batch's columns need. `agent` is for the caller to say, who knows the report's name.
    init(of flows: FlowBatch) {
        self = []
        // The union of all bits is above the limit exactly when some value is.
        func isWide(_ column: [UInt64]) -> Bool { column.reduce(0, |) > UInt64(UInt32.max) }
        if isWide(flows.packetDeltaCount) { insert(.widePackets) }
        if isWide(flows.octetDeltaCount) { insert(.wideOctets) }
        if isWide(flows.reversePacketDeltaCount) { insert(.wideReversePackets) }
        if isWide(flows.reverseOctetDeltaCount) { insert(.wideReverseOctets) }
        if flows.initialStartMilliseconds != flows.flowStartMilliseconds { insert(.initialStart) }
        if flows.flowEndReason.contains(where: { $0 != .absent }) { insert(.endReason) }
        if flows.connectionState.contains(where: { $0 != .absent }) { insert(.state) }
        if flows.flowId.contains(where: { $0 != 0 }) { insert(.flowId) }
        let parts = flows.part.reduce(0, |)
        if parts != 0 { insert(.part) }
        if parts > UInt32(UInt16.max) { insert(.widePart) }
        if flows.interface.contains(where: { $0 != 0 }) { insert(.interface) }
        if flows.direction.contains(where: { $0 != .absent }) { insert(.direction) }
        if flows.samplingInterval.contains(where: { $0 != 0 }) { insert(.sampling) }
        if flows.witnesses.contains(where: { $0 != 0 }) { insert(.witnesses) }
        if flows.counted.contains(false) { insert(.counted) }
    }
}

extension FlowLayout.Shape {
    /// The shape of every row.
    static func shapes(of flows: FlowBatch) -> [UInt32] {
        var shapes = [UInt32](repeating: 0, count: flows.count)
        let source = flows.sourceAddress
        let destination = flows.destinationAddress
        let encapsulation = flows.encapsulation
        let outerSource = flows.outerSource
        let outerDestination = flows.outerDestination
        let protocolIdentifier = flows.protocolIdentifier
        let vni = flows.vni
        let direction = flows.direction
        let interface = flows.interface
        for row in shapes.indices {
            var shape: FlowLayout.Shape = []
            if source[row].isIPv6 { shape.insert(.sourceIPv6) }
            if destination[row].isIPv6 { shape.insert(.destinationIPv6) }
            let overlay = encapsulation[row]
            if overlay != .none || outerSource[row] != .zero || outerDestination[row] != .zero {
                shape.insert(.overlay)
                if outerSource[row].isIPv6 { shape.insert(.outerSourceIPv6) }
                if outerDestination[row].isIPv6 { shape.insert(.outerDestinationIPv6) }
            }
            if vni[row] != .max {
                // IE 351 names VXLAN and NVGRE alone, and has 24 bits; a number learnt from topology is a VXLAN's.
                let isNamed = overlay == .vxlan || overlay == .nvgre || overlay == .none
                shape.insert(isNamed && vni[row] <= 0xFF_FFFF ? .layer2Segment : .virtualNetwork)
            }
            if protocolIdentifier[row] == 6 { shape.insert(.tcp) }
            if direction[row] == .egress && interface[row] != 0 { shape.insert(.egress) }
            shapes[row] = shape.rawValue
        }
        mark(&shapes, .icmp, flows.icmpType) { $0 != .max }
        mark(&shapes, .icmp, flows.icmpCode) { $0 != .max }
        mark(&shapes, .tcp, flows.tcpControlBits) { $0.rawValue != 0 }
        mark(&shapes, .tcp, flows.reverseTCPControlBits) { $0.rawValue != 0 }
        mark(&shapes, .tcp, flows.initialTCPFlags) { $0.rawValue != 0 }
        mark(&shapes, .tcp, flows.reverseInitialTCPFlags) { $0.rawValue != 0 }
        mark(&shapes, .segments, flows.retransmits) { $0 != .max }
        mark(&shapes, .segments, flows.reverseRetransmits) { $0 != .max }
        mark(&shapes, .segments, flows.outOfOrder) { $0 != .max }
        mark(&shapes, .segments, flows.reverseOutOfOrder) { $0 != .max }
        mark(&shapes, .roundTrip, flows.clientRoundTripMicroseconds) { $0 != .max }
        mark(&shapes, .roundTrip, flows.serverRoundTripMicroseconds) { $0 != .max }
        mark(&shapes, .vlan, flows.vlan) { $0 != .max }
        mark(&shapes, .innerVLAN, flows.innerVLAN) { $0 != .max }
        mark(&shapes, .sourceMAC, flows.sourceMAC) { $0.value != .max }
        mark(&shapes, .destinationMAC, flows.destinationMAC) { $0.value != .max }
        mark(&shapes, .dscp, flows.dscp) { $0 != .max }
        return shapes
    }

    @inline(__always)
    private static func mark<T>(
        _ shapes: inout [UInt32], _ bit: FlowLayout.Shape, _ column: [T], _ isPresent: (T) -> Bool
    ) {
        var span = shapes.mutableSpan
        let values = column.span
        for row in span.indices { span[row] |= isPresent(values[row]) ? bit.rawValue : 0 }
    }
}
