import FlowQuery
import Testing

@Suite("numbers with units")
struct QuantityTests {
    @Test(
        "counts",
        arguments: [
            ("0", 0), ("10M", 10_000_000), ("10m", 10_000_000), ("1k", 1000), ("2G", 2_000_000_000), ("1.5K", 1500),
            ("1KiB", 1024),
            ("2MiB", 2 << 20), ("3GiB", 3 << 30), ("1TiB", 1 << 40), ("7B", 7), ("5kB", 5000), ("0.001k", 1),
            ("18446744073709551615", UInt64.max),
        ])
    func counts(text: String, value: UInt64) throws {
        #expect(try Quantity.count(text) == value)
    }

    @Test(
        "what is no count",
        arguments: [
            ("", .notANumber), ("M", .notANumber), ("-1", .notANumber), (".", .notANumber),
            ("1.2.3", .unknownUnit(".3")), ("5q", .unknownUnit("q")),
            ("18446744073709551616", .tooLarge), ("18446744073709551615k", .tooLarge), ("0.5", .notWhole),
            ("0.0000000000000001k", .notWhole), ("٣", .notANumber),
        ] as [(String, Quantity.Fault)])
    func faults(text: String, fault: Quantity.Fault) {
        #expect(throws: fault) { try Quantity.count(text) }
    }

    @Test(
        "time spans",
        arguments: [
            ("20ms", 20), ("1h", 3_600_000), ("1h30m", 5_400_000), ("2d", 172_800_000), ("7", 7), ("0.5s", 500),
            ("1w", 604_800_000), ("1500us", nil), ("1h5", nil), ("", nil), ("h", nil), ("5x", nil),
            ("99999999999d", nil),
        ] as [(String, UInt64?)])
    func spans(text: String, value: UInt64?) {
        #expect((try? Quantity.span(text, unit: 1000)) == value)
    }
}
