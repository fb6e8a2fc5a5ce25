import FlowModel

/// What can be said of all rows within some bounds at once.
struct Outlook: Equatable {
    /// False only when no row matches.
    var canMatch: Bool
    /// False only when every row matches.
    var canFail: Bool

    static let unknown = Outlook(canMatch: true, canFail: true)
    static let always = Outlook(canMatch: true, canFail: false)
}

extension FilterExpression {
    /// Address sets past this many networks are not looked up one by one (`requiredAddresses` is for them).
    private static var lookupLimit: Int { 256 }

    func outlook(_ bounds: BlockBounds) -> Outlook {
        switch self {
        case .all:
            return .always
        case .not(let inner):
            let outlook = inner.outlook(bounds)
            return Outlook(canMatch: outlook.canFail, canFail: outlook.canMatch)
        case .and(let parts):
            let outlooks = parts.map { $0.outlook(bounds) }
            return Outlook(canMatch: outlooks.allSatisfy(\.canMatch), canFail: outlooks.contains(where: \.canFail))
        case .or(let parts):
            let outlooks = parts.map { $0.outlook(bounds) }
            return Outlook(canMatch: outlooks.contains(where: \.canMatch), canFail: outlooks.allSatisfy(\.canFail))
        case .test(let field, let test):
            return Self.outlook(field, test, bounds)
        }
    }

    private static func outlook(_ field: Field, _ test: FieldTest, _ bounds: BlockBounds) -> Outlook {
        switch test {
        case .addresses(let set):
            guard field == .src || field == .dst, let mayContain = bounds.mayContain, set.prefixes.count <= lookupLimit
            else { return .unknown }
            return Outlook(canMatch: set.prefixes.contains(where: mayContain), canFail: true)
        case .numbers(let set):
            return numbers(field, set, bounds)
        case .isPresent:
            if field == .src || field == .dst || field == .counted { return .always }
            return FieldCode.domain(field).map { numbers(field, NumberSet([$0]), bounds) } ?? .unknown
        case .texts(let patterns):
            guard let texts = bounds.texts[field] else { return .unknown }
            let matching = texts.filter { text in !text.isEmpty && patterns.contains { $0.matches(text) } }
            return Outlook(canMatch: !matching.isEmpty, canFail: matching.count < texts.count)
        case .flagsSet, .reals, .isTrue, .isFalse:
            return .unknown
        }
    }

    private static func numbers(_ field: Field, _ set: NumberSet, _ bounds: BlockBounds) -> Outlook {
        guard let domain = FieldCode.domain(field) else { return .unknown }
        let present = set.clamped(to: domain)
        if field == .proto, let protocols = bounds.protocols {
            let matching = protocols.filter { present.contains(UInt64($0)) }
            return Outlook(canMatch: !matching.isEmpty, canFail: matching.count < protocols.count)
        }
        guard let range = bounds.codes(field) else { return .unknown }
        // The flags of a row that is not TCP are absent, whatever its column holds.
        return Outlook(
            canMatch: present.intersects(range), canFail: field.kind == .flags || !present.covers(range))
    }
}

extension BlockBounds {
    /// The codes that a field can have here; nil when nothing is known.
    func codes(_ field: Field) -> ClosedRange<UInt64>? {
        if let range = numbers[field] { return range }
        if let range = times[field] {
            return FieldCode.time(range.lowerBound)...FieldCode.time(range.upperBound)
        }
        switch field {
        case .duration:
            guard let end = times[.end], let begin = times[.flowStart] else { return nil }
            let (longest, overflow) = end.upperBound.subtractingReportingOverflow(begin.lowerBound)
            if overflow { return nil }
            let (shortest, underflow) = end.lowerBound.subtractingReportingOverflow(begin.upperBound)
            return underflow ? nil : UInt64(max(0, shortest))...UInt64(max(0, longest))
        case .totalBytes: return sum(.bytes, .revBytes)
        case .totalPackets: return sum(.packets, .revPackets)
        case .servicePort:
            // Never above dst_port, and one of the two.
            guard let source = numbers[.srcPort], let destination = numbers[.dstPort] else { return nil }
            return min(source.lowerBound, destination.lowerBound)...destination.upperBound
        default: return nil
        }
    }

    private func sum(_ a: Field, _ b: Field) -> ClosedRange<UInt64>? {
        guard let x = numbers[a], let y = numbers[b] else { return nil }
        let (high, overflow) = x.upperBound.addingReportingOverflow(y.upperBound)
        return overflow ? nil : (x.lowerBound + y.lowerBound)...high
    }
}
