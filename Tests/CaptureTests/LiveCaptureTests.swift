import Capture
import Foundation
import FlowModel
import TestSupport
import Testing

/// Capture on a real veth pair, against the kernel's own counters.
@Suite("Live capture", .enabled(if: Namespace.isAvailable, Comment(rawValue: Namespace.reason)))
struct LiveCaptureTests {
    /// Reads both rings until they hold what the kernel counted, or ten seconds have passed.
    private func collect(
        _ ingress: borrowing LiveHandle, _ egress: borrowing LiveHandle, until isDone: (Namespace.Counters) throws -> Bool,
        _ look: (FlowDirection, borrowing RawSpan, Int, Int64) -> Void = { _, _, _, _ in }
    ) throws -> Namespace.Counters {
        var seen = Namespace.Counters()
        let deadline = Date().addingTimeInterval(10)
        repeat {
            let frames = try ingress.read(limit: 64) { octets, length, time in
                seen.receivedOctets += length
                look(.ingress, octets, length, time)
            }
            seen.received += frames
            seen.sent += try egress.read(limit: 64) { octets, length, time in
                seen.sentOctets += length
                look(.egress, octets, length, time)
            }
            if try isDone(seen) { break }
        } while Date() < deadline
        return seen
    }

    private func source(_ octets: borrowing RawSpan) -> String {
        guard octets.byteCount >= 30, unsafe octets.unsafeLoadUnaligned(fromByteOffset: 12, as: UInt16.self) == 8 else { return "" }
        return (26..<30).map { String(unsafe octets.unsafeLoad(fromByteOffset: $0, as: UInt8.self)) }.joined(separator: ".")
    }

    @Test("every frame once, in its direction, with its length and time")
    func counts() throws {
        let place = try Namespace()
        let ingress = try LiveHandle(interface: place.near, direction: .ingress, options: LiveHandle.Options())
        let egress = try LiveHandle(interface: place.near, direction: .egress, options: LiveHandle.Options())
        #expect(ingress.linkType == 1)
        #expect(ingress.linkTypeName == "EN10MB")
        #expect(ingress.descriptor >= 0)
        #expect(ingress.interface == place.near)
        let before = try place.counters()
        try place.send(300, fromFar: true)
        try place.send(200, octets: 1000, fromFar: false)
        var sources: [FlowDirection: Set<String>] = [:]
        var longest = 0
        var times: [Int64] = []
        let seen = try collect(
            ingress, egress, until: { seen in try seen == place.counters() - before }
        ) { direction, octets, _, time in
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
        #expect(ingress.dropped == 0)
        #expect(egress.dropped == 0)
        let now = Int64(Date().timeIntervalSince1970 * 1e9)
        #expect(times.allSatisfy { abs(now - $0) < 60_000_000_000 })
        #expect(Set(times.map { $0 % 1000 }).count > 10, "nanoseconds")
    }

    @Test("a limit holds, and the rest waits")
    func limit() throws {
        let place = try Namespace()
        let ingress = try LiveHandle(interface: place.near, direction: .ingress, options: LiveHandle.Options())
        let before = try place.counters()
        try place.send(100, fromFar: true)
        var passes: [Int] = []
        let deadline = Date().addingTimeInterval(10)
        while Date() < deadline, passes.reduce(0, +) < (try place.counters() - before).received {
            let frames = try ingress.read(limit: 7) { _, _, _ in }
            if frames > 0 { passes.append(frames) }
        }
        #expect(passes.reduce(0, +) == (try place.counters() - before).received)
        #expect(passes.allSatisfy { $0 <= 7 })
        #expect(passes.count >= 100 / 7)
    }

    @Test("a ring that is too small: what is dropped is counted, and nothing is counted twice")
    func drops() throws {
        let place = try Namespace()
        var options = LiveHandle.Options()
        options.ringBytes = 1
        options.snapLength = 2000
        let ingress = try LiveHandle(interface: place.near, direction: .ingress, options: options)
        let before = try place.counters()
        try place.send(3000, octets: 1200, fromFar: true)
        var seen = 0
        let deadline = Date().addingTimeInterval(10)
        func isDone() throws -> Bool { try seen + Int(ingress.dropped ?? 0) >= (place.counters() - before).received }
        while try !isDone(), Date() < deadline { seen += try ingress.read(limit: 1000) { _, _, _ in } }
        let dropped = Int(ingress.dropped ?? 0)
        #expect(dropped > 0)
        #expect(seen + dropped == (try place.counters() - before).received)
    }

    @Test("an interface that vanishes during capture is told of", arguments: [FlowDirection.ingress, .egress])
    func vanishes(direction: FlowDirection) throws {
        let place = try Namespace()
        let handle = try LiveHandle(interface: place.near, direction: direction, options: LiveHandle.Options())
        _ = try Command.check(["ip", "link", "del", place.near])
        let problem = failure(of: handle)
        #expect(problem?.place == place.near)
        #expect([.interfaceGone, .interfaceDown].contains(problem?.code))
    }

    @Test("an interface that goes down during capture is told of, or capture goes on when it is up again")
    func goesDown() throws {
        let place = try Namespace()
        let handle = try LiveHandle(interface: place.near, direction: .ingress, options: LiveHandle.Options())
        _ = try Command.check(["ip", "link", "set", place.near, "down"])
        do throws(CaptureError) {
            for _ in 0..<1000 { _ = try handle.read(limit: 100) { _, _, _ in } }
        } catch {
            // libpcap before 1.10 ends the capture.
            #expect(error.code == .interfaceDown)
            return
        }
        _ = try Command.check(["ip", "link", "set", place.near, "up"])
        let before = try place.counters()
        try place.send(50, fromFar: true)
        var seen = 0
        let deadline = Date().addingTimeInterval(10)
        while try seen < (place.counters() - before).received, Date() < deadline { seen += try handle.read(limit: 100) { _, _, _ in } }
        #expect(seen >= 50)
    }

    private func failure(of handle: borrowing LiveHandle) -> CaptureError? {
        let deadline = Date().addingTimeInterval(10)
        while Date() < deadline {
            do throws(CaptureError) {
                _ = try handle.read(limit: 100) { _, _, _ in }
            } catch {
                return error
            }
        }
        return nil
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
        #expect(opening("a name that is far too long for an interface") != nil)
        #expect(opening("") != nil)
    }

    private func opening(_ name: String) -> CaptureError? {
        do throws(CaptureError) {
            _ = try LiveHandle(interface: name, direction: .ingress, options: LiveHandle.Options())
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
                _ = try LiveHandle(interface: "lo", direction: .ingress, options: LiveHandle.Options())
                exit(3)
            } catch {
                guard error.code == .permission, error.message.contains("setcap cap_net_raw,cap_net_admin+ep") else { exit(4) }
            }
        }
    }

    @Test("the kernel's list: kinds, masters, VNI and addresses of interfaces made here, and what topology tells of them")
    func list() throws {
        let place = try Namespace()
        let mark = String(place.near.dropFirst(3))
        let (bridge, vxlan, tap, tun) = ("ztb\(mark)", "ztx\(mark)", "ztt\(mark)", "ztu\(mark)")
        defer { for name in [vxlan, bridge, tap, tun] { _ = try? Command.run(["ip", "link", "del", name]) } }
        let vni = UInt32.random(in: 100_000...16_000_000)
        for command in [
            "ip link add \(bridge) type bridge", "ip link add \(vxlan) type vxlan id \(vni) dev \(place.near) dstport 4799 remote \(place.farAddress)",
            "ip link set \(vxlan) master \(bridge)", "ip tuntap add dev \(tap) mode tap", "ip tuntap add dev \(tun) mode tun",
            "ip link set \(tap) master \(bridge)", "ip link set \(bridge) up",
        ] { _ = try Command.check(command.split(separator: " ").map(String.init)) }
        let list = try InterfaceList()
        func find(_ name: String) throws -> NetworkInterface { try #require(list.interfaces.first { $0.name == name }, "\(name)") }
        let bridgeFound = try find(bridge)
        let nearFound = try find(place.near)
        #expect(bridgeFound.kind == .bridge)
        #expect(bridgeFound.isUp)
        #expect(try find(vxlan).kind == .vxlan)
        #expect(try find(vxlan).vni == vni)
        #expect(try find(vxlan).lower == nearFound.index)
        #expect(try find(vxlan).master == bridgeFound.index)
        #expect(try !find(vxlan).isUp)
        #expect(try find(tap).kind == .tap)
        #expect(try find(tun).kind == .other("tun"))
        #expect(nearFound.kind == .veth)
        #expect(nearFound.hasAddress)
        #expect(try find("lo").kind == .loopback)
        #expect(list.hostAddresses.map(\.description).contains(place.nearAddress))
        #expect(list.interfaces.map(\.index) == list.interfaces.map(\.index).sorted())
        for interface in list.interfaces {
            let text = try? String(contentsOfFile: "/sys/class/net/\(interface.name)/ifindex", encoding: .utf8)
            if let text { #expect(text.split(separator: "\n").first.flatMap { Int32($0) } == interface.index) }
        }
        let topology = Topology(list)
        #expect(try topology.vni(of: find(tap)) == vni)
        #expect(topology.vni(of: bridgeFound) == vni)
        #expect(topology.vni(of: nearFound) == nil)
        #expect(try topology.isWorkload(find(tap)))
        #expect(!topology.isWorkload(nearFound))
    }
}
