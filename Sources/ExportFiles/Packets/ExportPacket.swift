import FlowModel
package import IPFIX

/// One export as it travelled: a datagram's payload, or an IPFIX message of a connection or a file.
package struct ExportPacket: Sendable {
    package var source: ExporterSource
    package var destination: ExporterSource
    package var transport: ExportTransport
    /// When it was captured, in milliseconds since 1970 UTC: of a message in several frames the last one's time. In a file
    /// there is none, and the message's export time stands for it.
    package var receivedMilliseconds: Int64
    /// The number of the frame that it ended with, from 1; of a message in a file its number there.
    package var number: UInt64
    package var octets: [UInt8]
    /// Octets at its end that the capture does not have.
    package var missingOctets = 0

    package init(
        source: ExporterSource, destination: ExporterSource, transport: ExportTransport, receivedMilliseconds: Int64,
        number: UInt64, octets: [UInt8], missingOctets: Int = 0
    ) {
        self.source = source
        self.destination = destination
        self.transport = transport
        self.receivedMilliseconds = receivedMilliseconds
        self.number = number
        self.octets = octets
        self.missingOctets = missingOctets
    }

    /// sFlow has its version in a word of 32 bits, the others in one of 16.
    package var isSFlow: Bool { octets.starts(with: [0, 0]) }
}
