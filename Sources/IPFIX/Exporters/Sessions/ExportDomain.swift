/// What one observation domain of an exporter has said: samplers, names of interfaces, its start; and its sequence numbers.
struct ExportDomain: Sendable {
    private static let nameLimit = 4096
    private static let nameOctetLimit = 256
    private static let slotLimit = 512
    private static let sessionLimit = 16

    struct Key: Hashable, Sendable {
        var version: MessageContext.Version
        var id: UInt32
    }

    let key: Key
    /// False for one that has defined no template and sent no data.
    var hasSets = false
    var samplers = SamplerTable()
    /// IE 160 of an options record: when the exporter started.
    var systemInitMilliseconds: Int64?
    /// The earliest start that uptimes and export times together allow; for exporters that do not say when they started.
    private var reckonedStart: Int64?
    private(set) var interfaceNames: [UInt32: String] = [:]
    private var sessions: [(session: TransportSession, tracker: SequenceTracker)] = []
    /// Where a batch has the names of interfaces.
    private var slots: [UInt32: UInt32] = [:]
    private var slotGeneration: UInt64 = 0

    init(_ key: Key) { self.key = key }

    /// What one takes without names and samplers, in the units of `Exporter`: where names of interfaces stand, for the most part.
    static let cost = 512
    /// What names and samplers take.
    var factCost: Int { interfaceNames.count * 8 + samplers.count * 2 }

    mutating func name(_ interface: UInt32, _ name: String) {
        guard !name.isEmpty, interfaceNames[interface] != nil || interfaceNames.count < Self.nameLimit else { return }
        let name = name.utf8.count <= Self.nameOctetLimit ? name : String(name.prefix(Self.nameOctetLimit / 4))
        guard interfaceNames[interface] != name else { return }
        interfaceNames[interface] = name
        slots[interface] = nil
    }

    /// The index in the batch's names of an interface, which is called by its number until it has a name; 0 is none.
    mutating func slot(of interface: UInt32, in names: inout NameSlots, generation: UInt64) -> UInt32 {
        if interface == 0 { return 0 }
        if slotGeneration != generation {
            slots.removeAll(keepingCapacity: true)
            slotGeneration = generation
        }
        if let slot = slots[interface] { return slot }
        let slot = names.index(of: interfaceNames[interface] ?? String(interface))
        if slots.count < Self.slotLimit { slots[interface] = slot }
        return slot
    }

    /// - Parameter numbers: those of all domains of the session, where they may be counted together.
    mutating func receive(
        _ sequence: UInt32, units: UInt32?, own: UInt32? = nil, _ context: MessageContext, numbers: inout SessionNumbers?
    ) -> SequenceTracker.Event {
        // Each session counts for itself; mostly there is one.
        var place = sessions.lastIndex { $0.session == context.session }
        if place == nil {
            if sessions.count == Self.sessionLimit { sessions.removeFirst() }
            sessions.append((context.session, SequenceTracker()))
            place = sessions.count - 1
        }
        guard let place else { return .inOrder }
        let counted = sessions[place].tracker.expected
        let expected = numbers?.expected(sequence, units: units, domain: context.domain, own: counted) ?? nil
        guard let expected, numbers?.isMeasure == false else {
            return sessions[place].tracker.receive(sequence, units: units, own: own, start: context.startMilliseconds)
        }
        sessions[place].tracker.expect(expected)
        return sessions[place].tracker.receive(sequence, units: units, start: context.startMilliseconds)
    }

    mutating func receive(_ sequence: UInt32, units: UInt32?, _ context: MessageContext) -> SequenceTracker.Event {
        var none: SessionNumbers?
        return receive(sequence, units: units, context, numbers: &none)
    }

    mutating func close(_ session: TransportSession) { sessions.removeAll { $0.session == session } }

    /// When an exporter that does not say so may have started: a record is sent after its end, so that its uptime cannot lie
    /// after the export time. The earliest such start is the best, until uptimes begin again.
    mutating func reckonStart(latestUptime: UInt64, exportMilliseconds: Int64) -> Int64 {
        let start = exportMilliseconds - Int64(latestUptime & 0xFFFF_FFFF)
        // Records come at most an active timeout late, 30 minutes by the widest default.
        let isNewStart = reckonedStart.map { start - $0 > 3_600_000 } ?? true
        let best = isNewStart ? start : min(start, reckonedStart ?? start)
        reckonedStart = best
        return best
    }

    /// What is kept of the domain over a restart of the collector.
    mutating func restore(samplers: SamplerTable, interfaceNames names: [UInt32: String], systemInit: Int64?) {
        self.samplers = samplers
        for (interface, name) in names { self.name(interface, name) }
        systemInitMilliseconds = systemInit
    }
}
