import FlowModel
import Testing

/// Words and how they are read and written.
@Suite("Vocabulary")
struct VocabularyTests {
    @Test("TCP flags: all 256 as text, letters and numbers")
    func flags() {
        for value in UInt8.min...UInt8.max {
            let flags = TCPFlags(rawValue: value)
            #expect(flags.description.count == 8)
            #expect(TCPFlags(flags.description) == flags)
            #expect(TCPFlags(flags.description.lowercased()) == flags)
            #expect(TCPFlags(String(value)) == flags)
            #expect(TCPFlags("0x" + String(value, radix: 16)) == flags)
        }
        #expect(TCPFlags([.syn, .ack]).description == "...A..S.")
        #expect(TCPFlags(rawValue: 0xFF).description == "CEUAPRSF")
        #expect(TCPFlags("SA") == [.syn, .ack])
        #expect(TCPFlags("fpu") == [.fin, .psh, .urg])
        #expect(TCPFlags([]).rawValue == 0)
        #expect(TCPFlags([.cwr, .ece, .rst]).rawValue == 0xC4)
        for text in ["", "X", "256", "-1", "-0", "+18", "0x", "0x100", "0x+f", "S A", "ß", "SYN"] { #expect(TCPFlags(text) == nil, "\(text)") }
    }

    @Test("names of states, reasons, grounds, overlays and directions are unique and read back in any case")
    func names() {
        func check<Word: Equatable>(_ all: [Word], _ absent: Word, _ name: (Word) -> String, _ read: (String) -> Word?) {
            #expect(Set(all.map(name)).count == all.count)
            for word in all {
                if word == absent {
                    #expect(name(word).isEmpty)
                    continue
                }
                #expect(read(name(word)) == word)
                #expect(read(name(word).lowercased()) == word)
                #expect(read(name(word).uppercased()) == word)
            }
            #expect(read("") == nil)
            #expect(read("nothing") == nil)
        }
        check(ConnectionState.allCases, .absent, \.name) { ConnectionState(name: $0) }
        check(FlowEndReason.allCases, .absent, \.name) { FlowEndReason(name: $0) }
        check(InitiatorBasis.allCases, .absent, \.name) { InitiatorBasis(name: $0) }
        check(Encapsulation.allCases, .none, \.name) { Encapsulation(name: $0) }
        check(FlowDirection.allCases, .absent, \.name) { FlowDirection(name: $0) }
        // RFC 5102: the numbers of flowEndReason; RFC 5103 §6.3: what is known of the initiator.
        #expect(FlowEndReason.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5])
        #expect(InitiatorBasis.allCases.filter { $0.biflowDirection == 1 } == [.syn, .synAck, .icmp, .firstPacket])
    }

    @Test("protocols: keywords of the IANA registry, numbers where it has none")
    func protocols() {
        let known: [(UInt8, String)] = [
            (0, "hopopt"), (1, "icmp"), (2, "igmp"), (4, "ipv4"), (6, "tcp"), (17, "udp"), (33, "dccp"), (41, "ipv6"), (47, "gre"), (50, "esp"),
            (51, "ah"), (58, "ipv6-icmp"), (88, "eigrp"), (89, "ospfigp"), (103, "pim"), (112, "vrrp"), (115, "l2tp"), (132, "sctp"), (136, "udplite"),
            (137, "mpls-in-ip"), (143, "ethernet"), (255, "reserved"), (253, "253"), (200, "200"),
        ]
        for (number, text) in known {
            #expect(ProtocolName.text(number) == text)
            #expect(ProtocolName.number(text.uppercased()) == number)
        }
        let all = (UInt8.min...UInt8.max).map { ProtocolName.text($0) }
        #expect(Set(all).count == 256)
        for number in UInt8.min...UInt8.max { #expect(ProtocolName.number(ProtocolName.text(number)) == number) }
        #expect(ProtocolName.number("icmp6") == 58 && ProtocolName.number("ICMPv6") == 58)
        for text in ["", "256", "-1", "-0", "+6", "tcp ", "nothing"] { #expect(ProtocolName.number(text) == nil, "\(text)") }
    }

    @Test("a tenant is the VNI, else the VLAN, else none; equal numbers of two kinds differ")
    func tenants() {
        #expect(Tenant(vni: 100, vlan: 7) == Tenant(.virtualNetwork, 100))
        #expect(Tenant(vni: 0, vlan: 7) == Tenant(.virtualNetwork, 0))
        #expect(Tenant(vni: .max, vlan: 100) == Tenant(.vlan, 100))
        #expect(Tenant(vni: .max, vlan: .max) == .none)
        #expect(Tenant(.vlan, 100) != Tenant(.virtualNetwork, 100))
        #expect([Tenant(.vlan, 12).description, Tenant(.virtualNetwork, 5001).description, Tenant.none.description] == ["vlan 12", "vni 5001", ""])
    }
}
