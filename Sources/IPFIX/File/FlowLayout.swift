/// Which fields a flow record is written with, and how wide: one template per layout.
///
/// What is absent in a record costs no octets: `shape` is what a record has, `batch` is what some record of the batch
/// has, and how wide the numbers of the batch are.
struct FlowLayout: Hashable, Sendable {
    var shape: Shape
    var batch: Features

    /// What one record has.
    struct Shape: OptionSet, Hashable, Sendable {
        var rawValue: UInt32
        static let sourceIPv6 = Shape(rawValue: 1 << 0)
        static let destinationIPv6 = Shape(rawValue: 1 << 1)
        static let overlay = Shape(rawValue: 1 << 2)
        static let outerSourceIPv6 = Shape(rawValue: 1 << 3)
        static let outerDestinationIPv6 = Shape(rawValue: 1 << 4)
        static let icmp = Shape(rawValue: 1 << 5)
        static let tcp = Shape(rawValue: 1 << 6)
        static let segments = Shape(rawValue: 1 << 7)
        static let roundTrip = Shape(rawValue: 1 << 8)
        static let layer2Segment = Shape(rawValue: 1 << 9)
        static let virtualNetwork = Shape(rawValue: 1 << 10)
        static let vlan = Shape(rawValue: 1 << 11)
        static let innerVLAN = Shape(rawValue: 1 << 12)
        static let sourceMAC = Shape(rawValue: 1 << 13)
        static let destinationMAC = Shape(rawValue: 1 << 14)
        static let dscp = Shape(rawValue: 1 << 15)
        /// Seen on its way out of the interface that it has.
        static let egress = Shape(rawValue: 1 << 16)
        static let bits = 17
    }

    /// What some record of the batch has.
    struct Features: OptionSet, Hashable, Sendable {
        var rawValue: UInt32
        static let widePackets = Features(rawValue: 1 << 0)
        static let wideOctets = Features(rawValue: 1 << 1)
        static let wideReversePackets = Features(rawValue: 1 << 2)
        static let wideReverseOctets = Features(rawValue: 1 << 3)
        static let initialStart = Features(rawValue: 1 << 4)
        static let endReason = Features(rawValue: 1 << 5)
        static let state = Features(rawValue: 1 << 6)
        static let flowId = Features(rawValue: 1 << 7)
        static let part = Features(rawValue: 1 << 8)
        static let widePart = Features(rawValue: 1 << 9)
        static let interface = Features(rawValue: 1 << 10)
        static let direction = Features(rawValue: 1 << 11)
        static let sampling = Features(rawValue: 1 << 12)
        static let witnesses = Features(rawValue: 1 << 13)
        static let counted = Features(rawValue: 1 << 14)
        static let agent = Features(rawValue: 1 << 15)
    }

    /// One field with its width and its place in the record.
    struct Placed: Hashable, Sendable {
        var field: FlowField
        var width: Int
        var offset: Int
    }

    /// The record's fields, in the order of `FlowField`.
    func fields() -> [Placed] {
        var fields: [Placed] = []
        var offset = 0
        for field in FlowField.allCases {
            guard let element = field.element, let width = width(of: field, element) else { continue }
            fields.append(Placed(field: field, width: width, offset: offset))
            offset += width
        }
        return fields
    }

    /// nil for a field that the layout leaves out.
    private func width(of field: FlowField, _ element: InformationElement) -> Int? {
        let isPresent: Bool
        switch field {
        case .start, .end, .protocolIdentifier, .sourcePort, .destinationPort, .initiatorBasis, .biflowDirection:
            isPresent = true
        case .packets: return batch.contains(.widePackets) ? 8 : 4
        case .octets: return batch.contains(.wideOctets) ? 8 : 4
        case .reversePackets: return batch.contains(.wideReversePackets) ? 8 : 4
        case .reverseOctets: return batch.contains(.wideReverseOctets) ? 8 : 4
        case .sourceIPv4: isPresent = !shape.contains(.sourceIPv6)
        case .sourceIPv6: isPresent = shape.contains(.sourceIPv6)
        case .destinationIPv4: isPresent = !shape.contains(.destinationIPv6)
        case .destinationIPv6: isPresent = shape.contains(.destinationIPv6)
        case .icmpTypeIPv4, .icmpCodeIPv4: isPresent = shape.contains(.icmp) && !shape.contains(.sourceIPv6)
        case .icmpTypeIPv6, .icmpCodeIPv6: isPresent = shape.isSuperset(of: [.icmp, .sourceIPv6])
        case .tcpFlags, .reverseTCPFlags: return shape.contains(.tcp) ? 1 : nil
        case .initialTCPFlags, .reverseInitialTCPFlags: isPresent = shape.contains(.tcp)
        case .retransmits, .reverseRetransmits, .outOfOrder, .reverseOutOfOrder: isPresent = shape.contains(.segments)
        case .clientRoundTrip, .serverRoundTrip: isPresent = shape.contains(.roundTrip)
        case .layer2SegmentId: isPresent = shape.contains(.layer2Segment)
        case .virtualNetworkId: isPresent = shape.contains(.virtualNetwork)
        case .vlan: isPresent = shape.contains(.vlan)
        case .innerVLAN: isPresent = shape.contains(.innerVLAN)
        case .encapsulation, .tunnelDepth: isPresent = shape.contains(.overlay)
        case .outerSourceIPv4: isPresent = shape.contains(.overlay) && !shape.contains(.outerSourceIPv6)
        case .outerSourceIPv6: isPresent = shape.isSuperset(of: [.overlay, .outerSourceIPv6])
        case .outerDestinationIPv4: isPresent = shape.contains(.overlay) && !shape.contains(.outerDestinationIPv6)
        case .outerDestinationIPv6: isPresent = shape.isSuperset(of: [.overlay, .outerDestinationIPv6])
        case .dscp: isPresent = shape.contains(.dscp)
        case .sourceMAC: isPresent = shape.contains(.sourceMAC)
        case .destinationMAC: isPresent = shape.contains(.destinationMAC)
        case .initialStart: isPresent = batch.contains(.initialStart)
        case .endReason: isPresent = batch.contains(.endReason)
        case .state: isPresent = batch.contains(.state)
        case .flowId: isPresent = batch.contains(.flowId)
        case .part: return batch.contains(.part) ? (batch.contains(.widePart) ? 4 : 2) : nil
        case .interface: isPresent = batch.contains(.interface) && !shape.contains(.egress)
        case .egressInterface: isPresent = shape.contains(.egress)
        case .direction: isPresent = batch.contains(.direction)
        case .sampling: isPresent = batch.contains(.sampling)
        case .witnesses: isPresent = batch.contains(.witnesses)
        case .counted: isPresent = batch.contains(.counted)
        case .agent: isPresent = batch.contains(.agent)
        default: isPresent = false
        }
        return isPresent ? Int(element.type.length) : nil
    }
}
