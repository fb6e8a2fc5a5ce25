import FlowModel
import FlowQuery
import Testing

@Suite("times as people write them")
struct TimePointTests {
    private let now: Int64 = 1_763_820_000_000

    @Test(
        "moments",
        arguments: [
            ("now", 0), ("-1h", -3_600_000), ("-30m", -1_800_000), ("-7d", -604_800_000), ("now-2h", -7_200_000),
            ("now - 1h30m", -5_400_000),
            ("now+5m", 300_000), (" NOW ", 0), ("2025-11-22T14:00:00Z", 0), ("2025-11-22T15:00:00.5+01:00", 500),
            ("2025-11-22", -50_400_000), ("-0s", 0),
        ] as [(String, Int64)])
    func moments(text: String, offset: Int64) throws {
        #expect(try TimePoint(text, now: now).milliseconds == now + offset)
    }

    @Test(
        "what is no moment",
        arguments: [
            ("yesterday", "'yesterday' is not a time; write 2026-11-22T14:08:09Z, 2026-11-22, now, -1h or now-30m"),
            ("-5", "'-5' has no unit; write -30m, -1h or -7d"), ("-", "'-' has no unit; write -30m, -1h or -7d"),
            ("-5y", "'y' is not a unit of time; there are ms s m h d w"),
            ("-99999999999w", "'-99999999999w' is too far from now"),
            ("nowhere", "'nowhere' is not a time; write 2026-11-22T14:08:09Z, 2026-11-22, now, -1h or now-30m"),
            ("2025-02-30", "'2025-02-30' is not a time; write 2026-11-22T14:08:09Z, 2026-11-22, now, -1h or now-30m"),
            (
                "2026-11-22 14:08:09.5",
                "'2026-11-22 14:08:09.5' names no time zone; write 2026-11-22 14:08:09.5Z for UTC, or 2026-11-22 14:08:09.5+01:00"
            ),
            (
                "2025-11-22T14:00",
                "'2025-11-22T14:00' is not a time; write 2026-11-22T14:08:09Z, 2026-11-22, now, -1h or now-30m"
            ),
        ])
    func faults(text: String, message: String) throws {
        let fault = try #require(throws: TimePoint.Fault.self) { try TimePoint(text, now: now) }
        #expect(fault.message == message)
    }

    @Test("ranges: both faults at once, open ends, no empty interval")
    func ranges() throws {
        #expect(try TimeRange(since: nil, until: " ", now: now) == .always)
        #expect(try TimeRange(since: "-1h", until: "now", now: now) == TimeRange(since: now - 3_600_000, until: now))
        let both = try #require(throws: RequestFaults.self) { try TimeRange(since: "x", until: "y", now: now) }
        #expect(both.faults.map(\.parameter) == ["since", "until"])
        let order = try #require(throws: RequestFaults.self) { try TimeRange(since: "now", until: "now", now: now) }
        #expect(order.description == "until: 'until' must be later than 'since'")
        let range = TimeRange(since: 10, until: 20)
        #expect([9, 10, 19, 20].map(range.contains(end:)) == [false, true, true, false])
        #expect(range.overlaps(flowStart: 0, end: 10) && !range.overlaps(flowStart: 0, end: 9))
        #expect(range.overlaps(flowStart: 19, end: 99) && !range.overlaps(flowStart: 20, end: 99))
    }
}
