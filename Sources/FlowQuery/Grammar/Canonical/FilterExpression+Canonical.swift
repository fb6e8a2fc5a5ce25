import FlowModel

/// The canonical text of a filter: one for each tree, of which the parser makes the same tree again.
extension FilterExpression {
    /// Empty for `all`.
    var canonicalText: String { self == .all ? "" : CanonicalTree(self).text(self, within: .nothing) }

    /// Expressions inside one another.
    fileprivate var height: Int {
        switch self {
        case .all, .test: 1
        case .not(let inner): 1 + inner.height
        case .and(let parts), .or(let parts): 1 + (parts.map(\.height).max() ?? 0)
        }
    }
}

/// Where an expression stands, and so when it wants parentheses.
enum CanonicalSurroundings { case nothing, or, and, not }

private struct CanonicalTree {
    /// Parentheses that are not needed make mixtures of `and` and `or` readable; in a deep tree they would count against
    /// the bound on nesting.
    private let isClear: Bool

    init(_ root: FilterExpression) {
        isClear = root.height <= 64
    }

    func text(_ expression: FilterExpression, within: CanonicalSurroundings) -> String {
        switch expression {
        case .all: return "any"
        case .test(let field, let test): return CanonicalTest(field, test).text(within)
        case .not(let inner): return not(inner)
        case .and(let parts):
            let joined = parts.map { text($0, within: .and) }.joined(separator: " and ")
            return within == .not || (within == .or && isClear) ? "(\(joined))" : joined
        case .or(let parts):
            if parts.count == 2, let pair = either(parts[0], parts[1]) { return pair.text(within) }
            let joined = alternatives(parts).joined(separator: " or ")
            return within == .and || within == .not ? "(\(joined))" : joined
        }
    }

    private func not(_ inner: FilterExpression) -> String {
        switch inner {
        case .test(let field, let test): return CanonicalTest(field, test).negated
        case .or(let parts):
            if parts.count == 2, let pair = either(parts[0], parts[1]) { return pair.negated }
            if let flags = anyFlag(parts) { return flags }
        case .all, .not, .and: break
        }
        return "not " + text(inner, within: .not)
    }

    /// The parts of an `or`, those of either side folded back into one word.
    private func alternatives(_ parts: [FilterExpression]) -> [String] {
        var texts: [String] = []
        var index = 0
        while index < parts.count {
            if index + 1 < parts.count, let pair = either(parts[index], parts[index + 1]) {
                texts.append(pair.text(.or))
                index += 2
            } else {
                texts.append(text(parts[index], within: .or))
                index += 1
            }
        }
        return texts
    }

    /// `port 80` of `src_port 80` and `dst_port 80`.
    private func either(_ first: FilterExpression, _ second: FilterExpression) -> CanonicalTest? {
        guard case .test(let source, let test) = first, case .test(let destination, let other) = second, test == other
        else { return nil }
        switch (source, destination) {
        case (.src, .dst): return CanonicalTest(.src, test, side: "ip")
        case (.srcPort, .dstPort): return CanonicalTest(.srcPort, test, side: "port")
        case (.srcMAC, .dstMAC): return CanonicalTest(.srcMAC, test, side: "mac")
        default: return nil
        }
    }

    /// `not flags AFR` of what the parser makes of it.
    private func anyFlag(_ parts: [FilterExpression]) -> String? {
        guard case .test(let field, .flagsSet) = parts.first else { return nil }
        var all: TCPFlags = []
        for case .test(field, .flagsSet(let flags)) in parts { all.formUnion(flags) }
        guard FilterExpression.test(field, .flagsSet(all)).anyFlag == .or(parts) else { return nil }
        return "not \(CanonicalValue.name(field)) \(CanonicalValue.flags(all))"
    }
}
