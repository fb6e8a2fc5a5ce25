import FlowModel

/// Writes columns of a batch into records, field by field: the wire has rows, the batch has columns.
struct FlowRecordWriter {
    let flows: FlowBatch
    /// Per entry of `flows.names`: the interface's and the agent's number in this file.
    let interfaceNumbers: [UInt32]
    let agentNumbers: [UInt32]

    /// Writes one field of the rows `rows[range]` into records that begin at `place` and are `stride` octets apart.
    func write(
        _ placed: FlowLayout.Placed, rows: borrowing Span<UInt32>, range: Range<Int>, place: Int, stride: Int,
        into octets: inout MutableRawSpan
    ) {
        let target = Target(place: place + placed.offset, stride: stride, width: placed.width, range: range)
        switch placed.field {
        case .start: put(flows.flowStartMilliseconds, target, rows, &octets) { UInt64(bitPattern: $0) }
        case .end: put(flows.flowEndMilliseconds, target, rows, &octets) { UInt64(bitPattern: $0) }
        case .initialStart: put(flows.initialStartMilliseconds, target, rows, &octets) { UInt64(bitPattern: $0) }
        case .packets: put(flows.packetDeltaCount, target, rows, &octets) { $0 }
        case .octets: put(flows.octetDeltaCount, target, rows, &octets) { $0 }
        case .reversePackets: put(flows.reversePacketDeltaCount, target, rows, &octets) { $0 }
        case .reverseOctets: put(flows.reverseOctetDeltaCount, target, rows, &octets) { $0 }
        case .protocolIdentifier: put(flows.protocolIdentifier, target, rows, &octets) { UInt64($0) }
        case .sourceIPv4: put(flows.sourceAddress, target, rows, &octets) { $0.low }
        case .destinationIPv4: put(flows.destinationAddress, target, rows, &octets) { $0.low }
        case .sourceIPv6: putIPv6(flows.sourceAddress, target, rows, &octets)
        case .destinationIPv6: putIPv6(flows.destinationAddress, target, rows, &octets)
        case .sourcePort: put(flows.sourceTransportPort, target, rows, &octets) { UInt64($0) }
        case .destinationPort: put(flows.destinationTransportPort, target, rows, &octets) { UInt64($0) }
        case .icmpTypeIPv4, .icmpTypeIPv6: put(flows.icmpType, target, rows, &octets) { UInt64($0) }
        case .icmpCodeIPv4, .icmpCodeIPv6: put(flows.icmpCode, target, rows, &octets) { UInt64($0) }
        case .tcpFlags: put(flows.tcpControlBits, target, rows, &octets) { UInt64($0.rawValue) }
        case .reverseTCPFlags: put(flows.reverseTCPControlBits, target, rows, &octets) { UInt64($0.rawValue) }
        case .initialTCPFlags: put(flows.initialTCPFlags, target, rows, &octets) { UInt64($0.rawValue) }
        case .reverseInitialTCPFlags: put(flows.reverseInitialTCPFlags, target, rows, &octets) { UInt64($0.rawValue) }
        case .retransmits: put(flows.retransmits, target, rows, &octets) { UInt64($0) }
        case .reverseRetransmits: put(flows.reverseRetransmits, target, rows, &octets) { UInt64($0) }
        case .outOfOrder: put(flows.outOfOrder, target, rows, &octets) { UInt64($0) }
        case .reverseOutOfOrder: put(flows.reverseOutOfOrder, target, rows, &octets) { UInt64($0) }
        case .clientRoundTrip: put(flows.clientRoundTripMicroseconds, target, rows, &octets) { UInt64($0) }
        case .serverRoundTrip: put(flows.serverRoundTripMicroseconds, target, rows, &octets) { UInt64($0) }
        case .initiatorBasis: put(flows.initiatorBasis, target, rows, &octets) { UInt64($0.rawValue) }
        case .biflowDirection: put(flows.initiatorBasis, target, rows, &octets) { UInt64($0.biflowDirection) }
        case .state: put(flows.connectionState, target, rows, &octets) { UInt64($0.rawValue) }
        case .endReason: put(flows.flowEndReason, target, rows, &octets) { UInt64($0.rawValue) }
        case .flowId: put(flows.flowId, target, rows, &octets) { $0 }
        case .part: put(flows.part, target, rows, &octets) { UInt64($0) }
        case .layer2SegmentId: putLayer2Segment(target, rows, &octets)
        case .virtualNetworkId: put(flows.vni, target, rows, &octets) { UInt64($0) }
        case .vlan: put(flows.vlan, target, rows, &octets) { UInt64($0) }
        case .innerVLAN: put(flows.innerVLAN, target, rows, &octets) { UInt64($0) }
        case .encapsulation: put(flows.encapsulation, target, rows, &octets) { UInt64($0.rawValue) }
        case .tunnelDepth: put(flows.tunnelDepth, target, rows, &octets) { UInt64($0) }
        case .outerSourceIPv4: put(flows.outerSource, target, rows, &octets) { $0.low }
        case .outerSourceIPv6: putIPv6(flows.outerSource, target, rows, &octets)
        case .outerDestinationIPv4: put(flows.outerDestination, target, rows, &octets) { $0.low }
        case .outerDestinationIPv6: putIPv6(flows.outerDestination, target, rows, &octets)
        case .dscp: put(flows.dscp, target, rows, &octets) { UInt64($0) }
        case .sourceMAC: put(flows.sourceMAC, target, rows, &octets) { $0.value }
        case .destinationMAC: put(flows.destinationMAC, target, rows, &octets) { $0.value }
        case .interface, .egressInterface: put(flows.interface, target, rows, &octets) { UInt64(Self.number($0, interfaceNumbers)) }
        case .direction: put(flows.direction, target, rows, &octets) { UInt64($0.rawValue) }
        case .sampling: put(flows.samplingInterval, target, rows, &octets) { UInt64($0) }
        case .witnesses: put(flows.witnesses, target, rows, &octets) { UInt64($0) }
        case .counted: put(flows.counted, target, rows, &octets) { $0 ? 1 : 2 }  // RFC 7011 §6.1.5
        case .agent: put(flows.agent, target, rows, &octets) { UInt64(Self.number($0, agentNumbers)) }
        default: break
        }
    }

    static func number(_ name: UInt32, _ numbers: [UInt32]) -> UInt32 {
        Int(name) < numbers.count ? numbers[Int(name)] : 0
    }

    /// Where a field of some records stands.
    struct Target {
        var place: Int
        var stride: Int
        var width: Int
        var range: Range<Int>
    }

    @inline(__always)
    func put<T>(
        _ column: [T], _ target: Target, _ rows: borrowing Span<UInt32>, _ octets: inout MutableRawSpan,
        _ bits: (T) -> UInt64
    ) {
        let values = column.span
        var place = target.place
        switch target.width {
        case 1:
            for index in target.range {
                let value = UInt8(truncatingIfNeeded: bits(values[Int(rows[index])]))
                octets.storeBytes(of: value, toByteOffset: place, as: UInt8.self)
                place += target.stride
            }
        case 2:
            for index in target.range {
                let value = UInt16(truncatingIfNeeded: bits(values[Int(rows[index])])).bigEndian
                octets.storeBytes(of: value, toByteOffset: place, as: UInt16.self)
                place += target.stride
            }
        case 4:
            for index in target.range {
                let value = UInt32(truncatingIfNeeded: bits(values[Int(rows[index])])).bigEndian
                octets.storeBytes(of: value, toByteOffset: place, as: UInt32.self)
                place += target.stride
            }
        case 6:
            for index in target.range {
                let value = bits(values[Int(rows[index])])
                octets.storeBytes(
                    of: UInt16(truncatingIfNeeded: value >> 32).bigEndian, toByteOffset: place, as: UInt16.self)
                octets.storeBytes(
                    of: UInt32(truncatingIfNeeded: value).bigEndian, toByteOffset: place + 2, as: UInt32.self)
                place += target.stride
            }
        default:
            for index in target.range {
                let value = bits(values[Int(rows[index])]).bigEndian
                octets.storeBytes(of: value, toByteOffset: place, as: UInt64.self)
                place += target.stride
            }
        }
    }

    private func putIPv6(
        _ column: [IPAddress], _ target: Target, _ rows: borrowing Span<UInt32>, _ octets: inout MutableRawSpan
    ) {
        let values = column.span
        var place = target.place
        for index in target.range {
            let address = values[Int(rows[index])]
            octets.storeBytes(of: address.high.bigEndian, toByteOffset: place, as: UInt64.self)
            octets.storeBytes(of: address.low.bigEndian, toByteOffset: place + 8, as: UInt64.self)
            place += target.stride
        }
    }

    /// IE 351: the top octet says which overlay the lower 24 bits number, 1 for VXLAN and 2 for NVGRE.
    private func putLayer2Segment(_ target: Target, _ rows: borrowing Span<UInt32>, _ octets: inout MutableRawSpan) {
        let vni = flows.vni.span
        let encapsulation = flows.encapsulation.span
        var place = target.place
        for index in target.range {
            let row = Int(rows[index])
            let kind: UInt64 = encapsulation[row] == .nvgre ? 2 : 1
            octets.storeBytes(of: (kind << 56 | UInt64(vni[row])).bigEndian, toByteOffset: place, as: UInt64.self)
            place += target.stride
        }
    }
}
