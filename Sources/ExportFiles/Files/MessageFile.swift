import FlowModel
import Foundation
import IPFIX

/// The messages of an IPFIX file (RFC 5655): one behind the other, from the beginning to the end.
///
/// A plain file is read piece by piece; one that was packed lies in memory, unpacked.
struct MessageFile {
    private static let pieceLength = 1 << 20
    private static let messagesAtOnce = 64

    private enum Source {
        case handle(FileHandle)
        case octets([UInt8])
    }

    private let source: Source
    /// Octets of the file that belong to no message yet, and where the first of them stands in it.
    private var ready: [UInt8] = []
    private var start = 0
    private var place: UInt64 = 0
    private var isEnded = false
    private(set) var messages: UInt64 = 0
    /// Why the file could not be read to its end, in words.
    private(set) var damage: String?

    /// - Throws: that it cannot be opened.
    init(path: String) throws(ExportFileError) {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw ExportFileError(.unreadableFile, place: path, "cannot be read; check that it is there, and its owner and mode")
        }
        source = .handle(handle)
    }

    /// - Parameter octets: all of an unpacked file.
    init(octets: [UInt8]) { source = .octets(octets) }

    /// The next messages, at least one; nil at the end.
    mutating func next() -> [ExportPacket]? {
        var found: [ExportPacket] = []
        while found.count < Self.messagesAtOnce, damage == nil {
            guard let length = nextLength() else { break }
            found.append(take(length))
        }
        return found.isEmpty ? nil : found
    }

    /// How long the message is that comes next; nil at the end, and where there is none.
    private mutating func nextLength() -> Int? {
        guard fill(16) else {
            if ready.count > start {
                damage = "is cut off at octet \(place): expected a message of at least 16 octets, found \(ready.count - start)"
            }
            return nil
        }
        let version = Int(ready[start]) << 8 | Int(ready[start + 1])
        let length = Int(ready[start + 2]) << 8 | Int(ready[start + 3])
        guard version == 10, length >= 16 else {
            damage =
                version == 10
                ? "is damaged at octet \(place): a message says to have \(length) octets, fewer than its header"
                : "is damaged at octet \(place): expected an IPFIX message (version 10), found version \(version)"
            return nil
        }
        guard fill(length) else {
            damage = "is cut off at octet \(place): expected a message of \(length) octets, found \(ready.count - start)"
            // What is there of it is read all the same.
            return ready.count - start
        }
        return length
    }

    /// Brings so many octets from `start` on.
    private mutating func fill(_ count: Int) -> Bool {
        while ready.count - start < count, !isEnded {
            switch source {
            case .octets(let octets):
                ready = octets
                isEnded = true
            case .handle(let handle):
                let piece: Data?
                do {
                    piece = try handle.read(upToCount: Self.pieceLength)
                } catch {
                    damage = "cannot be read further than octet \(place)"
                    isEnded = true
                    return false
                }
                guard let piece, !piece.isEmpty else {
                    isEnded = true
                    break
                }
                ready.removeFirst(start)
                start = 0
                ready.append(contentsOf: piece)
            }
        }
        return ready.count - start >= count
    }

    private mutating func take(_ length: Int) -> ExportPacket {
        let octets = Array(ready[start..<start + length])
        start += length
        place += UInt64(length)
        messages += 1
        let seconds = octets[4..<8].reduce(Int64(0)) { $0 << 8 | Int64($1) }
        let nobody = ExporterSource(.zero, port: 0)
        return ExportPacket(
            source: nobody, destination: nobody, transport: .stream, receivedMilliseconds: seconds * 1000, number: messages,
            octets: octets)
    }
}
