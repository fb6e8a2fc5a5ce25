import FlowModel

/// Writes columns of a batch into records for other people's collectors, field by field.
struct ExportRecordWriter {
    /// Of the record of the other direction: the top bit of its flowId is the other one, since IE 148 numbers one flow.
    static let otherDirection: UInt64 = 1 << 63

    private let columns: FlowRecordWriter
    /// The number of each row's interface, from the row `firstRow` on.
    private let interfaceNumbers: [UInt32]
    private let firstRow: Int
    /// The direction is the reverse one: the columns that come in pairs are exchanged.
    private let isExchanged: Bool

    init(flows: FlowBatch, interfaceNumbers: [UInt32], firstRow: Int, isExchanged: Bool) {
        columns = FlowRecordWriter(flows: isExchanged ? flows.exchanged() : flows, interfaceNumbers: [], agentNumbers: [])
        self.interfaceNumbers = interfaceNumbers
        self.firstRow = firstRow
        self.isExchanged = isExchanged
    }

    /// Writes one field of the rows `rows[range]` into records that begin at `place` and are `stride` octets apart.
    func write(
        _ placed: FlowLayout.Placed, rows: borrowing Span<UInt32>, range: Range<Int>, place: Int, stride: Int,
        into octets: inout MutableRawSpan
    ) {
        let target = FlowRecordWriter.Target(place: place + placed.offset, stride: stride, width: placed.width, range: range)
        let flows = columns.flows
        switch placed.field {
        case .start: columns.put(flows.flowStartMilliseconds, target, rows, &octets, Self.time)
        case .end: columns.put(flows.flowEndMilliseconds, target, rows, &octets, Self.time)
        case .initialStart: columns.put(flows.initialStartMilliseconds, target, rows, &octets, Self.time)
        case .sourceIPv6: putIPv6(flows.sourceAddress, target, rows, &octets)
        case .destinationIPv6: putIPv6(flows.destinationAddress, target, rows, &octets)
        case .outerSourceIPv6: putIPv6(flows.outerSource, target, rows, &octets)
        case .outerDestinationIPv6: putIPv6(flows.outerDestination, target, rows, &octets)
        case .icmpTypeAndCode: putICMP(target, rows, &octets) { UInt64($0) << 8 | UInt64($1) }
        case .icmpTypeIPv4, .icmpTypeIPv6: putICMP(target, rows, &octets) { type, _ in UInt64(type) }
        case .icmpCodeIPv4, .icmpCodeIPv6: putICMP(target, rows, &octets) { _, code in UInt64(code) }
        case .interface: putInterface(isEgress: false, target, rows, &octets)
        case .egressInterface: putInterface(isEgress: true, target, rows, &octets)
        case .direction:
            let turn: UInt8 = isExchanged ? 1 : 0
            columns.put(flows.direction, target, rows, &octets) { UInt64($0 == .absent ? $0.rawValue : $0.rawValue ^ turn) }
        case .flowId:
            let turn = isExchanged ? Self.otherDirection : 0
            columns.put(flows.flowId, target, rows, &octets) { $0 == 0 ? 0 : $0 ^ turn }
        case .vlanId: columns.put(flows.vlan, target, rows, &octets) { UInt64($0) }
        // In a pair of which one is not known, 0 is nobody's address; the absent one of a column would read as broadcast.
        case .sourceMAC: columns.put(flows.sourceMAC, target, rows, &octets) { $0.isAbsent ? 0 : $0.value }
        case .destinationMAC: columns.put(flows.destinationMAC, target, rows, &octets) { $0.isAbsent ? 0 : $0.value }
        default: columns.write(placed, rows: rows, range: range, place: place, stride: stride, into: &octets)
        }
    }

    /// Times on the wire count from 1970 and have no sign.
    private static func time(_ milliseconds: Int64) -> UInt64 { UInt64(max(0, milliseconds)) }

    private func putIPv6(
        _ column: [IPAddress], _ target: FlowRecordWriter.Target, _ rows: borrowing Span<UInt32>, _ octets: inout MutableRawSpan
    ) {
        let values = column.span
        var place = target.place
        for index in target.range {
            let address = values[Int(rows[index])]
            // An IPv4 address beside an IPv6 one: mapped (RFC 4291 §2.5.5.2), but for the absent one.
            let isMapped = !address.isIPv6 && address != .zero
            let low = isMapped ? address.low | 0xFFFF << 32 : address.low
            octets.storeBytes(of: address.high.bigEndian, toByteOffset: place, as: UInt64.self)
            octets.storeBytes(of: low.bigEndian, toByteOffset: place + 8, as: UInt64.self)
            place += target.stride
        }
    }

    private func putICMP(
        _ target: FlowRecordWriter.Target, _ rows: borrowing Span<UInt32>, _ octets: inout MutableRawSpan,
        _ bits: (UInt8, UInt8) -> UInt64
    ) {
        let flows = columns.flows
        let (types, codes, protocols) = (flows.icmpType.span, flows.icmpCode.span, flows.protocolIdentifier.span)
        var place = target.place
        for index in target.range {
            let row = Int(rows[index])
            var (type, code) = (types[row], codes[row] == .max ? 0 : codes[row])
            if isExchanged, let answer = Self.answer(to: type, isIPv6: protocols[row] == 58) { (type, code) = (answer, 0) }
            let value = bits(type, code)
            if target.width == 1 {
                octets.storeBytes(of: UInt8(truncatingIfNeeded: value), toByteOffset: place, as: UInt8.self)
            } else {
                octets.storeBytes(of: UInt16(truncatingIfNeeded: value).bigEndian, toByteOffset: place, as: UInt16.self)
            }
            place += target.stride
        }
    }

    /// The type of what answers an ICMP message of the types that come in pairs (RFC 792, 950, 1256, 2710, 4443, 4861); nil
    /// for the others.
    static func answer(to type: UInt8, isIPv6: Bool) -> UInt8? {
        switch (isIPv6, type) {
        case (false, 8): 0
        case (false, 0): 8
        case (false, 13), (false, 15), (false, 17): type + 1
        case (false, 14), (false, 16), (false, 18): type - 1
        case (false, 10): 9
        case (false, 9): 10
        case (true, 128), (true, 130), (true, 133), (true, 135), (true, 139), (true, 144), (true, 146): type + 1
        case (true, 129), (true, 131), (true, 134), (true, 136), (true, 140), (true, 145), (true, 147): type - 1
        default: nil
        }
    }

    /// The number of the interface that a flow was seen on, where it came in or where it went out; 0 in the other place. What
    /// comes back by an interface goes the other way.
    private func putInterface(
        isEgress: Bool, _ target: FlowRecordWriter.Target, _ rows: borrowing Span<UInt32>, _ octets: inout MutableRawSpan
    ) {
        let directions = columns.flows.direction.span
        let numbers = interfaceNumbers.span
        var place = target.place
        for index in target.range {
            let row = Int(rows[index])
            let leaves = (directions[row] == .egress) != (isExchanged && directions[row] != .absent)
            let number = leaves == isEgress ? numbers[row - firstRow] : 0
            octets.storeBytes(of: number.bigEndian, toByteOffset: place, as: UInt32.self)
            place += target.stride
        }
    }
}

extension FlowBatch {
    /// The same rows seen from the other end: what comes in pairs is exchanged. Costs nothing, since columns change places.
    func exchanged() -> FlowBatch {
        var flows = self
        swap(&flows.sourceAddress, &flows.destinationAddress)
        swap(&flows.sourceTransportPort, &flows.destinationTransportPort)
        swap(&flows.sourceMAC, &flows.destinationMAC)
        swap(&flows.outerSource, &flows.outerDestination)
        swap(&flows.packetDeltaCount, &flows.reversePacketDeltaCount)
        swap(&flows.octetDeltaCount, &flows.reverseOctetDeltaCount)
        swap(&flows.tcpControlBits, &flows.reverseTCPControlBits)
        swap(&flows.initialTCPFlags, &flows.reverseInitialTCPFlags)
        swap(&flows.retransmits, &flows.reverseRetransmits)
        swap(&flows.outOfOrder, &flows.reverseOutOfOrder)
        return flows
    }
}
