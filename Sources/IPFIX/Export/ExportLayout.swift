import FlowModel

/// Which fields a flow record for other people's collectors has: one template per layout.
///
/// Widths are the elements' own, so that few templates serve a whole session: counters have 8 octets whatever they count,
/// and collectors that read 4 alone do not exist any more. A value that is absent is left out where a number in its place
/// would be taken for one (a VLAN, a VNI, a MAC address), and 0 where everybody reads 0 as «not known» (an interface).
struct ExportLayout: Hashable, Sendable {
    var shape: Shape
    var isBiflow: Bool
    var hasOwnElements: Bool

    /// What a record has. All of them together are fewer than template ids.
    struct Shape: OptionSet, Hashable, Sendable {
        var rawValue: UInt16
        static let ipv6 = Shape(rawValue: 1 << 0)
        static let tcp = Shape(rawValue: 1 << 1)
        static let icmp = Shape(rawValue: 1 << 2)
        static let direction = Shape(rawValue: 1 << 3)
        static let vlan = Shape(rawValue: 1 << 4)
        static let innerVLAN = Shape(rawValue: 1 << 5)
        static let mac = Shape(rawValue: 1 << 6)
        static let dscp = Shape(rawValue: 1 << 7)
        static let layer2Segment = Shape(rawValue: 1 << 8)
        /// Not what the account says of all flows.
        static let sampling = Shape(rawValue: 1 << 9)
        // Told by own elements alone.
        static let virtualNetwork = Shape(rawValue: 1 << 10)
        static let overlay = Shape(rawValue: 1 << 11)
        static let outerIPv6 = Shape(rawValue: 1 << 12)
        static let segments = Shape(rawValue: 1 << 13)
        static let roundTrip = Shape(rawValue: 1 << 14)
        static let bits = 15

        static let own: Shape = [.virtualNetwork, .overlay, .outerIPv6, .segments, .roundTrip]
    }

    /// The fields in the order in which they stand.
    ///
    /// nfcapd takes a reverse element that it does not know for the forward one and writes both to one place, where the
    /// last one stays: so the reverse TCP flags stand before the forward ones.
    func fields() -> [FlowLayout.Placed] {
        var fields: [FlowLayout.Placed] = []
        var offset = 0
        func put(_ field: FlowField, _ width: Int? = nil) {
            guard let element = Self.element(of: field, isIPv6: shape.contains(.ipv6)) else { return }
            let width = width ?? Int(element.type.length)
            fields.append(FlowLayout.Placed(field: field, width: width, offset: offset))
            offset += width
        }
        func add(_ more: [FlowField], if needed: Shape) {
            if shape.isSuperset(of: needed) { for field in more { put(field) } }
        }
        add([.start, .end, .packets, .octets], if: [])
        if isBiflow { add([.reversePackets, .reverseOctets], if: []) }
        put(.protocolIdentifier)
        if shape.contains(.ipv6) { add([.sourceIPv6, .destinationIPv6], if: []) } else { add([.sourceIPv4, .destinationIPv4], if: []) }
        if shape.contains(.icmp) {
            // No ports. The type and code together are nfcapd's and old collectors' way, apart they are everybody else's.
            add([.icmpTypeAndCode], if: [])
            add(shape.contains(.ipv6) ? [.icmpTypeIPv6, .icmpCodeIPv6] : [.icmpTypeIPv4, .icmpCodeIPv4], if: [])
        } else {
            add([.sourcePort, .destinationPort], if: [])
        }
        if shape.contains(.tcp) {
            // One octet: what the element was before RFC 7125, and what reduced-size encoding makes of it since.
            if isBiflow { put(.reverseTCPFlags, 1) }
            put(.tcpFlags, 1)
        }
        add([.interface, .egressInterface], if: [])
        add([.direction], if: .direction)
        add([.endReason], if: [])
        if isBiflow { put(.biflowDirection) }
        add([.flowId], if: [])
        // The same tag twice: vlanId is what collectors of NetFlow's age know, dot1qVlanId what RFC 7133 says.
        add([.vlanId, .vlan], if: .vlan)
        add([.innerVLAN], if: .innerVLAN)
        add([.sourceMAC, .destinationMAC], if: .mac)
        add([.dscp], if: .dscp)
        add([.layer2SegmentId], if: .layer2Segment)
        add([.sampling], if: .sampling)
        if hasOwnElements { addOwn { add($0, if: $1) } }
        return fields
    }

    private func addOwn(_ add: ([FlowField], Shape) -> Void) {
        add([.initialStart, .part, .state], [])
        if isBiflow { add([.initiatorBasis], []) }
        add([.initialTCPFlags], .tcp)
        if isBiflow { add([.reverseInitialTCPFlags], .tcp) }
        add([.retransmits, .outOfOrder], .segments)
        if isBiflow {
            add([.reverseRetransmits, .reverseOutOfOrder], .segments)
            // Client and server are those of the flow: a record of one direction cannot say which it is.
            add([.clientRoundTrip, .serverRoundTrip], .roundTrip)
        }
        add([.virtualNetworkId], .virtualNetwork)
        add([.encapsulation, .tunnelDepth], .overlay)
        if shape.contains(.outerIPv6) {
            add([.outerSourceIPv6, .outerDestinationIPv6], .overlay)
        } else {
            add([.outerSourceIPv4, .outerDestinationIPv4], .overlay)
        }
    }

    /// The element that a field is written as here.
    static func element(of field: FlowField, isIPv6: Bool) -> InformationElement? {
        switch field {
        case .icmpTypeAndCode: isIPv6 ? .icmpTypeCodeIPv6 : .icmpTypeCodeIPv4
        case .vlanId: .vlanId
        default: field.element
        }
    }

    func templateRecord(_ id: UInt16, fields: [FlowLayout.Placed], own: UInt32) -> [UInt8] {
        var record: [UInt8] = []
        record.appendBigEndian(id)
        record.appendBigEndian(UInt16(fields.count))
        for placed in fields {
            guard let element = Self.element(of: placed.field, isIPv6: shape.contains(.ipv6)) else { continue }
            record.append(field: FieldSpecifier(element, own: own, length: UInt16(placed.width)))
        }
        return record
    }
}

extension ExportLayout.Shape {
    /// The shapes of some rows of a batch, of which `settings` lets pass what is to be told.
    static func shapes(
        of flows: FlowBatch, rows: Range<Int>, settings: ExportSettings, samplingInterval: UInt32
    ) -> [UInt16] {
        var shapes = [UInt16](repeating: 0, count: rows.count)
        let vni = flows.vni.span
        let overlay = flows.encapsulation.span
        let (outerSource, outerDestination) = (flows.outerSource.span, flows.outerDestination.span)
        let (source, destination) = (flows.sourceAddress.span, flows.destinationAddress.span)
        let protocols = flows.protocolIdentifier.span
        let icmpType = flows.icmpType.span
        for place in shapes.indices {
            let row = rows.lowerBound + place
            var shape: ExportLayout.Shape = []
            // Of two families, which no packet has, the IPv4 address is written as an IPv6 address.
            if source[row].isIPv6 || destination[row].isIPv6 { shape.insert(.ipv6) }
            switch protocols[row] {
            case 6: shape.insert(.tcp)
            case 1, 58: if icmpType[row] != .max { shape.insert(.icmp) }
            default: break
            }
            if overlay[row] != .none || outerSource[row] != .zero || outerDestination[row] != .zero {
                shape.insert(.overlay)
                if outerSource[row].isIPv6 || outerDestination[row].isIPv6 { shape.insert(.outerIPv6) }
            }
            if vni[row] != .max {
                // IE 351 names VXLAN and NVGRE alone, and has 24 bits; a number learnt from topology is a VXLAN's.
                let isNamed = overlay[row] == .vxlan || overlay[row] == .nvgre || overlay[row] == .none
                shape.insert(isNamed && vni[row] <= 0xFF_FFFF ? .layer2Segment : .virtualNetwork)
            }
            shapes[place] = shape.rawValue
        }
        mark(&shapes, .direction, flows.direction, rows) { $0 != .absent }
        mark(&shapes, .vlan, flows.vlan, rows) { $0 != .max }
        mark(&shapes, .innerVLAN, flows.innerVLAN, rows) { $0 != .max }
        mark(&shapes, .mac, flows.sourceMAC, rows) { !$0.isAbsent }
        mark(&shapes, .mac, flows.destinationMAC, rows) { !$0.isAbsent }
        mark(&shapes, .dscp, flows.dscp, rows) { $0 != .max }
        mark(&shapes, .sampling, flows.samplingInterval, rows) { $0 != 0 && $0 != samplingInterval }
        mark(&shapes, .tcp, flows.tcpControlBits, rows) { $0.rawValue != 0 }
        mark(&shapes, .tcp, flows.reverseTCPControlBits, rows) { $0.rawValue != 0 }
        mark(&shapes, .segments, flows.retransmits, rows) { $0 != .max }
        mark(&shapes, .segments, flows.reverseRetransmits, rows) { $0 != .max }
        mark(&shapes, .segments, flows.outOfOrder, rows) { $0 != .max }
        mark(&shapes, .segments, flows.reverseOutOfOrder, rows) { $0 != .max }
        mark(&shapes, .roundTrip, flows.clientRoundTripMicroseconds, rows) { $0 != .max }
        mark(&shapes, .roundTrip, flows.serverRoundTripMicroseconds, rows) { $0 != .max }
        if !settings.hasOwnElements {
            let kept = ~own.rawValue
            for place in shapes.indices { shapes[place] &= kept }
        } else if settings.format == .uniflow {
            for place in shapes.indices { shapes[place] &= ~roundTrip.rawValue }
        }
        return shapes
    }

    @inline(__always)
    private static func mark<T>(
        _ shapes: inout [UInt16], _ bit: ExportLayout.Shape, _ column: [T], _ rows: Range<Int>, _ isPresent: (T) -> Bool
    ) {
        var span = shapes.mutableSpan
        let values = column.span
        for place in span.indices { span[place] |= isPresent(values[rows.lowerBound + place]) ? bit.rawValue : 0 }
    }
}
