import FlowModel

/// What goes to other people's collectors beside flows.
///
/// nfcapd reads the first options template of a set alone, and wants a description of an interface (IE 83) at a place of
/// its own and of a fixed length; so each options template has its own set, and names are IE 82, which it passes over.
extension OptionsTemplate {
    // In domain 0, where the exporter tells of itself (RFC 7011 §3.1).

    /// What the own elements are (RFC 5610 §3.9). libfixbuf learns from records that have all of the fields alone.
    static let exportedTypeInformation = OptionsTemplate(
        id: 269, scope: [.privateEnterpriseNumber, .informationElementId],
        fields: [
            .informationElementDataType, .informationElementSemantics, .informationElementUnits, .informationElementRangeBegin,
            .informationElementRangeEnd, .informationElementName, .informationElementDescription,
        ])
    /// RFC 7011 §4.1.
    static let meteringStatistics = OptionsTemplate(
        id: 270, scope: [.observationDomainId],
        fields: [.exportedMessageTotalCount, .exportedFlowRecordTotalCount, .exportedOctetTotalCount])
    /// RFC 7011 §4.2, without the octets, which nobody counts of packets that could not be read.
    static let meteringReliability = OptionsTemplate(
        id: 271, scope: [.observationDomainId], fields: [.ignoredPacketTotalCount])
    /// RFC 7011 §4.3.
    static let exportingReliability = OptionsTemplate(
        id: 272, scope: [.exportingProcessId],
        fields: [.notSentFlowTotalCount, .notSentPacketTotalCount, .notSentOctetTotalCount])
    /// Own elements: an interface's packets.
    static let interfacePackets = OptionsTemplate(
        id: 273, scope: [.observationDomainId, .ingressInterface],
        fields: [.capturedPacketTotalCount, .kernelDroppedPacketTotalCount])

    // In the flows' domain, where collectors look for them.

    static let exportedInterface = OptionsTemplate(id: 280, scope: [.ingressInterface], fields: [.interfaceName])
    static let exportedInterfaceKind = OptionsTemplate(
        id: 281, scope: [.ingressInterface], fields: [.interfaceName, .interfaceKind])
    /// Of all flows of the domain. samplingInterval, which nothing else has needed since RFC 5477, is what nfcapd 1.7 reads.
    static let exportedSampling = OptionsTemplate(
        id: 282, scope: [.observationDomainId],
        fields: [.samplingInterval, .selectorAlgorithm, .samplingPacketInterval, .samplingPacketSpace])

    static func ofExporter(hasOwnElements: Bool) -> [OptionsTemplate] {
        let all: [OptionsTemplate] = [meteringStatistics, meteringReliability, exportingReliability]
        return hasOwnElements ? all + [interfacePackets] : all
    }

    /// As above, of random sampling.
    static let exportedRandomSampling = OptionsTemplate(
        id: 283, scope: [.observationDomainId], fields: [.samplingInterval, .selectorAlgorithm, .samplingProbability])

    static func ofDomain(hasOwnElements: Bool, _ sampling: ExportSampling) -> [OptionsTemplate] {
        [hasOwnElements ? exportedInterfaceKind : exportedInterface, sampling.template]
    }

    /// Every template that an exporter can send.
    static let exported = [
        exportedTypeInformation, meteringStatistics, meteringReliability, exportingReliability, interfacePackets, exportedInterface,
        exportedInterfaceKind, exportedSampling, exportedRandomSampling,
    ]
}

/// How packets of all flows of the domain were chosen.
struct ExportSampling: Hashable {
    /// 1 in so many; 0 is not known.
    var interval: UInt32
    var isRandom: Bool

    init(_ account: ExporterAccount) {
        interval = account.samplingInterval
        // Every packet is chosen either way.
        isRandom = account.isRandomSampling && interval > 1
    }

    var template: OptionsTemplate { isRandom ? .exportedRandomSampling : .exportedSampling }
}

/// Writes options records for other people's collectors.
struct ExportOptionsWriter {
    /// Systematic count-based sampling (RFC 5477 §8.2.1, IANA's «PSAMP selectorAlgorithm»).
    private static let countBased: UInt16 = 1
    /// Uniform probabilistic sampling (RFC 5477 §8.2.4).
    private static let uniformProbabilistic: UInt16 = 4
    /// There is one exporting process on a transport session.
    private static let exportingProcess: UInt32 = 1

    let settings: ExportSettings
    var domain: UInt32 { settings.observationDomainID }

    /// The own elements that records can have: strangers are told of these.
    static let ownElements: [InformationElement] = {
        let layouts = [UInt16.zero, ExportLayout.Shape.outerIPv6.rawValue].map { other in
            let shape = ExportLayout.Shape(rawValue: other).union([.tcp, .segments, .roundTrip, .virtualNetwork, .overlay])
            return ExportLayout(shape: shape, isBiflow: true, hasOwnElements: true)
        }
        let used = layouts.flatMap { $0.fields() }.compactMap { $0.field.element }
        let options = OptionsTemplate.exported.flatMap { $0.scope + $0.fields }
        let all = Set(used + options)
        return InformationElement.own.filter { all.contains($0) }
    }()

    /// Comes before every template that has one of the elements: a reader makes sense of a template when it meets it.
    func writeTypeInformation(to writer: inout MessageWriter) {
        guard settings.hasOwnElements else { return }
        writeTemplates([.exportedTypeInformation], to: &writer)
        let limit = writer.textLimit
        for element in Self.ownElements {
            append(to: OptionsTemplate.exportedTypeInformation, &writer) { record in
                record.appendBigEndian(settings.enterpriseNumber)
                record.appendBigEndian(element.number)
                record.append(element.type.rawValue)
                record.append(element.semantics.rawValue)
                record.appendBigEndian(element.units.rawValue)
                // From 0 to 0: no other range than the type's.
                record.appendBigEndian(UInt64(0))
                record.appendBigEndian(UInt64(0))
                record.appendVariable(element.name, limit: limit)
                record.appendVariable("", limit: limit)
            }
        }
    }

    func writeTemplates(_ templates: [OptionsTemplate], to writer: inout MessageWriter) {
        for template in templates {
            writer.endSet()
            writer.append(template.record(own: settings.enterpriseNumber), to: 3)
        }
    }

    /// What the exporter tells of itself.
    func writeStatistics(
        _ account: ExporterAccount, _ totals: ExportTotals, _ interfaces: InterfaceNumbers, to writer: inout MessageWriter
    ) {
        append(to: OptionsTemplate.meteringStatistics, &writer) { record in
            record.appendBigEndian(domain)
            for count in [totals.messages, totals.flowRecords, totals.octets] { record.appendBigEndian(count) }
        }
        append(to: OptionsTemplate.meteringReliability, &writer) { record in
            record.appendBigEndian(domain)
            record.appendBigEndian(account.ignoredPackets)
        }
        append(to: OptionsTemplate.exportingReliability, &writer) { record in
            record.appendBigEndian(Self.exportingProcess)
            for count in [totals.notSentFlows, totals.notSentPackets, totals.notSentOctets] { record.appendBigEndian(count) }
        }
        guard settings.hasOwnElements else { return }
        for interface in account.report.interfaces {
            guard let number = interfaces.number(of: interface.name, agent: account.report.agent) else { continue }
            append(to: OptionsTemplate.interfacePackets, &writer) { record in
                record.appendBigEndian(domain)
                record.appendBigEndian(number)
                record.appendBigEndian(interface.captured)
                record.appendBigEndian(interface.dropped)
            }
        }
    }

    func writeInterfaces(_ interfaces: [InterfaceNumbers.Entry], to writer: inout MessageWriter) {
        let limit = writer.textLimit
        let template = settings.hasOwnElements ? OptionsTemplate.exportedInterfaceKind : .exportedInterface
        for interface in interfaces {
            append(to: template, &writer) { record in
                record.appendBigEndian(interface.number)
                record.appendVariable(interface.name, limit: limit)
                if settings.hasOwnElements { record.appendVariable(interface.kind, limit: limit) }
            }
        }
    }

    /// 1 in so many packets: one taken, the others passed over; or each with that probability.
    func writeSampling(_ sampling: ExportSampling, to writer: inout MessageWriter) {
        guard sampling.interval > 0 else { return }
        append(to: sampling.template, &writer) { record in
            record.appendBigEndian(domain)
            record.appendBigEndian(sampling.interval)
            if sampling.isRandom {
                record.appendBigEndian(Self.uniformProbabilistic)
                record.appendBigEndian((1 / Double(sampling.interval)).bitPattern)
            } else {
                record.appendBigEndian(Self.countBased)
                record.appendBigEndian(UInt32(1))
                record.appendBigEndian(sampling.interval - 1)
            }
        }
    }

    private func append(
        to template: OptionsTemplate, _ writer: inout MessageWriter, _ fill: (inout [UInt8]) -> Void
    ) {
        var record: [UInt8] = []
        fill(&record)
        writer.append(record, to: template.id)
    }
}
