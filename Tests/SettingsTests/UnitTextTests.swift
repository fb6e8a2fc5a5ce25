import Testing

@testable import Settings

@Suite("Sizes and times with units")
struct UnitTextTests {
    @Test(
        "sizes are exact",
        arguments: [
            ("0", 0), ("4096", 4096), ("1B", 1), ("1KiB", 1024), ("1kb", 1000), ("256MiB", 268_435_456), ("1.5GiB", 1_610_612_736),
            ("500 MB", 500_000_000), ("2TiB", 2_199_023_255_552), ("0.5KiB", 512),
        ] as [(String, Int64)])
    func sizes(text: String, bytes: Int64) {
        #expect(UnitText.bytes(text) == bytes)
    }

    @Test(
        "what is no size is refused",
        arguments: ["", "MiB", "1XiB", "1.5B", "-1", "+1", "1e3", "1MiB1KiB", "1 MiB x", "9223372036854775807KiB", "1..5KiB", "1.", ".5KiB", "０KiB"])
    func noSizes(text: String) {
        #expect(UnitText.bytes(text) == nil as Int64?)
    }

    @Test(
        "times are exact and add up",
        arguments: [
            ("20s", 20_000), ("500ms", 500), ("1h30m", 5_400_000), ("7d", 604_800_000), ("1w", 604_800_000), ("1.5s", 1500), ("0s", 0),
        ] as [(String, Int64)])
    func times(text: String, milliseconds: Int64) {
        #expect(UnitText.duration(text) == milliseconds)
    }

    @Test(
        "what is no time is refused", arguments: ["", "20", "s", "1s1s", "-1s", "1y", "1.0005s", "9223372036854775807w", "20s,", "h1", "1h 30m"])
    func noTimes(text: String) {
        #expect(UnitText.duration(text) == nil as Int64?)
    }

    @Test("texts read back as the same value", arguments: [0, 1, 999, 1000, 61_000, 5_400_000, 604_800_000, 1 << 40] as [Int64])
    func roundTrip(value: Int64) {
        #expect(UnitText.duration(UnitText.duration(value)) == value)
        #expect(UnitText.bytes(UnitText.bytes(value)) == value)
    }

    @Test("sizes for people are cut to one place", arguments: [
        (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (131_584, "128.5 KiB"), (.max, "8388607.9 TiB"), ((1 << 30) - 1, "1023.9 MiB"), (1 << 40, "1.0 TiB"),
    ] as [(Int64, String)])
    func rounded(bytes: Int64, text: String) {
        #expect(UnitText.rounded(bytes) == text)
    }
}
