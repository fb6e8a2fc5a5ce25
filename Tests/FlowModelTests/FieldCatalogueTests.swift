import FlowModel
import Testing

/// The catalogue is complete: every name that people type has its line.
@Suite("Field catalogue")
struct FieldCatalogueTests {
    @Test("every field has a line, and names are unique and read back in any case")
    func complete() {
        let catalogue = Field.catalogue
        #expect(catalogue.map(\.field) == Field.allCases)
        #expect(Set(Field.allCases.map(\.rawValue)).count == Field.allCases.count)
        for line in catalogue {
            #expect(line.meaning.hasSuffix(".") || line.meaning.hasSuffix("…"), "\(line.field.rawValue)")
            #expect(Field(name: line.field.rawValue) == line.field)
            #expect(Field(name: line.field.rawValue.uppercased()) == line.field)
            #expect(line.field.rawValue.allSatisfy { ("a"..."z").contains($0) || $0 == "_" })
            // A stored field travels somehow; `counted` is the collector's own.
            #expect(line.field.isDerived || line.field.isGroupOnly || line.field == .counted || !line.element.isEmpty, "\(line.field.rawValue)")
        }
        #expect(Field(name: "flags") == .tcpFlags)
        #expect(Field(name: "") == nil)
        #expect(Field(name: "nothing") == nil)
    }

    @Test("the names that the documentation fixes, in its order")
    func names() {
        let fixed = """
            start end flow_start proto src src_port dst dst_port packets bytes rev_packets rev_bytes tcp_flags rev_tcp_flags first_tcp_flags \
            rev_first_tcp_flags state end_reason initiator_basis flow_id part vni vlan inner_vlan encap tunnel_depth outer_src outer_dst src_mac dst_mac dscp \
            icmp_type icmp_code rtt_client rtt_server retransmits rev_retransmits out_of_order rev_out_of_order agent interface direction sampling \
            counted witnesses
            """
        #expect(Field.stored.map(\.rawValue).joined(separator: " ") == fixed)
        #expect(Field.measures.map(\.rawValue).joined(separator: " ") == "records flows packets bytes rev_packets rev_bytes")
    }

    @Test("values are of the kind that the catalogue names", arguments: Field.allCases)
    func kinds(field: Field) {
        var record = FlowRecord()
        record.flowEndMilliseconds = 1000
        record.vni = 1
        record.vlan = 1
        record.innerVLAN = 1
        record.dscp = 1
        record.icmpType = 1
        record.icmpCode = 1
        record.flowId = 1
        record.protocolIdentifier = 6
        record.connectionState = .sf
        record.flowEndReason = .idleTimeout
        record.initiatorBasis = .syn
        record.encapsulation = .vxlan
        record.tunnelDepth = 1
        record.outerSource = IPAddress(ipv4: 1)
        record.outerDestination = IPAddress(ipv4: 1)
        record.sourceMAC = MACAddress(1)
        record.destinationMAC = MACAddress(1)
        record.clientRoundTripMicroseconds = 1
        record.serverRoundTripMicroseconds = 1
        (record.retransmits, record.reverseRetransmits, record.outOfOrder, record.reverseOutOfOrder) = (1, 1, 1, 1)
        (record.agent, record.interface, record.direction, record.samplingInterval) = (1, 1, .ingress, 1)
        var batch = FlowBatch()
        batch.names = ["", "one"]
        batch.append(record)
        let isRight =
            switch (field.kind, batch.value(field, row: 0)) {
            case (.timestamp, .timestamp), (.address, .address), (.boolean, .boolean), (.real, .real): true
            case (.milliseconds, .integer), (.microseconds, .integer), (.port, .integer), (.count, .integer), (.number, .integer): true
            case (.proto, .text), (.flags, .text), (.state, .text), (.endReason, .text), (.initiatorBasis, .text): true
            case (.encapsulation, .text), (.direction, .text), (.mac, .text), (.text, .text), (.hex, .text): true
            default: false
            }
        #expect(isRight, "\(field.rawValue): \(batch.value(field, row: 0)) is no \(field.kind.rawValue)")
    }

    @Test("completeness is the product of the stages that have an account, and null without one")
    func completeness() {
        func stage(_ kept: UInt64, _ offered: UInt64) -> Completeness.Stage {
            Completeness.Stage(stage: "kernel-ring", unit: "packets", kept: kept, offered: offered)
        }
        #expect(Completeness().value == nil)
        #expect(Completeness(stages: [stage(0, 0)]).value == nil)
        #expect(Completeness(stages: [stage(5, 10), stage(0, 0), stage(3, 4)]).value == 0.375)
        #expect(Completeness(stages: [stage(0, 10)]).value == 0)
    }
}
