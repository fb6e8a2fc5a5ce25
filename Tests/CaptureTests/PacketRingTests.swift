@testable import Capture
import FlowModel
import Foundation
import TestSupport
import Testing

/// Capture on a real veth pair, against the kernel's own counters.
@Suite("Packet rings", .enabled(if: Namespace.isAvailable, Comment(rawValue: Namespace.reason)))
struct PacketRingTests {
    /// Reads a ring until it holds what the kernel counted, or ten seconds have passed.
    private func collect(
        _ ring: inout PacketRing, limit: Int = 64, until isDone: (Namespace.Counters) throws -> Bool,
        _ look: (FlowDirection, borrowing RawSpan, Int, Int64) -> Void = { _, _, _, _ in }
    ) throws -> Namespace.Counters {
        var seen = Namespace.Counters()
        let deadline = Date().addingTimeInterval(10)
        repeat {
            _ = try ring.read(limit: limit) { octets, length, time, direction in
                if direction == .ingress {
                    seen.received += 1
                    seen.receivedOctets += length
                } else {
                    seen.sent += 1
                    seen.sentOctets += length
                }
                look(direction, octets, length, time)
            }
            if try isDone(seen) { break }
        } while Date() < deadline
        return seen
    }

    private func source(_ octets: borrowing RawSpan) -> String {
        guard octets.byteCount >= 30, octets.shortNumber(at: 12, isSwapped: true) == 0x0800 else { return "" }
        return (26..<30).map { String(unsafe octets.unsafeLoad(fromByteOffset: $0, as: UInt8.self)) }.joined(separator: ".")
    }

    @Test("every frame once, in its direction, with its length and time", arguments: [64, 1, 100_000])
    func counts(limit: Int) throws {
        let place = try Namespace()
        var ring = try PacketRing(interface: place.near, options: .init())
        #expect(ring.linkType == 1)
        #expect(ring.linkTypeName == "EN10MB")
        #expect(ring.descriptor >= 0)
        #expect(ring.interface == place.near)
        let before = try place.counters()
        try place.send(300, fromFar: true)
        try place.send(200, octets: 1000, fromFar: false)
        var sources: [FlowDirection: Set<String>] = [:]
        var longest = 0
        var times: [Int64] = []
        let seen = try collect(&ring, limit: limit, until: { seen in try seen == place.counters() - before }) { direction, octets, _, time in
            let address = source(octets)
            if !address.isEmpty { sources[direction, default: []].insert(address) }
            longest = max(longest, octets.byteCount)
            times.append(time)
        }
        let truth = try place.counters() - before
        #expect(seen == truth)
        #expect(truth.received >= 300)
        #expect(truth.sent >= 200)
        #expect(sources == [.ingress: [place.farAddress], .egress: [place.nearAddress]])
        // Frames of 1042 octets are cut to the snapshot length; their length on the wire is known (the octets agree).
        #expect(longest == 256)
        // In the order of the wire, both directions together.
        #expect(times == times.sorted())
        #expect(Set(times.map { $0 % 1000 }).count > 10, "times are in nanoseconds")
        let now = Int64(Date().timeIntervalSince1970 * 1e9)
        #expect(times.allSatisfy { abs(now - $0) < 60_000_000_000 })
        let counters = ring.counters()
        #expect(counters.dropped == 0)
        #expect(counters.freezes == 0)
        #expect(counters.seen == UInt64(truth.received + truth.sent))
    }

    @Test("whole frames when the snapshot length says so, of any ring size", arguments: [(Int32(0), 0), (-5, -1), (.max, 1), (262_144, 4 << 20)])
    func wholeFrames(snapLength: Int32, ringBytes: Int) throws {
        let place = try Namespace()
        var options = PacketRing.Options()
        options.snapLength = snapLength
        options.ringBytes = ringBytes
        var ring = try PacketRing(interface: place.near, options: options)
        let before = try place.counters()
        try place.send(3, octets: 1400, fromFar: true)
        var captured = 0
        let seen = try collect(&ring, until: { seen in try seen == place.counters() - before }) { _, octets, _, _ in captured += octets.byteCount }
        #expect(seen.received >= 3)
        #expect(captured == seen.receivedOctets + seen.sentOctets)
    }

    @Test("a pass takes no more than its limit")
    func limit() throws {
        let place = try Namespace()
        var ring = try PacketRing(interface: place.near, options: .init())
        let before = try place.counters()
        try place.send(100, fromFar: true)
        var passes: [Int] = []
        let deadline = Date().addingTimeInterval(10)
        func missing() throws -> Bool {
            let truth = try place.counters() - before
            return passes.reduce(0, +) < truth.received + truth.sent
        }
        while try missing(), Date() < deadline {
            let frames = try ring.read(limit: 7) { _, _, _, _ in }
            if frames > 0 { passes.append(frames) }
        }
        #expect(try !missing())
        #expect(passes.allSatisfy { $0 <= 7 })
        #expect(passes.count >= 100 / 7)
    }

    @Test("a ring that is too small: what is dropped is counted, and nothing is counted twice")
    func drops() throws {
        let place = try Namespace()
        var options = PacketRing.Options()
        options.ringBytes = 1
        options.snapLength = 2000
        var ring = try PacketRing(interface: place.near, options: options)
        #expect(ring.ringBytes == 32 * 1024)
        let before = try place.counters()
        try place.send(3000, octets: 1200, fromFar: true)
        var seen = 0
        let deadline = Date().addingTimeInterval(10)
        func isDone() throws -> Bool {
            let truth = try place.counters() - before
            return seen + Int(ring.counters().dropped) >= truth.received + truth.sent
        }
        while try !isDone(), Date() < deadline { seen += try ring.read(limit: 1000) { _, _, _, _ in } }
        let counters = ring.counters()
        #expect(counters.dropped > 0)
        #expect(counters.freezes > 0)
        let truth = try place.counters() - before
        #expect(seen + Int(counters.dropped) == truth.received + truth.sent)
        #expect(counters.seen == UInt64(truth.received + truth.sent))
    }

    @Test("super-packets of a TCP transfer: every octet that the kernel counts, and frames longer than the wire allows")
    func superPackets() throws {
        let place = try Namespace()
        var options = PacketRing.Options()
        options.ringBytes = 32 << 20
        var ring = try PacketRing(interface: place.near, options: options)
        let before = try place.counters()
        try place.transfer(3_000_000)
        var longest = 0
        let seen = try collect(&ring, limit: 512, until: { seen in try seen == place.counters() - before }) { _, octets, length, _ in
            longest = max(longest, length)
            #expect(octets.byteCount <= 256)
        }
        #expect(try seen == place.counters() - before)
        #expect(longest > 1514)
        #expect(ring.counters().dropped == 0)
    }

    @Test("the loopback: every packet once")
    func loopback() throws {
        let place = try Namespace()
        let namespace = NetworkNamespace(named: place.name)
        var ring = try PacketRing(interface: "lo", in: namespace, options: .init())
        func received() throws -> Int {
            Int(try Command.check(["ip", "netns", "exec", place.name, "cat", "/sys/class/net/lo/statistics/rx_packets"]).dropLast()) ?? -1
        }
        let before = try received()
        _ = try Command.check([
            "ip", "netns", "exec", place.name, "bash", "-c", "exec 3<>/dev/udp/127.0.0.1/9; for i in {1..50}; do printf x >&3 2>/dev/null; done; exit 0",
        ])
        var seen = 0
        let deadline = Date().addingTimeInterval(10)
        while try seen < received() - before, Date() < deadline {
            seen += try ring.read(limit: 100) { _, _, _, direction in #expect(direction == .ingress) }
        }
        #expect(try seen == received() - before)
        #expect(seen >= 50)
    }

    @Test("a tun device: bare IP packets")
    func tun() throws {
        let place = try Namespace()
        let tun = try Tun(mark: String(place.near.dropFirst(3)))
        _ = try Command.check(["ip", "link", "set", tun.name, "up"])
        var ring = try PacketRing(interface: tun.name, options: .init())
        #expect(ring.linkType == 12)
        #expect(ring.linkTypeName == "RAW")
        // An IPv4 header, of a protocol for experiments, from one documentation address to another.
        let packet: [UInt8] = [0x45, 0, 0, 24, 0, 1, 0, 0, 64, 253, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, 1, 2, 3, 4]
        tun.write(packet)
        var seen: [PcapBytes.Frame] = []
        let deadline = Date().addingTimeInterval(10)
        while !seen.contains(where: { $0.octets == packet && $0.wireLength == 24 }), Date() < deadline {
            _ = try ring.read(limit: 100) { octets, wireLength, _, _ in seen.append(.init(octets, wireLength: wireLength, nanoseconds: 0)) }
        }
        #expect(seen.contains { $0.octets == packet && $0.wireLength == 24 })
    }

    @Test("the memory of a ring is known before it is opened, and holds the frames that it should", arguments: [0, 1, 128 << 10, 150_000, 1 << 20, 8 << 20], [Int32(64), 256, 9000, 262_144])
    func memory(ringBytes: Int, snapLength: Int32) throws {
        var options = PacketRing.Options()
        options.ringBytes = ringBytes
        options.snapLength = snapLength
        let place = try Namespace()
        #expect(try PacketRing(interface: place.near, options: options).ringBytes == PacketRing.ringBytes(options))
        #expect(PacketRing.ringBytes(options) >= ringBytes)
        #expect(PacketRing.frames(options) >= 2)
        #expect(PacketRing.frames(options) * Int(snapLength) < PacketRing.ringBytes(options))
    }

    @Test("a small ring holds as many frames as it says, without a drop")
    func room() throws {
        let place = try Namespace()
        var options = PacketRing.Options()
        options.ringBytes = 128 * 1024
        var ring = try PacketRing(interface: place.near, options: options)
        // Two blocks less: the one that is being filled, and a timeout may hand one over before it is full.
        let count = PacketRing.frames(options) / 4
        try place.send(count, octets: 1000, fromFar: true)
        var seen = 0
        let deadline = Date().addingTimeInterval(10)
        while seen < count, Date() < deadline { seen += try ring.read(limit: 1000) { _, _, _, _ in } }
        #expect(seen >= count)
        #expect(ring.counters().dropped == 0)
    }

    @Test("rings of hundreds of interfaces stay within their budget, and each sees all")
    func many() throws {
        let place = try Namespace()
        var options = PacketRing.Options()
        options.ringBytes = 128 * 1024
        let rings = try (0..<200).map { _ in RingHolder(try PacketRing(interface: place.near, options: options)) }
        #expect(rings.allSatisfy { $0.ring.ringBytes == 128 * 1024 })
        let before = try place.counters()
        try place.send(40, fromFar: true)
        let deadline = Date().addingTimeInterval(20)
        func missing() throws -> Bool {
            let truth = try place.counters() - before
            return rings.contains { $0.seen < truth.received + truth.sent }
        }
        while try missing(), Date() < deadline {
            for holder in rings { holder.seen += try holder.ring.read(limit: 100) { _, _, _, _ in } }
        }
        let truth = try place.counters() - before
        #expect(rings.allSatisfy { $0.seen == truth.received + truth.sent })
    }

    private final class RingHolder {
        var ring: PacketRing
        var seen = 0
        init(_ ring: consuming PacketRing) { self.ring = ring }
    }
}
