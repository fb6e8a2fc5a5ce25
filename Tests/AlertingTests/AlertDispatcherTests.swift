import FlowModel
import Glibc
import Logging
import Testing

@testable import Alerting

@Suite("Transports")
struct AlertDispatcherTests {
    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    static func dispatcher(_ destinations: [SyslogDestination]) -> AlertDispatcher {
        var configuration = AlertDispatcher.Configuration()
        configuration.backoff = Backoff(first: .milliseconds(5), limit: .milliseconds(20))
        return AlertDispatcher(
            destinations: destinations, hostname: "collector1", configuration: configuration, logger: logger)
    }

    /// Runs the dispatcher round `body` and closes it.
    static func running(_ dispatcher: AlertDispatcher, _ body: () async throws -> Void) async rethrows {
        let task = Task { await dispatcher.run() }
        defer { task.cancel() }
        try await body()
        dispatcher.close()
        await task.value
    }

    /// The agents' names in received messages: the tests tell messages apart by them.
    static func agents(_ messages: [[UInt8]]) throws -> [String] {
        try messages.flatMap { try SyslogParser.parse($0).values("agent") }
    }

    @Test("TCP, line feeds: one message a line, in order, numbered")
    func lines() async throws {
        let receiver = TCPReceiver()
        let dispatcher = Self.dispatcher([.init(.tcp, host: "127.0.0.1", port: receiver.port)])
        try await Self.running(dispatcher) {
            for index in 1...20 { dispatcher.send(Notices.silence("host-\(index)")) }
            #expect(await Eventually.holds { receiver.poll(); return receiver.lines.count == 20 })
            let agents = try Self.agents(receiver.lines)
            #expect(agents == (1...20).map { "host-\($0)" })
            let sequence = try receiver.lines.flatMap { try SyslogParser.parse($0).values("sequenceId", in: "meta") }
            #expect(sequence == (1...20).map(String.init))
            #expect(receiver.received.last == 10)
        }
        #expect(dispatcher.statistics.map(\.sent) == [20] && dispatcher.statistics.map(\.waiting) == [0])
        #expect(dispatcher.statistics.map(\.isReachable) == [true])
    }

    @Test("TCP, octet counting: each message after its length")
    func counted() async throws {
        let receiver = TCPReceiver()
        let dispatcher = Self.dispatcher([.init(.tcp, host: "127.0.0.1", port: receiver.port, framing: .octetCounting)])
        await Self.running(dispatcher) {
            for index in 1...5 { dispatcher.send(Notices.silence("höst-\(index)")) }
            #expect(await Eventually.holds { receiver.poll(); return dispatcher.statistics[0].sent == 5 })
            receiver.poll()
        }
        receiver.poll()
        var rest = receiver.received[...]
        var messages: [[UInt8]] = []
        while !rest.isEmpty {
            let digits = rest.prefix { $0 != 32 }
            let length = try #require(Int(String(decoding: digits, as: UTF8.self)))
            #expect(digits.first != 48)
            rest = rest.dropFirst(digits.count + 1)
            messages.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        let agents = try Self.agents(messages)
        #expect(agents == (1...5).map { "höst-\($0)" })
    }

    @Test("UDP: one message a datagram, nothing before or after it")
    func datagrams() async throws {
        let socket = Loopback.bound(type: SOCK_DGRAM)
        defer { Glibc.close(socket) }
        let dispatcher = Self.dispatcher([.init(.udp, host: "127.0.0.1", port: Loopback.port(of: socket))])
        var messages: [[UInt8]] = []
        await Self.running(dispatcher) {
            for index in 1...10 { dispatcher.send(Notices.silence("host-\(index)")) }
            #expect(await Eventually.holds {
                while let datagram = Loopback.read(socket) { messages.append(datagram) }
                return messages.count == 10
            })
        }
        let agents = try Self.agents(messages)
        #expect(agents == (1...10).map { "host-\($0)" })
    }

    @Test("messages wait for a receiver that is down, and arrive in order when it comes up")
    func receiverComesUp() async throws {
        let receiver = TCPReceiver(listening: false)
        let dispatcher = Self.dispatcher([.init(.tcp, host: "127.0.0.1", port: receiver.port)])
        try await Self.running(dispatcher) {
            for index in 1...3 { dispatcher.send(Notices.silence("host-\(index)")) }
            #expect(await Eventually.holds { dispatcher.statistics[0].failures >= 2 })
            #expect(dispatcher.statistics[0].waiting == 3 && dispatcher.statistics[0].isReachable == false)
            receiver.listen()
            #expect(await Eventually.holds { receiver.poll(); return receiver.lines.count == 3 })
            let agents = try Self.agents(receiver.lines)
            #expect(agents == ["host-1", "host-2", "host-3"])
        }
        #expect(dispatcher.statistics[0].sent == 3 && dispatcher.statistics[0].dropped == 0)
    }

    @Test("a connection that the receiver closed is opened again for the next message")
    func reconnect() async throws {
        let receiver = TCPReceiver()
        let dispatcher = Self.dispatcher([.init(.tcp, host: "127.0.0.1", port: receiver.port)])
        await Self.running(dispatcher) {
            dispatcher.send(Notices.silence("first"))
            #expect(await Eventually.holds { receiver.poll(); return receiver.lines.count == 1 })
            receiver.drop()
            // What was written into the closing connection may be lost, as with any plain TCP syslog; one that
            // comes after it was seen closed is not.
            var sent = 0
            #expect(await Eventually.holds {
                sent += 1
                dispatcher.send(Notices.silence("later-\(sent)"))
                receiver.poll()
                return receiver.lines.count >= 2
            })
        }
    }

    @Test("a full queue drops its oldest messages and counts them")
    func overflow() async throws {
        let receiver = TCPReceiver()
        let dispatcher = Self.dispatcher([.init(.tcp, host: "127.0.0.1", port: receiver.port, queueLimit: 3)])
        // Before the run: a message that is already on its way when the queue drops it arrives after all, and then one
        // fewer is counted as dropped (MessageQueueTests has that case).
        for index in 1...10 { dispatcher.send(Notices.silence("host-\(index)")) }
        #expect(dispatcher.statistics[0].dropped == 7 && dispatcher.statistics[0].waiting == 3)
        try await Self.running(dispatcher) {
            #expect(await Eventually.holds { receiver.poll(); return receiver.lines.count == 3 })
            let agents = try Self.agents(receiver.lines)
            #expect(agents == ["host-8", "host-9", "host-10"])
        }
        #expect(dispatcher.statistics[0].sent == 3 && dispatcher.statistics[0].dropped == 7)
    }

    @Test("a destination gets what is as severe as it wants; one that is down holds up no other")
    func destinations() async throws {
        let receiver = TCPReceiver()
        let silent = TCPReceiver(listening: false)
        let down = SyslogDestination(.tcp, host: "127.0.0.1", port: silent.port)
        let up = SyslogDestination(.tcp, host: "127.0.0.1", port: receiver.port, facility: 13, minimumSeverity: .high)
        let dispatcher = Self.dispatcher([down, up])
        try await Self.running(dispatcher) {
            for severity in Alert.Severity.allCases { dispatcher.send(Notices.silence(severity.name, severity: severity)) }
            #expect(await Eventually.holds { receiver.poll(); return receiver.lines.count == 2 })
            let agents = try Self.agents(receiver.lines)
            #expect(agents == ["critical", "high"])
            let facilities = try receiver.lines.map { try SyslogParser.parse($0).facility }
            #expect(facilities == [13, 13])
        }
        #expect(dispatcher.statistics.map(\.sent) == [0, 2])
        #expect(dispatcher.statistics.map(\.waiting) == [5, 0])
    }

    @Test("the end of an alert reaches who heard of its opening")
    func closing() async throws {
        let receiver = TCPReceiver()
        let destination = SyslogDestination(.tcp, host: "127.0.0.1", port: receiver.port, minimumSeverity: .medium)
        let dispatcher = Self.dispatcher([destination])
        try await Self.running(dispatcher) {
            dispatcher.send(Notices.horizontal())
            dispatcher.send(Notices.horizontal(.closed))
            #expect(await Eventually.holds { receiver.poll(); return receiver.lines.count == 2 })
            let severities = try receiver.lines.map { try SyslogParser.parse($0).severity }
            #expect(severities == [4, 5])
        }
    }

    @Test("close sends what waits, takes nothing more, and gives up at the first failure")
    func close() async throws {
        let receiver = TCPReceiver(), silent = TCPReceiver(listening: false)
        let dispatcher = Self.dispatcher([
            .init(.tcp, host: "127.0.0.1", port: receiver.port),
            .init(.tcp, host: "127.0.0.1", port: silent.port),
        ])
        for index in 1...50 { dispatcher.send(Notices.silence("host-\(index)")) }
        dispatcher.close()
        dispatcher.send(Notices.silence("late"))
        await dispatcher.run()
        receiver.poll()
        #expect(receiver.lines.count == 50)
        #expect(dispatcher.statistics.map(\.sent) == [50, 0])
        #expect(dispatcher.statistics.map(\.waiting) == [0, 50])
    }

    @Test("cancelling ends the run, also while a destination is waited for")
    func cancel() async {
        let silent = TCPReceiver(listening: false)
        let dispatcher = AlertDispatcher(
            destinations: [.init(.tcp, host: "127.0.0.1", port: silent.port)], hostname: "collector1",
            logger: Self.logger)
        let task = Task { await dispatcher.run() }
        dispatcher.send(Notices.silence("host"))
        #expect(await Eventually.holds { dispatcher.statistics[0].failures == 1 })
        task.cancel()
        await task.value
        #expect(dispatcher.statistics[0].waiting == 1)
    }

    @Test("a name that does not resolve is a failure like any other")
    func unresolved() async {
        let dispatcher = Self.dispatcher([.init(.udp, host: "no-such-host.invalid", port: 514)])
        await Self.running(dispatcher) {
            dispatcher.send(Notices.silence("host"))
            #expect(await Eventually.holds { dispatcher.statistics[0].failures >= 1 })
        }
        #expect(dispatcher.statistics[0].waiting == 1)
    }

    @Test("framing follows the transport")
    func framing() {
        #expect(SyslogDestination(.udp, host: "a", port: 514, framing: .octetCounting).framing == .datagram)
        #expect(SyslogDestination(.tcp, host: "a", port: 514).framing == .lf)
        #expect(SyslogDestination(.tcp, host: "a", port: 514, framing: .datagram).framing == .lf)
        #expect(SyslogDestination(.tcp, host: "fd00::1", port: 514).description == "tcp://[fd00::1]:514")
    }
}
