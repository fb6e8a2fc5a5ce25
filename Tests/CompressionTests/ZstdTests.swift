import Compression
import Testing

@Suite("Zstd")
struct ZstdTests {
    /// Half noise, half repetition.
    func sample(_ count: Int, seed: UInt64) -> [UInt8] {
        var state = seed | 1
        return (0..<count).map { index in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return index % 128 < 64 ? UInt8(truncatingIfNeeded: state >> 33) : UInt8(truncatingIfNeeded: index)
        }
    }

    @Test("what was packed unpacks to the same, whatever its size", arguments: [0, 1, 2, 63, 64, 1000, 65_536, 1_000_003])
    func roundTrip(_ count: Int) throws {
        var compressor = try ZstdCompressor()
        var decompressor = try ZstdDecompressor()
        for seed in 1...3 as ClosedRange<UInt64> {
            let source = sample(count, seed: seed)
            let frame = try compressor.compress(source)
            #expect(try decompressor.decompress(frame, count: count) == source)
        }
    }

    @Test("repetition gets smaller")
    func shrinks() throws {
        var compressor = try ZstdCompressor()
        #expect(try compressor.compress([UInt8](repeating: 7, count: 100_000)).count < 100)
    }

    @Test("a frame made by the zstd command unpacks")
    func foreignFrame() throws {
        // printf 'zonal zonal zonal zonal zonal zonal\n' > z.txt; zstd -19 --no-check z.txt (zstd 1.5.4)
        let frame: [UInt8] = [
            0x28, 0xB5, 0x2F, 0xFD, 0x20, 0x24, 0x6D, 0x00, 0x00, 0x38, 0x7A, 0x6F, 0x6E, 0x61, 0x6C, 0x20, 0x0A, 0x01, 0x00,
            0xB9, 0x4B, 0x11,
        ]
        var decompressor = try ZstdDecompressor()
        #expect(try decompressor.decompress(frame, count: 36) == Array("zonal zonal zonal zonal zonal zonal\n".utf8))
    }

    @Test("a frame cut anywhere is an error")
    func cut() throws {
        var compressor = try ZstdCompressor()
        var decompressor = try ZstdDecompressor()
        let source = sample(500, seed: 9)
        let frame = try compressor.compress(source)
        for length in 0..<frame.count {
            #expect(throws: ZstdError.self) {
                var output: [UInt8] = []
                try decompressor.decompress(frame[..<length], count: source.count, into: &output)
            }
        }
        #expect(try decompressor.decompress(frame, count: 500) == source)
    }

    @Test("a changed octet never gives other content")
    func damage() throws {
        var compressor = try ZstdCompressor()
        var decompressor = try ZstdDecompressor()
        let source = sample(500, seed: 4)
        let frame = try compressor.compress(source)
        for index in frame.indices {
            var damaged = frame
            damaged[index] ^= 0x10
            var output: [UInt8] = []
            do {
                try decompressor.decompress(damaged[...], count: source.count, into: &output)
                #expect(output == source)
            } catch {}
        }
    }

    @Test("a frame that holds more, or less, than it may is refused")
    func limits() throws {
        var compressor = try ZstdCompressor()
        var decompressor = try ZstdDecompressor()
        let frame = try compressor.compress([UInt8](repeating: 0, count: 1_000_000))
        #expect(throws: ZstdError.unexpectedSize(allowed: 999_999)) {
            try decompressor.decompress(frame, count: 999_999)
        }
        var output: [UInt8] = []
        #expect(throws: ZstdError.unexpectedSize(allowed: 10)) {
            try decompressor.decompress(frame[...], count: 10, into: &output)
        }
        #expect(throws: ZstdError.unexpectedSize(allowed: 1_000_001)) {
            try decompressor.decompress(frame[...], count: 1_000_001, into: &output)
        }
    }
}

extension ZstdCompressor {
    fileprivate mutating func compress(_ source: [UInt8]) throws -> [UInt8] {
        var frame: [UInt8] = []
        let length = try compress(source, appendingTo: &frame)
        #expect(length == frame.count)
        return frame
    }
}

extension ZstdDecompressor {
    fileprivate mutating func decompress(_ frame: [UInt8], count: Int) throws -> [UInt8] {
        var output: [UInt8] = []
        try decompress(frame[...], count: count, into: &output)
        return output
    }
}
