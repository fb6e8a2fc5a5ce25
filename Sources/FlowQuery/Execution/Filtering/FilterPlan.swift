import FlowModel

/// A filter made ready to run over columns: sets as look-up tables, the cheap and narrow tests first.
struct FilterPlan: Sendable {
    private indirect enum Node: Sendable {
        case all
        case numbers(Field, NumberMatcher)
        case eitherPort(NumberMatcher)
        case addresses(Field, AddressMatcher)
        case eitherAddress(AddressMatcher)
        case reals(Field, RealTest)
        case flagsSet(Field, TCPFlags)
        case texts(Field, [TextPattern])
        case counted(Bool)
        case present(Field)
        case not(Node)
        case every([Node])
        case any([Node])
    }
    private let root: Node

    init(_ expression: FilterExpression) {
        root = Self.node(expression)
    }

    /// - Precondition: a batch has less than 2^31 rows.
    func select(_ batch: FlowBatch) -> [Int32] {
        select(batch, from: .all(batch.count)).list
    }

    func select(_ batch: FlowBatch, from selection: RowSelection) -> RowSelection {
        precondition(batch.count < Int(Int32.max), "a batch of more than 2^31 rows")
        return Self.refine(root, selection, batch)
    }

    // MARK: - Making

    private static func node(_ expression: FilterExpression) -> Node {
        switch expression {
        case .all: return .all
        case .not(let inner): return .not(node(inner))
        case .and(let parts): return .every(parts.map(node).sorted { cost($0) < cost($1) })
        case .or(let parts): return either(parts) ?? .any(parts.map(node).sorted { cost($0) < cost($1) })
        case .test(let field, let test): return node(field, test)
        }
    }

    /// The same test of both sides in one pass.
    private static func either(_ parts: [FilterExpression]) -> Node? {
        guard parts.count == 2, case .test(let first, let test) = parts[0],
            case .test(let second, let other) = parts[1],
            test == other
        else { return nil }
        switch (first, second, test) {
        case (.src, .dst, .addresses(let set)): return .eitherAddress(AddressMatcher(set))
        case (.srcPort, .dstPort, .numbers(let set)): return .eitherPort(NumberMatcher(set, domain: 0...65535))
        default: return nil
        }
    }

    private static func node(_ field: Field, _ test: FieldTest) -> Node {
        switch test {
        case .addresses(let set): .addresses(field, AddressMatcher(set))
        case .numbers(let set): .numbers(field, NumberMatcher(set, domain: FieldCode.domain(field) ?? 0...UInt64.max))
        case .reals(let real): .reals(field, real)
        case .flagsSet(let flags): .flagsSet(field, flags)
        case .texts(let patterns): .texts(field, patterns)
        case .isTrue: .counted(true)
        case .isFalse: .counted(false)
        case .isPresent: .present(field)
        }
    }

    /// A guess that orders tests: what is quick and leaves few rows comes first.
    private static func cost(_ node: Node) -> Int {
        switch node {
        case .all: 0
        case .numbers(let field, _): field == .srcPort || field == .dstPort ? 1 : field == .proto ? 3 : 4
        case .addresses: 2
        case .eitherPort, .eitherAddress: 3
        case .flagsSet, .counted, .present: 5
        case .texts(let field, _): field.isDerived ? 20 : 6
        case .reals: 7
        case .not(let inner): 8 + cost(inner)
        case .every(let parts): 4 + parts.count
        case .any(let parts): 10 + parts.count
        }
    }

    // MARK: - Running

    private static func refine(_ node: Node, _ selection: RowSelection, _ batch: FlowBatch) -> RowSelection {
        if selection.count == 0 { return .none }
        switch node {
        case .all:
            return selection
        case .numbers(let field, let matcher):
            guard let column = batch.numbers(field) else { return .none }
            return matcher.keep(selection, column)
        case .eitherPort(let matcher):
            return matcher.keepEither(selection, batch.sourceTransportPort, batch.destinationTransportPort)
        case .addresses(let field, let matcher):
            return addresses(field, matcher, selection, batch)
        case .eitherAddress(let matcher):
            return matcher.keepEither(selection, batch.sourceAddress, batch.destinationAddress)
        case .reals(let field, let test):
            return selection.keeping { row in
                if case .real(let value) = batch.value(field, row: row) { test.contains(value) } else { false }
            }
        case .flagsSet(let field, let flags):
            guard let column = batch.numbers(field), case .computed(let code) = column else { return .none }
            let wanted = UInt64(flags.rawValue)
            return selection.keeping { row in
                let value = code(row)
                return value < 256 && value & wanted == wanted
            }
        case .texts(let field, let patterns) where field.isDerived:
            return selection.keeping { row in
                if case .text(let text) = batch.value(field, row: row) { patterns.contains { $0.matches(text) } } else { false }
            }
        case .texts(let field, let patterns):
            let matching = batch.names.map { name in !name.isEmpty && patterns.contains { $0.matches(name) } }
            let column = field == .agent ? batch.agent : batch.interface
            return selection.keeping { Int(column[$0]) < matching.count && matching[Int(column[$0])] }
        case .counted(let wanted):
            let column = batch.counted
            return selection.keeping { column[$0] == wanted }
        case .present(let field):
            return present(field, selection, batch)
        case .not(let inner):
            return selection.subtracting(refine(inner, selection, batch))
        case .every(let parts):
            return parts.reduce(selection) { refine($1, $0, batch) }
        case .any(let parts):
            var matched = RowSelection.none
            var rest = selection
            for part in parts {
                let found = refine(part, rest, batch)
                rest = rest.subtracting(found)
                matched = matched.merging(found)
            }
            return matched
        }
    }

    private static func addresses(
        _ field: Field, _ matcher: AddressMatcher, _ selection: RowSelection, _ batch: FlowBatch
    ) -> RowSelection {
        switch field {
        case .src: matcher.keep(selection, batch.sourceAddress)
        case .dst: matcher.keep(selection, batch.destinationAddress)
        case .outerSrc: matcher.keep(present(field, selection, batch), batch.outerSource)
        default: matcher.keep(present(field, selection, batch), batch.outerDestination)
        }
    }

    private static func present(_ field: Field, _ selection: RowSelection, _ batch: FlowBatch) -> RowSelection {
        switch field {
        case .src, .dst, .counted:
            return selection
        case .outerSrc, .outerDst:
            let outer = field == .outerSrc ? batch.outerSource : batch.outerDestination
            let encapsulation = batch.encapsulation
            return selection.keeping { row in
                if case .none = encapsulation[row] { return false }
                return outer[row].isIPv6 || outer[row].low != 0
            }
        default:
            if let domain = FieldCode.domain(field), let column = batch.numbers(field) {
                return NumberMatcher(NumberSet([domain]), domain: domain).keep(selection, column)
            }
            return selection.keeping { batch.value(field, row: $0) != .absent }
        }
    }
}
