import FlowModel

/// Flows of a story's table: the first line names fields of the catalogue, `-` is absent.
enum StoryFlows {
    struct Fault: Error, CustomStringConvertible {
        var line: Int
        var description: String
    }

    static func batch(_ table: [(cells: [String], line: Int)]) throws -> FlowBatch {
        guard let header = table.first?.cells else { throw Fault(line: 0, description: "no flows") }
        var batch = FlowBatch()
        for (cells, line) in table.dropFirst() {
            guard cells.count == header.count else {
                throw Fault(line: line, description: "\(cells.count) cells below \(header.count) names")
            }
            var record = FlowRecord()
            (record.packetDeltaCount, record.octetDeltaCount) = (1, 100)
            (record.flowStartMilliseconds, record.initialStartMilliseconds) = (.min, .min)
            for (name, value) in zip(header, cells) where value != "-" {
                guard let field = Field(name: name) else { throw Fault(line: line, description: "no field \(name)") }
                guard set(field, value, &record, &batch) else {
                    throw Fault(line: line, description: "'\(value)' is no \(name)")
                }
            }
            // A second long, and whole, where nothing else is said.
            if record.flowStartMilliseconds == .min { record.flowStartMilliseconds = record.flowEndMilliseconds - 1000 }
            if record.initialStartMilliseconds == .min { record.initialStartMilliseconds = record.flowStartMilliseconds }
            batch.append(record)
        }
        return batch
    }

    /// A time of day is one of 2026-11-22.
    private static func time(_ text: String) -> Int64? {
        UTCTime.milliseconds(text) ?? UTCTime.milliseconds("2026-11-22T\(text)Z")
    }

    private static func assign<Value>(_ target: inout Value, _ value: Value?) -> Bool {
        guard let value else { return false }
        target = value
        return true
    }

    /// False for a value that the field cannot have, and for fields that are not stored.
    private static func set(_ field: Field, _ text: String, _ record: inout FlowRecord, _ batch: inout FlowBatch) -> Bool {
        switch field {
        case .start: assign(&record.flowStartMilliseconds, time(text))
        case .end: assign(&record.flowEndMilliseconds, time(text))
        case .flowStart: assign(&record.initialStartMilliseconds, time(text))
        case .proto: assign(&record.protocolIdentifier, ProtocolName.number(text))
        case .src: assign(&record.sourceAddress, IPAddress(text))
        case .srcPort: assign(&record.sourceTransportPort, UInt16(text))
        case .dst: assign(&record.destinationAddress, IPAddress(text))
        case .dstPort: assign(&record.destinationTransportPort, UInt16(text))
        case .packets: assign(&record.packetDeltaCount, UInt64(text))
        case .bytes: assign(&record.octetDeltaCount, UInt64(text))
        case .revPackets: assign(&record.reversePacketDeltaCount, UInt64(text))
        case .revBytes: assign(&record.reverseOctetDeltaCount, UInt64(text))
        case .tcpFlags: assign(&record.tcpControlBits, TCPFlags(text))
        case .revTCPFlags: assign(&record.reverseTCPControlBits, TCPFlags(text))
        case .firstTCPFlags: assign(&record.initialTCPFlags, TCPFlags(text))
        case .revFirstTCPFlags: assign(&record.reverseInitialTCPFlags, TCPFlags(text))
        case .state: assign(&record.connectionState, ConnectionState(name: text))
        case .endReason: assign(&record.flowEndReason, FlowEndReason(name: text))
        case .initiatorBasis: assign(&record.initiatorBasis, InitiatorBasis(name: text))
        case .flowID: assign(&record.flowId, UInt64(text, radix: 16))
        case .part: assign(&record.part, UInt32(text))
        case .vni: assign(&record.vni, UInt32(text))
        case .vlan: assign(&record.vlan, UInt16(text))
        case .innerVLAN: assign(&record.innerVLAN, UInt16(text))
        case .encap: assign(&record.encapsulation, Encapsulation(name: text))
        case .tunnelDepth: assign(&record.tunnelDepth, UInt8(text))
        case .outerSrc: assign(&record.outerSource, IPAddress(text))
        case .outerDst: assign(&record.outerDestination, IPAddress(text))
        case .srcMAC: assign(&record.sourceMAC, MACAddress(text))
        case .dstMAC: assign(&record.destinationMAC, MACAddress(text))
        case .dscp: assign(&record.dscp, UInt8(text))
        case .icmpType: assign(&record.icmpType, UInt8(text))
        case .icmpCode: assign(&record.icmpCode, UInt8(text))
        case .rttClient: assign(&record.clientRoundTripMicroseconds, UInt32(text))
        case .rttServer: assign(&record.serverRoundTripMicroseconds, UInt32(text))
        case .retransmits: assign(&record.retransmits, UInt32(text))
        case .revRetransmits: assign(&record.reverseRetransmits, UInt32(text))
        case .outOfOrder: assign(&record.outOfOrder, UInt32(text))
        case .revOutOfOrder: assign(&record.reverseOutOfOrder, UInt32(text))
        case .agent: assign(&record.agent, batch.index(ofName: text))
        case .interface: assign(&record.interface, batch.index(ofName: text))
        case .direction: assign(&record.direction, FlowDirection(name: text))
        case .sampling: assign(&record.samplingInterval, UInt32(text))
        case .counted: assign(&record.counted, text == "true" ? true : text == "false" ? false : nil)
        case .witnesses: assign(&record.witnesses, UInt16(text))
        default: false
        }
    }
}
