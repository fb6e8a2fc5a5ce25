import FlowModel

extension FlowRowReader {
    /// Times in all the ways that IANA has elements for, into milliseconds since 1970 UTC.
    mutating func readTime(_ field: FlowField, _ place: FieldPlace, _ traits: TemplatePlan.Traits, _ bytes: RawSpan) {
        let export = exportMilliseconds
        switch field {
        case .start: place.fill(&flows.flowStartMilliseconds, bytes) { FlowTime.milliseconds(bits: $0) }
        case .end: place.fill(&flows.flowEndMilliseconds, bytes) { FlowTime.milliseconds(bits: $0) }
        case .initialStart: place.fill(&flows.initialStartMilliseconds, bytes) { FlowTime.milliseconds(bits: $0) }
        case .startSeconds: place.fill(&flows.flowStartMilliseconds, bytes) { FlowTime.milliseconds(seconds: $0) }
        case .endSeconds: place.fill(&flows.flowEndMilliseconds, bytes) { FlowTime.milliseconds(seconds: $0) }
        case .startMicroseconds, .startNanoseconds:
            place.fill(&flows.flowStartMilliseconds, bytes) { FlowTime.milliseconds(ntp: $0) }
        case .endMicroseconds, .endNanoseconds:
            place.fill(&flows.flowEndMilliseconds, bytes) { FlowTime.milliseconds(ntp: $0) }
        case .startDeltaMicroseconds:
            place.fill(&flows.flowStartMilliseconds, bytes) { FlowTime.saturating(export, plus: -Int64(clamping: $0 / 1000)) }
        case .endDeltaMicroseconds:
            place.fill(&flows.flowEndMilliseconds, bytes) { FlowTime.saturating(export, plus: -Int64(clamping: $0 / 1000)) }
        case .systemInitTime:
            // What the record's uptimes count from; they are added afterwards. The other end is not told in that way.
            if traits.contains(.startUptime) { place.fill(&flows.flowStartMilliseconds, bytes) { Int64(clamping: $0) } }
            if traits.contains(.endUptime) { place.fill(&flows.flowEndMilliseconds, bytes) { Int64(clamping: $0) } }
        case .startUptime: readUptime(\.flowStartMilliseconds, place, traits, bytes)
        case .endUptime: readUptime(\.flowEndMilliseconds, place, traits, bytes)
        case .durationMilliseconds: readDuration(place, traits, bytes) { Int64(clamping: $0) }
        case .durationMicroseconds: readDuration(place, traits, bytes) { Int64(clamping: $0 / 1000) }
        default: break
        }
    }

    /// True when it is known what uptimes count from: the record says so, or the exporter's options did.
    func hasUptimeBase(_ traits: TemplatePlan.Traits) -> Bool {
        traits.contains(.systemInit) || systemInitMilliseconds != nil
    }

    private mutating func readUptime(
        _ column: WritableKeyPath<FlowBatch, [Int64]>, _ place: FieldPlace, _ traits: TemplatePlan.Traits,
        _ bytes: RawSpan
    ) {
        let export = exportMilliseconds
        if traits.contains(.systemInit) {
            place.merge(&flows[keyPath: column], bytes) { FlowTime.milliseconds(uptime: $0, since: $1, export: export) }
        } else if let base = systemInitMilliseconds {
            place.fill(&flows[keyPath: column], bytes) { FlowTime.milliseconds(uptime: $0, since: base, export: export) }
        } else {
            for row in place.rows { flows[keyPath: column][row] = export }
        }
    }

    /// The end that is missing, from the other one.
    private mutating func readDuration(
        _ place: FieldPlace, _ traits: TemplatePlan.Traits, _ bytes: RawSpan, _ milliseconds: (UInt64) -> Int64
    ) {
        if traits.contains(.start) && !traits.contains(.end) {
            for row in place.rows { flows.flowEndMilliseconds[row] = flows.flowStartMilliseconds[row] }
            place.merge(&flows.flowEndMilliseconds, bytes) { FlowTime.saturating($1, plus: milliseconds($0)) }
        } else if traits.contains(.end) && !traits.contains(.start) {
            for row in place.rows { flows.flowStartMilliseconds[row] = flows.flowEndMilliseconds[row] }
            place.merge(&flows.flowStartMilliseconds, bytes) { FlowTime.saturating($1, plus: -milliseconds($0)) }
        }
    }
}

/// The arithmetic of foreign times. Nothing here traps: the numbers are other people's.
enum FlowTime {
    /// So far from 1970, 73 million years, a time may be: the difference of any two is a number.
    static let limit: Int64 = 1 << 61

    /// Times before 1970 are written as two's complement: IPFIX has no word for them.
    static func milliseconds(bits: UInt64) -> Int64 { min(max(Int64(bitPattern: bits), -limit), limit) }

    static func milliseconds(seconds: UInt64) -> Int64 { min(Int64(clamping: seconds), limit / 1000) * 1000 }

    /// NTP's 64 bits (RFC 7011 §6.1.9): seconds since 1900, and their 2³²nd parts. Seconds below 1970 are those after the
    /// count has begun again, in 2036.
    static func milliseconds(ntp: UInt64) -> Int64 {
        let seconds1970: Int64 = 2_208_988_800
        let seconds = Int64(ntp >> 32)
        let since1970 = seconds >= seconds1970 ? seconds - seconds1970 : seconds + (1 << 32) - seconds1970
        return since1970 * 1000 + Int64(((ntp & 0xFFFF_FFFF) * 1000) >> 32)
    }

    /// A 32-bit uptime in milliseconds, which begins again every 49.7 days: the latest such time that is not after the
    /// export, with a minute's grace. softflowd also writes times before its own start in this way.
    static func milliseconds(uptime: UInt64, since base: Int64, export: Int64) -> Int64 {
        let period: Int64 = 1 << 32
        let first = saturating(base, plus: Int64(uptime & 0xFFFF_FFFF))
        let (ahead, overflow) = (export + 60_000).subtractingReportingOverflow(first)
        guard !overflow else { return first }
        let periods = ahead / period - (ahead % period < 0 ? 1 : 0)
        return saturating(first, plus: periods * period)
    }

    static func saturating(_ a: Int64, plus b: Int64) -> Int64 {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? (b < 0 ? -limit : limit) : min(max(sum, -limit), limit)
    }
}
