package import Capture
import PacketDecoding

/// The exports in a capture file, in the order in which they came: the payloads of UDP datagrams, of which fragments are put
/// together, and the IPFIX messages of TCP connections.
///
/// Memory does not grow with the file: frames are read in batches, and what waits for its other parts is bounded.
package struct ExportPackets: ~Copyable {
    private static let framesAtOnce = 256

    private var file: CaptureFile
    private let sorter: PacketSorter
    private var isEnded = false
    /// Why the file could not be read to its end; what came before was handed out.
    package private(set) var damage: CaptureError?

    /// - Parameter ports: destination ports to take, whatever the content is; nil for all whose content looks like an export.
    /// - Throws: what `CaptureFile` throws, and `unknownLinkType`.
    package init(path: String, ports: Set<UInt16>? = nil) throws(CaptureError) {
        let file = try CaptureFile(path: path)
        guard let linkType = LinkType(number: file.linkType) else {
            throw CaptureError(
                .unknownLinkType, place: path,
                "has frames of link type \(file.linkTypeName), which is not read; Ethernet, Linux cooked, raw IP and loopback are")
        }
        self.file = file
        sorter = PacketSorter(linkType: linkType, ports: ports)
    }

    package var statistics: ExportPacketStatistics { sorter.statistics }

    /// The next exports, at least one; nil at the end of the file.
    package mutating func next() -> [ExportPacket]? {
        let sorter = sorter
        while !isEnded {
            do throws(CaptureError) {
                isEnded = try !file.read(limit: Self.framesAtOnce) { frame, wireLength, time in
                    sorter.take(frame, wireLength: wireLength, nanoseconds: time)
                }
            } catch {
                damage = error
                isEnded = true
            }
            if isEnded { sorter.finish() }
            if sorter.hasFound { return sorter.takeFound() }
        }
        return nil
    }
}
