import FlowModel

/// Where a batch has the names of agents and interfaces, so that none has to be looked for among all of them.
struct SFlowNames: Sendable {
    /// More names than this a batch does not get: what agents make up costs no more.
    private static let limit = 1 << 16

    private var places: [String: UInt32] = [:]
    /// Names of the batch that are in `places`, and the last of them.
    private var known = 0
    private var last = ""

    /// The index of a name in `flows.names`, which gets it if it is new.
    mutating func index(of name: String, in flows: inout FlowBatch) -> UInt32 {
        if let place = places[name], Int(place) < flows.names.count, flows.names[Int(place)] == name { return place }
        if places[name] != nil || known > flows.names.count || (known > 0 && flows.names[known - 1] != last) {
            // Another batch than the last time.
            places.removeAll(keepingCapacity: true)
            known = 0
        }
        while known < flows.names.count {
            if places[flows.names[known]] == nil { places[flows.names[known]] = UInt32(known) }
            known += 1
        }
        defer { last = flows.names.last ?? "" }
        if let place = places[name] { return place }
        guard flows.names.count < Self.limit else { return 0 }
        flows.names.append(name)
        places[name] = UInt32(known)
        known += 1
        return UInt32(known - 1)
    }
}
