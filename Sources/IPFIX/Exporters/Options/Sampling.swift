/// What an exporter says of its sampling, in any of the ways that there are, as 1 packet in n.
struct SamplingFacts: Hashable, Sendable {
    var size: UInt64?  // IE 309
    var population: UInt64?  // IE 310
    var packetInterval: UInt64?  // IE 305
    var packetSpace: UInt64?  // IE 306
    var timeInterval: UInt64?  // IE 307, microseconds
    var timeSpace: UInt64?  // IE 308, microseconds
    var randomInterval: UInt64?  // IE 50
    var interval: UInt64?  // IE 34
    var probability: Double?  // IE 311

    /// nil when nothing is said.
    ///
    /// n out of N selection goes before the rest: Cisco's routers name it beside a packet interval of 1. Packet interval and
    /// space are packets taken and packets passed over (RFC 5477 §8.2); where there is no space, exporters mean 1 in so many.
    var packetsInOne: UInt32? {
        if let size, let population, size > 0, population > 0 { return Self.ratio(population, size) }
        if let packetInterval, packetInterval > 0 {
            guard let packetSpace else { return UInt32(clamping: packetInterval) }
            return Self.ratio(packetInterval.addingReportingOverflow(packetSpace).partialValue, packetInterval)
        }
        if let randomInterval, randomInterval > 0 { return UInt32(clamping: randomInterval) }
        if let interval, interval > 0 { return UInt32(clamping: interval) }
        if let timeInterval, let timeSpace, timeInterval > 0 {
            return Self.ratio(timeInterval.addingReportingOverflow(timeSpace).partialValue, timeInterval)
        }
        if let probability, probability > 0, probability <= 1 { return UInt32(min(1 / probability, 4_294_967_295).rounded()) }
        return nil
    }

    private static func ratio(_ all: UInt64, _ taken: UInt64) -> UInt32 {
        let (quotient, remainder) = all.quotientAndRemainder(dividingBy: taken)
        // To the nearest: 3 of 10 is 1 in 3.
        return UInt32(clamping: max(1, quotient &+ (remainder >= taken - remainder ? 1 : 0)))
    }
}

/// The samplers of one observation domain: the last value of each.
struct SamplerTable: Sendable {
    private static let limit = 1024
    private(set) var intervals: [UInt64: UInt32] = [:]
    /// Of a record that names no sampler.
    private(set) var unnamed: UInt32?
    /// Of the last record of all.
    private(set) var last: UInt32?

    var count: Int { intervals.count }

    init() {}

    init(_ intervals: [UInt64: UInt32], unnamed: UInt32?, last: UInt32?) {
        self.intervals = intervals.count <= Self.limit ? intervals : [:]
        self.unnamed = unnamed
        self.last = last
    }

    mutating func set(_ interval: UInt32, sampler: UInt64?) {
        last = interval
        if let sampler {
            if intervals[sampler] != nil || intervals.count < Self.limit { intervals[sampler] = interval }
        } else {
            unnamed = interval
        }
    }

    /// What holds for records that name no sampler: IOS names one in its options that its records never repeat.
    var withoutName: UInt32? { unnamed ?? last }

    /// What holds for records of a sampler. Number 0 names none where there is none of that number (C7600).
    func interval(_ sampler: UInt64) -> UInt32? {
        intervals[sampler] ?? (sampler == 0 ? withoutName : unnamed ?? intervals[0])
    }
}
