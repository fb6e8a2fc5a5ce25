import Capture

/// What came of reading a capture file: every frame, folded into one number each, and how it ended.
struct FrameLog: Equatable {
    struct Entry: Equatable {
        var captured: Int
        var wireLength: Int
        var nanoseconds: Int64
        /// FNV-1a of the octets.
        var digest: UInt64
    }
    var entries: [Entry] = []
    var problem: CaptureError?
    var framesRead: UInt64 = 0
    var reader: CaptureFile.Reader?

    init(_ path: String, usesLibpcapOnly: Bool = false, limit: Int = 100) {
        do throws(CaptureError) {
            var file = try CaptureFile(path: path, usesLibpcapOnly: usesLibpcapOnly)
            reader = file.reader
            do throws(CaptureError) {
                while try file.read(
                    limit: limit,
                    { octets, wireLength, time in
                        entries.append(
                            Entry(captured: octets.byteCount, wireLength: wireLength, nanoseconds: time, digest: Self.digest(octets)))
                    })
                {}
            } catch {
                problem = error
            }
            framesRead = file.framesRead
        } catch {
            problem = error
        }
    }

    private static func digest(_ octets: borrowing RawSpan) -> UInt64 {
        var digest: UInt64 = 0xCBF2_9CE4_8422_2325
        for offset in 0..<octets.byteCount {
            digest = (digest ^ UInt64(unsafe octets.unsafeLoad(fromByteOffset: offset, as: UInt8.self))) &* 0x100_0000_01B3
        }
        return digest
    }
}
