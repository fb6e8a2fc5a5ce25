import FlowModel

/// The numbers that stand for interfaces in one session: that of the report where there is one, else the next that is free.
/// An interface is that of an agent: eth0 is on every host. It keeps its number, and the collector is told of each before the
/// first flow that has it.
struct InterfaceNumbers: Sendable {
    struct Entry: Hashable, Sendable {
        var number: UInt32
        /// As it is told: `eth0`, and `agent/eth0` where there are several agents.
        var name: String
        /// `veth`, `tap`, …; empty where it is not known.
        var kind: String
    }

    private struct Interface: Hashable, Sendable {
        var agent: String
        var name: String
    }

    private struct Known: Sendable {
        var number: UInt32
        var interface: Interface
        var kind: String
    }

    /// Interfaces come and go for as long as the agent lives. Past this many, those that the report does not have are
    /// forgotten; past this many in the report, flows have number 0, which is none.
    static let limit = 4096

    private var numbers: [Interface: UInt32] = [:]
    private var holders: [UInt32: Interface] = [:]
    private var next: UInt32 = 1
    private var known: [Known] = []
    /// So many of those known, from the first on, the collector was told of.
    private var told = 0
    /// The first agent that was met, and whether there was another one: from then on names have their agent before them.
    private var firstAgent: String?
    private var hasSeveralAgents = false

    var count: Int { known.count }

    /// Takes in a report's interfaces, and those that some rows of a batch name. Rows without an agent are of the report's.
    ///
    /// - Returns: the number of each row's interface; 0 for a row that names none.
    mutating func take(_ report: AgentReport, _ flows: FlowBatch, rows: Range<Int>) -> [UInt32] {
        for interface in report.interfaces {
            let key = Interface(agent: report.agent, name: interface.name)
            if numbers[key] == nil { add(key, kind: interface.kind, number: interface.index, report) }
        }
        let (agents, interfaces) = (flows.agent.span, flows.interface.span)
        var taken = [UInt32](repeating: 0, count: rows.count)
        var met: [UInt64: UInt32] = [:]
        // Rows come in runs.
        var last: (pair: UInt64, number: UInt32) = (0, 0)
        for row in rows where interfaces[row] != 0 {
            let pair = UInt64(agents[row]) << 32 | UInt64(interfaces[row])
            if pair != last.pair {
                let number = met[pair] ?? number(agents[row], interfaces[row], flows.names, report)
                met[pair] = number
                last = (pair, number)
            }
            taken[row - rows.lowerBound] = last.number
        }
        return taken
    }

    private mutating func number(_ agent: UInt32, _ interface: UInt32, _ names: [String], _ report: AgentReport) -> UInt32 {
        guard Int(interface) < names.count, !names[Int(interface)].isEmpty else { return 0 }
        let agent = Int(agent) < names.count ? names[Int(agent)] : ""
        let key = Interface(agent: agent.isEmpty ? report.agent : agent, name: names[Int(interface)])
        if numbers[key] == nil { add(key, kind: "", number: 0, report) }
        return numbers[key] ?? 0
    }

    func number(of name: String, agent: String) -> UInt32? { numbers[Interface(agent: agent, name: name)] }

    /// - Parameter number: what it would like to have. It gets it if nobody has it, or one who is gone: the kernel renames
    ///   interfaces, and gives numbers again. Else it gets another one.
    private mutating func add(_ interface: Interface, kind: String, number: UInt32, _ report: AgentReport) {
        guard !interface.name.isEmpty else { return }
        meet(interface.agent)
        if known.count >= Self.limit {
            let present = Set(report.interfaces.map { Interface(agent: report.agent, name: $0.name) })
            for entry in known where !present.contains(entry.interface) { remove(entry.number) }
            guard known.count < Self.limit else { return }
        }
        var number = number
        if let holder = holders[number], !Self.has(report, holder) { remove(number) }
        if number == 0 || holders[number] != nil {
            while next == 0 || holders[next] != nil { next &+= 1 }
            number = next
            next &+= 1
        }
        numbers[interface] = number
        holders[number] = interface
        known.append(Known(number: number, interface: interface, kind: kind))
    }

    private static func has(_ report: AgentReport, _ interface: Interface) -> Bool {
        // Of other agents the report knows nothing.
        interface.agent != report.agent || report.interfaces.contains { $0.name == interface.name }
    }

    private mutating func meet(_ agent: String) {
        guard let firstAgent else { return self.firstAgent = agent }
        guard agent != firstAgent, !hasSeveralAgents else { return }
        hasSeveralAgents = true
        // Those told have another name from now on.
        told = 0
    }

    private mutating func remove(_ number: UInt32) {
        guard let interface = holders.removeValue(forKey: number) else { return }
        numbers[interface] = nil
        guard let place = known.firstIndex(where: { $0.number == number }) else { return }
        known.remove(at: place)
        if place < told { told -= 1 }
    }

    /// Those that nobody was told of yet.
    mutating func takeNew() -> [Entry] {
        defer { told = known.count }
        return known[told...].map { entry in
            let (agent, name) = (entry.interface.agent, entry.interface.name)
            return Entry(number: entry.number, name: hasSeveralAgents && !agent.isEmpty ? "\(agent)/\(name)" : name, kind: entry.kind)
        }
    }

    /// Everybody must be told again.
    mutating func forgetTold() { told = 0 }
}
