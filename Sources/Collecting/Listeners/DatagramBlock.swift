import CSockets
import FlowModel
import Glibc
package import IPFIX

/// Datagrams as they came, on their way from the thread that receives to the one that decodes.
///
/// Room for `capacity` datagrams of any length UDP has (an exporter's message may be fragmented on its way: no MTU holds
/// here), taken once and used again; memory that no datagram has filled is never touched.
@safe package final class DatagramBlock: @unchecked Sendable {
    // Safe: a block has one holder at a time, the receiver or the decoder; the queues between them hand it over under a lock.

    /// What the datagrams of a socket are.
    package enum Content: Sendable {
        /// NetFlow v5, v9 and IPFIX.
        case netflow
        case sflow
    }

    package static let capacity = 64
    /// The longest payload of a UDP datagram, and a little.
    static let slot = 65_536

    // Made in `init`, freed in `deinit`; what lies below `count` has been filled by `receive`.
    private let octets: UnsafeMutablePointer<UInt8>
    private let datagrams: UnsafeMutablePointer<zonal_datagram>
    package private(set) var count = 0
    /// When it was filled, milliseconds since 1970 UTC.
    package private(set) var receivedMilliseconds: Int64 = 0
    /// What the socket was opened for.
    package internal(set) var content = Content.netflow

    package init() {
        unsafe octets = .allocate(capacity: Self.capacity * Self.slot)
        unsafe datagrams = .allocate(capacity: Self.capacity)
        unsafe datagrams.initialize(repeating: zonal_datagram(), count: Self.capacity)
    }

    deinit {
        unsafe octets.deallocate()
        unsafe datagrams.deallocate()
    }

    /// Takes what waits in a socket, waiting for the first datagram as long as the socket's timeout says.
    ///
    /// - Returns: how many came, or the error number: EAGAIN and EINTR are none.
    func receive(from socket: Int32, drops: inout UInt32, at milliseconds: () -> Int64) -> Result<Int, SocketFailure> {
        count = 0
        let received = unsafe zonal_receive(socket, octets, UInt32(Self.slot), UInt32(Self.capacity), datagrams, &drops)
        if received < 0 {
            let number = errno
            return number == EAGAIN || number == EINTR ? .success(0) : .failure(SocketFailure(number: number))
        }
        count = Int(received)
        receivedMilliseconds = milliseconds()
        return .success(count)
    }

    /// - Precondition: there is such a datagram.
    package func source(of index: Int) -> ExporterSource {
        precondition(index >= 0 && index < count, "no such datagram")
        let datagram = unsafe datagrams[index]
        let (high, low) = unsafe withUnsafeBytes(of: datagram.address) {
            // Sixteen octets, in network order.
            (unsafe $0.loadUnaligned(fromByteOffset: 0, as: UInt64.self).bigEndian,
             unsafe $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self).bigEndian)
        }
        let isMapped = high == 0 && low >> 32 == 0xFFFF
        let address = isMapped ? IPAddress(ipv4: UInt32(truncatingIfNeeded: low)) : IPAddress(high: high, low: low)
        return ExporterSource(address, port: datagram.port)
    }

    /// True when the datagram was longer than there is room for: jumbograms alone.
    package func isCut(_ index: Int) -> Bool {
        precondition(index >= 0 && index < count, "no such datagram")
        return unsafe datagrams[index].is_cut != 0
    }

    /// - Precondition: there is such a datagram.
    package func withOctets<Value>(of index: Int, _ body: (borrowing RawSpan) -> Value) -> Value {
        precondition(index >= 0 && index < count, "no such datagram")
        let length = min(Int(unsafe datagrams[index].length), Self.slot)
        // Within the block's own memory, which lives as long as `self`; `length` octets of it were received.
        return body(unsafe RawSpan(_unsafeStart: octets + index * Self.slot, byteCount: length))
    }
}

/// What the kernel said.
package struct SocketFailure: Error, Equatable {
    package let number: Int32

    package init(number: Int32) { self.number = number }

    package var text: String { unsafe String(cString: strerror(number)) }
}
