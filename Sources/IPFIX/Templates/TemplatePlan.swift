/// A template that the decoder has met, with what is to be done with its records.
struct TemplatePlan: Sendable {
    /// What the records are.
    enum Kind: Hashable, Sendable {
        case flow
        case options(OptionsKind)
        /// What other observation points saw of flows.
        case witness(WitnessPlan)
        /// Data records that are no flows between two addresses.
        case other
    }

    /// One field of a flow record that goes to a column.
    struct Step: Hashable, Sendable {
        var field: FlowField
        /// Number of the field in the template, and its place in a record without variable fields.
        var index: Int
        var offset: Int
        /// Its place in `walked`.
        var walkedPlace: Int
    }

    /// What the records lack, or say in another way than ours.
    struct Traits: OptionSet, Hashable, Sendable {
        var rawValue: UInt16
        /// Written by us: everything is as `FlowRecord` has it.
        static let native = Traits(rawValue: 1 << 0)
        static let start = Traits(rawValue: 1 << 1)
        static let end = Traits(rawValue: 1 << 2)
        static let initialStart = Traits(rawValue: 1 << 3)
        static let startUptime = Traits(rawValue: 1 << 4)
        static let endUptime = Traits(rawValue: 1 << 12)
        static let systemInit = Traits(rawValue: 1 << 5)
        static let ports = Traits(rawValue: 1 << 6)
        static let icmp = Traits(rawValue: 1 << 7)
        static let encapsulation = Traits(rawValue: 1 << 8)
        static let sourceIPv4 = Traits(rawValue: 1 << 9)
        static let destinationIPv4 = Traits(rawValue: 1 << 10)
        static let agent = Traits(rawValue: 1 << 11)
    }

    let id: UInt16
    let fields: [FieldSpecifier]
    /// The fields to walk over in a record, one after the other: those with octets. A template may have a thousand fields of
    /// length 0, and its records an octet each; without them a walk costs what the octets cost.
    let walked: [Int]
    /// Of an options template: where in `walked` the first field of an element stands.
    private(set) var places: [FlowField.ElementKey: Int] = [:]
    let minimumLength: Int
    let isVariable: Bool
    let kind: Kind
    private(set) var steps: [Step] = []
    private(set) var traits: Traits = []
    /// Fields whose element means nothing here, or whose length it cannot have.
    private(set) var unknownFields = 0

    /// - Parameter scopeCount: nil for a template of data records.
    init(id: UInt16, fields: [FieldSpecifier], scopeCount: Int?, own: UInt32) {
        self.id = id
        self.fields = fields
        walked = fields.indices.filter { fields[$0].minimumLength > 0 }
        let keys = fields.map { FlowField.ElementKey($0, own: own) }
        minimumLength = fields.minimumLength
        isVariable = fields.hasVariable
        if scopeCount != nil {
            kind = .options(OptionsKind(keys: keys))
            for (place, index) in walked.enumerated() where places[keys[index]] == nil { places[keys[index]] = place }
            return
        }
        var known: [FlowField: Int] = [:]
        for (index, key) in keys.enumerated() {
            if let field = FlowField.meanings[key], field.accepts(length: fields[index].length) {
                // A second field of the same meaning (an outer header's, say) is not looked at.
                if known[field] == nil { known[field] = index }
            } else {
                unknownFields += 1
            }
        }
        let hasSource = known[.sourceIPv4] != nil || known[.sourceIPv6] != nil
        let hasDestination = known[.destinationIPv4] != nil || known[.destinationIPv6] != nil
        guard hasSource && hasDestination else {
            // Flows have both, options none of them: what has neither may be a witness's record.
            let witness = hasSource || hasDestination ? nil : WitnessPlan(fields: fields, keys: keys)
            kind = witness.map { .witness($0) } ?? .other
            return
        }
        kind = .flow
        plan(known)
    }

    private mutating func plan(_ known: [FlowField: Int]) {
        let has = { (field: FlowField) in known[field] != nil }
        // The basis is in every record of ours, and in nobody else's.
        if has(.initiatorBasis) { traits.insert(.native) }
        let chosen = FlowField.choice(from: Set(known.keys), isNative: traits.contains(.native))
        var offsets: [Int] = []
        var walkedPlaces: [Int] = []
        var offset = 0
        var place = 0
        for field in fields {
            offsets.append(offset)
            walkedPlaces.append(place)
            offset += field.minimumLength
            place += field.minimumLength > 0 ? 1 : 0
        }
        // A known field has octets: `accepts` sees to that.
        steps = chosen.compactMap { field in
            known[field].map { Step(field: field, index: $0, offset: offsets[$0], walkedPlace: walkedPlaces[$0]) }
        }
        let present = Set(chosen)
        if !present.isDisjoint(with: FlowField.starts) { traits.insert(.start) }
        if !present.isDisjoint(with: FlowField.ends) { traits.insert(.end) }
        if present.contains(.startUptime) { traits.insert(.startUptime) }
        if present.contains(.endUptime) { traits.insert(.endUptime) }
        if present.contains(.systemInitTime) { traits.insert(.systemInit) }
        if present.contains(.initialStart) { traits.insert(.initialStart) }
        if present.contains(.sourcePort) || present.contains(.destinationPort) { traits.insert(.ports) }
        if !present.isDisjoint(with: [.icmpTypeIPv4, .icmpTypeIPv6, .icmpTypeAndCode]) { traits.insert(.icmp) }
        if present.contains(.encapsulation) { traits.insert(.encapsulation) }
        if present.contains(.sourceIPv4) { traits.insert(.sourceIPv4) }
        if present.contains(.destinationIPv4) { traits.insert(.destinationIPv4) }
        if present.contains(.agent) { traits.insert(.agent) }
    }
}

extension FlowField {
    static let starts: [FlowField] = [
        .start, .startMicroseconds, .startNanoseconds, .startDeltaMicroseconds, .startSeconds, .startUptime,
    ]
    static let ends: [FlowField] = [
        .end, .endMicroseconds, .endNanoseconds, .endDeltaMicroseconds, .endSeconds, .endUptime,
    ]

    /// True for a length that the field's element can have.
    func accepts(length: UInt16) -> Bool {
        if let addressLength { return Int(length) == addressLength }
        return length == FieldSpecifier.variableLength || (1...8).contains(length)
    }

    /// The fields that columns are filled from, in the order in which to fill: of several ways to say the same, the best.
    static func choice(from known: Set<FlowField>, isNative: Bool) -> [FlowField] {
        var chosen = known
        func keepFirst(of ways: [FlowField]) {
            guard let first = ways.first(where: { known.contains($0) }) else { return }
            for way in ways where way != first { chosen.remove(way) }
        }
        // Uptimes want to know when the exporter started; without that in the record, whole seconds are better.
        let hasInit = known.contains(.systemInitTime)
        keepFirst(of: hasInit ? starts.filter { $0 != .startSeconds } + [.startSeconds] : starts)
        keepFirst(of: hasInit ? ends.filter { $0 != .endSeconds } + [.endSeconds] : ends)
        if chosen.isDisjoint(with: [.startUptime, .endUptime]) { chosen.remove(.systemInitTime) }
        keepFirst(of: [.packets, .totalPackets, .initiatorPackets])
        keepFirst(of: [.octets, .totalOctets, .initiatorOctets])
        keepFirst(of: [.reversePackets, .reverseTotalPackets, .responderPackets])
        keepFirst(of: [.reverseOctets, .reverseTotalOctets, .responderOctets])
        keepFirst(of: [.vlan, .vlanId])
        keepFirst(of: [.dscp, .typeOfService])
        keepFirst(of: [.durationMicroseconds, .durationMilliseconds])
        if known.contains(.sampling) || !known.isSuperset(of: [.samplingPacketInterval, .samplingPacketSpace]) {
            chosen.subtract([.samplingPacketInterval, .samplingPacketSpace])
        }
        if isNative { chosen.remove(.biflowDirection) }
        return chosen.sorted { $0.rank != $1.rank ? $0.rank < $1.rank : $0.rawValue < $1.rawValue }
    }

    /// What builds on other columns comes after them.
    private var rank: Int {
        switch self {
        case .systemInitTime: 0
        case .biflowDirection: 3
        case .durationMilliseconds, .durationMicroseconds, .egressInterface: 2
        default: 1
        }
    }
}
