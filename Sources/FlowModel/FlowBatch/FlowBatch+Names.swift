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
    package mutating func append(_ other: FlowBatch, rows: some Sequence<Int>) {
        var mapped = [UInt32](repeating: .max, count: other.names.count)
        for row in rows {
            var record = other[row]
            record.agent = map(record.agent, from: other, through: &mapped)
            record.interface = map(record.interface, from: other, through: &mapped)
            append(record)
        }
    }

    private mutating func map(_ index: UInt32, from other: FlowBatch, through mapped: inout [UInt32]) -> UInt32 {
        guard Int(index) < mapped.count else { return 0 }
        if mapped[Int(index)] == .max { mapped[Int(index)] = self.index(ofName: other.names[Int(index)]) }
        return mapped[Int(index)]
    }
}
