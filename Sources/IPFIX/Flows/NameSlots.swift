import FlowModel

/// The `names` of a batch while it is read: interfaces and agents come as numbers, and their names in other records,
/// before or after.
struct NameSlots {
    enum Key: Hashable {
        case interface(domain: UInt32, number: UInt32)
        case agent(UInt32)
    }

    private let limit: Int
    /// What numbers are called as far as is known; lasts from batch to batch.
    private var known: [Key: String] = [:]
    private var names: [String] = [""]
    private var indices: [String: UInt32] = ["": 0]
    private var slots: [Key: UInt32] = [:]
    /// Slots of numbers that have no name yet; until they get one they are called by their number.
    private var unnamed: [Key: UInt32] = [:]
    private var hasDuplicates = false

    init(limit: Int) { self.limit = limit }

    mutating func begin() {
        names = [""]
        indices = ["": 0]
        slots.removeAll(keepingCapacity: true)
        unnamed.removeAll(keepingCapacity: true)
        hasDuplicates = false
    }

    /// The index of a text; 0 for the empty one and past the limit.
    mutating func index(of name: String) -> UInt32 {
        if let index = indices[name] { return index }
        guard names.count < limit else { return 0 }
        names.append(name)
        let index = UInt32(names.count - 1)
        indices[name] = index
        return index
    }

    /// The index of the name of a number; number 0 is nothing.
    mutating func slot(of key: Key) -> UInt32 {
        if key.number == 0 { return 0 }
        if let slot = slots[key] { return slot }
        let slot: UInt32
        if let name = known[key] {
            slot = index(of: name)
        } else if names.count < limit {
            // Not shared with a name that happens to be this number: the right name may still come.
            names.append(String(key.number))
            slot = UInt32(names.count - 1)
            unnamed[key] = slot
        } else {
            slot = 0
        }
        if slots.count < limit { slots[key] = slot }
        return slot
    }

    /// Gives a number its name, also for rows that came before it.
    mutating func set(_ key: Key, _ name: String) {
        guard known[key] != nil || known.count < limit, known[key] != name else { return }
        known[key] = name
        if let slot = unnamed.removeValue(forKey: key) {
            names[Int(slot)] = name
            if indices[name] == nil { indices[name] = slot } else { hasDuplicates = true }
        } else {
            slots[key] = nil
        }
    }

    /// Gives the batch its names, each of them once.
    mutating func finish(_ flows: inout FlowBatch) {
        flows.names = names
        // A number that never got a name may read like a name that there is.
        for (_, slot) in unnamed where indices[names[Int(slot)]] != nil { hasDuplicates = true }
        guard hasDuplicates else { return }
        var places: [String: UInt32] = [:]
        var unique: [String] = []
        let moved = names.map { name in
            if let place = places[name] { return place }
            places[name] = UInt32(unique.count)
            unique.append(name)
            return UInt32(unique.count - 1)
        }
        flows.names = unique
        for row in 0..<flows.count {
            flows.interface[row] = moved[Int(flows.interface[row])]
            flows.agent[row] = moved[Int(flows.agent[row])]
        }
        for witness in flows.witnessRecords.indices {
            flows.witnessRecords[witness].interface = moved[Int(flows.witnessRecords[witness].interface)]
        }
    }
}

extension NameSlots.Key {
    fileprivate var number: UInt32 {
        switch self {
        case .interface(_, let number), .agent(let number): number
        }
    }
}
