@testable import Capture
import FlowModel
import Foundation
import TestSupport
import Testing

/// Changes of interfaces, as the kernel makes them.
@Suite("Link monitor", .enabled(if: Namespace.isAvailable, Comment(rawValue: Namespace.reason)))
struct LinkMonitorTests {
    private final class Watcher {
        private var monitor: LinkMonitor
        private let namespace: NetworkNamespace
        var descriptor: Int32 { monitor.descriptor }

        init(_ namespace: NetworkNamespace) throws {
            monitor = try LinkMonitor(in: namespace)
            self.namespace = namespace
        }

        func takeNews() -> Bool { monitor.takeNews() }

        /// Waits for news, up to five seconds.
        func hasNews() -> Bool {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&waiting, 1, 5000) == 1 else { return false }
            return takeNews()
        }

        /// The kernel tells of one change in several messages, some later: a list is asked for until it shows it.
        func shows(_ isShown: (InterfaceList) -> Bool) throws -> Bool {
            let deadline = Date().addingTimeInterval(10)
            while Date() < deadline {
                guard hasNews() else { return false }
                if isShown(try InterfaceList(inNamespace: namespace)) { return true }
            }
            return false
        }
    }

    @Test("an interface that comes, gets an address, is renamed, goes down and up, moves away and back, and vanishes")
    func changes() throws {
        let place = try Namespace()
        let other = try Namespace()
        let namespace = NetworkNamespace(named: place.name)
        let monitor = try Watcher(namespace)
        func ip(_ text: String, _ name: String? = nil) throws {
            _ = try Command.check(["ip", "-n", name ?? place.name] + text.split(separator: " ").map(String.init))
        }
        func find(_ list: InterfaceList, _ name: String) -> NetworkInterface? { list.interfaces.first { $0.name == name } }
        try ip("link add one type veth peer name two")
        #expect(try monitor.shows { find($0, "one") != nil && find($0, "two") != nil })
        let index = try #require(find(InterfaceList(inNamespace: namespace), "one")).index
        try ip("addr add 10.9.8.7/24 dev one")
        #expect(try monitor.shows { $0.hostAddresses.contains { $0.description == "10.9.8.7" } && find($0, "one")?.hasAddress == true })
        try ip("addr del 10.9.8.7/24 dev one")
        #expect(try monitor.shows { find($0, "one")?.hasAddress == false })
        try ip("link set one name renamed")
        #expect(try monitor.shows { find($0, "renamed")?.index == index && find($0, "one") == nil })
        try ip("link set renamed up")
        #expect(try monitor.shows { find($0, "renamed")?.isUp == true })
        try ip("link set renamed down")
        #expect(try monitor.shows { find($0, "renamed")?.isUp == false })
        try ip("link set renamed netns \(other.name)")
        #expect(try monitor.shows { find($0, "renamed") == nil && find($0, "two")?.linkNamespace != nil })
        try ip("link set renamed netns \(place.name)", other.name)
        #expect(try monitor.shows { find($0, "renamed") != nil && find($0, "two")?.linkNamespace == nil })
        try ip("link del two")
        #expect(try monitor.shows { find($0, "renamed") == nil && find($0, "two") == nil })
        // What happens elsewhere is no news.
        _ = monitor.takeNews()
        try ip("link add one type veth peer name two", other.name)
        #expect(!monitor.takeNews())
    }

    @Test("more changes than the kernel keeps: news once, then the next change is news again")
    func overrun() throws {
        let place = try Namespace()
        let namespace = NetworkNamespace(named: place.name)
        let monitor = try Watcher(namespace)
        var small: Int32 = 1
        _ = unsafe setsockopt(monitor.descriptor, SOL_SOCKET, SO_RCVBUF, &small, socklen_t(MemoryLayout<Int32>.size))
        var script = ""
        for number in 0..<100 { script += "link add v\(number) type veth peer name w\(number)\nlink set v\(number) up\n" }
        _ = try Command.check(["ip", "-n", place.name, "-batch", "-"], input: Data(script.utf8))
        #expect(monitor.takeNews())
        #expect(!monitor.takeNews())
        let list = try InterfaceList(inNamespace: namespace)
        #expect(list.interfaces.filter { $0.name.hasPrefix("v") && $0.isUp }.count == 100)
        _ = try Command.check(["ip", "-n", place.name, "link", "del", "v7"])
        #expect(monitor.hasNews())
        #expect(try InterfaceList(inNamespace: namespace).interfaces.filter { $0.name.hasPrefix("v") }.count == 99)
    }
}
