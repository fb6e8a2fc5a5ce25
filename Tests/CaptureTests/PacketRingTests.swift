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
        #expect(longest == 320)
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
            #expect(octets.byteCount <= 320)
        }
        #expect(try seen == place.counters() - before)
        #expect(longest > 1514)
        #expect(ring.counters().dropped == 0)
    }

    private func frame(_ number: UInt8, tags: [[UInt8]]) -> [UInt8] {
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 0, 0, 0, number] + tags.flatMap { $0 } + [0x88, 0xB5] + Array(0..<60)
    }

    @Test("VLAN tags that the kernel takes out are put back once, with their identifier")
    func tags() throws {
        let place = try Namespace()
        var ring = try PacketRing(interface: place.near, options: .init())
        let plain = try PacketSocket(interface: place.near, in: nil)
        try plain.begin(isPromiscuous: true)
        let frames = [
            frame(0, tags: []), frame(1, tags: [[0x81, 0x00, 0x00, 0x64]]), frame(2, tags: [[0x88, 0xA8, 0x6F, 0xFF]]),
            frame(3, tags: [[0x88, 0xA8, 0x00, 0x0A], [0x81, 0x00, 0xE0, 0x14]]), frame(4, tags: [[0x81, 0x00, 0xA0, 0x00]]),
            frame(5, tags: [[0x81, 0x00, 0x00, 0x01], [0x81, 0x00, 0x00, 0x02], [0x81, 0x00, 0x00, 0x03]]),
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
        #expect(bare.contains(frame(1, tags: [])))
        #expect(bare.contains(frame(3, tags: [[0x81, 0x00, 0xE0, 0x14]])))
    }

    @Test("a tag goes in front of a frame that is cut, within the snapshot length")
    func cutTag() throws {
        let place = try Namespace()
        var options = PacketRing.Options()
        options.snapLength = 40
        var ring = try PacketRing(interface: place.near, options: options)
        let whole = frame(1, tags: [[0x88, 0xA8, 0x00, 0x64]])
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
        arguments: [("vlan 100", [1]), ("not vlan", [0]), ("vlan", [1, 2]), ("ether[11] > 0", [1, 2]), ("vlan 5 and ether proto 0x88b5", [2]), ("ip or arp", []), ("", [0, 1, 2])])
    func filters(expression: String, kept: [UInt8]) throws {
        let place = try Namespace()
        var options = PacketRing.Options()
        options.filter = expression
        var ring = try PacketRing(interface: place.near, options: options)
        var all = try PacketRing(interface: place.near, options: .init())
        let frames = [frame(0, tags: []), frame(1, tags: [[0x81, 0, 0, 100]]), frame(2, tags: [[0x88, 0xA8, 0, 5]])]
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
        let problem = opening(place.near, options)
        #expect(problem?.code == .filter)
        #expect(problem?.place == place.near)
        #expect(problem?.message.contains("\"prot 17\"") == true)
        #expect(problem?.message.contains("syntax error") == true, "\(problem?.message ?? "")")
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

    @Test("an interface that vanishes or moves to another namespace is told of", arguments: [["del"], ["set"]])
    func vanishes(verb: [String]) throws {
        let place = try Namespace()
        var ring = try PacketRing(interface: place.near, options: .init())
        _ = try Command.check(["ip", "link"] + verb + [place.near] + (verb == ["set"] ? ["netns", place.name] : []))
        var problem: CaptureError?
        let deadline = Date().addingTimeInterval(10)
        while problem == nil, Date() < deadline {
            do throws(CaptureError) { _ = try ring.read(limit: 100) { _, _, _, _ in } } catch { problem = error }
        }
        #expect(problem?.place == place.near)
        #expect(problem?.code == .interfaceGone)
    }

    @Test("an interface that moves away and comes back, with its name and index, is lost to the ring, and that is told")
    func comesBack() throws {
        let place = try Namespace()
        let ring = try PacketRing(interface: place.near, options: .init())
        _ = try Command.check(["ip", "link", "set", place.near, "netns", place.name])
        _ = try Command.check(["ip", "-n", place.name, "link", "set", place.near, "netns", "1"])
        _ = try Command.check(["ip", "link", "set", place.near, "up"])
        #expect(try InterfaceList().interfaces.contains { $0.name == place.near && $0.index == ring.index })
        var problem: CaptureError?
        do throws(CaptureError) { try ring.verify() } catch { problem = error }
        #expect(problem?.code == .interfaceGone)
        let again = try PacketRing(interface: place.near, options: .init())
        try again.verify()
    }

    @Test("a budget is shared, within what a ring needs and can use")
    func budget() {
        #expect(PacketRing.ringBytes(budget: 256 << 20, interfaces: 500) == 512 << 10)
        #expect(PacketRing.ringBytes(budget: 256 << 20, interfaces: 1) == 8 << 20)
        #expect(PacketRing.ringBytes(budget: 256 << 20, interfaces: 100_000) == 128 << 10)
        #expect(PacketRing.ringBytes(budget: -1, interfaces: 0) == 128 << 10)
        for interfaces in 1...2048 { #expect(PacketRing.ringBytes(budget: 256 << 20, interfaces: interfaces) * interfaces <= 256 << 20) }
    }

    @Test("an interface that goes down and comes up again, and one that is renamed, go on being captured")
    func goesOn() throws {
        let place = try Namespace()
        var ring = try PacketRing(interface: place.near, options: .init())
        _ = try Command.check(["ip", "link", "set", place.near, "down"])
        for _ in 0..<100 { _ = try ring.read(limit: 100) { _, _, _, _ in } }
        _ = try Command.check(["ip", "link", "set", place.near, "up"])
        #expect(try arrives(&ring, from: place))
        _ = try Command.check(["ip", "link", "set", place.near, "down"])
        _ = try Command.check(["ip", "link", "set", place.near, "name", place.near + "r"])
        defer { _ = try? Command.run(["ip", "link", "del", place.near + "r"]) }
        _ = try Command.check(["ip", "link", "set", place.near + "r", "up"])
        #expect(try arrives(&ring, from: place))
    }

    /// Sends frames from the far end until one is there: the kernel drops those sent before the carrier is up again.
    private func arrives(_ ring: inout PacketRing, from place: Namespace) throws -> Bool {
        let deadline = Date().addingTimeInterval(10)
        var isThere = false
        while !isThere, Date() < deadline {
            try place.sendRaw([frame(7, tags: [])], fromFar: true)
            _ = try ring.read(limit: 100) { octets, _, _, direction in
                if direction == .ingress, octets.byteCount > 12, octets.number(at: 8, isSwapped: false) == 0x0700_0000 { isThere = true }
            }
        }
        return isThere
    }

    @Test("no such interface, one that is down, and a name that cannot be")
    func cannotBegin() throws {
        let place = try Namespace()
        _ = try Command.check(["ip", "link", "set", place.near, "down"])
        #expect(opening(place.near)?.code == .interfaceDown)
        #expect(opening(place.near)?.message.contains("ip link set \(place.near) up") == true)
        let missing = opening("ztnone0")
        #expect(missing?.code == .noSuchInterface)
        #expect(missing?.description.hasPrefix("ztnone0: there is no such interface") == true)
        #expect(opening("a name that is far too long for an interface")?.code == .noSuchInterface)
        #expect(opening("")?.code == .noSuchInterface)
    }

    private func opening(_ name: String, _ options: PacketRing.Options = .init()) -> CaptureError? {
        do throws(CaptureError) {
            _ = try PacketRing(interface: name, options: options)
            return nil
        } catch {
            return error
        }
    }

    @Test("without the privilege the error says how to get it")
    func permission() async {
        await #expect(processExitsWith: .success) {
            guard setgid(65_534) == 0, setuid(65_534) == 0 else { exit(2) }
            do throws(CaptureError) {
                _ = try PacketRing(interface: "lo", options: .init())
                exit(3)
            } catch {
                guard error.code == .permission, error.message.contains("setcap cap_net_raw,cap_net_admin+ep") else { exit(4) }
            }
        }
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
