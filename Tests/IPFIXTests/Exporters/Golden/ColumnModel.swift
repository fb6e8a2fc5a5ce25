import FlowModel
import IPFIX

/// What a row must hold, by the elements of its record: written anew and plainly, record by record, to compare with.
///
/// A golden value is compared with the octets of its element, and these with the row by this.
struct ColumnModel {
    let values: [UInt16: [UInt8]]
    let reverse: [UInt16: [UInt8]]
    let vmware: [UInt16: [UInt8]]

    init(_ record: KeptRecord) {
        func first(_ enterprise: UInt32) -> [UInt16: [UInt8]] {
            Dictionary(
                record.values.filter { $0.element.enterprise == enterprise }.map { ($0.element.number, $0.octets) },
                uniquingKeysWith: { first, _ in first })
        }
        values = first(0)
        reverse = first(29305)
        vmware = first(6876)
    }

    func number(_ element: UInt16) -> UInt64? { values[element].flatMap { $0.count <= 8 ? GoldenValue.unsigned($0) : nil } }

    private func first(of elements: UInt16...) -> UInt64 { elements.lazy.compactMap { number($0) }.first ?? 0 }

    private func address(_ four: UInt16, _ six: UInt16) -> IPAddress {
        if let octets = values[six], octets.count == 16, values[four] == nil || octets != [UInt8](repeating: 0, count: 16) {
            return IPAddress(high: GoldenValue.unsigned(Array(octets[0..<8])), low: GoldenValue.unsigned(Array(octets[8..<16])))
        }
        return IPAddress(ipv4: UInt32(number(four) ?? 0))
    }

    /// What the row has otherwise: the column, what it holds, what it should.
    func differences(_ flows: FlowBatch, row: Int) -> [String] {
        let record = flows[row]
        var found: [String] = []
        func check<T: Equatable>(_ name: String, _ value: T, _ expected: T) {
            if value != expected { found.append("\(name) is \(value), not \(expected)") }
        }
        check("octets", record.octetDeltaCount, first(of: 1, 85, 231, 23, 171))
        check("packets", record.packetDeltaCount, first(of: 2, 86, 298, 24, 172))
        func back(_ numbers: [UInt16], _ other: UInt16) -> UInt64 {
            numbers.lazy.compactMap { reverse[$0] }.first.map(GoldenValue.unsigned) ?? number(other) ?? 0
        }
        check("reverse octets", record.reverseOctetDeltaCount, back([1, 85], 232))
        check("reverse packets", record.reversePacketDeltaCount, back([2, 86], 299))
        let proto = UInt8(truncatingIfNeeded: number(4) ?? 0)
        check("protocol", record.protocolIdentifier, proto)
        if vmware[881] == nil {
            check("source", record.sourceAddress, address(8, 27))
            check("destination", record.destinationAddress, address(12, 28))
        }
        if proto != 1 && proto != 58 {
            check("source port", record.sourceTransportPort, UInt16(first(of: 7, 180, 182)))
            check("destination port", record.destinationTransportPort, UInt16(first(of: 11, 181, 183)))
        } else {
            check("ports of ICMP", [record.sourceTransportPort, record.destinationTransportPort], [0, 0])
            if let typeAndCode = number(32) ?? number(139), typeAndCode != 0 {
                check("ICMP", UInt64(record.icmpType) << 8 | UInt64(record.icmpCode), typeAndCode)
            }
        }
        if let flags = number(6) { check("flags", record.tcpControlBits.rawValue, UInt8(truncatingIfNeeded: flags)) }
        if let service = number(5), values[195] == nil { check("DSCP", record.dscp, UInt8(service >> 2)) }
        if let dscp = number(195) { check("DSCP", record.dscp, UInt8(dscp)) }
        if let mac = number(56) { check("source MAC", record.sourceMAC, MACAddress(mac)) }
        if let mac = number(80) { check("destination MAC", record.destinationMAC, MACAddress(mac)) }
        if let vlan = number(243) ?? number(58) { check("VLAN", record.vlan, vlan == 0 ? .max : UInt16(vlan)) }
        if let reason = number(136), reason <= 5 { check("end reason", UInt64(record.flowEndReason.rawValue), reason) }
        if let id = number(148) { check("flow id", record.flowId, id) }
        if let way = number(61), way < 2 { check("direction", UInt64(record.direction.rawValue), way) }
        let into = number(10) ?? number(252) ?? 0
        let out = number(14) ?? number(253) ?? 0
        let interface = record.direction == .egress && out != 0 || into == 0 ? out : into
        let name = flows.name(record.interface)
        // An option may have named it.
        if interface == 0 || UInt32(name) != nil { check("interface", name, interface == 0 ? "" : String(interface)) }
        if let start = number(152) { check("start", record.flowStartMilliseconds, Int64(start)) }
        if let end = number(153) { check("end", record.flowEndMilliseconds, Int64(end)) }
        if let start = number(150) { check("start", record.flowStartMilliseconds / 1000, Int64(start)) }
        if let end = number(151) { check("end", record.flowEndMilliseconds / 1000, Int64(end)) }
        if values[152] == nil, values[150] == nil, let start = number(22), let end = number(21) {
            // Uptimes have 32 bits.
            let length = UInt64(bitPattern: record.flowEndMilliseconds - record.flowStartMilliseconds)
            check("length", UInt32(truncatingIfNeeded: length), UInt32(truncatingIfNeeded: end &- start))
        }
        return found
    }
}
