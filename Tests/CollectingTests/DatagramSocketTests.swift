import FlowModel
import Glibc
import IPFIX
import Testing

@testable import Collecting

/// UDP sockets for exporters: who sent what, and what the kernel dropped.
@Suite("Datagram sockets")
struct DatagramSocketTests {
    /// Sends datagrams over loopback, each its number in its first four octets.
    private func send(_ count: Int, octets: Int, to port: UInt16) -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var payload = [UInt8](repeating: 7, count: octets)
        for number in 0..<count {
            for place in 0..<min(4, octets) { payload[place] = UInt8(truncatingIfNeeded: number >> (24 - 8 * place)) }
            let sent = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe sendto(descriptor, payload, octets, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            #expect(sent == octets)
        }
        var name = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = unsafe withUnsafeMutablePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(descriptor, $0, &length) }
        }
        return UInt16(bigEndian: name.sin_port)
    }

    @Test("datagrams come in order, whole, with their senders", arguments: ["127.0.0.1", "::"])
    func order(host: String) throws {
        var socket = try DatagramSocket(host: host, port: 0, receiveBuffer: 4 << 20)
        #expect(socket.port != 0)
        let block = DatagramBlock()
        let sender = send(100, octets: 60_000, to: socket.port)
        var next = 0
        while next < 100 {
            let (received, dropped) = try socket.receive(into: block, at: { 5 }).get()
            try #require(received > 0, "datagram \(next) did not come")
            #expect(dropped == 0)
            for index in 0..<received {
                #expect(block.source(of: index) == ExporterSource(IPAddress(ipv4: 0x7F00_0001), port: sender))
                #expect(!block.isCut(index))
                let (length, number) = block.withOctets(of: index) { span in
                    // Four octets at least: the length is looked at below.
                    (span.byteCount, (0..<4).reduce(0) { $0 << 8 | Int(unsafe span.unsafeLoad(fromByteOffset: $1, as: UInt8.self)) })
                }
                #expect(length == 60_000)
                #expect(number == next)
                next += 1
            }
        }
        #expect(try socket.receive(into: block, at: { 6 }).get().received == 0)
    }

    @Test("what the socket's buffer had no room for is counted")
    func drops() throws {
        var socket = try DatagramSocket(host: "127.0.0.1", port: 0, receiveBuffer: 32_768)
        let block = DatagramBlock()
        _ = send(500, octets: 1400, to: socket.port)
        var received = 0
        var dropped: UInt64 = 0
        while case let outcome = try socket.receive(into: block, at: { 0 }).get(), outcome.received > 0 {
            received += outcome.received
            dropped += outcome.dropped
        }
        #expect(received < 500)
        // A datagram tells what was dropped before it: one more says the rest.
        _ = send(1, octets: 10, to: socket.port)
        let last = try socket.receive(into: block, at: { 0 }).get()
        #expect(last.received == 1)
        #expect(UInt64(received) + dropped + last.dropped == 500)
    }

    @Test("an address in use, or of another machine, is told with its place")
    func errors() throws {
        let socket = try DatagramSocket(host: "127.0.0.1", port: 0, receiveBuffer: 65_536)
        let taken = #expect(throws: ListenerError.self) {
            _ = try DatagramSocket(host: "127.0.0.1", port: socket.port, receiveBuffer: 65_536)
        }
        #expect(taken?.description.contains("127.0.0.1:\(socket.port): Address already in use; another program takes it") == true)
        let foreign = #expect(throws: ListenerError.self) { _ = try DatagramSocket(host: "192.0.2.1", port: 0, receiveBuffer: 65_536) }
        #expect(foreign?.text.contains("this machine has no such address") == true)
        #expect(throws: ListenerError.self) { _ = try DatagramSocket(host: "no such host", port: 0, receiveBuffer: 65_536) }
    }
}
