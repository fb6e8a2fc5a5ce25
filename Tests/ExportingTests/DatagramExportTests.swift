import FlowModel
import Glibc
import IPFIX
import NIOCore
import Testing

@testable import Exporting

@Suite("exports over UDP")
struct DatagramExportTests {
    /// A socket of our own, whose datagrams the decoder of foreign exports reads.
    @safe final class Receiver {
        let port: UInt16
        private let descriptor: Int32
        private(set) var decoder = ExportDecoder()
        private(set) var longest = 0
        private(set) var datagrams = 0
        private(set) var flows = FlowBatch()

        init(_ host: String = "127.0.0.1") throws {
            let wanted = try SocketAddress(ipAddress: host, port: 0)
            let descriptor = socket(wanted.protocol == .inet6 ? AF_INET6 : AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
            try #require(descriptor >= 0)
            self.descriptor = descriptor
            var size: Int32 = 8 << 20
            _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
            // The port stands in the same place in addresses of both families: octets 2 and 3.
            var bound = [UInt8](repeating: 0, count: 28)
            var length = socklen_t(bound.count)
            // SAFETY: the addresses are as long as is said, and outlive the calls.
            let isBound = unsafe wanted.withSockAddr { pointer, length in unsafe bind(descriptor, pointer, socklen_t(length)) == 0 }
            let isTold = unsafe bound.withUnsafeMutableBytes { bytes in
                unsafe getsockname(descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length) == 0
            }
            try #require(isBound && isTold)
            port = UInt16(bound[2]) << 8 | UInt16(bound[3])
        }

        deinit { close(descriptor) }

        /// Reads what waits.
        func receive() {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = unsafe recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                if count <= 0 { break }
                datagrams += 1
                longest = max(longest, count)
                let datagram = Array(buffer.prefix(count))
                // SAFETY: the octets are integers, which any bits are.
                let bytes = unsafe datagram.span.bytes
                decoder.decode(
                    bytes, from: ExporterSource(IPAddress(ipv4: 0x7F00_0001), port: 1), receivedMilliseconds: 1_700_000_000_000)
            }
            let new = decoder.takeFlows().flows
            flows.append(new, rows: 0..<new.count)
        }

        var statistics: ExporterStatistics { decoder.statistics(of: IPAddress(ipv4: 0x7F00_0001)) ?? ExporterStatistics() }
    }

    @Test("every flow in its datagram, none longer than asked for", arguments: [("127.0.0.1", "localhost"), ("::1", "[::1]")])
    func arrives(address: String, host: String) async throws {
        let receiver = try Receiver(address)
        let tester = try ExportTester(["udp://\(host):\(receiver.port)?datagram=900&rate=1000000"])
        try await tester.running {
            for first in stride(from: 0, to: 10_000, by: 2000) {
                tester.exports.offer(flows: ExportTester.flows(2000, first: first), account: ExportTester.account)
                #expect(await tester.exports.drain(deadline: .seconds(60)))
                receiver.receive()
            }
        }
        receiver.receive()
        #expect(receiver.flows.byID() == ExportTester.flows(10_000).byID())
        let statistics = tester.exports.statistics[0]
        #expect(receiver.longest <= 900 && receiver.longest > 700 && UInt64(receiver.datagrams) == statistics.messages)
        #expect(statistics.sentFlows == 10_000 && statistics.isBalanced && statistics.refusedDatagrams == 0)
        #expect(receiver.statistics.sequenceGaps == 0 && receiver.statistics.faults.isEmpty)
    }

    @Test("templates and statistics come again while nothing else does")
    func refresh() async throws {
        let receiver = try Receiver()
        let tester = try ExportTester(["udp://127.0.0.1:\(receiver.port)?template-refresh=1s"])
        try await tester.running {
            tester.exports.offer(flows: ExportTester.flows(10), account: ExportTester.account)
            #expect(await tester.exports.drain(deadline: .seconds(60)))
            try await ExportTester.eventually("they came again") {
                receiver.receive()
                return receiver.statistics.optionsTemplateRecords >= 16 && receiver.statistics.templatesRedefined == 0
            }
        }
        #expect(receiver.statistics.reported.exportedFlowRecords == 10)
        #expect(receiver.statistics.reported.ignoredPackets == 1)
    }

    @Test("a port where nobody listens is counted and told of once, and the exports go on")
    func refused() async throws {
        var port: UInt16 = 0
        do { port = try Receiver().port }
        let receiver = try Receiver()
        let tester = try ExportTester(["udp://127.0.0.1:\(port)", "udp://127.0.0.1:\(receiver.port)"])
        try await tester.running {
            for first in stride(from: 0, to: 2000, by: 100) {
                tester.exports.offer(flows: ExportTester.flows(100, first: first), account: ExportTester.account)
            }
            #expect(await tester.exports.drain(deadline: .seconds(60)))
        }
        receiver.receive()
        #expect(receiver.flows.count == 2000)
        let statistics = tester.exports.statistics[0]
        #expect(statistics.refusedDatagrams > 0 && statistics.sentFlows == 2000 && statistics.failures == 0 && statistics.isBalanced)
        #expect(statistics.lastError == "nobody listens at udp://127.0.0.1:\(port): start the collector, or mend the port")
        #expect(tester.lines.all.count { $0.hasPrefix("warning") } == 1, "\(tester.lines.all)")
    }

    @Test("a socket that is refused is made anew after a time, and the account holds")
    func movedAway() async throws {
        var port: UInt16 = 0
        do { port = try Receiver().port }
        let tester = try ExportTester(["udp://localhost:\(port)"]) { $0.refusedTime = .zero }
        try await tester.running {
            for first in stride(from: 0, to: 2000, by: 100) {
                tester.exports.offer(flows: ExportTester.flows(100, first: first), account: ExportTester.account)
                #expect(await tester.exports.drain(deadline: .seconds(60)))
            }
        }
        let statistics = tester.exports.statistics[0]
        #expect(statistics.connections > 2 && statistics.refusedDatagrams > 0)
        #expect(statistics.sentFlows == 2000 && statistics.isBalanced)
        #expect(tester.lines.all.count { $0.hasPrefix("warning") } == 1, "\(tester.lines.all)")
    }

    @Test("a target that makes way is waited for, however long that takes")
    func patience() async throws {
        let receiver = try Receiver()
        // Five seconds for all, and more than two for what is taken from the queue at once.
        let tester = try ExportTester(["udp://127.0.0.1:\(receiver.port)?rate=400"])
        try await tester.running {
            tester.exports.offer(flows: ExportTester.flows(2000), account: ExportTester.account)
            #expect(await tester.exports.drain(patience: .seconds(2)))
        }
        receiver.receive()
        #expect(receiver.flows.count == 2000 && tester.exports.statistics[0].sentFlows == 2000)
    }

    @Test("a pace of less than a message in the time of patience is way too")
    func slowPace() async throws {
        let receiver = try Receiver()
        let tester = try ExportTester(["udp://127.0.0.1:\(receiver.port)?rate=10&datagram=1400"])
        try await tester.running {
            tester.exports.offer(flows: ExportTester.flows(40), account: ExportTester.account)
            #expect(await tester.exports.drain(patience: .milliseconds(100)))
        }
        #expect(tester.exports.statistics[0].sentFlows == 40)
    }

    @Test("who is stopped sends no more, and what was in hand is counted as not sent")
    func stopped() async throws {
        let receiver = try Receiver()
        let tester = try ExportTester(["udp://127.0.0.1:\(receiver.port)?rate=200"])
        try await tester.running {
            tester.exports.offer(flows: ExportTester.flows(1000), account: ExportTester.account)
            try await ExportTester.eventually("it sends") { tester.exports.statistics[0].records > 0 }
        }
        receiver.receive()
        let statistics = tester.exports.statistics[0]
        #expect(statistics.sentFlows < 1000 && receiver.flows.count == Int(statistics.sentFlows))
        #expect(statistics.droppedFlows == [.notSent: 1000 - statistics.sentFlows] && statistics.isBalanced)
    }

    @Test("where nobody listens, no silence between datagrams passes for success")
    func neverReachable() async throws {
        var port: UInt16 = 0
        do { port = try Receiver().port }
        let tester = try ExportTester(["udp://127.0.0.1:\(port)?template-refresh=1s"]) {
            $0.steadyTime = .milliseconds(5)
            $0.refusedTime = .milliseconds(100)
        }
        try await tester.running {
            tester.exports.offer(flows: ExportTester.flows(1), account: ExportTester.account)
            try await ExportTester.eventually("it was given up and tried again") { tester.exports.statistics[0].connections > 2 }
        }
        #expect(tester.lines.all.count { $0.hasPrefix("warning") } == 1, "\(tester.lines.all)")
        #expect(!tester.lines.all.contains { $0.contains("reachable again") }, "\(tester.lines.all)")
    }

    @Test("of a name's addresses, the next one is taken where one is refused")
    func severalAddresses() async throws {
        let receiver = try Receiver()
        let port = Int(receiver.port)
        let addresses = try ["127.0.0.2", "127.0.0.3", "127.0.0.1"].map { try SocketAddress(ipAddress: $0, port: port) }
        let tester = try ExportTester(["udp://collector.test:\(port)"]) {
            $0.lookUp = { name, wanted in name == "collector.test" && wanted == port ? addresses : [] }
        }
        try await tester.running {
            var next = 0
            try await ExportTester.eventually("flows come") {
                tester.exports.offer(flows: ExportTester.flows(10, first: next), account: ExportTester.account)
                next += 10
                receiver.receive()
                return receiver.flows.count > 0
            }
        }
        #expect(tester.exports.statistics[0].connections == 3)
        #expect(NameResolver.lookUp("localhost", 4739).contains(try SocketAddress(ipAddress: "127.0.0.1", port: 4739)))
    }

    @Test("the address that did well is kept in whatever order a name server tells them; a new list begins anew")
    func choice() throws {
        let all = try (1...3).map { try SocketAddress(ipAddress: "192.0.2.\($0)", port: 4739) }
        var choice = AddressChoice()
        #expect(try choice.take(from: all) == all[0] && choice.hasOthers)
        choice.failed()
        #expect(try choice.take(from: all) == all[1])
        #expect(try choice.take(from: [all[2], all[1], all[0]]) == all[1])
        choice.failed()
        #expect(try choice.take(from: [all[2], all[0], all[1]]) == all[2])
        #expect(try choice.take(from: [all[0]]) == all[0] && !choice.hasOthers)
        choice.failed()
        #expect(try choice.take(from: [all[0]]) == all[0])
        #expect(throws: LinkFault.self) { try choice.take(from: []) }
    }

    @Test("a name that there is not is a failure that is tried again, and the flows wait")
    func unknownName() async throws {
        let tester = try ExportTester(["udp://collector.invalid:4739"])
        try await tester.running {
            tester.exports.offer(flows: ExportTester.flows(100), account: ExportTester.account)
            try await ExportTester.eventually("it fails twice") { tester.exports.statistics[0].failures > 1 }
        }
        let statistics = tester.exports.statistics[0]
        #expect(statistics.waitingFlows == 100 && !statistics.isConnected && statistics.connections == 0)
        #expect(
            statistics.lastError
                == "the address of collector.invalid cannot be found: mend the name, or name the collector by its address")
    }
}
