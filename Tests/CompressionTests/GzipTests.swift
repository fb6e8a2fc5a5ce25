import Compression
import Foundation
import TestSupport
import Testing

@Suite("gzip")
struct GzipTests {
    @Test("what goes in comes out", arguments: [0, 1, 2, 255, 4096, 65_537, 1_000_003], [1, 6, 9])
    func roundTrip(count: Int, level: Int) throws {
        let bytes = Self.text(count: count, seed: UInt64(count))
        let packed = try Gzip.compress(bytes, level: level)
        #expect(Gzip.isGzip(packed))
        #expect(try Gzip.decompress(packed, limit: count) == bytes)
    }

    @Test("gzip itself reads what we write, and we read what it writes")
    func foreign() throws {
        let bytes = Self.text(count: 300_000, seed: 7)
        #expect(try Self.run("gzip", ["-dc"], input: Gzip.compress(bytes)) == bytes)
        #expect(try Gzip.decompress(Self.run("gzip", ["-9c"], input: bytes), limit: bytes.count) == bytes)
    }

    @Test("members on end are one content")
    func members() throws {
        let first = Self.text(count: 10_000, seed: 1)
        let second = Self.text(count: 5, seed: 2)
        let packed = try Gzip.compress(first) + Gzip.compress([]) + Gzip.compress(second)
        #expect(try Gzip.decompress(packed, limit: 10_005) == first + second)
        #expect(throws: CompressionError.tooLarge(limit: 10_004)) { try Gzip.decompress(packed, limit: 10_004) }
    }

    @Test("content past the limit is refused at the limit", arguments: [0, 1, 4095, 999_999])
    func limit(limit: Int) throws {
        let packed = try Gzip.compress([UInt8](repeating: 0, count: 1_000_000))
        #expect(throws: CompressionError.tooLarge(limit: limit)) { try Gzip.decompress(packed, limit: limit) }
        #expect(try Gzip.decompress(packed, limit: 1_000_000).count == 1_000_000)
    }

    @Test("a stream cut anywhere is truncated")
    func cut() throws {
        let packed = try Gzip.compress(Self.text(count: 2000, seed: 3))
        for count in 0..<packed.count {
            #expect(throws: CompressionError.truncated, "cut at \(count)") {
                try Gzip.decompress(Array(packed[..<count]), limit: 1 << 20)
            }
        }
    }

    @Test("one octet changed is an error or changes nothing of the content")
    func flipped() throws {
        let bytes = Self.text(count: 1500, seed: 4)
        let packed = try Gzip.compress(bytes)
        var generator = SplitMix(state: 5)
        for place in packed.indices {
            var damaged = packed
            damaged[place] ^= UInt8.random(in: 1...255, using: &generator)
            // The header's time, flags and system are not covered by the checksum.
            if let content = try? Gzip.decompress(damaged, limit: 1 << 20) {
                #expect(content == bytes, "octet \(place)")
            }
        }
    }

    @Test("what is not gzip, or follows it, is corrupt")
    func garbage() throws {
        #expect(throws: CompressionError.corrupt(place: 2)) { try Gzip.decompress(Array("hello".utf8), limit: 100) }
        let packed = try Gzip.compress([1, 2, 3])
        #expect(throws: CompressionError.self) { try Gzip.decompress(packed + Array("tail".utf8), limit: 100) }
        #expect(!Gzip.isGzip([0x1F, 0x8B]))
    }

    private static func text(count: Int, seed: UInt64) -> [UInt8] {
        var generator = SplitMix(state: seed)
        return (0..<count).map { _ in UInt8.random(in: 97...104, using: &generator) }
    }

    private static func run(_ tool: String, _ arguments: [String], input: [UInt8]) throws -> [UInt8] {
        let scratch = try ScratchFolder()
        let source = scratch.path("in")
        let target = scratch.path("out")
        try Data(input).write(to: URL(fileURLWithPath: source))
        _ = FileManager.default.createFile(atPath: target, contents: nil)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [tool] + arguments
        process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: source))
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: target))
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: target)))
    }
}

/// A small generator with a seed (Steele, Lea, Flood: SplitMix64), so that a failure can be met again.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
