import FlowModel

/// The numbers that stand for interfaces in one session: that of the report where there is one, else the next that is free.
/// A name keeps its number, and the collector is told of each before the first flow that has it.
struct InterfaceNumbers: Sendable {
    struct Entry: Hashable, Sendable {
        var number: UInt32
        var name: String
        /// `veth`, `tap`, …; empty where it is not known.
        var kind: String
    }

    /// Interfaces come and go for as long as the agent lives. Past this many, those that the report does not have are
    /// forgotten; past this many in the report, flows have number 0, which is none.
    static let limit = 4096

    private var numbers: [String: UInt32] = [:]
    private var names: [UInt32: String] = [0: ""]
    private var next: UInt32 = 1
    private(set) var entries: [Entry] = []
    /// So many entries, from the first on, the collector was told of.
    private var told = 0

    /// Takes in a report's interfaces, and those that some rows of a batch name.
    ///
    /// - Returns: the number of each of the batch's names; 0 for one that is no interface's.
    mutating func take(_ report: AgentReport, _ flows: FlowBatch, rows: Range<Int>) -> [UInt32] {
        for interface in report.interfaces where numbers[interface.name] == nil {
            add(interface.name, kind: interface.kind, number: interface.index, report)
        }
        var isUsed = [Bool](repeating: false, count: flows.names.count)
        let column = flows.interface.span
        for row in rows where Int(column[row]) < isUsed.count { isUsed[Int(column[row])] = true }
        return flows.names.enumerated().map { name, text in
            guard isUsed[name], !text.isEmpty else { return 0 }
            if numbers[text] == nil { add(text, kind: "", number: 0, report) }
            return numbers[text] ?? 0
        }
    }

    func number(of name: String) -> UInt32? { numbers[name] }

    /// - Parameter number: what it would like to have. It gets it if nobody has it, or one who is gone: the kernel renames
    ///   interfaces, and gives numbers again. Else it gets another one.
    private mutating func add(_ name: String, kind: String, number: UInt32, _ report: AgentReport) {
        guard !name.isEmpty else { return }
        if entries.count >= Self.limit {
            let present = Set(report.interfaces.map(\.name))
            for entry in entries where !present.contains(entry.name) { remove(entry.number) }
            guard entries.count < Self.limit else { return }
        }
        var number = number
        if let holder = names[number], number != 0, !report.interfaces.contains(where: { $0.name == holder }) { remove(number) }
        if names[number] != nil {
            while names[next] != nil { next &+= 1 }
            number = next
        }
        numbers[name] = number
        names[number] = name
        entries.append(Entry(number: number, name: name, kind: kind))
    }

    private mutating func remove(_ number: UInt32) {
        guard let name = names.removeValue(forKey: number) else { return }
        numbers[name] = nil
        guard let place = entries.firstIndex(where: { $0.number == number }) else { return }
        entries.remove(at: place)
        if place < told { told -= 1 }
    }

    /// Those that nobody was told of yet.
    mutating func takeNew() -> ArraySlice<Entry> {
        defer { told = entries.count }
        return entries[told...]
    }

    /// Everybody must be told again.
    mutating func forgetTold() { told = 0 }
}
