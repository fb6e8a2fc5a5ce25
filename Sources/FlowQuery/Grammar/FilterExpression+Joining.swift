import FlowModel

/// How expressions join: flat, and with the sets of one field made one, so that ten thousand `or` cost a search in a sorted
/// set and not ten thousand passes over the rows.
extension FilterExpression {
    /// `not` of an expression; two of them cancel out.
    package static func negated(_ expression: FilterExpression) -> FilterExpression {
        if case .not(let inner) = expression { inner } else { .not(expression) }
    }

    /// `or` of the parts: flat, what asks for values of one field joined in the place of the first.
    package static func any(_ parts: [FilterExpression]) -> FilterExpression {
        if parts.count == 1, let only = parts.first { return only }
        if parts.contains(.all) { return .all }
        let flat = parts.flatMap { part in if case .or(let inner) = part { inner } else { [part] } }
        let joined = SetFolding.union(flat)
        if joined.count == 1, let only = joined.first { return only }
        return .or(joined)
    }

    /// `and` of the parts: flat, what excludes values of one field joined in the place of the first.
    package static func every(_ parts: [FilterExpression]) -> FilterExpression {
        let parts = parts.filter { $0 != .all }
        if parts.isEmpty { return .all }
        if parts.count == 1, let only = parts.first { return only }
        let flat = parts.flatMap { part in if case .and(let inner) = part { inner } else { [part] } }
        let joined = SetFolding.exclusion(flat)
        if joined.count == 1, let only = joined.first { return only }
        return .and(joined)
    }
}

/// Joins tests that are sets of values of one field.
private enum SetFolding {
    /// What can be joined: tests of one field with one kind of set.
    private struct Key: Hashable {
        enum Form { case addresses, numbers, reals, texts }
        var field: Field
        var form: Form

        init?(_ field: Field, _ test: FieldTest) {
            self.field = field
            switch test {
            case .addresses: form = .addresses
            case .numbers: form = .numbers
            case .reals(.oneOf): form = .reals
            case .texts: form = .texts
            case .reals, .flagsSet, .isTrue, .isFalse, .isPresent: return nil
            }
        }
    }

    /// Of the parts of an `or`.
    static func union(_ parts: [FilterExpression]) -> [FilterExpression] {
        fold(parts) { part in
            guard case .test(let field, let test) = part else { return nil }
            return Key(field, test).map { [$0] }
        } together: { same in
            .test(same[0][0].field, united(same.map { $0[0].test }))
        }
    }

    /// Of the parts of an `and`: `not a and not b` is `not (a or b)`. Tests of either side are joined side by side.
    static func exclusion(_ parts: [FilterExpression]) -> [FilterExpression] {
        fold(parts) { part in
            guard case .not(let inner) = part else { return nil }
            let sides = sides(inner)
            let keys = sides.compactMap { Key($0.field, $0.test) }
            return sides.isEmpty || keys.count < sides.count ? nil : keys
        } together: { same in
            let joined = same[0].indices.map { side in
                FilterExpression.test(same[0][side].field, united(same.map { $0[side].test }))
            }
            return .not(.any(joined))
        }
    }

    private typealias Side = (field: Field, test: FieldTest)

    /// The tests of a test or of an `or` of nothing but tests; else none.
    private static func sides(_ expression: FilterExpression) -> [Side] {
        switch expression {
        case .test(let field, let test): return [(field, test)]
        case .or(let parts):
            let sides = parts.compactMap { part -> Side? in
                if case .test(let field, let test) = part { (field, test) } else { nil }
            }
            return sides.count == parts.count ? sides : []
        case .all, .not, .and: return []
        }
    }

    /// Puts in the place of the first part of each key what all parts of that key make together.
    private static func fold(
        _ parts: [FilterExpression], by keys: (FilterExpression) -> [Key]?,
        together: ([[Side]]) -> FilterExpression
    ) -> [FilterExpression] {
        var places: [[Key]: Int] = [:]
        var groups: [[FilterExpression]] = []
        for part in parts {
            guard let key = keys(part) else {
                groups.append([part])
                continue
            }
            if let place = places[key] {
                groups[place].append(part)
            } else {
                places[key] = groups.count
                groups.append([part])
            }
        }
        return groups.map { group in
            if group.count == 1 { return group[0] }
            return together(group.map { part in if case .not(let inner) = part { sides(inner) } else { sides(part) } })
        }
    }

    /// One set of all; each value once.
    ///
    /// - Precondition: tests of one key, one at least.
    private static func united(_ tests: [FieldTest]) -> FieldTest {
        var networks: [IPPrefix] = []
        var ranges: [ClosedRange<UInt64>] = []
        var values: [Double] = []
        var patterns: [TextPattern] = []
        for test in tests {
            switch test {
            case .addresses(let set): networks += set.prefixes
            case .numbers(let set): ranges += set.ranges
            case .reals(.oneOf(let some)): values += some
            case .texts(let some): patterns += some
            case .reals, .flagsSet, .isTrue, .isFalse, .isPresent: break
            }
        }
        switch tests[0] {
        case .addresses: return .addresses(AddressSet(networks))
        case .numbers: return .numbers(NumberSet(ranges))
        case .reals: return .reals(.oneOf(unique(values)))
        case .texts: return .texts(unique(patterns))
        case .flagsSet, .isTrue, .isFalse, .isPresent: return tests[0]
        }
    }

    private static func unique<Value: Hashable>(_ values: [Value]) -> [Value] {
        var seen: Set<Value> = []
        return values.filter { seen.insert($0).inserted }
    }
}
