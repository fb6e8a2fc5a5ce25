import FlowModel

/// Where a batch has the names of agents and interfaces, so that none has to be looked for among all of them.
struct SFlowNames: Sendable {
    /// More names than this a batch does not get: what agents make up costs no more.
    private static let limit = 1 << 16

    private var places: [String: UInt32] = [:]
    /// Names of the batch that are in `places`.
    private var known = 0

    /// The index of a name in `flows.names`, which gets it if it is new.
    mutating func index(of name: String, in flows: inout FlowBatch) -> UInt32 {
        if let place = places[name] {
            if Int(place) < flows.names.count, flows.names[Int(place)] == name { return place }
            // Another batch than the last time.
            places.removeAll(keepingCapacity: true)
            known = 0
        }
        if known > flows.names.count {
            places.removeAll(keepingCapacity: true)
            known = 0
        }
        while known < flows.names.count {
            if places[flows.names[known]] == nil { places[flows.names[known]] = UInt32(known) }
            known += 1
        }
        if let place = places[name], flows.names[Int(place)] == name { return place }
        guard flows.names.count < Self.limit else { return 0 }
        flows.names.append(name)
        let place = UInt32(known)
        places[name] = place
        known += 1
        return place
    }
}
