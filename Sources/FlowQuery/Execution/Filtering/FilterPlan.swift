import FlowModel

/// A filter made ready to run over columns: sets as look-up tables, the cheap and narrow tests first.
struct FilterPlan: Sendable {
    fileprivate indirect enum Node: Sendable {
        case all
        case numbers(Field, NumberMatcher)
        case eitherPort(NumberMatcher)
        /// With the number of the matcher, by which its answers for a table of addresses are kept.
        case addresses(AddressColumn, AddressMatcher, Int)
        case eitherAddress(AddressMatcher, Int)
        case reals(Field, RealTest)
        case flagsSet(Field, TCPFlags)
        case texts(Field, [TextPattern])
        case counted(Bool)
        case present(Field)
        case not(Node)
        case every([Node])
        case any([Node])
    }

    /// One of the tests that must all be passed, and the stored fields whose columns it reads.
    struct Step: Sendable {
        fileprivate let node: Node
        let fields: Set<Field>
    }
    /// The cheap and narrow ones first: who reads columns one by one may stop when no row is left.
    let steps: [Step]

    init(_ expression: FilterExpression) {
        var matchers = 0
        var steps: [Step] = []
        let parts = if case .and(let parts) = expression { parts } else { [expression] }
        for part in parts where part != .all {
            steps.append(Step(node: Self.node(part, &matchers), fields: part.columns))
        }
        self.steps = steps.sorted { Self.cost($0.node) < Self.cost($1.node) }
    }

    /// - Precondition: a block has less than 2^31 rows.
    func select(_ block: FlowBlock, from selection: RowSelection, _ matches: inout AddressMatches) -> RowSelection {
        var rest = selection
        for step in steps { rest = select(step, block, from: rest, &matches) }
        return rest
    }

    func select(
        _ step: Step, _ block: FlowBlock, from selection: RowSelection, _ matches: inout AddressMatches
    ) -> RowSelection {
        precondition(block.batch.count < Int(Int32.max), "a batch of more than 2^31 rows")
        return Self.refine(step.node, selection, block, &matches)
    }

    // MARK: - Making

    private static func node(_ expression: FilterExpression, _ matchers: inout Int) -> Node {
        switch expression {
        case .all: return .all
        case .not(let inner): return .not(node(inner, &matchers))
        case .and(let parts): return .every(nodes(parts, &matchers))
        case .or(let parts): return either(parts, &matchers) ?? .any(nodes(parts, &matchers))
        case .test(let field, let test): return node(field, test, &matchers)
        }
    }

    private static func nodes(_ parts: [FilterExpression], _ matchers: inout Int) -> [Node] {
        var nodes: [Node] = []
        for part in parts { nodes.append(node(part, &matchers)) }
        return nodes.sorted { cost($0) < cost($1) }
    }

    /// The same test of both sides in one pass.
    private static func either(_ parts: [FilterExpression], _ matchers: inout Int) -> Node? {
        guard parts.count == 2, case .test(let first, let test) = parts[0],
            case .test(let second, let other) = parts[1],
            test == other
        else { return nil }
        switch (first, second, test) {
        case (.src, .dst, .addresses(let set)):
            matchers += 1
            return .eitherAddress(AddressMatcher(set), matchers - 1)
        case (.srcPort, .dstPort, .numbers(let set)): return .eitherPort(NumberMatcher(set, domain: 0...65535))
        default: return nil
        }
    }

    private static func node(_ field: Field, _ test: FieldTest, _ matchers: inout Int) -> Node {
        switch test {
        case .addresses(let set):
            matchers += 1
            return .addresses(AddressColumn(field) ?? .source, AddressMatcher(set), matchers - 1)
        case .numbers(let set):
            return .numbers(field, NumberMatcher(set, domain: FieldCode.domain(field) ?? 0...UInt64.max))
        case .reals(let real): return .reals(field, real)
        case .flagsSet(let flags): return .flagsSet(field, flags)
        case .texts(let patterns): return .texts(field, patterns)
        case .isTrue: return .counted(true)
        case .isFalse: return .counted(false)
        case .isPresent: return .present(field)
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

    private static func refine(
        _ node: Node, _ selection: RowSelection, _ block: FlowBlock, _ matches: inout AddressMatches
    ) -> RowSelection {
        let batch = block.batch
        if selection.count == 0 { return .none }
        switch node {
        case .all:
            return selection
        case .numbers(let field, let matcher):
            guard let column = batch.numbers(field) else { return .none }
            return matcher.keep(selection, column)
        case .eitherPort(let matcher):
            return matcher.keepEither(selection, batch.sourceTransportPort, batch.destinationTransportPort)
        case .addresses(let column, let matcher, let number):
            return addresses(column, matcher, number, selection, block, &matches)
        case .eitherAddress(let matcher, let number):
            guard let ids = block.ids else {
                return matcher.keepEither(selection, batch.sourceAddress, batch.destinationAddress)
            }
            let (sources, destinations) = (ids[.source], ids[.destination])
            guard let known = matches.of(matcher, number, ids.table) else {
                let addresses = ids.table.addresses
                return selection.keeping {
                    matcher.matches(addresses[Int(sources[$0])]) || matcher.matches(addresses[Int(destinations[$0])])
                }
            }
            return known.keep(selection, sources, or: destinations)
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
            return present(field, selection, block)
        case .not(let inner):
            return selection.subtracting(refine(inner, selection, block, &matches))
        case .every(let parts):
            var rest = selection
            for part in parts { rest = refine(part, rest, block, &matches) }
            return rest
        case .any(let parts):
            var matched = RowSelection.none
            var rest = selection
            for part in parts {
                let found = refine(part, rest, block, &matches)
                rest = rest.subtracting(found)
                matched = matched.merging(found)
            }
            return matched
        }
    }

    private static func addresses(
        _ column: AddressColumn, _ matcher: AddressMatcher, _ number: Int, _ selection: RowSelection, _ block: FlowBlock,
        _ matches: inout AddressMatches
    ) -> RowSelection {
        var selection = selection
        if column == .outerSource || column == .outerDestination {
            selection = present(column == .outerSource ? .outerSrc : .outerDst, selection, block)
        }
        guard let ids = block.ids else { return matcher.keep(selection, block.batch[column]) }
        let column = ids[column]
        guard let known = matches.of(matcher, number, ids.table) else {
            let addresses = ids.table.addresses
            return selection.keeping { matcher.matches(addresses[Int(column[$0])]) }
        }
        return known.keep(selection, column)
    }

    private static func present(_ field: Field, _ selection: RowSelection, _ block: FlowBlock) -> RowSelection {
        let batch = block.batch
        switch field {
        case .src, .dst, .counted:
            return selection
        case .outerSrc, .outerDst:
            let column = field == .outerSrc ? AddressColumn.outerSource : .outerDestination
            let encapsulation = batch.encapsulation
            return selection.keeping { row in
                if case .none = encapsulation[row] { return false }
                return block.address(column, row: row) != .zero
            }
        default:
            if let domain = FieldCode.domain(field), let column = batch.numbers(field) {
                return NumberMatcher(NumberSet([domain]), domain: domain).keep(selection, column)
            }
            return selection.keeping { batch.value(field, row: $0) != .absent }
        }
    }
}
