import FlowModel
import IPFIX

/// What is remembered between messages: of each exporter's observation domain (source id, engine, sub-agent) the templates and
/// the sequence numbers.
///
/// Bounded: the domain that has been silent for longest gives way.
struct DumpDomains {
    struct Key: Hashable {
        var address: IPAddress
        var kind: DumpMessage.Kind
        var id: UInt32
    }

    /// One definition of a template's number. Exporters change ports: any port's data is read by the last definition, unless
    /// the port has one of its own.
    struct Definition {
        var port: UInt16
        var fields: [FieldSpecifier]
        var scopeCount: Int?
    }

    private struct Session {
        var port: UInt16
        var tracker = SequenceTracker()
        /// The number of the next message can be said.
        var isCounted = false
    }

    private struct Domain {
        var key: Key
        var templates: [UInt16: [Definition]] = [:]
        var sessions: [Session] = []
        /// Definitions by source port and kind.
        var counts: [UInt32: Int] = [:]
        var cost = Self.ownCost
        static let ownCost = 64

        static func kind(port: UInt16, isOptions: Bool) -> UInt32 { UInt32(port) << 1 | (isOptions ? 1 : 0) }
        static func kind(_ definition: Definition) -> UInt32 { kind(port: definition.port, isOptions: definition.scopeCount != nil) }
    }

    private static let domainLimit = 4096
    /// In units of a field.
    private static let costLimit = 2_000_000
    private static let definitionLimit = 8
    private static let sessionLimit = 16

    private var domains: [Domain] = []
    private var places: [Key: Int] = [:]
    private var recency = RecencyList()
    private var free: [Int] = []
    private var cost = 0
    /// Grows with every template that comes or goes.
    private(set) var changes: UInt64 = 0

    /// The place of a domain, good until the next call.
    mutating func place(of key: Key) -> Int {
        if let place = places[key] {
            recency.touch(place)
            return place
        }
        while places.count >= Self.domainLimit, evict(sparing: nil) {}
        let place = free.popLast() ?? domains.count
        if place == domains.count { domains.append(Domain(key: key)) } else { domains[place] = Domain(key: key) }
        places[key] = place
        recency.touch(place)
        cost += Domain.ownCost
        return place
    }

    func definition(_ id: UInt16, at place: Int, port: UInt16) -> Definition? {
        guard let definitions = domains[place].templates[id] else { return nil }
        return definitions.last { $0.port == port } ?? definitions.last
    }

    /// - Returns: false when there is no room for it.
    mutating func define(_ id: UInt16, _ definition: Definition, at place: Int) -> Bool {
        withdraw(id, at: place, port: definition.port)
        let added = definition.fields.count + 8
        while cost + added > Self.costLimit, evict(sparing: place) {}
        guard cost + added <= Self.costLimit else { return false }
        if let first = domains[place].templates[id]?.first, domains[place].templates[id]?.count == Self.definitionLimit {
            withdraw(id, at: place, port: first.port)
        }
        domains[place].templates[id, default: []].append(definition)
        domains[place].counts[Domain.kind(definition), default: 0] += 1
        changes &+= 1
        domains[place].cost += added
        cost += added
        return true
    }

    /// - Returns: whether there was one.
    @discardableResult
    mutating func withdraw(_ id: UInt16, at place: Int, port: UInt16) -> Bool {
        guard let definitions = domains[place].templates[id],
            let index = definitions.lastIndex(where: { $0.port == port })
        else { return false }
        let removed = definitions[index].fields.count + 8
        domains[place].templates[id]?.remove(at: index)
        domains[place].counts[Domain.kind(definitions[index]), default: 1] -= 1
        changes &+= 1
        if definitions.count == 1 { domains[place].templates[id] = nil }
        domains[place].cost -= removed
        cost -= removed
        return true
    }

    /// Takes back all templates of a port, or all its options templates.
    mutating func withdrawAll(isOptions: Bool, at place: Int, port: UInt16) {
        // A storm of these must not cost the templates each time.
        guard domains[place].counts[Domain.kind(port: port, isOptions: isOptions), default: 0] > 0 else { return }
        let ids = domains[place].templates.filter { entry in
            entry.value.contains { $0.port == port && ($0.scopeCount != nil) == isOptions }
        }
        for id in ids.keys { withdraw(id, at: place, port: port) }
    }

    /// What a message's number is beside those before it.
    mutating func receive(
        _ sequence: UInt32, units: UInt32?, own: UInt32? = nil, start: Int64?, at place: Int, port: UInt16
    ) -> DumpMessage.Sequence {
        var index = domains[place].sessions.lastIndex { $0.port == port }
        if index == nil {
            if domains[place].sessions.count == Self.sessionLimit { domains[place].sessions.removeFirst() }
            domains[place].sessions.append(Session(port: port))
            index = domains[place].sessions.count - 1
        }
        guard let index else { return .first }
        let wasCounted = domains[place].sessions[index].isCounted
        domains[place].sessions[index].isCounted = units != nil
        switch domains[place].sessions[index].tracker.receive(sequence, units: units, own: own, start: start) {
        case .inOrder: return wasCounted ? .expected : .first
        case .countsOwn: return .expected
        case .gap(let missing): return .missing(missing)
        case .late: return .late
        case .restart, .restartAfterLate: return .restart
        }
    }

    private mutating func evict(sparing spared: Int?) -> Bool {
        guard let oldest = recency.oldest, let place = oldest == spared ? recency.slot(after: oldest) : oldest else { return false }
        recency.remove(place)
        places[domains[place].key] = nil
        cost -= domains[place].cost
        domains[place].templates = [:]
        domains[place].counts = [:]
        changes &+= 1
        domains[place].sessions = []
        free.append(place)
        return true
    }
}
