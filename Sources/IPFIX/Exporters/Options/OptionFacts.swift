/// What one options data record says that is of use here.
struct OptionFacts {
    private var interface: UInt64?
    private var interfaceName: String?
    private var sampler: UInt64?
    private var sampling = SamplingFacts()
    private var systemInit: UInt64?
    private var reported: [(WritableKeyPath<ExporterStatistics.Reported, UInt64?>, UInt64)] = []
    // RFC 5610.
    private var enterprise: UInt64 = 0
    private var element: UInt64?
    private var elementName: String?
    private var elementType: UInt64?
    private var elementSemantics: UInt64 = 0
    private var elementUnits: UInt64 = 0

    /// - Parameter places: of the plan's fields that have octets.
    init(_ plan: ExportPlan, _ places: ArraySlice<Range<Int>>, _ bytes: RawSpan) {
        for (index, place) in zip(plan.walked, places) {
            let field = plan.fields[index]
            guard field.enterprise == nil else { continue }
            switch field.number {
            case 82, 83, 341: take(field.number, text: Self.text(place, bytes))
            case 311:
                if place.count == 8 { sampling.probability = Double(bitPattern: bytes.uint64(at: place.lowerBound)) }
                if place.count == 4 { sampling.probability = Double(Float(bitPattern: bytes.uint32(at: place.lowerBound))) }
            default:
                if (1...8).contains(place.count) {
                    take(field.number, bytes.unsigned(at: place.lowerBound, length: place.count))
                }
            }
        }
    }

    private mutating func take(_ number: UInt16, text: String) {
        switch number {
        case 82: if !text.isEmpty { interfaceName = text }
        // The description is the name of one that has no other.
        case 83: if interfaceName == nil, !text.isEmpty { interfaceName = text }
        default: elementName = text
        }
    }

    private mutating func take(_ number: UInt16, _ value: UInt64) {
        switch number {
        case 10: interface = value
        case 14, 252, 253: if interface == nil { interface = value }
        case 34: sampling.interval = value
        case 48, 302: sampler = value
        case 301: if sampler == nil { sampler = value }
        case 50: sampling.randomInterval = value
        case 305: sampling.packetInterval = value
        case 306: sampling.packetSpace = value
        case 307: sampling.timeInterval = value
        case 308: sampling.timeSpace = value
        case 309: sampling.size = value
        case 310: sampling.population = value
        case 40: reported.append((\.exportedOctets, value))
        case 41: reported.append((\.exportedMessages, value))
        case 42: reported.append((\.exportedFlowRecords, value))
        case 163: reported.append((\.observedFlows, value))
        case 164: reported.append((\.ignoredPackets, value))
        case 165: reported.append((\.ignoredOctets, value))
        case 166: reported.append((\.notSentFlows, value))
        case 167: reported.append((\.notSentPackets, value))
        case 168: reported.append((\.notSentOctets, value))
        case 143: reported.append((\.meteringProcess, value))
        case 144: reported.append((\.exportingProcess, value))
        case 160: systemInit = value
        case 303: element = value
        case 339: elementType = value
        case 344: elementSemantics = value
        case 345: elementUnits = value
        case 346: enterprise = value
        default: break
        }
    }

    /// Puts the facts where they belong.
    func apply(to domain: inout ExportDomain, _ statistics: inout ExporterStatistics) {
        if let interface, let interfaceName { domain.name(UInt32(clamping: interface), interfaceName) }
        if let interval = sampling.packetsInOne { domain.samplers.set(interval, sampler: sampler) }
        if let systemInit { domain.systemInitMilliseconds = FlowTime.milliseconds(bits: systemInit) }
        for (path, value) in reported { statistics.reported[keyPath: path] = value }
    }

    /// The element that it describes; nil for other records.
    var description: (ElementID, ElementDescription)? {
        guard let element, let elementName, !elementName.isEmpty,
            let type = elementType.flatMap({ ElementDescription.DataType(rawValue: UInt8(clamping: $0)) }),
            let number = UInt16(exactly: element & 0x7FFF), enterprise > 0
        else { return nil }
        func word(_ words: [String], _ value: UInt64) -> String { value < UInt64(words.count) ? words[Int(value)] : "" }
        let description = ElementDescription(
            name: elementName, type: type, semantics: word(Self.semantics, elementSemantics),
            units: word(Self.units, elementUnits))
        return (ElementID(enterprise: UInt32(clamping: enterprise), number), description)
    }

    /// RFC 5610 §3.2 and §3.3, with what IANA has added.
    private static let semantics = [
        "", "quantity", "totalCounter", "deltaCounter", "identifier", "flags", "list", "snmpCounter", "snmpGauge",
    ]
    private static let units = [
        "", "bits", "octets", "packets", "flows", "seconds", "milliseconds", "microseconds", "nanoseconds", "4-octet-words",
        "messages", "hops", "entries", "frames", "ports", "inferred",
    ]

    /// A text, filled up with zeros or not, of at most 256 octets.
    private static func text(_ place: Range<Int>, _ bytes: RawSpan) -> String {
        var octets: [UInt8] = []
        for offset in place.prefix(256) {
            let octet = bytes.uint8(at: offset)
            if octet == 0 { break }
            octets.append(octet)
        }
        return String(decoding: octets, as: UTF8.self)
    }
}
