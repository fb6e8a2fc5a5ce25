import Capture
import Foundation
import TestSupport
import Testing

/// Every shared capture, against the frames and octets that tshark counts in it.
@Suite("Shared captures")
struct SharedCapturesTests {
    struct Totals: Equatable {
        var frames = 0
        var wireOctets = 0
        var capturedOctets = 0
        var first: Int64 = .max
    }

    static let rows: [CSVTable.Row] = {
        guard let path = SharedFolder.path("captures/truth.csv"), let table = try? CSVTable(path: path) else { return [] }
        let readable: Set<String> = ["ether", "linux-sll", "linux-sll2", "null", "loop", "rawip", "rawip4", "rawip6"]
        return table.rows.filter { readable.contains($0["link_types"]) }
    }()

    /// What is not read as tshark does, and why.
    static let different: [String: String] = [
        "packets/format/pcapng-suite-le-basic-test018.pcapng": "tshark counts blocks of its own kinds as frames",
        "packets/format/pcapng-suite-be-basic-test018.pcapng": "tshark counts blocks of its own kinds as frames",
    ]

    /// Malformed files aside, whose headers contradict themselves.
    @Test("frames, octets and the first time stamp agree", .enabled(if: !rows.isEmpty, "needs the shared captures"))
    func totals() throws {
        var compared = 0
        for row in Self.rows where Self.different[row["file"]] == nil && !row["file"].hasPrefix("packets/malformed/") {
            let file = row["file"]
            let path = try #require(SharedFolder.path("captures/" + file))
            let (seen, problem) = read(path)
            if let problem {
                Issue.record("\(file): \(problem)")
                continue
            }
            compared += 1
            #expect(seen.frames == Int(row["packets"]), "\(file)")
            #expect(seen.wireOctets == Int(row["frame_bytes"]), "\(file)")
            #expect(seen.capturedOctets == Int(row["captured_bytes"]), "\(file)")
            guard seen.frames > 0, let first = Self.nanoseconds(row["first_epoch"]) else { continue }
            // The truth is in microseconds.
            #expect((seen.first - first).magnitude < 1000, "\(file)")
        }
        #expect(compared > 300)
    }

    @Test(
        "each file of the format and malformed folders is read to its end or told of", .enabled(if: !rows.isEmpty, "needs the shared captures"))
    func formats() throws {
        var files: [String] = []
        for folder in ["captures/packets/format", "captures/packets/malformed"] {
            let path = try #require(SharedFolder.path(folder))
            files += try FileManager.default.contentsOfDirectory(atPath: path).map { "\(path)/\($0)" }
        }
        #expect(files.count > 150)
        for path in files {
            let (_, problem) = read(path)
            guard let problem else { continue }
            #expect(problem.place == path)
            #expect([.damagedFile, .mixedFile, .notACaptureFile, .unreadableFile].contains(problem.code))
            #expect(!problem.message.isEmpty)
        }
    }

    private func read(_ path: String) -> (Totals, CaptureError?) {
        var totals = Totals()
        do throws(CaptureError) {
            var file = try CaptureFile(path: path)
            while try file.read(
                limit: 100,
                { octets, wireLength, time in
                    totals.frames += 1
                    totals.wireOctets += wireLength
                    totals.capturedOctets += octets.byteCount
                    totals.first = min(totals.first, time)
                })
            {}
            return (totals, nil)
        } catch {
            return (totals, error)
        }
    }

    /// `1258544215.037210000`, exactly.
    private static func nanoseconds(_ text: String) -> Int64? {
        let parts = text.split(separator: ".")
        guard let seconds = parts.first.flatMap({ Int64($0) }) else { return nil }
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        let padded = (fraction + String(repeating: "0", count: 9)).prefix(9)
        return Int64(padded).map { seconds * 1_000_000_000 + $0 }
    }
}
