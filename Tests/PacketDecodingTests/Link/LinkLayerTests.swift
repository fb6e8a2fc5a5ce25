import FlowModel
import PacketDecoding
import Testing

@Suite("Link layer")
struct LinkLayerTests {
    @Test("each TPID in use is a VLAN tag, alone and before another", arguments: [0x8100, 0x88A8, 0x9100, 0x9200, 0x9300])
    func tags(tpid: Int) {
        let one = Decoded(Frame.ethernet(0x0800, tags: [(tpid, 0x6064)], Frame.innerPacket))
        #expect(one.flow == Decoded.inner)
        #expect(one.observation.vlan == 100)
        #expect(one.observation.innerVLAN == .max)
        #expect(one.key.tenant == Tenant(.vlan, 100))
        for second in [0x8100, 0x88A8, 0x9100, 0x9200, 0x9300] {
            let two = Decoded(Frame.ethernet(0x86DD, tags: [(tpid, 100), (second, 7)], Frame.innerPacket6))
            #expect(two.flow == Decoded.inner6)
            #expect(two.observation.vlan == 100)
            #expect(two.observation.innerVLAN == 7)
            #expect(two.key.tenant == Tenant(.vlan, 100))
        }
    }

    @Test("a priority tag is no VLAN, alone and around one")
    func priorityTags() {
        #expect(Decoded(Frame.ethernet(0x0800, tags: [(0x8100, 0xE000)], Frame.innerPacket)).key.tenant == .none)
        let around = Decoded(Frame.ethernet(0x0800, tags: [(0x88A8, 0), (0x8100, 5)], Frame.innerPacket))
        #expect(around.observation.vlan == 5)
        #expect(around.observation.innerVLAN == .max)
    }

    @Test("four tags are passed, five are too many")
    func manyTags() {
        let tags = [(0x88A8, 1), (0x8100, 2), (0x8100, 3), (0x8100, 4), (0x8100, 5)]
        #expect(Decoded(Frame.ethernet(0x0800, tags: Array(tags.prefix(4)), Frame.innerPacket)).flow == Decoded.inner)
        #expect(Decoded(Frame.ethernet(0x0800, tags: tags, Frame.innerPacket)).outcome == .tooManyVLANTags)
    }

    @Test("IP in LLC/SNAP is read, other LLC is no IP")
    func snap() {
        let snap: [UInt8] = [0xAA, 0xAA, 3, 0, 0, 0, 8, 0] + Frame.innerPacket
        #expect(Decoded(Frame.ethernet(snap.count, snap)).flow == Decoded.inner)
        #expect(Decoded(Frame.ethernet(38, [0x42, 0x42, 3] + [UInt8](repeating: 0, count: 35))).outcome == .notIP)
    }

    @Test("Linux cooked, raw and loopback frames")
    func linkTypes() {
        let mac: [UInt8] = [2, 0, 0, 0, 0, 7, 0, 0]
        let cooked = Decoded([0, 0, 0, 1, 0, 6] + mac + [8, 0] + Frame.innerPacket, linkType: .linuxCooked)
        #expect(cooked.flow == Decoded.inner)
        #expect(cooked.observation.sourceMAC.description == "02:00:00:00:00:07")
        #expect(cooked.observation.destinationMAC.isAbsent)
        let tagged = [0, 0, 0, 1, 0, 6] + mac + [0x81, 0, 0, 12, 8, 0] + Frame.innerPacket
        #expect(Decoded(tagged, linkType: .linuxCooked).observation.vlan == 12)
        let cooked2 = Decoded([0x86, 0xDD, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6] + mac + Frame.innerPacket6, linkType: .linuxCooked2)
        #expect(cooked2.flow == Decoded.inner6)
        #expect(cooked2.observation.sourceMAC.description == "02:00:00:00:00:07")
        #expect(Decoded(Frame.innerPacket, linkType: .rawIP).flow == Decoded.inner)
        #expect(Decoded(Frame.innerPacket6, linkType: .rawIP).flow == Decoded.inner6)
        for family: [UInt8] in [[2, 0, 0, 0], [0, 0, 0, 2]] {
            #expect(Decoded(family + Frame.innerPacket, linkType: .loopback).flow == Decoded.inner)
        }
        #expect(Decoded([0, 0, 0, 28] + Frame.innerPacket6, linkType: .loopback).flow == Decoded.inner6)
        for (type, needed) in [(LinkType.linuxCooked, 16), (.linuxCooked2, 20), (.loopback, 4)] {
            #expect(Decoded([UInt8](repeating: 0, count: needed - 1), linkType: type).outcome == .truncatedLink)
        }
    }

    @Test("what libpcap calls a link type is the one read")
    func numbers() {
        let known: [(Int32, LinkType)] = [
            (1, .ethernet), (113, .linuxCooked), (276, .linuxCooked2), (101, .rawIP), (12, .rawIP), (228, .rawIP), (229, .rawIP),
            (0, .loopback), (108, .loopback),
        ]
        for (number, type) in known { #expect(LinkType(number: number) == type) }
        for number: Int32 in [9, 105, 127, 147] { #expect(LinkType(number: number) == nil) }
    }
}
