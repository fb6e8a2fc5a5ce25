import FlowModel

/// A moment as people write it, milliseconds since 1970 UTC: RFC 3339, a bare date (its midnight in UTC), `now`, or a
/// distance from now (`-1h`, `now-2h30m`, `now+5m`).
package struct TimePoint: Sendable, Hashable, Comparable {
    package var milliseconds: Int64

    package struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
        package var message: String
        package var description: String { message }
    }

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// - Parameter now: milliseconds since 1970 UTC.
    package init(_ text: String, now: Int64) throws(Fault) {
        let trimmed = Self.trim(text)
        let lower = trimmed.lowercased()
        if lower == "now" {
            milliseconds = now
        } else if let sign = lower.utf8.first, sign == 45 || sign == 43 {
            milliseconds = try Self.distance(lower, text, now)
        } else if lower.hasPrefix("now") {
            let rest = Self.trim(String(lower.dropFirst(3)))
            guard let sign = rest.utf8.first, sign == 45 || sign == 43 else { throw Self.notATime(text) }
            milliseconds = try Self.distance(rest, text, now)
        } else if let absolute = UTCTime.milliseconds(trimmed) {
            milliseconds = absolute
        } else if Self.lacksZone(trimmed) {
            let shown = FilterToken.shortened(trimmed)
            throw Fault(message: "'\(shown)' names no time zone; write \(shown)Z for UTC, or \(shown)+01:00")
        } else {
            throw Self.notATime(text)
        }
    }

    /// True for what would be a time if it said of which zone. To guess one would shift an answer by hours.
    static func lacksZone(_ text: String) -> Bool {
        UTCTime.milliseconds(text) == nil && UTCTime.milliseconds(text + "Z") != nil
    }

    package static func < (a: TimePoint, b: TimePoint) -> Bool { a.milliseconds < b.milliseconds }

    private static func distance(_ signed: String, _ text: String, _ now: Int64) throws(Fault) -> Int64 {
        let span = trim(String(signed.dropFirst()))
        guard span.utf8.last.map({ !(48...57).contains($0) }) ?? false else {
            throw Fault(message: "'\(FilterToken.shortened(text))' has no unit; write -30m, -1h or -7d")
        }
        let amount: UInt64
        do {
            amount = try Quantity.span(span, unit: 1000)
        } catch {
            switch error {
            case .unknownUnit(let unit):
                throw Fault(message: "'\(FilterToken.shortened(unit))' is not a unit of time; there are ms s m h d w")
            case .tooLarge: throw tooFar(text)
            case .notANumber, .notWhole: throw notATime(text)
            }
        }
        guard let signedAmount = Int64(exactly: amount) else { throw tooFar(text) }
        let (result, overflow) =
            signed.hasPrefix("-")
            ? now.subtractingReportingOverflow(signedAmount) : now.addingReportingOverflow(signedAmount)
        guard !overflow else { throw tooFar(text) }
        return result
    }

    private static func tooFar(_ text: String) -> Fault {
        Fault(message: "'\(FilterToken.shortened(text))' is too far from now")
    }

    private static func notATime(_ text: String) -> Fault {
        Fault(
            message:
                "'\(FilterToken.shortened(text))' is not a time; write 2026-11-22T14:08:09Z, 2026-11-22, now, -1h or now-30m"
        )
    }

    /// Without blanks at the ends. A `+` of a numeric offset that a query string made a blank is none of them.
    private static func trim(_ text: String) -> String {
        var characters = Substring(text)
        while characters.first?.isWhitespace ?? false { characters.removeFirst() }
        while characters.last?.isWhitespace ?? false { characters.removeLast() }
        return String(characters)
    }
}

extension TimeRange {
    /// Reads both ends; an empty or missing text leaves its end open.
    ///
    /// - Throws: what is wrong with `since`, `until` or both; also when `until` is not later.
    package init(since: String?, until: String?, now: Int64) throws(RequestFaults) {
        self.init()
        var faults: [RequestFault] = []
        self.since = Self.end("since", since, now, &faults)
        self.until = Self.end("until", until, now, &faults)
        if faults.isEmpty, let first = self.since, let last = self.until, first >= last {
            faults.append(RequestFault(parameter: "until", message: "'until' must be later than 'since'"))
        }
        if !faults.isEmpty { throw RequestFaults(faults) }
    }

    private static func end(_ parameter: String, _ text: String?, _ now: Int64, _ faults: inout [RequestFault])
        -> Int64?
    {
        guard let text, text.contains(where: { !$0.isWhitespace }) else { return nil }
        do {
            return try TimePoint(text, now: now).milliseconds
        } catch {
            faults.append(RequestFault(parameter: parameter, message: error.message))
            return nil
        }
    }
}
