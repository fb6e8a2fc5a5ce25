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
    private static let sessionLimit = 16
    /// Of IPFIX messages, by transport session, the latest last.
    private var numbers: [SessionNumbers] = []
    private var agentSlot: (generation: UInt64, slot: UInt32) = (0, 0)
    /// Ports of the connections that it has sent over and that have not ended.
    private(set) var openPorts: Set<UInt16> = []
    /// It has sent records for a while: see `ExportDecoder.Configuration.provenMilliseconds`.
    var isProven = false
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

    /// Milliseconds from its first message to its last.
    var age: Int64 { statistics.lastSeenMilliseconds &- statistics.firstSeenMilliseconds }
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
        let place = numbers.lastIndex { $0.session == context.session }
        var session: SessionNumbers? = place.map { numbers[$0] } ?? SessionNumbers(context.session)
        let event = domains[context.domain].receive(sequence, units: units, own: own, context, numbers: &session)
        guard var session else { return event }
        if let suspects = session.settle(event) { takeBack(suspects) }
        if let place {
            numbers[place] = session
        } else {
            if numbers.count == Self.sessionLimit { numbers.removeFirst() }
            numbers.append(session)
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

    mutating func open(_ session: TransportSession) { if session.transport == .stream { openPorts.insert(session.port) } }

    /// A connection has ended: its templates and sequence numbers go with it (RFC 7011 §8.4), and so does what waited for a
    /// template of it. Another one from the same port is another session.
    mutating func close(_ session: TransportSession) {
        statistics.templatesWithdrawn += UInt64(templates.withdrawAll(of: session))
        statistics.setsExpired += UInt64(parking.removeAll { $0.context.session == session })
        for slot in domains.indices { domains[slot].close(session) }
        numbers.removeAll { $0.session == session }
        openPorts.remove(session.port)
    }
}
