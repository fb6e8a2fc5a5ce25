import Dispatch
package import IPFIX
import Synchronization

/// What comes from exporters, on its way to the one thread that decodes.
package enum ExportInput: Sendable {
    case datagrams(DatagramBlock)
    /// Whole messages of a connection.
    case messages(StreamPortion)
    /// A connection has ended, after all of its messages; to be released like them: its place is free only then.
    case ended(ExporterSource, release: @Sendable () -> Void)
}

/// Whole IPFIX messages of one connection, on end.
package struct StreamPortion: Sendable {
    package let source: ExporterSource
    package let octets: [UInt8]
    /// When they had come, milliseconds since 1970 UTC.
    package let receivedMilliseconds: Int64
    /// To be called when they have been read: the connection is not read on before.
    package let release: @Sendable () -> Void
}

/// What exporters sent, in order, and bounded: whoever brings more datagrams than there is room for waits, and the sockets'
/// buffers hold what comes meanwhile, and count what they lose; a connection has one portion here, and is not read on before
/// that has been decoded.
package final class ExportQueue: Sendable {
    private struct State {
        var waiting: [ExportInput] = []
        var first = 0
        /// Blocks that were read, to be filled again.
        var spares: [DatagramBlock] = []
    }
    private let state = Mutex(State())
    private let filled = DispatchSemaphore(value: 0)
    private let room = DispatchSemaphore(value: 0)
    private let limit: Int

    /// - Parameter limit: blocks of datagrams that may wait.
    package init(limit: Int = 16) {
        self.limit = limit
        // Counted up from 0: a semaphore must not end below the value that it was made with.
        for _ in 0..<limit { room.signal() }
    }

    /// Waits for room.
    package func put(_ block: DatagramBlock) {
        room.wait()
        append(.datagrams(block))
    }

    /// Never waits: the connections are bounded, and each has one portion here, and at its end what the kernel still held of it.
    package func put(_ portion: StreamPortion) { append(.messages(portion)) }

    package func put(ended source: ExporterSource, release: @escaping @Sendable () -> Void) {
        append(.ended(source, release: release))
    }

    private func append(_ input: ExportInput) {
        state.withLock { $0.waiting.append(input) }
        filled.signal()
    }

    /// - Returns: nil when nothing has come within that time.
    package func take(within milliseconds: Int) -> ExportInput? {
        guard filled.wait(timeout: .now() + .milliseconds(milliseconds)) == .success else { return nil }
        let input = state.withLock { state in
            let input = state.waiting[state.first]
            state.first += 1
            if state.first == state.waiting.count || state.first >= 2 * limit {
                state.waiting.removeFirst(state.first)
                state.first = 0
            }
            return input
        }
        if case .datagrams = input { room.signal() }
        return input
    }

    /// A block to fill.
    package func spare() -> DatagramBlock { state.withLock { $0.spares.popLast() } ?? DatagramBlock() }

    /// Takes back a block that has been read.
    package func recycle(_ block: DatagramBlock) {
        state.withLock { if $0.spares.count < limit { $0.spares.append(block) } }
    }
}
