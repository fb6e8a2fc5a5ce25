package import FlowModel

/// Asks which values of a field are there, and in how many records each: what pickers and completion offer.
package struct ValuesRequest: Sendable {
    /// One, or both sides'.
    package var fields: [Field]
    /// What the text of a value begins with, in any case.
    package var prefix: String
    package var filter: FlowFilter
    package var range: TimeRange
    package var includeWitnesses: Bool
    package var limit: Int

    package static let limits = 1...1000
    package static let parameters = ["field", "prefix", "filter", "since", "until", "limit", "witnesses"]
    /// Where the beginning of a text cannot be asked of the store, the most frequent values are looked through: so many.
    static let candidates = 10_000

    package init(
        fields: [Field], prefix: String = "", filter: FlowFilter = .all, range: TimeRange = .always,
        includeWitnesses: Bool = false, limit: Int = 20
    ) {
        self.fields = fields
        self.prefix = prefix
        self.filter = filter
        self.range = range
        self.includeWitnesses = includeWitnesses
        self.limit = limit
    }

    /// - Parameters: as those of `RequestParser.parse`.
    package static func parse(
        _ parameters: [String: String], now: Int64, defaultSpan: Int64? = nil, ignoring: Set<String> = []
    ) throws(RequestFaults) -> ValuesRequest {
        var reader = ParameterReader(parameters)
        reader.rejectUnknown(self.parameters, ignoring: ignoring, shape: "values")
        let fields = reader.sidedField("field")
        let filter = reader.filter()
        let range = reader.range(now: now, defaultSpan: defaultSpan)
        let witnesses = reader.flag("witnesses")
        let limit = reader.limit(default: 20, in: limits)
        if !reader.faults.isEmpty { throw RequestFaults(reader.faults) }
        return ValuesRequest(
            fields: fields, prefix: parameters["prefix"] ?? "", filter: filter, range: range, includeWitnesses: witnesses,
            limit: limit)
    }

    /// One question a field.
    package var requests: [FlowRequest] {
        fields.map { field in
            let parts = [filter.expression, .test(field, .isPresent)] + [ValuePrefix.expression(field, prefix)].compactMap(\.self)
            let isWhole = prefix.isEmpty && fields.count == 1
            return FlowRequest(
                filter: FlowFilter(.every(parts)), range: range, includeWitnesses: includeWitnesses,
                kind: .aggregate(
                    by: [field], measures: [.records], order: .records, descending: true,
                    limit: isWhole ? limit : Self.candidates))
        }
    }

    /// `value` and `records`, the most frequent first.
    ///
    /// - Parameter answers: to `requests`, in their order.
    package func table(_ answers: [ResultTable]) -> ResultTable {
        let wanted = prefix.lowercased()
        var counts: [FieldValue: UInt64] = [:]
        for row in answers.flatMap(\.rows) {
            guard row.count == 2, case .integer(let records) = row[1], row[0].text.lowercased().hasPrefix(wanted) else { continue }
            counts[row[0], default: 0] &+= records
        }
        let rows = counts.sorted { a, b in a.value != b.value ? a.value > b.value : FieldValue.isLess(a.key, b.key) }
        return ResultTable(
            columns: [.init(name: "value", kind: fields.first?.kind ?? .text), .init(.records)],
            rows: rows.prefix(limit).map { [$0.key, .integer($0.value)] })
    }
}

/// The beginning of a value's text as a filter, so that a store need not count what does not begin so.
enum ValuePrefix {
    /// nil where it must be looked at in the answer; the filter may let through more than the beginning.
    static func expression(_ field: Field, _ prefix: String) -> FilterExpression? {
        if prefix.isEmpty { return nil }
        switch field.kind {
        case .port, .number, .count, .milliseconds, .microseconds:
            return .test(field, .numbers(NumberSet(numbers(prefix))))
        case .address:
            return .test(field, .addresses(AddressSet(ipv4(prefix) + ipv6(prefix))))
        case .timestamp, .real, .proto, .flags, .state, .endReason, .initiatorBasis, .encapsulation, .direction, .mac,
            .text, .boolean, .hex:
            return nil
        }
    }

    /// Whole numbers whose digits begin so: 44, 440–449, 4400–4499, …
    static func numbers(_ prefix: String) -> [ClosedRange<UInt64>] {
        guard prefix.utf8.allSatisfy({ (48...57).contains($0) }), let first = UInt64(prefix) else { return [] }
        if prefix.utf8.first == 48 { return prefix == "0" ? [0...0] : [] }
        var ranges = [first...first]
        var (low, width) = (first, UInt64(1))
        while true {
            let (next, overflow) = low.multipliedReportingOverflow(by: 10)
            if overflow { return ranges }
            (low, width) = (next, width * 10)
            let (high, carry) = low.addingReportingOverflow(width - 1)
            ranges.append(low...(carry ? .max : high))
        }
    }

    static func ipv4(_ prefix: String) -> [IPPrefix] {
        let parts = prefix.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 4, let last = parts.last else { return [] }
        var base: UInt32 = 0
        for part in parts.dropLast() {
            guard let octet = UInt8(part), String(octet) == part else { return [] }
            base = base << 8 | UInt32(octet)
        }
        let rest = 32 - parts.count * 8
        return (0...UInt32(255)).filter { String($0).hasPrefix(last) }.compactMap { octet in
            IPPrefix(IPAddress(ipv4: (base << 8 | octet) << UInt32(rest)), length: parts.count * 8)
        }
    }

    /// By the groups before the one that is being typed, and before `::`, which may stand for any number of them.
    static func ipv6(_ prefix: String) -> [IPPrefix] {
        guard prefix.utf8.count <= 39 else { return [] }
        if prefix.hasPrefix("::") || prefix == ":" { return [IPPrefix(IPAddress(high: 0, low: 0), length: 16)].compactMap(\.self) }
        let isOpen = prefix.contains("::")
        let whole = isOpen ? String(prefix.prefix(upTo: prefix.firstRange(of: "::")?.lowerBound ?? prefix.endIndex)) : prefix
        var groups = whole.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard groups.count <= 8 else { return [] }
        let partial = isOpen ? nil : groups.removeLast()
        var base = UInt128(0)
        for group in groups {
            guard let value = hexadecimal(group) else { return [] }
            base = base << 16 | UInt128(value)
        }
        let known = groups.count * 16
        func address(_ value: UInt128, _ length: Int) -> IPAddress {
            let bits = length == 0 ? 0 : value << UInt128(128 - length)
            return IPAddress(high: UInt64(truncatingIfNeeded: bits >> 64), low: UInt64(truncatingIfNeeded: bits))
        }
        guard let partial, !partial.isEmpty else {
            // A single colon may be the first of two.
            return [IPPrefix(address(base, known), length: known)].compactMap(\.self)
        }
        guard let first = hexadecimal(partial) else { return [] }
        var networks: [IPPrefix] = []
        for digits in 0...(4 - partial.utf8.count) {
            let low = UInt128(first) << UInt128(4 * digits)
            let high = low | ((UInt128(1) << UInt128(4 * digits)) - 1)
            guard let last = IPPrefix(address(base << 16 | high, known + 16), length: known + 16)?.last else { continue }
            networks += IPPrefix.covering(address(base << 16 | low, known + 16), last)
            if first == 0 { break }
        }
        return networks
    }

    private static func hexadecimal(_ text: String) -> UInt16? {
        guard (1...4).contains(text.utf8.count), !text.hasPrefix("+"), !text.hasPrefix("-") else { return nil }
        return UInt16(text, radix: 16)
    }
}
