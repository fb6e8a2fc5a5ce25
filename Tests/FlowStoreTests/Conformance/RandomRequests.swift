import FlowModel
import FlowQuery

/// Requests of every kind over given records: the values in the filters are mostly some that the records have.
struct RandomRequests {
    var generator: SeededGenerator
    let records: [NamedRecord]

    init(seed: UInt64, records: [NamedRecord]) {
        generator = SeededGenerator(seed: seed)
        self.records = records
    }

    mutating func pick<T>(_ values: [T]) -> T { values[Int.random(in: values.indices, using: &generator)] }
    mutating func chance(_ of: Int) -> Bool { Int.random(in: 0..<of, using: &generator) == 0 }
    private mutating func some<T>(_ values: [T], _ count: ClosedRange<Int>) -> [T] {
        Array(values.shuffled(using: &generator).prefix(Int.random(in: count, using: &generator)))
    }

    // MARK: - Requests

    static let groupable = Field.allCases.filter { $0.isGroupable }

    /// What can be told of a group.
    private static let told: [GroupValue] = groupable.flatMap { field -> [GroupValue] in
        [.distinct(field), .least(field), .greatest(field)] + [1, 50, 90, 95, 99].map { .percentile($0, field) }
    }.filter { value in
        FlowRequest(kind: .aggregate(by: [], measures: [value], order: value, descending: true, limit: 1)).faults.isEmpty
    }

    private mutating func measures(_ by: [Field], _ count: ClosedRange<Int>) -> [GroupValue] {
        let sums = FlowRequest.sums.filter { !by.contains($0) }.map { GroupValue.plain($0) }
        // Often sums alone: what is known of whole blocks may answer these.
        return some(chance(2) ? sums : sums + some(Self.told, 3...10), count)
    }

    /// A request without faults.
    mutating func request() throws -> FlowRequest {
        let text = chance(6) ? "" : filter(depth: 3)
        var request = FlowRequest(
            filter: try FlowFilter(text), range: range(), includeWitnesses: chance(2), overlap: chance(3),
            kind: .flows(fields: nil, limit: 1, cursor: nil))
        switch Int.random(in: 0..<3, using: &generator) {
        case 0:
            // Records come whole.
            request.asRecords = chance(6)
            request.kind = .flows(
                fields: request.asRecords || chance(3) ? nil : some(Self.groupable, 1...6),
                limit: pick([1, 2, 7, 50, 50, 1_000, 1_000_000]), cursor: nil)
        case 1:
            let by = some(Self.groupable, 0...pick([1, 2, 5]))
            let measures = measures(by, 1...4)
            let order = by.map { GroupValue.plain($0) } + measures + GroupValue.standard + [pick(Self.told)]
            request.kind = .aggregate(
                by: by, measures: measures, order: pick(order), descending: chance(2),
                limit: pick([1, 3, 10, 100, 1_000_000]))
        default:
            let by = some(Self.groupable.filter { $0 != .start }, 0...pick([0, 1, 1, 2]))
            request.kind = .series(
                intervalMilliseconds: pick([1, 1000, 37_000, 60_000, 3_600_000, 86_400_000]), by: by,
                measures: measures(by, 1...3), limit: pick([1, 2, 5, 100, 1_000_000]))
        }
        return request.faults.isEmpty ? request : try self.request()
    }

    private mutating func range() -> TimeRange {
        func instant() -> Int64 {
            let end = pick(records).record.flowEndMilliseconds
            return pick([end, end, end / 3_600_000 * 3_600_000]) &+ pick([0, 0, 1, -1, 60_000])
        }
        let (a, b) = (instant(), instant())
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: return .always
        case 1: return TimeRange(since: a)
        case 2: return TimeRange(until: a)
        default: return a == b ? .always : TimeRange(since: min(a, b), until: max(a, b))
        }
    }

    // MARK: - Filters

    mutating func filter(depth: Int) -> String {
        if depth == 0 || chance(3) { return test() }
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: return "not (\(filter(depth: depth - 1)))"
        case 1, 2:
            let parts = (0..<Int.random(in: 2...4, using: &generator)).map { _ in "(\(filter(depth: depth - 1)))" }
            return parts.joined(separator: " or ")
        default:
            let parts = (0..<Int.random(in: 2...3, using: &generator)).map { _ in "(\(filter(depth: depth - 1)))" }
            return parts.joined(separator: " and ")
        }
    }

    private mutating func test() -> String {
        let record = pick(records)
        if chance(4) { return eitherSide(record) }
        let field = pick(Self.groupable)
        if chance(8) { return "\(field.rawValue) \(pick(["present", "absent"]))" }
        if field.kind == .boolean { return pick(["counted", "counted = false", "counted != true"]) }
        guard let value = text(field, record) else { return "\(field.rawValue) absent" }
        return "\(field.rawValue) \(comparison(field, value))"
    }

    private mutating func eitherSide(_ record: NamedRecord) -> String {
        let side = pick(["", "src ", "dst ", "src or dst ", "src and dst "])
        if chance(2) { return "\(side)port \(comparison(.dstPort, text(.dstPort, record) ?? "80"))" }
        return "\(side)ip \(comparison(.src, text(chance(2) ? .src : .dst, record) ?? "10.0.0.1"))"
    }

    private mutating func comparison(_ field: Field, _ value: String) -> String {
        let hasOrder: Bool
        switch field.kind {
        case .timestamp, .milliseconds, .microseconds, .port, .count, .number, .real: hasOrder = true
        default: hasOrder = false
        }
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: return "!= \(value)"
        case 1:
            var values = [value]
            for _ in 0..<pick([1, 2, 20]) { if let other = text(field, pick(records)) { values.append(other) } }
            return "in [\(values.joined(separator: ", "))]"
        case 2, 3: return hasOrder ? "\(pick(["<", "<=", ">", ">="])) \(value)" : "\(pick(["", "= "]))\(value)"
        default: return "\(pick(["", "= "]))\(value)"
        }
    }

    /// A record's value as a filter writes it; nil where it has none, or one past what a filter may ask for.
    private mutating func text(_ field: Field, _ record: NamedRecord) -> String? {
        switch record.value(field) {
        case .absent: return nil
        case .address(let address):
            guard chance(2) else { return "\(address)" }
            let length = address.isIPv6 ? pick([0, 8, 64, 127, 128]) : pick([0, 8, 24, 27, 31, 32])
            return "\(address)/\(length)"
        case .timestamp(let time):
            // A year of four digits.
            return (0...253_402_300_799_000).contains(time) ? UTCTime.text(milliseconds: time) : nil
        case .text(let text):
            switch field.kind {
            case .text: return chance(3) ? "\"\(text.prefix(2))*\"" : "\"\(text)\""
            case .flags: return record.code(field).map { "\($0)" }
            case .proto: return "\(record.record.protocolIdentifier)"
            default: return text
            }
        case .integer(let number): return (FieldCode.largest(field) ?? .max) >= number ? "\(number)" : nil
        case .real(let number): return number < 1e15 ? "\(UInt64(number))" : nil
        case .boolean: return nil
        }
    }
}
