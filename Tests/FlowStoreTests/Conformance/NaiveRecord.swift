import FlowModel
import FlowQuery

/// Fields of one record as the catalogue describes them, and what a filter says about them: row by row, in plain words,
/// with none of the code that answers queries. It is the truth that random queries are compared with.
extension NamedRecord {
    /// What is shown of a field and grouped by.
    func value(_ field: Field) -> FieldValue {
        switch field {
        case .start: .timestamp(record.flowStartMilliseconds)
        case .end: .timestamp(record.flowEndMilliseconds)
        case .flowStart: .timestamp(record.initialStartMilliseconds)
        case .proto: .text(ProtocolName.text(record.protocolIdentifier))
        case .src: .address(record.sourceAddress)
        case .dst: .address(record.destinationAddress)
        case .outerSrc, .outerDst: outer(field == .outerSrc ? record.outerSource : record.outerDestination)
        case .tcpFlags, .revTCPFlags, .firstTCPFlags, .revFirstTCPFlags:
            code(field).map { .text(TCPFlags(rawValue: UInt8($0)).description) } ?? .absent
        case .state: Self.word(record.connectionState.name)
        case .endReason: Self.word(record.flowEndReason.name)
        case .initiatorBasis: Self.word(record.initiatorBasis.name)
        case .encap: Self.word(record.encapsulation.name)
        case .direction: Self.word(record.direction.name)
        case .flowID: code(field).map { .text(Self.hexadecimal($0, digits: 16)) } ?? .absent
        case .srcMAC: record.sourceMAC == .absent ? .absent : .text(record.sourceMAC.description)
        case .dstMAC: record.destinationMAC == .absent ? .absent : .text(record.destinationMAC.description)
        case .agent: Self.word(agent)
        case .interface: Self.word(interface)
        case .counted: .boolean(record.counted)
        case .bps: rate(record.octetDeltaCount &+ record.reverseOctetDeltaCount, bits: 8)
        case .pps: rate(record.packetDeltaCount &+ record.reversePacketDeltaCount, bits: 1)
        default: code(field).map { .integer($0) } ?? .absent
        }
    }

    /// The number that a filter compares (`FieldCode`); nil where the field is absent or has no numbers.
    func code(_ field: Field) -> UInt64? {
        let code = sortCode(field)
        switch field {
        case .state, .endReason, .initiatorBasis, .encap, .flowID, .tunnelDepth, .sampling: return code == 0 ? nil : code
        case .tcpFlags, .revTCPFlags, .firstTCPFlags, .revFirstTCPFlags: return code == 256 ? nil : code
        case .vlan, .innerVLAN: return code == 0xFFFF ? nil : code
        case .dscp, .icmpType, .icmpCode, .direction: return code == 0xFF ? nil : code
        case .vni, .rttClient, .rttServer, .retransmits, .revRetransmits, .outOfOrder, .revOutOfOrder:
            return code == 0xFFFF_FFFF ? nil : code
        case .rtt: return code == .max ? nil : code
        case .srcMAC: return record.sourceMAC == .absent ? nil : code
        case .dstMAC: return record.destinationMAC == .absent ? nil : code
        default: return code
        }
    }

    /// The number that orders groups whose measures are equal: the code, and for an absent value what stands for it in a
    /// record. nil for fields without numbers.
    func sortCode(_ field: Field) -> UInt64? {
        switch field {
        case .start: Self.timeCode(record.flowStartMilliseconds)
        case .end: Self.timeCode(record.flowEndMilliseconds)
        case .flowStart: Self.timeCode(record.initialStartMilliseconds)
        case .proto: UInt64(record.protocolIdentifier)
        case .srcPort: UInt64(record.sourceTransportPort)
        case .dstPort: UInt64(record.destinationTransportPort)
        case .packets: record.packetDeltaCount
        case .bytes: record.octetDeltaCount
        case .revPackets: record.reversePacketDeltaCount
        case .revBytes: record.reverseOctetDeltaCount
        case .tcpFlags: flags(record.tcpControlBits)
        case .revTCPFlags: flags(record.reverseTCPControlBits)
        case .firstTCPFlags: flags(record.initialTCPFlags)
        case .revFirstTCPFlags: flags(record.reverseInitialTCPFlags)
        case .state: UInt64(record.connectionState.rawValue)
        case .endReason: UInt64(record.flowEndReason.rawValue)
        case .initiatorBasis: UInt64(record.initiatorBasis.rawValue)
        case .encap: UInt64(record.encapsulation.rawValue)
        case .direction: UInt64(record.direction.rawValue)
        case .flowID: record.flowId
        case .part: UInt64(record.part)
        case .vni: UInt64(record.vni)
        case .vlan: UInt64(record.vlan)
        case .innerVLAN: UInt64(record.innerVLAN)
        case .tunnelDepth: UInt64(record.tunnelDepth)
        case .srcMAC: record.sourceMAC.value
        case .dstMAC: record.destinationMAC.value
        case .dscp: UInt64(record.dscp)
        case .icmpType: UInt64(record.icmpType)
        case .icmpCode: UInt64(record.icmpCode)
        case .rttClient: UInt64(record.clientRoundTripMicroseconds)
        case .rttServer: UInt64(record.serverRoundTripMicroseconds)
        case .retransmits: UInt64(record.retransmits)
        case .revRetransmits: UInt64(record.reverseRetransmits)
        case .outOfOrder: UInt64(record.outOfOrder)
        case .revOutOfOrder: UInt64(record.reverseOutOfOrder)
        case .sampling: UInt64(record.samplingInterval)
        case .witnesses: UInt64(record.witnesses)
        case .duration: duration
        case .totalBytes: record.octetDeltaCount &+ record.reverseOctetDeltaCount
        case .totalPackets: record.packetDeltaCount &+ record.reversePacketDeltaCount
        case .rtt:
            record.clientRoundTripMicroseconds == .max || record.serverRoundTripMicroseconds == .max
                ? .max : UInt64(record.clientRoundTripMicroseconds) + UInt64(record.serverRoundTripMicroseconds)
        case .servicePort:
            [.syn, .synAck, .icmp, .firstPacket].contains(record.initiatorBasis)
                ? UInt64(record.destinationTransportPort)
                : UInt64(min(record.sourceTransportPort, record.destinationTransportPort))
        case .src, .dst, .outerSrc, .outerDst, .agent, .interface, .counted, .bps, .pps, .communityID, .records, .flows: nil
        }
    }

    /// What the record adds to a measure of its group; 64 bits at a time, since a sum of two may be more.
    func amounts(_ measure: Field) -> [UInt64] {
        switch measure {
        case .records: [1]
        case .flows: [record.part == 0 ? 1 : 0]
        case .packets: [record.packetDeltaCount]
        case .bytes: [record.octetDeltaCount]
        case .revPackets: [record.reversePacketDeltaCount]
        case .revBytes: [record.reverseOctetDeltaCount]
        case .totalPackets: [record.packetDeltaCount, record.reversePacketDeltaCount]
        case .totalBytes: [record.octetDeltaCount, record.reverseOctetDeltaCount]
        default: []
        }
    }

    private var duration: UInt64 {
        let begin = record.initialStartMilliseconds
        let end = record.flowEndMilliseconds
        guard end > begin else { return 0 }
        let (length, overflow) = end.subtractingReportingOverflow(begin)
        return overflow ? 0 : UInt64(length)
    }

    private func rate(_ amount: UInt64, bits: Double) -> FieldValue {
        let (length, overflow) = record.flowEndMilliseconds.subtractingReportingOverflow(record.flowStartMilliseconds)
        guard !overflow, length > 0 else { return .absent }
        return .real(Double(amount) * bits * 1000 / Double(length))
    }

    private func flags(_ flags: TCPFlags) -> UInt64 { record.protocolIdentifier == 6 ? UInt64(flags.rawValue) : 256 }

    private func outer(_ address: IPAddress) -> FieldValue {
        record.encapsulation == .none || address == .zero ? .absent : .address(address)
    }

    private static func word(_ text: String) -> FieldValue { text.isEmpty ? .absent : .text(text) }

    /// Milliseconds from the earliest moment that there is.
    static func timeCode(_ milliseconds: Int64) -> UInt64 { UInt64(bitPattern: milliseconds) &+ (1 << 63) }

    private static func hexadecimal(_ value: UInt64, digits: Int) -> String {
        let letters = Array("0123456789abcdef")
        return String((0..<digits).reversed().map { letters[Int(value >> UInt64($0 * 4) & 15)] })
    }
}

// MARK: - Filters

extension NamedRecord {
    func matches(_ filter: FilterExpression) -> Bool {
        switch filter {
        case .all: true
        case .not(let inner): !matches(inner)
        case .and(let parts): parts.allSatisfy { matches($0) }
        case .or(let parts): parts.contains { matches($0) }
        case .test(let field, let test): passes(test, field)
        }
    }

    private func passes(_ test: FieldTest, _ field: Field) -> Bool {
        let value = value(field)
        // An absent value passes no test.
        if value == .absent { return false }
        switch test {
        case .addresses(let set):
            guard case .address(let address) = value else { return false }
            return set.prefixes.contains { Self.lies(address, in: $0) }
        case .numbers(let set):
            guard let code = code(field) else { return false }
            return set.ranges.contains { $0.contains(code) }
        case .reals(let test):
            guard case .real(let number) = value else { return false }
            return switch test {
            case .less(let bound): number < bound
            case .atMost(let bound): number <= bound
            case .greater(let bound): number > bound
            case .atLeast(let bound): number >= bound
            case .oneOf(let wanted): wanted.contains { $0 == number }
            }
        case .flagsSet(let flags):
            guard let code = code(field) else { return false }
            return code & UInt64(flags.rawValue) == UInt64(flags.rawValue)
        case .texts(let patterns):
            guard case .text(let text) = value else { return false }
            return patterns.contains { Self.fits(Array(text.utf8)[...], $0.parts.map { Array($0.utf8) }[...]) }
        case .isTrue: return value == .boolean(true)
        case .isFalse: return value == .boolean(false)
        case .isPresent: return true
        }
    }

    /// Bit by bit.
    private static func lies(_ address: IPAddress, in network: IPPrefix) -> Bool {
        guard address.isIPv6 == network.address.isIPv6 else { return false }
        func bit(_ address: IPAddress, _ place: Int) -> UInt64 {
            guard address.isIPv6 else { return address.low >> UInt64(31 - place) & 1 }
            return place < 64 ? address.high >> UInt64(63 - place) & 1 : address.low >> UInt64(127 - place) & 1
        }
        return (0..<network.length).allSatisfy { bit(address, $0) == bit(network.address, $0) }
    }

    /// Whether a text is the parts with anything between them.
    private static func fits(_ text: ArraySlice<UInt8>, _ parts: ArraySlice<[UInt8]>) -> Bool {
        guard let part = parts.first else { return text.isEmpty }
        guard text.starts(with: part) else { return false }
        let rest = text.dropFirst(part.count)
        if parts.count == 1 { return rest.isEmpty }
        return (rest.startIndex...rest.endIndex).contains { fits(rest[$0...], parts.dropFirst()) }
    }
}
