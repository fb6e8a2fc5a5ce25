/// Finds what the fields of a foreign template mean to a row, and of several ways to say the same the best.
struct FieldMeanings {
    private var known: [FlowField: Int] = [:]
    private var others: [(field: ExportField, index: Int)] = []
    private(set) var traits: ExportPlan.Traits = []
    private(set) var columns: TemplatePlan.Traits = []
    /// The fields to read, in the order in which to read them, with their number in the template.
    private(set) var chosen: [(field: ExportField, index: Int)] = []
    private let hasPackets: Bool

    init(_ fields: [FieldSpecifier], own: UInt32) {
        var places: [ElementID: (first: Int, last: Int)] = [:]
        for (index, field) in fields.enumerated() where field.minimumLength > 0 {
            places[ElementID(field), default: (index, index)].last = index
        }
        hasPackets = !ExportField.packetSections.isDisjoint(with: places.keys)
        func accepted(_ field: FlowField, _ index: Int) -> Bool { field.accepts(length: fields[index].length) }

        for (index, field) in fields.enumerated() {
            let meaning = FlowField.meanings[FlowField.ElementKey(field, own: own)]
            guard let meaning, accepted(meaning, index) else { continue }
            if known[meaning] == nil { known[meaning] = index }
        }
        // The agent's own numbering of agents is its batches' alone.
        known[.agent] = nil
        for (number, field, unless) in ExportField.secondBest where unless.allSatisfy({ known[$0] == nil }) {
            if let place = places[ElementID(number)], accepted(field, place.first) { known[field] = place.first }
        }
        takeInnerHeader(places)
        takeTenant(places, accepted)
        for (number, field) in ExportField.tunnel {
            if let place = places[ElementID(enterprise: ExportField.vmware, number)], accepted(field, place.first) {
                known[field] = place.first
            }
        }
        takeOthers(fields, places)
    }

    /// A record of two headers has the outer one's addresses first (RFC 7011 §8); the flow is the inner one's.
    private mutating func takeInnerHeader(_ places: [ElementID: (first: Int, last: Int)]) {
        func isTwice(_ field: FlowField, _ number: UInt16) -> Int? {
            guard let place = places[ElementID(number)], place.first != place.last, known[field] != nil else { return nil }
            return place.last
        }
        func move(
            _ source: FlowField, _ destination: FlowField, _ numbers: (UInt16, UInt16), _ outer: (FlowField, FlowField)
        ) {
            guard let innerSource = isTwice(source, numbers.0), let innerDestination = isTwice(destination, numbers.1)
            else { return }
            known[outer.0] = known[source]
            known[outer.1] = known[destination]
            known[source] = innerSource
            known[destination] = innerDestination
            traits.insert(.twoHeaders)
        }
        move(.sourceIPv4, .destinationIPv4, (8, 12), (.outerSourceIPv4, .outerDestinationIPv4))
        move(.sourceIPv6, .destinationIPv6, (27, 28), (.outerSourceIPv6, .outerDestinationIPv6))
        guard traits.contains(.twoHeaders) else { return }
        let others: [(FlowField, UInt16)] = [
            (.protocolIdentifier, 4), (.sourcePort, 7), (.destinationPort, 11), (.typeOfService, 5),
        ]
        for (field, number) in others {
            if let inner = isTwice(field, number) { known[field] = inner }
        }
    }

    private mutating func takeTenant(_ places: [ElementID: (first: Int, last: Int)], _ accepted: (FlowField, Int) -> Bool) {
        func place(_ number: UInt16) -> Int? { places[ElementID(enterprise: ExportField.vmware, number)]?.first }
        let hasIPv4 = place(881) != nil && place(882) != nil
        guard hasIPv4 || (place(883) != nil && place(884) != nil) else { return }
        for (inner, outer) in [
            (FlowField.sourceIPv4, FlowField.outerSourceIPv4), (.destinationIPv4, .outerDestinationIPv4),
            (.sourceIPv6, .outerSourceIPv6), (.destinationIPv6, .outerDestinationIPv6),
        ] {
            known[outer] = known[inner]
            known[inner] = nil
        }
        for (number, field) in ExportField.tenant {
            if let index = place(number), accepted(field, index) { known[field] = index }
        }
        traits.insert(.tenant)
    }

    private mutating func takeOthers(_ fields: [FieldSpecifier], _ places: [ElementID: (first: Int, last: Int)]) {
        for number in [48, 302, 301] as [UInt16] {
            guard let place = places[ElementID(number)], (1...8).contains(fields[place.first].length) else { continue }
            others.append((.sampler, place.first))
            traits.insert(.sampler)
            break
        }
        if let place = places[ElementID(enterprise: ExportField.vmware, 891)], fields[place.first].length == 1 {
            others.append((.tunnelType, place.first))
            columns.insert(.encapsulation)
        }
        if let place = places[ElementID(enterprise: ExportField.vmware, 892)] {
            others.append((.tunnelKey, place.first))
            traits.insert(.tunnelKey)
        }
    }

    /// Whether the records are flows.
    var isFlow: Bool {
        let ends: [FlowField] = [
            .sourceIPv4, .sourceIPv6, .destinationIPv4, .destinationIPv6, .sourceMAC, .destinationMAC,
        ]
        return hasPackets || ends.contains { known[$0] != nil }
    }

    /// - Parameter hasUptimeBase: it is known without the record what uptimes count from.
    mutating func choose(hasUptimeBase: Bool) {
        let isNative = known[.initiatorBasis] != nil
        var all = Set(known.keys)
        if hasUptimeBase { all.insert(.systemInitTime) }
        let fields = FlowField.choice(from: all, isNative: isNative)
        chosen = fields.compactMap { field in known[field].map { (.flow(field), $0) } } + others
        let present = Set(fields).intersection(known.keys)
        if isNative { columns.insert(.native) }
        if !present.isDisjoint(with: FlowField.starts) { columns.insert(.start) }
        if !present.isDisjoint(with: FlowField.ends) { columns.insert(.end) }
        for (field, trait) in [
            (FlowField.startUptime, TemplatePlan.Traits.startUptime), (.endUptime, .endUptime), (.systemInitTime, .systemInit),
            (.initialStart, .initialStart), (.encapsulation, .encapsulation), (.sourceIPv4, .sourceIPv4),
            (.destinationIPv4, .destinationIPv4),
        ] where present.contains(field) { columns.insert(trait) }
        if present.contains(.sourcePort) || present.contains(.destinationPort) { columns.insert(.ports) }
        if !present.isDisjoint(with: [.icmpTypeIPv4, .icmpTypeIPv6, .icmpTypeAndCode]) { columns.insert(.icmp) }
        // The reader of rows has no agent to put in.
        columns.insert(.agent)
        if !present.isDisjoint(with: [.totalOctets, .totalPackets]) { traits.insert(.totals) }
        let counters: Set<FlowField> = [
            .octets, .packets, .totalOctets, .totalPackets, .initiatorOctets, .initiatorPackets, .responderOctets,
            .responderPackets, .reverseOctets, .reversePackets, .reverseTotalOctets, .reverseTotalPackets,
        ]
        if present.isDisjoint(with: counters) { traits.insert(.countless) }
        if !present.isDisjoint(with: [.startUptime, .endUptime]) && !present.contains(.systemInitTime) { traits.insert(.uptimes) }
        if !present.isDisjoint(with: [.sampling, .samplingPacketInterval]) { traits.insert(.sampling) }
    }
}
