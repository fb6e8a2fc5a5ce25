import NIOCore
import Testing

@testable import Collecting

/// The octets of a connection, cut into messages.
@Suite("Messages of a connection")
struct MessageFramerTests {
    private func message(_ length: Int, fill: UInt8) -> [UInt8] {
        [0, 10, UInt8(length >> 8), UInt8(length & 255)] + [UInt8](repeating: fill, count: length - 4)
    }

    private func feed(_ framer: inout MessageFramer, _ octets: some Sequence<UInt8>) {
        var buffer = ByteBuffer(bytes: octets)
        framer.append(&buffer)
    }

    @Test("whole messages come out, whatever the pieces that they came in", arguments: [1, 3, 15, 16, 17, 400, 100_000])
    func pieces(size: Int) {
        let sent = message(16, fill: 1) + message(65_535, fill: 2) + message(20, fill: 3) + message(300, fill: 4)
        var framer = MessageFramer()
        var received: [UInt8] = []
        var start = 0
        while start < sent.count {
            feed(&framer, sent[start..<min(start + size, sent.count)])
            start += size
            while case .messages(let octets) = framer.next() { received += octets }
        }
        #expect(received == sent)
        #expect(framer.rest == 0)
        #expect(framer.next() == .needsMore)
    }

    @Test("the beginning of a message waits for its end")
    func rest() {
        var framer = MessageFramer()
        feed(&framer, message(16, fill: 1) + message(20, fill: 2).prefix(19))
        #expect(framer.next() == .messages(message(16, fill: 1)))
        #expect(framer.next() == .needsMore)
        #expect(framer.rest == 19)
    }

    @Test("no more than some messages come out at once, and none is left behind")
    func steps() {
        var framer = MessageFramer()
        let sent = (0..<10).flatMap { message(60_000, fill: UInt8($0)) }
        feed(&framer, sent)
        var steps: [[UInt8]] = []
        while case .messages(let octets) = framer.next() { steps.append(octets) }
        #expect(steps.allSatisfy { $0.count <= 180_000 })
        #expect(steps.flatMap { $0 } == sent)
    }

    @Test("what came before a fault is told before it")
    func faults() {
        var framer = MessageFramer()
        feed(&framer, message(16, fill: 1) + [0, 9, 0, 20, 0, 0])
        #expect(framer.next() == .messages(message(16, fill: 1)))
        #expect(framer.next() == .fault(.version(9)))
        framer = MessageFramer()
        feed(&framer, [0, 10, 0, 15, 0])
        #expect(framer.next() == .fault(.length(15)))
        framer = MessageFramer()
        feed(&framer, "LZ4c".utf8)
        #expect(framer.next() == .fault(.compressed))
        framer = MessageFramer()
        feed(&framer, "c4ZL".utf8)
        #expect(framer.next() == .fault(.compressed))
    }
}
