import Foundation
package import Logging
import Synchronization
import Telemetry

/// The threads that take datagrams from the sockets for other people's exports, one a socket, and hand them on.
package final class DatagramReceiver: Sendable {
    /// One socket's account.
    package struct Account: Sendable {
        /// HOST:PORT.
        package var place: String
        package var content: DatagramBlock.Content
        package var received: UInt64 = 0
        /// Dropped by the kernel, for want of room in the socket's buffer.
        package var dropped: UInt64 = 0
        /// Octets of the socket's buffer that the kernel gave.
        package var receiveBuffer: Int
    }

    /// A socket that its thread takes over.
    private final class Slot: Sendable {
        private let socket: Mutex<DatagramSocket?>
        let content: DatagramBlock.Content

        init(_ socket: consuming DatagramSocket, _ content: DatagramBlock.Content) {
            self.socket = Mutex(socket)
            self.content = content
        }

        func take() -> DatagramSocket? { socket.withLock { $0.take() } }
    }

    package let queue: ExportQueue
    private let slots: [Slot]
    private let accounts: Mutex<[Account]>
    private let isStopping = Atomic(false)
    private let running: Atomic<Int>
    private let clock: @Sendable () -> Int64
    private let logger: Logger

    /// Opens the sockets; nothing is read yet.
    ///
    /// - Parameters:
    ///   - endpoints: where to listen, and for what.
    ///   - socketsPerEndpoint: with more than one, the kernel spreads exporters over them (SO_REUSEPORT), each with a buffer
    ///     of its own.
    ///   - receiveBuffer: octets to ask for, each.
    ///   - clock: milliseconds since 1970 UTC.
    /// - Throws: the first place that cannot be listened on.
    package init(
        endpoints: [(host: String, port: UInt16, content: DatagramBlock.Content)], socketsPerEndpoint: Int = 1, receiveBuffer: Int, logger: Logger,
        queue: ExportQueue, clock: @escaping @Sendable () -> Int64
    ) throws(ListenerError) {
        var slots: [Slot] = []
        var accounts: [Account] = []
        for endpoint in endpoints {
            var port = endpoint.port
            for _ in 0..<max(1, socketsPerEndpoint) {
                let socket = try DatagramSocket(
                    host: endpoint.host, port: port, receiveBuffer: receiveBuffer, isShared: socketsPerEndpoint > 1)
                // Port 0: the others share what the first one got.
                port = socket.port
                accounts.append(Account(place: socket.place, content: endpoint.content, receiveBuffer: socket.receiveBuffer))
                slots.append(Slot(socket, endpoint.content))
            }
        }
        self.slots = slots
        self.accounts = Mutex(accounts)
        self.queue = queue
        self.clock = clock
        self.logger = logger
        running = Atomic(slots.count)
    }

    /// Of each socket, in the order of the endpoints.
    package var sockets: [Account] { accounts.withLock { $0 } }

    /// True when every thread has ended: nothing more comes into the queue.
    package var hasEnded: Bool { running.load(ordering: .acquiring) == 0 }

    package func start() {
        for (index, slot) in slots.enumerated() {
            let thread = Thread { [self] in
                // From inside, or the kernel does not know it.
                Thread.current.name = "exports-\(index)"
                if let socket = slot.take() { receive(from: socket, slot.content, index) }
                running.subtract(1, ordering: .acquiringAndReleasing)
            }
            thread.stackSize = 1 << 20
            thread.start()
        }
    }

    /// Has the threads end once their sockets hold nothing more, within a fifth of a second where nobody sends.
    package func stop() { isStopping.store(true, ordering: .releasing) }

    private func receive(from socket: consuming DatagramSocket, _ content: DatagramBlock.Content, _ index: Int) {
        var socket = socket
        var failures = 0
        // After the stop: what already waits, and no more than a few blocks of what comes meanwhile.
        var blocksLeft = 64
        while true {
            let isLast = isStopping.load(ordering: .acquiring)
            let block = queue.spare()
            block.content = content
            switch socket.receive(into: block, at: clock) {
            case .success(let outcome):
                failures = 0
                accounts.withLock { accounts in
                    accounts[index].received &+= UInt64(outcome.received)
                    accounts[index].dropped &+= outcome.dropped
                }
                if outcome.received > 0 { queue.put(block) } else { queue.recycle(block) }
                if isLast {
                    blocksLeft -= 1
                    if outcome.received == 0 || blocksLeft == 0 { return }
                }
            case .failure(let failure):
                queue.recycle(block)
                if isLast { return }
                failures += 1
                if failures == 1 {
                    logger.error(
                        "A socket for exports cannot be read.",
                        metadata: [LogKey.listenAddress: "\(socket.place)", LogKey.errorCause: "\(failure.text)"])
                }
                // Not in a circle: an error that stays is looked at twice a second.
                Thread.sleep(forTimeInterval: 0.5)
            }
        }
    }
}
