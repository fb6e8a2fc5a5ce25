import Testing

@testable import IPFIX

@Suite("the arithmetic of foreign times")
struct FlowTimeTests {
    @Test("whatever the numbers are, the difference of any two times is a number")
    func differences() {
        let numbers: [UInt64] = [0, 1, 1 << 31, 1 << 32, 1 << 54, 1 << 61, 1 << 62, 1 << 63, .max - 1, .max]
        var times: [Int64] = []
        for number in numbers {
            times.append(FlowTime.milliseconds(bits: number))
            times.append(FlowTime.milliseconds(seconds: number))
            times.append(FlowTime.milliseconds(ntp: number))
            for other in numbers {
                let (a, b) = (Int64(truncatingIfNeeded: number), Int64(truncatingIfNeeded: other))
                times.append(FlowTime.saturating(a, plus: b))
                times.append(FlowTime.milliseconds(uptime: number, since: b, export: 1_700_000_000_000))
            }
        }
        for a in times {
            for b in [times.min() ?? 0, times.max() ?? 0] { #expect(!a.subtractingReportingOverflow(b).overflow, "\(a) \(b)") }
        }
        #expect(FlowTime.milliseconds(seconds: 1_700_000_000) == 1_700_000_000_000)
    }
}
