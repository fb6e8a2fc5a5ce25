import FlowModel
import Foundation
import IPFIX
import Logging
import NIOCore
import TestSupport
import Testing

@testable import Collecting

/// IPFIX over TCP and TLS: what exporters' connections bring, and what becomes of those that misbehave.
@Suite("Connections of exporters")
struct StreamListenerTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func listen(
        isTLS: Bool = false, _ change: (inout StreamListener.Configuration) -> Void = { _ in }
    ) throws -> (listener: StreamListener, queue: ExportQueue, port: UInt16) {
        var configuration = StreamListener.Configuration()
        configuration.endpoints = [("127.0.0.1", 0, isTLS)]
        change(&configuration)
        let queue = ExportQueue()
        let listener = try StreamListener(configuration: configuration, queue: queue, logger: Self.logger, clock: { 7 })
        listener.start()
        let port = try #require(listener.sockets.first?.place.split(separator: ":").last.flatMap { UInt16($0) })
        return (listener, queue, port)
    }

    /// Waits for something to become true.
    private func until(_ what: Comment, _ isTrue: () -> Bool) async {
        let deadline = ContinuousClock.now + .seconds(20)
        while !isTrue() {
            guard ContinuousClock.now < deadline else {
                Issue.record(what)
                return
            }
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Takes what comes until a connection has ended; portions are released at once.
    private func gather(_ queue: ExportQueue) -> (octets: [UInt8], source: ExporterSource?) {
        var octets: [UInt8] = []
        while let input = queue.take(within: 20_000) {
            switch input {
            case .messages(let portion):
                octets += portion.octets
                portion.release()
            case .ended(let source, let release):
                release()
                return (octets, source)
            case .datagrams: Issue.record("a datagram on a connection")
            }
        }
        Issue.record("the connection's end did not come")
        return (octets, nil)
    }

    private func message(_ length: Int, fill: UInt8) -> [UInt8] {
        [0, 10, UInt8(length >> 8), UInt8(length & 255)] + [UInt8](repeating: fill, count: length - 4)
    }

    @Test("messages of any length come out as they were sent, then the connection's end")
    func messages() async throws {
        let (listener, queue, port) = try listen()
        let sent = (0..<200).flatMap { message(16 + $0 * 300, fill: UInt8($0)) }
        let client = try TestClient(port: port)
        Thread { client.send(sent, pieces: 7001); client.close() }.start()
        let (octets, source) = gather(queue)
        #expect(octets == sent)
        #expect(source == ExporterSource(IPAddress(ipv4: 0x7F00_0001), port: client.port))
        await until("the account is closed") { listener.sockets[0].ended[.exporter] == 1 }
        #expect(listener.sockets[0].octets == UInt64(sent.count))
        #expect(listener.sockets[0].open == 0)
        await listener.stop()
        await listener.finish()
    }

    @Test("a connection is not read on before its messages have been decoded")
    func backPressure() async throws {
        let (listener, queue, port) = try listen()
        let client = try TestClient(port: port)
        let sent = [UInt8]((0..<400).map { message(60_000, fill: UInt8($0 & 255)) }.joined())
        // A portion stays out: the kernel takes what its buffers hold, and then no more.
        let taken = client.sendUntilStalled(sent)
        #expect(taken < sent.count)
        Thread { client.send(Array(sent[taken...]), pieces: 1 << 20); client.close() }.start()
        guard case .messages(let first)? = queue.take(within: 20_000) else { throw Command.Failure(description: "nothing came") }
        #expect(queue.take(within: 0) == nil)
        #expect(listener.sockets[0].octets < 1 << 20)
        first.release()
        #expect(first.octets + gather(queue).octets == sent)
        await listener.stop()
        await listener.finish()
    }

    @Test("what is no IPFIX ends its connection, after what came before it, and nobody else's")
    func framing() async throws {
        let (listener, queue, port) = try listen()
        let other = try TestClient(port: port)
        other.send(message(100, fill: 1), pieces: 100)
        guard case .messages(let portion)? = queue.take(within: 20_000) else { throw Command.Failure(description: "nothing came") }
        portion.release()
        let liar = try TestClient(port: port)
        liar.send(message(50, fill: 2) + Array("GET / HTTP/1.1\r\n\r\n".utf8), pieces: 100)
        let (octets, source) = gather(queue)
        #expect(octets == message(50, fill: 2))
        #expect(source?.port == liar.port)
        #expect(liar.isClosedByPeer())
        #expect(listener.sockets[0].ended[.framing] == 1)
        other.send(message(200, fill: 3), pieces: 200)
        other.close()
        #expect(gather(queue).octets == message(200, fill: 3))
        await listener.stop()
        await listener.finish()
    }

    @Test("a message that is begun and not ended is waited for, and not for ever")
    func stalled() async throws {
        let (listener, queue, port) = try listen { $0.messagePatience = .seconds(1) }
        let client = try TestClient(port: port)
        client.send(message(40, fill: 1) + message(40, fill: 2).prefix(39), pieces: 100)
        #expect(gather(queue).octets == message(40, fill: 1))
        #expect(listener.sockets[0].ended == [.stalled: 1])
        #expect(client.isClosedByPeer())
        await listener.stop()
        await listener.finish()
    }

    @Test("one that ends in the middle of a message is counted as cut")
    func cut() async throws {
        let (listener, queue, port) = try listen()
        let client = try TestClient(port: port)
        client.send(message(40, fill: 1) + [0], pieces: 100)
        client.close()
        #expect(gather(queue).octets == message(40, fill: 1))
        await until("it is counted") { listener.sockets[0].ended == [.cut: 1] }
        await listener.stop()
        await listener.finish()
    }

    @Test("who is not allowed, and who has too many connections, is not taken, and counted")
    func refusals() async throws {
        let prefix = try #require(IPPrefix("192.0.2.0/24"))
        let (strict, _, strictPort) = try listen { $0.allowed = [prefix] }
        let stranger = try TestClient(port: strictPort)
        #expect(stranger.isClosedByPeer())
        #expect(strict.sockets[0].refused == [.address: 1])
        await strict.stop()
        await strict.finish()

        let (narrow, queue, port) = try listen { $0.connectionsPerAddress = 2 }
        let first = try TestClient(port: port)
        let second = try TestClient(port: port)
        await until("both are taken") { narrow.sockets[0].open == 2 }
        #expect(try TestClient(port: port).isClosedByPeer())
        #expect(narrow.sockets[0].refused == [.addressLimit: 1])
        first.close()
        await until("it has ended") { narrow.sockets[0].open == 1 }
        // What it brought has not been decoded: its place is still its own.
        #expect(try TestClient(port: port).isClosedByPeer())
        #expect(narrow.sockets[0].refused == [.addressLimit: 2])
        _ = gather(queue)
        let third = try TestClient(port: port)
        await until("it is taken") { narrow.sockets[0].accepted == 3 }
        second.close()
        third.close()
        await narrow.stop()
        await narrow.finish()
    }

    @Test("the collector's end ends connections, and hands on what had come whole")
    func stop() async throws {
        let (listener, queue, port) = try listen()
        let client = try TestClient(port: port)
        client.send(message(16, fill: 1), pieces: 16)
        guard case .messages(let portion)? = queue.take(within: 20_000) else { throw Command.Failure(description: "nothing came") }
        client.send(message(20, fill: 2), pieces: 20)
        portion.release()
        await until("the second came") { listener.sockets[0].octets == 36 }
        await listener.stop()
        #expect(gather(queue).octets == message(20, fill: 2))
        #expect(listener.sockets[0].ended == [.stop: 1])
        await listener.finish()
    }

    // MARK: TLS

    @Test("TLS: who has a certificate of the CA is taken, who has none is not", arguments: [true, false])
    func mutualTLS(hasCertificate: Bool) async throws {
        let files = try TestCertificates()
        let (listener, queue, port) = try listen(isTLS: true) {
            $0.tls = ListenerTLS(certificate: files.path("server.pem"), key: files.path("server.key"), clientCA: files.path("ca.pem"))
        }
        let sent = (0..<50).flatMap { message(1000 + $0, fill: UInt8($0)) }
        let own = hasCertificate ? ["-cert", files.path("client.pem"), "-key", files.path("client.key")] : []
        let client = Task.detached {
            try Command.run(
                ["openssl", "s_client", "-connect", "127.0.0.1:\(port)", "-CAfile", files.path("ca.pem"), "-verify_return_error", "-quiet", "-no_ign_eof"]
                    + own, input: Data(sent))
        }
        let octets = gather(queue).octets
        #expect(octets == (hasCertificate ? sent : []))
        _ = try await client.value
        await until("it is counted") {
            listener.sockets[0].ended == (hasCertificate ? [.exporter: 1] : [.handshake: 1])
        }
        await listener.stop()
        await listener.finish()
    }

    @Test("who does not agree on TLS in time, or speaks none, is not waited for")
    func handshakes() async throws {
        let files = try TestCertificates()
        let (listener, queue, port) = try listen(isTLS: true) {
            $0.tls = ListenerTLS(certificate: files.path("server.pem"), key: files.path("server.key"))
            $0.handshakePatience = .seconds(1)
        }
        let slow = try TestClient(port: port)
        slow.send([0x16, 3, 1], pieces: 3)
        #expect(gather(queue).octets.isEmpty)
        #expect(slow.isClosedByPeer())
        let plain = try TestClient(port: port)
        plain.send(message(100, fill: 1), pieces: 100)
        #expect(gather(queue).octets.isEmpty)
        #expect(plain.isClosedByPeer())
        #expect(listener.sockets[0].ended == [.handshake: 2])
        await listener.stop()
        await listener.finish()
    }

    @Test("a wrong certificate or key, an address in use: said with its place")
    func errors() async throws {
        let files = try TestCertificates()
        func fails(_ tls: ListenerTLS?) -> ListenerError? {
            #expect(throws: ListenerError.self) {
                _ = try listen(isTLS: true) { $0.tls = tls }
            }
        }
        #expect(fails(nil)?.text.contains("--tls-cert FILE --tls-key FILE") == true)
        #expect(fails(ListenerTLS(certificate: "/none.pem", key: files.path("server.key")))?.place == "/none.pem")
        #expect(fails(ListenerTLS(certificate: files.path("server.pem"), key: files.path("ca.pem")))?.place == files.path("ca.pem"))
        let crossed = fails(ListenerTLS(certificate: files.path("server.pem"), key: files.path("client.key")))
        #expect(crossed?.text.contains("does not go with the key") == true)
        let (listener, _, port) = try listen()
        let taken = #expect(throws: ListenerError.self) { _ = try listen { $0.endpoints = [("127.0.0.1", port, false)] } }
        #expect(taken?.description.contains("127.0.0.1:\(port): Address already in use; another program takes it: `ss -tlnp`") == true)
        await listener.stop()
        await listener.finish()
    }
}
