import FlowModel

/// The numbers that stand for names in one file: interfaces by the report's index where it knows the name, agents that
/// are not the report's own from 1.
struct NameTables {
    /// Per entry of the batch's `names`; 0 where it is the name of no interface of a row or a witness.
    private(set) var interfaceNumbers: [UInt32]
    private(set) var agentNumbers: [UInt32]
    /// The interfaces that rows and witnesses name, with their numbers.
    private(set) var interfaces: [(number: UInt32, name: String)] = []
    private(set) var agents: [(number: UInt32, name: String)] = []

    var hasOtherAgents: Bool { !agents.isEmpty }

    init(flows: FlowBatch, report: AgentReport) {
        interfaceNumbers = Array(repeating: 0, count: flows.names.count)
        agentNumbers = interfaceNumbers
        var reported: [String: UInt32] = [:]
        var taken: Set<UInt32> = [0]
        for interface in report.interfaces where taken.insert(interface.index).inserted {
            if reported[interface.name] == nil { reported[interface.name] = interface.index }
        }
        var next: UInt32 = 1
        for name in Self.used(flows.interface, flows.witnessRecords, in: flows) {
            let text = flows.names[name]
            if let number = reported[text] {
                interfaceNumbers[name] = number
            } else {
                while !taken.insert(next).inserted { next &+= 1 }
                interfaceNumbers[name] = next
                reported[text] = next
            }
            interfaces.append((interfaceNumbers[name], text))
        }
        for name in Self.used(flows.agent, [], in: flows) where flows.names[name] != report.agent {
            agents.append((UInt32(agents.count + 1), flows.names[name]))
            agentNumbers[name] = UInt32(agents.count)
        }
    }

    /// The names that a column and witnesses' interfaces point to, but for the empty text.
    private static func used(_ column: [UInt32], _ witnesses: [WitnessRecord], in flows: FlowBatch) -> [Int] {
        var isUsed = [Bool](repeating: false, count: flows.names.count)
        for name in column where Int(name) < isUsed.count { isUsed[Int(name)] = true }
        for witness in witnesses where Int(witness.interface) < isUsed.count { isUsed[Int(witness.interface)] = true }
        return isUsed.indices.filter { isUsed[$0] && !flows.names[$0].isEmpty }
    }
}
