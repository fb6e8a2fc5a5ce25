import FlowModel

/// One exporter: an address that sends, with all that it has said. Nothing in it touches another's.
struct Exporter: Sendable {
    let address: IPAddress
    /// What the rows' agent is called.
    let name: String
    var statistics = ExporterStatistics()
    var templates = TemplateCache()
    var parking = ParkingLot()
    var domains: [ExportDomain] = []
    private var domainPlaces: [ExportDomain.Key: Int] = [:]
    private var domainRecency = RecencyList()
    private static let portLimit = 16
    /// Of IPFIX messages, by source port, the latest last.
    private var numbers: [PortNumbers] = []
    private var agentSlot: (generation: UInt64, slot: UInt32) = (0, 0)
    /// Elements that its last message described (RFC 5610).
    var described: [(ElementID, ElementDescription)] = []
    /// Templates that came while sets waited.
    var definedKeys: Set<UInt32> = []

    init(_ address: IPAddress, name: String, at milliseconds: Int64) {
        self.address = address
        self.name = name
        statistics.firstSeenMilliseconds = milliseconds
        statistics.lastSeenMilliseconds = milliseconds
    }

    /// What it takes of the memory for all, in units of about 16 octets: templates, names, samplers, domains.
    var cost: Int { 64 + templates.cost + domains.count * ExportDomain.cost + factCost }
    /// That of names and samplers.
    var factCost = 0

    /// Where a domain is kept, which is made when it is new; then the one that has been silent for longest may have to go.
    mutating func domain(_ key: ExportDomain.Key, limit: Int) -> Int {
        if let slot = domainPlaces[key] {
            domainRecency.touch(slot)
            return slot
        }
        var slot = domains.count
        if slot >= limit, let oldest = domainRecency.oldest {
            forget(domain: oldest)
            domains[oldest] = ExportDomain(key)
            slot = oldest
        } else {
            domains.append(ExportDomain(key))
        }
        domainPlaces[key] = slot
        domainRecency.touch(slot)
        return slot
    }

    /// Follows the numbers of an IPFIX message.
    mutating func receive(
        _ sequence: UInt32, units: UInt32?, own: UInt32, _ context: MessageContext
    ) -> SequenceTracker.Event {
        let place = numbers.lastIndex { $0.port == context.port }
        var port: PortNumbers? = place.map { numbers[$0] } ?? PortNumbers(port: context.port)
        let event = domains[context.domain].receive(sequence, units: units, own: own, context, numbers: &port)
        guard let port else { return event }
        if let place {
            numbers[place] = port
        } else {
            if numbers.count == Self.portLimit { numbers.removeFirst() }
            numbers.append(port)
        }
        return event
    }

    private mutating func forget(domain slot: Int) {
        domainPlaces[domains[slot].key] = nil
        statistics.domainsEvicted += 1
        factCost -= domains[slot].factCost
        guard domains[slot].hasSets else { return }
        let isOf = { (key: UInt32) in Int(key >> 16) == slot }
        statistics.templatesEvicted += UInt64(templates.removeAll { isOf($0.key) })
        statistics.setsExpired += UInt64(parking.removeAll { isOf($0.key) })
    }

    mutating func agentSlot(in rows: inout ExportRows) -> UInt32 {
        if agentSlot.generation != rows.generation { agentSlot = (rows.generation, rows.reader.names.index(of: name)) }
        return agentSlot.slot
    }

    /// Puts what was described where all can look it up: names, no data.
    mutating func learnedElements(into registry: inout ElementRegistry) {
        guard !described.isEmpty else { return }
        for (id, description) in described { registry.learn(id, description) }
        described.removeAll()
    }

    /// Throws out what is too old.
    mutating func expire(at milliseconds: Int64, _ settings: ExportDecoder.Configuration) {
        statistics.setsExpired += UInt64(parking.expire(before: milliseconds - settings.parkedMilliseconds))
        let oldest = milliseconds - settings.templateLifetimeMilliseconds
        statistics.templatesExpired += UInt64(templates.removeAll { !$0.isOfStream && $0.definedMilliseconds < oldest })
    }

    /// A transport session has ended: its templates and sequence numbers go with it (RFC 7011 §8.4).
    mutating func close(port: UInt16) {
        statistics.templatesWithdrawn += UInt64(templates.close(port: port))
        for slot in domains.indices { domains[slot].closeSession(port: port) }
        numbers.removeAll { $0.port == port }
    }
}
