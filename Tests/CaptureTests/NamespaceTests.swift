@testable import Capture
import FlowModel
import Foundation
import TestSupport
import Testing

/// Interfaces of other network namespaces.
@Suite("Network namespaces", .enabled(if: Namespace.isAvailable, Comment(rawValue: Namespace.reason)))
struct NamespaceTests {
    @Test("named ones and those of processes, each once by its identity; files that are none are no namespaces")
    func named() throws {
        let place = try Namespace()
        let namespace = NetworkNamespace(named: place.name)
        #expect(try NetworkNamespace.named().contains(namespace))
        let stale = "zt-stale-\(UInt32.random(in: 0 ... .max))"
        _ = FileManager.default.createFile(atPath: "\(NetworkNamespace.folder)/\(stale)", contents: nil)
        defer { try? FileManager.default.removeItem(atPath: "\(NetworkNamespace.folder)/\(stale)") }
        #expect(failure { () throws(CaptureError) in _ = try NetworkNamespace(named: stale).pinned() }?.code == .namespace)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["ip", "netns", "exec", place.name, "cat"]
        let pipe = Pipe()
        process.standardInput = pipe
        try process.run()
        defer {
            try? pipe.fileHandleForWriting.close()
            process.waitUntilExit()
        }
        let own = NetworkNamespace(ofProcess: process.processIdentifier)
        let deadline = Date().addingTimeInterval(10)
        while own.identity != namespace.identity, Date() < deadline { usleep(1000) }
        #expect(own.identity == namespace.identity)
        #expect(own.identity != nil)
        #expect(NetworkNamespace.own.identity != own.identity)
        #expect(try InterfaceList(inNamespace: own) == InterfaceList(inNamespace: namespace))
    }

    @Test("its interfaces and addresses, not ours; the number of the namespace of the other end")
    func list() throws {
        let place = try Namespace()
        let namespace = NetworkNamespace(named: place.name)
        let there = try InterfaceList(inNamespace: namespace)
        let here = try InterfaceList()
        #expect(Set(there.interfaces.map(\.name)) == ["lo", place.far])
        #expect(there.hostAddresses.map(\.description).sorted() == [place.farAddress, "127.0.0.1"].sorted())
        let far = try #require(there.interfaces.first { $0.name == place.far })
        let near = try #require(here.interfaces.first { $0.name == place.near })
        #expect(far.kind == .veth)
        #expect(far.link == near.index)
        #expect(near.link == far.index)
        // `ip` shows the same numbers.
        let text = try Command.check(["ip", "-d", "link", "show", place.near])
        let number = try #require(near.linkNamespace)
        #expect(text.contains("link-netnsid \(number)") || text.contains("link-netns \(place.name)"))
        #expect(far.linkNamespace != nil)
    }

    @Test("a ring that is opened there and read here; the namespace of this thread stays")
    func ring() async throws {
        let place = try Namespace()
        let before = try InterfaceList().interfaces.map(\.name)
        var ring = try PacketRing(interface: place.far, in: NetworkNamespace(named: place.name), options: .init())
        #expect(try InterfaceList().interfaces.map(\.name).contains(place.near))
        #expect(before.contains(place.near))
        try place.send(20, fromFar: true)
        var seen: [FlowDirection: Int] = [:]
        let deadline = Date().addingTimeInterval(10)
        while seen[.egress] ?? 0 < 20, Date() < deadline {
            _ = try ring.read(limit: 100) { octets, _, _, direction in
                if octets.byteCount > 40, octets.shortNumber(at: 36, isSwapped: true) == 9 { seen[direction, default: 0] += 1 }
            }
        }
        #expect(seen[.egress] ?? 0 >= 20)
        #expect(seen[.ingress] == nil)
        var options = PacketRing.Options()
        options.filter = "udp port 9"
        let filtered = try PacketRing(interface: place.far, in: NetworkNamespace(named: place.name), options: options)
        #expect(filtered.linkType == 1)
    }

    @Test("one that is gone, and an interface that is not in it")
    func gone() throws {
        let place = try Namespace()
        let missing = NetworkNamespace(named: "zt-none-\(UInt32.random(in: 0 ... .max))")
        #expect(failure { () throws(CaptureError) in _ = try InterfaceList(inNamespace: missing) }?.code == .namespace)
        #expect(failure { () throws(CaptureError) in _ = try LinkMonitor(in: missing) }?.code == .namespace)
        let error = failure { () throws(CaptureError) in _ = try PacketRing(interface: "lo", in: missing, options: .init()) }
        #expect(error?.code == .namespace)
        #expect(error?.place == missing.name)
        #expect(error?.message.contains("ip netns") == true)
        #expect(failure { () throws(CaptureError) in _ = try InterfaceList(inNamespace: NetworkNamespace(ofProcess: .max)) }?.code == .namespace)
        let there = NetworkNamespace(named: place.name)
        #expect(failure { () throws(CaptureError) in _ = try PacketRing(interface: place.near, in: there, options: .init()) }?.code == .noSuchInterface)
    }

    @Test("what people write: a name, or a process; nothing else")
    func writing() {
        #expect(NetworkNamespace("blue")?.path == "/run/netns/blue")
        #expect(NetworkNamespace("pid:17")?.path == "/proc/17/ns/net")
        for text in ["", ".", "..", "a/b", "../../proc/1/ns/net", "pid:", "pid:abc", "pid:0", "pid:-1", "pid:+1", "pid:99999999999", "pid:*", "a\0b"] {
            #expect(NetworkNamespace(text) == nil, "\(text)")
        }
    }

    @Test("one that is pinned is never taken for another of its name")
    func pinned() throws {
        let place = try Namespace()
        let pinned = try NetworkNamespace(named: place.name).pinned()
        #expect(try pinned == NetworkNamespace(named: place.name).pinned())
        #expect(try InterfaceList(inNamespace: pinned).interfaces.contains { $0.name == place.far })
        // What is open in it keeps it alive, so that its number is not another's.
        let monitor = try LinkMonitor(in: pinned)
        _ = try Command.check(["ip", "netns", "del", place.name])
        _ = try Command.check(["ip", "netns", "add", place.name])
        #expect(try pinned != NetworkNamespace(named: place.name).pinned())
        #expect(failure { () throws(CaptureError) in _ = try InterfaceList(inNamespace: pinned) }?.code == .namespace)
        #expect(failure { () throws(CaptureError) in _ = try PacketRing(interface: "lo", in: pinned, options: .init()) }?.code == .namespace)
        #expect(failure { () throws(CaptureError) in _ = try NetworkNamespace(named: place.name + "x").pinned() }?.code == .namespace)
        withExtendedLifetime(monitor.descriptor) {}
    }

    private func failure(_ body: () throws(CaptureError) -> Void) -> CaptureError? {
        do throws(CaptureError) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    @Test("without the privilege the error names it")
    func permission() async throws {
        await #expect(processExitsWith: .success) {
            let place = try Namespace()
            let there = NetworkNamespace(named: place.name)
            guard setegid(65_534) == 0, seteuid(65_534) == 0 else { exit(2) }
            var code: Int32 = 3
            do throws(CaptureError) {
                _ = try InterfaceList(inNamespace: there)
            } catch {
                code = error.code == .permission && error.message.contains("CAP_SYS_ADMIN") ? 0 : 4
            }
            // The namespace goes with its owner, who must be root again.
            _ = seteuid(0)
            withExtendedLifetime(place) {}
            if code != 0 { exit(code) }
        }
    }
}
