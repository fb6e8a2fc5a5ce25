import Capture
import FlowModel
import PacketDecoding
import TestSupport
import Testing

/// Frames cut at every length and with octets changed: an outcome, never a crash.
@Suite("Damaged frames")
struct CutFrameTests {
    /// Ethernet, VLAN 10, IPv4, UDP to 4789, VXLAN VNI 5001, Ethernet, IPv6, TCP SYN from port 1000 to 80.
    static let overlay: [UInt8] = {
        var frame: [UInt8] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0x00, 0x00, 0x0A, 0x08, 0x00]
        frame += [0x45, 0, 0, 124, 0, 0, 0, 0, 64, 17, 0, 0, 192, 168, 0, 1, 192, 168, 0, 2]
        frame += [0xC0, 0x00, 0x12, 0xB5, 0, 104, 0, 0]
        frame += [0x08, 0xFF, 0xFF, 0xFF, 0x00, 0x13, 0x89, 0xFF]
        frame += [2, 0, 0, 0, 0, 3, 2, 0, 0, 0, 0, 4, 0x86, 0xDD]
        frame += [0x60, 0, 0, 0, 0, 20, 6, 64]
        frame += [UInt8](repeating: 0, count: 15) + [1] + [UInt8](repeating: 0, count: 15) + [2]
        frame += [0x03, 0xE8, 0x00, 0x50, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x02, 0, 0, 0, 0, 0, 0]
        return frame
    }()

    private func decode(_ frame: [UInt8], wireLength: Int? = nil) -> (DecodeOutcome, PacketObservation) {
        var observation = PacketObservation()
        var fragments = FragmentTable(seed: 1)
        let decoder = PacketDecoder(linkType: .ethernet)
        let outcome = unsafe decoder.decode(
            frame.span.bytes, wireLength: wireLength ?? frame.count, into: &observation, fragments: &fragments)
        return (outcome, observation)
    }

    @Test("the inner packet of an overlay with reserved bits set is the flow")
    func overlayIsSeenThrough() {
        let (outcome, seen) = decode(Self.overlay)
        #expect(outcome == .observed)
        #expect(seen.key.sourceAddress.description == "::1")
        #expect(seen.key.destinationTransportPort == 80)
        #expect(seen.vni == 5001)
        #expect(seen.key.tenant == Tenant(.virtualNetwork, 5001))
        #expect(seen.encapsulation == .vxlan)
        #expect(seen.outerSource.description == "192.168.0.1")
        #expect(seen.octets == 60)
        #expect(seen.tcpFlags == .syn)
        #expect(seen.vlan == .max)
    }

    @Test("a frame cut anywhere is an outcome", arguments: 0..<Self.overlay.count)
    func cut(at length: Int) {
        let (outcome, seen) = decode(Array(Self.overlay.prefix(length)), wireLength: Self.overlay.count)
        switch length {
        case ..<14: #expect(outcome == .truncatedLink)
        case ..<18: #expect(outcome == .truncatedVLAN)
        case ..<38: #expect(outcome == .truncatedIPv4)
        case ..<46: #expect(outcome == .truncatedUDP)
        default:
            // Past the outer headers the packet counts for its outer flow until the inner one can be read.
            #expect(outcome == .observed)
            let isInner = length >= 18 + 20 + 8 + 8 + 14 + 40 + 14
            #expect(seen.encapsulation == (isInner ? .vxlan : .none))
            #expect(seen.key.destinationTransportPort == (isInner ? 80 : 4789))
        }
    }

    @Test("octets changed at random never crash the decoder", arguments: 0..<20)
    func changed(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<5000 {
            var frame = Self.overlay
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                frame[Int.random(in: 0..<frame.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let (outcome, seen) = decode(Array(frame.prefix(Int.random(in: 0...frame.count, using: &random))))
            if outcome == .observed { #expect(seen.octets > 0) }
        }
    }

    @Test(
        "every shared capture is read to its end by every link type",
        .enabled(if: SharedFolder.url != nil, "needs the shared captures"))
    func everyCapture() throws {
        let rows = try CSVTable(path: try #require(SharedFolder.path("captures/truth.csv"))).rows
        var frames = 0
        for row in rows {
            guard let path = SharedFolder.path("captures/" + row["file"]), var file = try? CaptureFile(path: path) else { continue }
            for type in [LinkType.ethernet, .linuxCooked, .linuxCooked2, .rawIP, .loopback] {
                let decoder = PacketDecoder(linkType: type)
                var observation = PacketObservation()
                var fragments = FragmentTable(seed: 1)
                while (try? file.read(
                    limit: 10_000,
                    { octets, wireLength, _ in
                        frames += 1
                        _ = decoder.decode(octets, wireLength: wireLength, into: &observation, fragments: &fragments)
                    })) == true
                {}
                guard let again = try? CaptureFile(path: path) else { break }
                file = again
            }
        }
        #expect(frames > 10_000)
    }
}
