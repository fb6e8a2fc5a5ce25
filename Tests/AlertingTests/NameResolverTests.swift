import Dispatch
import NIOCore
import Synchronization
import Testing

@testable import Alerting

@Suite("Names of destinations")
struct NameResolverTests {
    /// A name server that keeps everybody waiting until it is told to answer.
    private final class SlowServer: Sendable {
        private let gate = DispatchSemaphore(value: 0)
        let asked = Mutex(0)

        func answer() { gate.signal() }
        func lookup(_ host: String, _ port: Int) throws -> SocketAddress {
            asked.withLock { $0 += 1 }
            gate.wait()
            return try SocketAddress(ipAddress: "192.0.2.7", port: port)
        }
    }

    @Test("a name server that does not answer is waited for no longer than told, and asked once")
    func slow() async throws {
        let server = SlowServer()
        let resolver = NameResolver(host: "collector.example", port: 514) { try server.lookup($0, $1) }
        for _ in 0..<3 {
            await #expect(throws: NameResolver.Overdue.self) { try await resolver.address(within: .milliseconds(20)) }
        }
        let waiting = Task { try await resolver.address(within: .seconds(120)) }
        server.answer()
        // The answer may have come before anybody waited for it: then it is asked again.
        server.answer()
        #expect(try await waiting.value == SocketAddress(ipAddress: "192.0.2.7", port: 514))
        #expect(server.asked.withLock { $0 } <= 2)
    }

    @Test("waiting ends when the task is cancelled")
    func cancelled() async throws {
        let server = SlowServer()
        let resolver = NameResolver(host: "collector.example", port: 514) { try server.lookup($0, $1) }
        let waiting = Task { try await resolver.address(within: .seconds(3600)) }
        #expect(await Eventually.holds { server.asked.withLock { $0 } == 1 })
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        server.answer()
    }

    @Test("an address is taken as it stands")
    func literal() async throws {
        let resolver = NameResolver(host: "fd00::1", port: 514) { _, _ in throw CancellationError() }
        #expect(try await resolver.address(within: .seconds(120)) == SocketAddress(ipAddress: "fd00::1", port: 514))
    }
}
