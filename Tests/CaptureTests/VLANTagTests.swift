@testable import Capture
import FlowModel
import Foundation
import TestSupport
import Testing

/// VLAN tags in captured frames, and filters, which look at tags too.
@Suite("VLAN tags and filters", .enabled(if: Namespace.isAvailable, Comment(rawValue: Namespace.reason)))
struct VLANTagTests {
    @Test("VLAN tags that the kernel takes out are put back once, with their identifier")
    func tags() throws {
        let place = try Namespace()
        var ring = try PacketRing(interface: place.near, options: .init())
        let plain = try PacketSocket(interface: place.near, in: nil)
        try plain.begin(isPromiscuous: true)
        let frames = [
            TaggedFrame(0).octets, TaggedFrame(1, [[0x81, 0x00, 0x00, 0x64]]).octets, TaggedFrame(2, [[0x88, 0xA8, 0x6F, 0xFF]]).octets,
            TaggedFrame(3, [[0x88, 0xA8, 0x00, 0x0A], [0x81, 0x00, 0xE0, 0x14]]).octets, TaggedFrame(4, [[0x81, 0x00, 0xA0, 0x00]]).octets,
            TaggedFrame(5, [[0x81, 0x00, 0x00, 0x01], [0x81, 0x00, 0x00, 0x02], [0x81, 0x00, 0x00, 0x03]]).octets,
        ]
        try place.sendRaw(frames, fromFar: true)
        try place.sendRaw(frames, fromFar: false)
        var seen: [FlowDirection: [[UInt8]]] = [:]
        let deadline = Date().addingTimeInterval(10)
        while (seen[.ingress]?.count ?? 0) + (seen[.egress]?.count ?? 0) < 12, Date() < deadline {
            _ = try ring.read(limit: 100) { octets, wireLength, _, direction in
                let found = PcapBytes.Frame(octets, wireLength: wireLength, nanoseconds: 0).octets
                guard found.count > 11, found[6..<11] == [2, 0, 0, 0, 0] else { return }
                #expect(wireLength == found.count)
                seen[direction, default: []].append(found)
            }
        }
        #expect(seen == [.ingress: frames, .egress: frames])
        // The kernel did take them out: who reads without the ring's header sees the frames without their outer tag.
        var bare: Set<[UInt8]> = []
        var buffer = [UInt8](repeating: 0, count: 2000)
        while case let length = unsafe recv(plain.descriptor, &buffer, buffer.count, 0), length > 0 { bare.insert(Array(buffer[..<length])) }
        #expect(bare.contains(TaggedFrame(1).octets))
        #expect(bare.contains(TaggedFrame(3, [[0x81, 0x00, 0xE0, 0x14]]).octets))
    }

    @Test("a tag goes in front of a frame that is cut, within the snapshot length")
    func cutTag() throws {
        let place = try Namespace()
        var options = PacketRing.Options()
        options.snapLength = 40
        var ring = try PacketRing(interface: place.near, options: options)
        let whole = TaggedFrame(1, [[0x88, 0xA8, 0x00, 0x64]]).octets
        try place.sendRaw([whole], fromFar: true)
        var seen: PcapBytes.Frame?
        let deadline = Date().addingTimeInterval(10)
        while seen == nil, Date() < deadline {
            _ = try ring.read(limit: 100) { octets, wireLength, _, direction in
                let found = PcapBytes.Frame(octets, wireLength: wireLength, nanoseconds: 0)
                if found.octets[6..<11] == [2, 0, 0, 0, 0] { seen = found }
            }
        }
        #expect(seen == PcapBytes.Frame(octets: Array(whole.prefix(40)), wireLength: whole.count, nanoseconds: 0))
    }

    @Test(
        "a filter keeps what it says, tagged frames too",
        arguments: [
            ("vlan 100", [1]), ("not vlan", [0]), ("vlan", [1, 2]), ("ether[11] > 0", [1, 2]), ("vlan 5 and ether proto 0x88b5", [2]),
            ("ip or arp", []), ("", [0, 1, 2]),
        ])
    func filters(expression: String, kept: [UInt8]) throws {
        let place = try Namespace()
        var options = PacketRing.Options()
        options.filter = expression
        var ring = try PacketRing(interface: place.near, options: options)
        var all = try PacketRing(interface: place.near, options: .init())
        let frames = [TaggedFrame(0).octets, TaggedFrame(1, [[0x81, 0, 0, 100]]).octets, TaggedFrame(2, [[0x88, 0xA8, 0, 5]]).octets]
        try place.sendRaw(frames, fromFar: true)
        func numbers(_ octets: borrowing RawSpan) -> UInt8? {
            let found = PcapBytes.Frame(octets, wireLength: 0, nanoseconds: 0).octets
            return found[6..<11] == [2, 0, 0, 0, 0] ? found[11] : nil
        }
        var (seen, truth): ([UInt8], [UInt8]) = ([], [])
        let deadline = Date().addingTimeInterval(10)
        while truth.count < 3, Date() < deadline {
            _ = try all.read(limit: 100) { octets, _, _, _ in if let number = numbers(octets) { truth.append(number) } }
        }
        #expect(truth == [0, 1, 2])
        // What came into the other ring at the same time is handed over with the same timeout.
        let counted = ring.counters().seen
        var total = 0
        while total < counted, Date() < deadline {
            total += try ring.read(limit: 100) { octets, _, _, _ in if let number = numbers(octets) { seen.append(number) } }
        }
        #expect(seen == kept)
    }

    @Test("a filter that cannot be compiled: the expression, and libpcap's words")
    func badFilter() throws {
        let place = try Namespace()
        var options = PacketRing.Options()
        options.filter = "prot 17"
        let problem = PacketRingLifeTests.opening(place.near, options)
        #expect(problem?.code == .filter)
        #expect(problem?.place == place.near)
        #expect(problem?.message.contains("\"prot 17\"") == true)
        #expect(problem?.message.contains("syntax error") == true, "\(problem?.message ?? "")")
    }
}
