@testable import Capture
import FlowModel
import Foundation
import TestSupport
import Testing

/// Interfaces that come, go and change under a ring, and those that cannot be captured.
@Suite("Life of packet rings", .enabled(if: Namespace.isAvailable, Comment(rawValue: Namespace.reason)))
struct PacketRingLifeTests {
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

    @Test("what an interface sent before it vanished is read, and the kernel's count says when that is all")
    func lastFrames() throws {
        let place = try Namespace()
        var ring = try PacketRing(interface: place.near, options: .init())
        try place.sendRaw(Array(repeating: TaggedFrame(7).octets, count: 50), fromFar: true)
        let truth = try place.counters()
        _ = try Command.check(["ip", "link", "del", place.near])
        var seen = 0
        let deadline = Date().addingTimeInterval(10)
        while ring.counters().seen > UInt64(seen), Date() < deadline { seen += ring.readWaiting(limit: 100) { _, _, _, _ in } }
        #expect(seen >= 50)
        #expect(seen == truth.received + truth.sent)
        #expect(ring.counters() == PacketRing.Counters(seen: UInt64(seen), dropped: 0, freezes: 0))
    }

    @Test("a ring that is stopped keeps what it has, and takes nothing more")
    func stopped() throws {
        let place = try Namespace()
        var ring = try PacketRing(interface: place.near, options: .init())
        try place.sendRaw(Array(repeating: TaggedFrame(7).octets, count: 20), fromFar: true)
        ring.stop()
        let seen = ring.counters().seen
        try place.sendRaw(Array(repeating: TaggedFrame(8).octets, count: 20), fromFar: true)
        var read = 0
        let deadline = Date().addingTimeInterval(10)
        while read < Int(seen), Date() < deadline { read += try ring.read(limit: 100) { _, _, _, _ in } }
        #expect(seen >= 20)
        #expect(read == Int(seen))
        #expect(ring.counters().seen == seen)
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
            try place.sendRaw([TaggedFrame(7).octets], fromFar: true)
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
        #expect(Self.opening(place.near)?.code == .interfaceDown)
        #expect(Self.opening(place.near)?.message.contains("ip link set \(place.near) up") == true)
        let missing = Self.opening("ztnone0")
        #expect(missing?.code == .noSuchInterface)
        #expect(missing?.description.hasPrefix("ztnone0: there is no such interface") == true)
        #expect(Self.opening("a name that is far too long for an interface")?.code == .noSuchInterface)
        #expect(Self.opening("")?.code == .noSuchInterface)
    }

    @Test("an error in another namespace names it, and how to mend it there")
    func cannotBeginElsewhere() throws {
        let place = try Namespace()
        let there = NetworkNamespace(named: place.name)
        _ = try Command.check(["ip", "-n", place.name, "link", "set", place.far, "down"])
        let down = Self.opening(place.far, in: there)
        #expect(down?.place == "\(place.name)/\(place.far)")
        #expect(down?.message.contains("ip -n \(place.name) link set \(place.far) up") == true)
        let missing = Self.opening("ztnone0", in: there)
        #expect(missing?.place == "\(place.name)/ztnone0")
        #expect(missing?.message.contains("ip -n \(place.name) -br link") == true)
        let process = Self.opening("ztnone0", in: NetworkNamespace(ofProcess: getpid()))
        #expect(process?.message.contains("nsenter -t \(getpid()) -n ip -br link") == true)
    }

    static func opening(
        _ name: String, in namespace: NetworkNamespace? = nil, _ options: PacketRing.Options = .init()
    ) -> CaptureError? {
        do throws(CaptureError) {
            _ = try PacketRing(interface: name, in: namespace, options: options)
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
}
