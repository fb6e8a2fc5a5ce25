import FlowModel
import IPFIX

/// Looks through a file once before it is read, for templates that stand behind their data: the first definition of each number
/// whose data came without one.
///
/// Bounded: a file that has more of them is read as a live stream is, where data waits for its template for a while.
struct TemplateScout {
    private struct Key: Hashable {
        var address: IPAddress
        var kind: DumpMessage.Kind
        var domain: UInt32
        var id: UInt16
    }

    private static let limit = 16_384

    private var reader = DumpReader(options: DumpReader.Options(hasRecords: false), registry: ElementRegistry())
    private var wanted: Set<Key> = []
    private var found: [Key: ExporterMemory.Template] = [:]
    /// Messages of any kind, those of sFlow among them.
    private(set) var messages: UInt64 = 0

    mutating func look(at packet: ExportPacket) {
        for message in reader.read(packet) {
            if message.kind == .unknown { continue }
            messages += 1
            guard let domain = message.domain, message.kind == .ipfix || message.kind == .netFlow9 else { continue }
            for set in message.sets { look(at: set, message.kind, domain, packet) }
        }
    }

    private mutating func look(at set: DumpSet, _ kind: DumpMessage.Kind, _ domain: UInt32, _ packet: ExportPacket) {
        func named(_ id: UInt16) -> Key { Key(address: packet.source.address, kind: kind, domain: domain, id: id) }
        switch set.content {
        case .octets(.template, _, _):
            if let id = set.id, wanted.count < Self.limit { wanted.insert(named(id)) }
        case .templates(let templates):
            for template in templates where !template.isWithdrawal && template.minimumLength > 0 {
                let key = named(template.id)
                guard wanted.contains(key), found[key] == nil else { continue }
                found[key] = ExporterMemory.Template(
                    id: template.id, scopeCount: template.isOptions ? template.scopeCount : nil, ports: [packet.source.port],
                    definedMilliseconds: packet.receivedMilliseconds,
                    fields: template.fields.flatMap { [$0.element.enterprise, UInt32($0.element.number), UInt32($0.length)] })
            }
        default: break
        }
    }

    /// How many templates were found behind their data.
    var count: Int { found.count }

    /// What a decoder takes over before the first message.
    var memory: ExporterMemory {
        var exporters: [IPAddress: [Key: [ExporterMemory.Template]]] = [:]
        for (key, template) in found {
            let domain = Key(address: key.address, kind: key.kind, domain: key.domain, id: 0)
            exporters[key.address, default: [:]][domain, default: []].append(template)
        }
        return ExporterMemory(
            exporters: exporters.map { address, domains in
                ExporterMemory.Exporter(
                    address: address.description, lastSeenMilliseconds: 0,
                    domains: domains.map { key, templates in
                        ExporterMemory.Domain(version: key.kind == .ipfix ? 10 : 9, id: key.domain, templates: templates)
                    })
            })
    }
}
