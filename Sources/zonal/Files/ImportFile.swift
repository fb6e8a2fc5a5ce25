import AgentCommands
import Compression
import Crypto
import FlowModel
import Foundation
import IPFIX

/// A file to import: what it is, by its content, and the id that it is known by.
struct ImportFile {
    enum Content {
        /// An IPFIX file, unpacked.
        case ipfix([UInt8])
        /// Anything else is for the capture reader to judge.
        case capture
    }

    let path: String
    let content: Content
    /// Lower-case hexadecimal.
    let sha256: String
    let bytes: Int64

    private static let unpackedLimit = 512 << 20

    /// - Parameter isForeign: other people's exports, which have a reader of their own: the content is only told by its hash.
    init(path: String, isForeign: Bool = false) throws {
        self.path = path
        guard path != "-" else {
            throw CommandFailure("-: the standard input cannot be taken here, since a file is read twice; save it, and name the file", isUsage: true)
        }
        let manager = FileManager.default
        var isFolder: ObjCBool = false
        guard unsafe manager.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw CommandFailure("\(path): there is no such file")
        }
        guard !isFolder.boolValue else { throw CommandFailure("\(path): is a folder; name its files") }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw CommandFailure("\(path): cannot be read; check its owner and mode")
        }
        defer { try? handle.close() }
        var hash = SHA256()
        var length: Int64 = 0
        var head: [UInt8] = []
        while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
            hash.update(data: piece)
            length += Int64(piece.count)
            if head.isEmpty { head = Array(piece.prefix(16)) }
        }
        bytes = length
        sha256 = hash.finalize().map { String(Int($0) + 256, radix: 16).dropFirst() }.joined()
        guard !isForeign, Gzip.isGzip(head) || FlowFileDecoder.isIPFIX(head) else {
            content = .capture
            return
        }
        guard length <= Int64(Self.unpackedLimit) else {
            throw CommandFailure("\(path): has more than 512 MiB; split it into smaller IPFIX files")
        }
        var octets = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        if Gzip.isGzip(head) {
            do {
                octets = try Gzip.decompress(octets, limit: Self.unpackedLimit)
            } catch {
                throw CommandFailure("\(path): cannot be unpacked: \(error)")
            }
            guard FlowFileDecoder.isIPFIX(octets) else {
                throw CommandFailure("\(path): is packed, and no IPFIX file; unpack a capture first: gunzip \(path)")
            }
        }
        content = .ipfix(octets)
    }

    /// The id of a piece of the file: the same file gives the same ids.
    ///
    /// - Parameter epoch: beats the one made of the content, so that a file can be stored again.
    func identity(part: UInt64, epoch: UInt64?) -> BatchIdentity {
        let own = UInt64(sha256.prefix(16), radix: 16) ?? 0
        return .sequence(agent: Self.agent, epoch: epoch ?? own, sequence: part)
    }

    /// Made of the content: the same file is metered the same way again.
    var seed: (UInt64, UInt64) {
        (UInt64(sha256.dropFirst(16).prefix(16), radix: 16) ?? 1, UInt64(sha256.dropFirst(32).prefix(16), radix: 16) ?? 2)
    }

    static let agent = "import"
}
