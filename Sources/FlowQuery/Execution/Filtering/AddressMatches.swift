import FlowModel

/// Which addresses of a partition's table each network test of a filter matches: looked up once a table, not once a row.
struct AddressMatches: Sendable {
    private var table: AddressTable?
    private var byMatcher: [Int: IDMatcher] = [:]

    /// Octets of look-ups that one table may have: past that, rows are tested one by one.
    private static let limit = 64 << 20

    /// - Returns: nil where a filter of very many tests meets a table of very many addresses: there is no room for all.
    mutating func of(_ matcher: AddressMatcher, _ number: Int, _ asked: AddressTable) -> IDMatcher? {
        if table !== asked {
            table = asked
            byMatcher = [:]
        }
        if let known = byMatcher[number] { return known }
        guard (byMatcher.count + 1) * asked.addresses.count <= Self.limit else { return nil }
        let made = IDMatcher(matcher.matches(asked.addresses))
        byMatcher[number] = made
        return made
    }
}

/// The ids that match.
enum IDMatcher: Sendable {
    case none
    /// The usual case of a search for one host: comparing is quicker than looking up.
    case one(UInt32)
    /// By id.
    case many([Bool])

    init(_ matching: [Bool]) {
        guard let first = matching.firstIndex(of: true) else {
            self = .none
            return
        }
        self = matching[(first + 1)...].contains(true) ? .many(matching) : .one(UInt32(truncatingIfNeeded: first))
    }

    func keep(_ selection: RowSelection, _ ids: [UInt32]) -> RowSelection {
        switch self {
        case .none: .none
        case .one(let id):
            selection.rows == nil ? RowSelection.range(ids, low: id, span: 0) : selection.keeping { ids[$0] == id }
        case .many(let matching): selection.keeping { matching[Int(ids[$0])] }
        }
    }

    func keep(_ selection: RowSelection, _ ids: [UInt32], or others: [UInt32]) -> RowSelection {
        switch self {
        case .none: .none
        case .one(let id):
            selection.rows == nil
                ? RowSelection.either(ids, or: others, is: id) : selection.keeping { ids[$0] == id || others[$0] == id }
        case .many(let matching): selection.keeping { matching[Int(ids[$0])] || matching[Int(others[$0])] }
        }
    }
}
