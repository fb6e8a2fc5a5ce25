import FlowModel
import FlowQuery

/// Traffic over time as SVG: stacked bars of bytes by protocol, both directions.
struct TrafficChart {
    private static let width = 760.0
    private static let height = 240.0
    private static let left = 62.0
    private static let right = 8.0
    private static let top = 8.0
    private static let bottom = 24.0

    /// Times that can be drawn: those that `UTCTime` can write. Sums of two of them are far from the ends of `Int64`.
    private static let times: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999
    private static func drawn(_ milliseconds: Int64) -> Int64 { min(max(milliseconds, times.lowerBound), times.upperBound) }

    /// Protocols in the order of their bytes, `other` last.
    let names: [String]
    let totals: [UInt64]
    private let colours: [Int]
    /// Per bucket, by the time it begins: bytes of each of `names`.
    private let stacks: [Int64: [UInt64]]
    private let since: Int64
    private let until: Int64
    private let step: Int64

    /// nil when there is nothing to draw.
    init?(_ report: FlowReport) {
        let begins = report.series.map { Self.drawn($0.milliseconds) }
        guard let first = begins.min(), let last = begins.max(), report.intervalMilliseconds > 0 else { return nil }
        step = min(report.intervalMilliseconds, Self.times.upperBound)
        since = min(report.range.since.map(Self.drawn) ?? first, first)
        until = max(report.range.until.map(Self.drawn) ?? last, last + step, since + 1)
        var totals: [String: UInt64] = [:]
        for point in report.series {
            totals[point.proto] = FlowReport.Measures.sum(totals[point.proto] ?? 0, point.measures.totalBytes)
        }
        let order = totals.keys.filter { $0 != "other" }.sorted { a, b in
            totals[a] == totals[b] ? a < b : (totals[a] ?? 0) > (totals[b] ?? 0)
        }
        let hasOther = totals["other"] != nil || order.count > 6
        let names = Array(order.prefix(6)) + (hasOther ? ["other"] : [])
        var stacks: [Int64: [UInt64]] = [:]
        for point in report.series {
            guard let index = names.firstIndex(of: point.proto) ?? names.lastIndex(of: "other") else { continue }
            let begin = Self.drawn(point.milliseconds)
            var stack = stacks[begin] ?? Array(repeating: 0, count: names.count)
            stack[index] = FlowReport.Measures.sum(stack[index], point.measures.totalBytes)
            stacks[begin] = stack
        }
        self.names = names
        self.stacks = stacks
        self.totals = names.indices.map { index in stacks.values.reduce(0) { FlowReport.Measures.sum($0, $1[index]) } }
        var free = 5
        colours = names.map { name in
            if let known = ["other": 0, "tcp": 1, "udp": 2, "icmp": 3, "ipv6-icmp": 4][name] { return known }
            free += 1
            return min(free - 1, 7)
        }
    }

    /// The class that colours one of `names`.
    func colourClass(_ index: Int) -> String { "c\(colours[index])" }

    func draw(in html: inout HTMLText) {
        let highest = max(stacks.values.map { $0.reduce(0, FlowReport.Measures.sum) }.max() ?? 0, 8)
        let yStep = Self.niceStep(Double(highest) / 4)
        let ceiling = (Double(highest) / yStep).rounded(.up) * yStep
        html.element("svg", [
            "class": "chart", "viewBox": "0 0 \(Self.decimal(Self.width)) \(Self.decimal(Self.height))", "role": "img",
            "aria-label": "Bytes by protocol over time, a bar is \(Readable.duration(seconds: step / 1000))",
        ]) { html in
            var value = 0.0
            while value <= ceiling + yStep / 2 {
                let y = Self.y(value, of: ceiling)
                Self.line(Self.left, y, Self.width - Self.right, y, "grid", &html)
                Self.label(Self.left - 6, y + 4, "end", Readable.bytes(value < 1.8e19 ? UInt64(value) : .max), &html)
                value += yStep
            }
            for begin in stacks.keys.sorted() { bar(begin, ceiling, &html) }
            timeAxis(&html)
        }
    }

    private func bar(_ begin: Int64, _ ceiling: Double, _ html: inout HTMLText) {
        let x = x(begin)
        let width = max(self.x(begin + step) - x - 0.8, 0.6)
        var base = 0.0
        for (index, value) in (stacks[begin] ?? []).enumerated() where value > 0 {
            let low = Self.y(base, of: ceiling)
            base += Double(value)
            let high = Self.y(base, of: ceiling)
            html.element("rect", [
                "class": colourClass(index), "x": Self.decimal(x), "y": Self.decimal(high), "width": Self.decimal(width),
                "height": Self.decimal(max(low - high, 0.5)),
            ]) { html in
                html.element("title", text: "\(Readable.time(begin)) UTC: \(names[index]) \(Readable.exact(value)) bytes")
            }
        }
    }

    private func timeAxis(_ html: inout HTMLText) {
        let span = Double(until) - Double(since)
        let plot = Self.width - Self.left - Self.right
        let step = Self.timeSteps.first { Double($0) * plot / span >= 84 } ?? max((until - since) / 6, 1)
        var at = UTCTime.floorDivide(since, step) * step
        if at < since { at += step }
        let y = Self.y(0, of: 1)
        // Where the axis has more than one year, a day without its year is none.
        let hasYears = UTCTime.text(milliseconds: since).prefix(4) != UTCTime.text(milliseconds: until).prefix(4)
        let margin = hasYears ? 32.0 : 22
        while at <= until {
            Self.line(x(at), y, x(at), y + 4, "tick", &html)
            let text = UTCTime.text(milliseconds: at)
            let isDay = step >= 86_400_000 || at % 86_400_000 == 0
            let label = isDay ? (hasYears ? text.prefix(10) : text.dropFirst(5).prefix(5)) : text.dropFirst(11).prefix(step < 60_000 ? 8 : 5)
            Self.label(min(max(x(at), Self.left + 8), Self.width - margin), Self.height - 6, "middle", String(label), &html)
            at += step
        }
    }

    private func x(_ milliseconds: Int64) -> Double {
        let inside = Double(min(max(milliseconds, since), until)) - Double(since)
        return Self.left + inside / (Double(until) - Double(since)) * (Self.width - Self.left - Self.right)
    }

    private static func y(_ value: Double, of ceiling: Double) -> Double {
        top + (height - top - bottom) * (1 - value / ceiling)
    }

    /// The next of 1, 2, 2.5, 5 times a power of ten.
    private static func niceStep(_ raw: Double) -> Double {
        var power = 1.0
        while power * 10 <= raw { power *= 10 }
        return [1, 2, 2.5, 5, 10].map { $0 * power }.first { $0 >= raw } ?? power * 10
    }

    private static let timeSteps: [Int64] = [
        1, 5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600,
        2_592_000,
    ].map { $0 * 1000 }

    private static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ name: String, _ html: inout HTMLText) {
        html.element("line", ["class": name, "x1": decimal(x1), "y1": decimal(y1), "x2": decimal(x2), "y2": decimal(y2)]) { _ in }
    }

    private static func label(_ x: Double, _ y: Double, _ anchor: String, _ text: String, _ html: inout HTMLText) {
        html.element("text", ["x": decimal(x), "y": decimal(y), "text-anchor": anchor], text: text)
    }

    /// One place behind the point, as SVG reads it.
    static func decimal(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths % 10))"
    }
}
