import FlowModel
import Glibc
import Testing

/// Times as text, against the C library's `gmtime_r` and values of `date -u`.
@Suite("UTC time")
struct UTCTimeTests {
    /// What the C library makes of seconds since 1970.
    private func text(_ milliseconds: Int64) -> String {
        var seconds = time_t(UTCTime.floorDivide(milliseconds, 1000))
        var parts = unsafe tm()
        _ = unsafe gmtime_r(&seconds, &parts)
        func padded(_ value: Int, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date = unsafe "\(padded(Int(parts.tm_year) + 1900, 4))-\(padded(Int(parts.tm_mon) + 1, 2))-\(padded(Int(parts.tm_mday), 2))"
        let clock = unsafe "\(padded(Int(parts.tm_hour), 2)):\(padded(Int(parts.tm_min), 2)):\(padded(Int(parts.tm_sec), 2))"
        return "\(date)T\(clock).\(padded(Int(milliseconds - UTCTime.floorDivide(milliseconds, 1000) * 1000), 3))Z"
    }

    @Test(
        "values of date -u",
        arguments: [
            (Int64(0), "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"), (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
            (4_107_542_399_000, "2100-02-28T23:59:59.000Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (1_795_356_489_123, "2026-11-22T14:08:09.123Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"), (-2_208_988_800_000, "1900-01-01T00:00:00.000Z"),
        ])
    func golden(milliseconds: Int64, text: String) {
        #expect(UTCTime.text(milliseconds: milliseconds) == text)
        #expect(UTCTime.milliseconds(text) == milliseconds)
    }

    @Test("random times print as the C library has them, and are read back", arguments: [UInt64(1), 2])
    func random(seed: UInt64) {
        var random = Splitmix(state: seed)
        for _ in 0..<20_000 {
            let milliseconds = Int64.random(in: -62_167_219_200_000...253_402_300_799_999, using: &random)
            let printed = UTCTime.text(milliseconds: milliseconds)
            #expect(printed == text(milliseconds))
            #expect(UTCTime.milliseconds(printed) == milliseconds)
        }
        // Every day of 800 years: each leap year rule is met twice.
        for day in Int64(-146_097)..<146_097 where UTCTime.text(milliseconds: day * 86_400_000) != text(day * 86_400_000) {
            Issue.record("day \(day)")
        }
    }

    @Test("times outside of years 0 to 9999 are clamped, never trap", arguments: [Int64.min, .min + 1, .max, -62_167_219_200_001, 253_402_300_800_000])
    func clamped(milliseconds: Int64) {
        #expect(UTCTime.text(milliseconds: milliseconds) == (milliseconds < 0 ? "0000-01-01T00:00:00.000Z" : "9999-12-31T23:59:59.999Z"))
    }

    @Test(
        "forms of RFC 3339",
        arguments: [
            ("2026-11-22", Int64(1_795_305_600_000)), ("2026-11-22T14:08:09Z", 1_795_356_489_000), ("2026-11-22t14:08:09z", 1_795_356_489_000),
            ("2026-11-22 14:08:09Z", 1_795_356_489_000), ("2026-11-22T14:08:09.1Z", 1_795_356_489_100), ("2026-11-22T14:08:09.1239999Z", 1_795_356_489_123),
            ("2026-11-22T15:08:09+01:00", 1_795_356_489_000), ("2026-11-22T08:38:09.5-05:30", 1_795_356_489_500), ("2016-12-31T23:59:60Z", 1_483_228_800_000),
            ("2026-11-22T14:08:09.00000000000000000000000000001Z", 1_795_356_489_000),
        ])
    func forms(text: String, milliseconds: Int64) { #expect(UTCTime.milliseconds(text) == milliseconds) }

    @Test(
        "what is no time",
        arguments: [
            "", "2026", "2026-11", "2026-11-22T", "2026-11-22T14:08:09", "2026-11-22T14:08Z", "2026-13-01", "2026-00-01", "2026-02-29", "1900-02-29",
            "2024-02-30", "2026-04-31", "2026-11-22T24:00:00Z", "2026-11-22T14:60:00Z", "2026-11-22T14:08:61Z", "2026-11-22T14:08:09.Z",
            "2026-11-22T14:08:09.5", "2026-11-22T14:08:09+1:00", "2026-11-22T14:08:09+01:60", "2026-11-22T14:08:09+01:00x", "2026-11-22T14:08:09Zx",
            "+026-11-22", "2026-1-22", "20261122", "2026/11/22", "2026-11-22X14:08:09Z", "٢٠٢٦-١١-٢٢",
        ])
    func refused(text: String) { #expect(UTCTime.milliseconds(text) == nil) }

    @Test("texts cut at every length and with one octet changed never trap")
    func damaged() {
        let whole = Array("2026-11-22T15:08:09.123+01:00".utf8)
        for length in 0...whole.count { _ = UTCTime.milliseconds(String(decoding: whole.prefix(length), as: UTF8.self)) }
        for place in whole.indices {
            for octet in UInt8.min...127 {
                var changed = whole
                changed[place] = octet
                _ = UTCTime.milliseconds(String(decoding: changed, as: UTF8.self))
            }
        }
        _ = UTCTime.milliseconds("2026-11-22T15:08:09." + String(repeating: "9", count: 10_000) + "Z")
    }
}
