import Capture
import Compression
import FlowModel
import Foundation
import IPFIX

/// A file with exports, of whatever kind: a capture, an IPFIX file (packed with gzip or not), or the payload of one datagram.
/// What it is, its content says.
package struct ExportFile: ~Copyable {
    package enum Kind: Sendable {
        case capture
        case ipfix
        /// The payload of one UDP datagram, as `nc` or a debugger saves it.
        case datagram
    }

    private static let unpackedLimit = 512 << 20
    private static let datagramLimit = 65_535

    package let path: String
    package let kind: Kind
    private let ports: Set<UInt16>?
    private var capture: ExportPackets?
    private var messages: MessageFile?
    /// Of a packed file, and of a datagram.
    private let unpacked: [UInt8]?
    private var isDatagramGiven = false

    /// - Parameter ports: of a capture: destination ports to take, whatever the content is; nil for all exports.
    /// - Throws: `ExportFileError` when it cannot be opened, unpacked, or is none of these.
    package init(path: String, ports: Set<UInt16>? = nil) throws(ExportFileError) {
        let (head, size) = try Self.look(path)
        var capture: ExportPackets?
        var messages: MessageFile?
        var unpacked: [UInt8]?
        let kind: Kind
        if Gzip.isGzip(head) {
            kind = .ipfix
            unpacked = try Self.unpack(path, size)
            messages = MessageFile(octets: unpacked ?? [])
        } else if Self.isDatagram(head, size) {
            kind = .datagram
            guard let data = FileManager.default.contents(atPath: path) else {
                throw ExportFileError(.unreadableFile, place: path, "cannot be read")
            }
            unpacked = Array(data)
        } else if FlowFileDecoder.isIPFIX(head) {
            kind = .ipfix
            messages = try MessageFile(path: path)
        } else {
            kind = .capture
            capture = try Self.open(path, ports)
        }
        self.path = path
        self.kind = kind
        self.ports = ports
        self.capture = capture
        self.messages = messages
        self.unpacked = unpacked
    }

    /// The next exports, at least one; nil at the end.
    package mutating func next() -> [ExportPacket]? {
        switch kind {
        case .capture: return capture?.next()
        case .ipfix: return messages?.next()
        case .datagram:
            guard !isDatagramGiven, let unpacked else { return nil }
            isDatagramGiven = true
            let nobody = ExporterSource(.zero, port: 0)
            return [
                ExportPacket(
                    source: nobody, destination: nobody, transport: .datagram,
                    receivedMilliseconds: Self.exportMilliseconds(unpacked), number: 1, octets: unpacked)
            ]
        }
    }

    /// Begins once more.
    package mutating func rewind() throws(ExportFileError) {
        isDatagramGiven = false
        switch kind {
        case .capture: capture = try Self.open(path, ports)
        case .ipfix:
            if let unpacked { messages = MessageFile(octets: unpacked) } else { messages = try MessageFile(path: path) }
        case .datagram: break
        }
    }

    /// What a capture held; nil for other files.
    package var packets: ExportPacketStatistics? {
        switch capture {
        case nil: nil
        case let capture?: capture.statistics
        }
    }

    /// Why the file could not be read to its end, in a sentence with its name; what came before was given.
    package var damage: String? {
        switch capture {
        case nil: messages?.damage.map { "\(path): \($0)" }
        case let capture?: capture.damage.map { "\($0)" }
        }
    }

    /// What to say of a file that was read to its end and has no export in it.
    package var emptiness: ExportFileError {
        guard let packets else {
            let what = damage == nil ? "holds no message" : "holds no whole message: it is cut off or damaged"
            return ExportFileError(.noExport, place: path, what)
        }
        var found = "\(packets.frames) frames, \(packets.datagrams) UDP datagrams"
        if packets.segments > 0 { found += ", \(packets.segments) TCP segments" }
        let mend =
            ports == nil
            ? "name the ports that exports were sent to, if they are of an unusual kind"
            : "none to the ports that were named; without ports every datagram is looked at"
        return ExportFileError(.noExport, place: path, "holds no NetFlow, IPFIX or sFlow that can be read (\(found)); \(mend)")
    }

    private static func look(_ path: String) throws(ExportFileError) -> (head: [UInt8], size: Int) {
        var isFolder: ObjCBool = false
        // The variable is ours for the length of the call.
        guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw ExportFileError(.unreadableFile, place: path, "there is no such file")
        }
        guard !isFolder.boolValue else { throw ExportFileError(.unreadableFile, place: path, "is a folder; name its files") }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw ExportFileError(.unreadableFile, place: path, "cannot be read; check its owner and mode")
        }
        defer { try? handle.close() }
        do {
            let head = Array(try handle.read(upToCount: 64) ?? Data())
            return (head, Int(clamping: try handle.seekToEnd()))
        } catch {
            throw ExportFileError(.unreadableFile, place: path, "cannot be read")
        }
    }

    private static func unpack(_ path: String, _ size: Int) throws(ExportFileError) -> [UInt8] {
        guard size <= unpackedLimit, let data = FileManager.default.contents(atPath: path) else {
            throw ExportFileError(.compressed, place: path, "is packed, and has more than 512 MiB; unpack it first: gunzip \(path)")
        }
        let octets: [UInt8]
        do throws(CompressionError) {
            octets = try Gzip.decompress(Array(data), limit: unpackedLimit)
        } catch {
            throw ExportFileError(.compressed, place: path, "cannot be unpacked: \(error)")
        }
        guard FlowFileDecoder.isIPFIX(octets) else {
            throw ExportFileError(
                .compressed, place: path, "is packed, and no IPFIX file inside; unpack a capture first: gunzip \(path)")
        }
        return octets
    }

    /// NetFlow v5 and v9 and sFlow begin as no file format does; a file of IPFIX messages is read as one.
    private static func isDatagram(_ head: [UInt8], _ size: Int) -> Bool {
        guard head.count >= 20, size <= datagramLimit else { return false }
        return head.starts(with: [0, 5]) || head.starts(with: [0, 9]) || head.starts(with: [0, 0, 0, 5])
    }

    /// The export time of v5 and v9, which stands in the same place; 0 for sFlow, which has none.
    private static func exportMilliseconds(_ octets: [UInt8]) -> Int64 {
        octets.starts(with: [0, 0]) ? 0 : octets[8..<12].reduce(Int64(0)) { $0 << 8 | Int64($1) } * 1000
    }

    private static func open(_ path: String, _ ports: Set<UInt16>?) throws(ExportFileError) -> ExportPackets {
        do throws(CaptureError) {
            return try ExportPackets(path: path, ports: ports)
        } catch {
            let code: ExportFileError.Code =
                switch error.code {
                case .notACaptureFile: .notAnExportFile
                case .unknownLinkType: .unknownLinkType
                default: .unreadableFile
                }
            let message =
                code == .notAnExportFile
                ? "is neither a capture (pcap, pcapng) nor an IPFIX file (RFC 5655), packed with gzip or not" : error.message
            throw ExportFileError(code, place: path, message)
        }
    }
}
