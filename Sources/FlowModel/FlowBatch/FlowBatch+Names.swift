extension FlowBatch {
    /// The index of `name` in `names`, which gets it if it is new; 0 for the empty text.
    ///
    /// - Complexity: O(names). A batch has few agents and interfaces; who meets many keeps a dictionary beside it.
    package mutating func index(ofName name: String) -> UInt32 {
        if name.isEmpty { return 0 }
        if let index = names.firstIndex(of: name) { return UInt32(index) }
        names.append(name)
        return UInt32(names.count - 1)
    }

    /// The text that an entry of `agent` or `interface` stands for; empty when it points nowhere.
    package func name(_ index: UInt32) -> String {
        Int(index) < names.count ? names[Int(index)] : ""
    }

    /// Appends the rows of `other` that `rows` lists, with their names carried over.
    ///
    /// - Complexity: O(rows + names of both).
    package mutating func append(_ other: FlowBatch, rows: some Sequence<Int>) {
        var mapping = NameMapping(known: names, count: other.names.count)
        for row in rows {
            var record = other[row]
            record.agent = map(record.agent, from: other, through: &mapping)
            record.interface = map(record.interface, from: other, through: &mapping)
            append(record)
        }
    }

    private mutating func map(_ index: UInt32, from other: FlowBatch, through mapping: inout NameMapping) -> UInt32 {
        guard Int(index) < mapping.indices.count else { return 0 }
        if mapping.indices[Int(index)] == .max {
            mapping.indices[Int(index)] = self.index(ofName: other.names[Int(index)], known: &mapping.known)
        }
        return mapping.indices[Int(index)]
    }

    private mutating func index(ofName name: String, known: inout [String: UInt32]) -> UInt32 {
        if name.isEmpty { return 0 }
        if let index = known[name] { return index }
        let index = UInt32(names.count)
        names.append(name)
        known[name] = index
        return index
    }
}

/// Where another batch's names are in this one, while its rows are appended.
private struct NameMapping {
    /// Of each of the other's names; `.max` before the first row that has it.
    var indices: [UInt32]
    /// The first index of each name that this one has.
    var known: [String: UInt32]

    init(known names: [String], count: Int) {
        indices = [UInt32](repeating: .max, count: count)
        known = Dictionary(zip(names, 0...), uniquingKeysWith: { first, _ in first })
    }
}
