import FlowModel

/// What is known of exporters that takes long to come again: templates, samplers, names of interfaces, start times. A
/// collector writes it down in any form that `Codable` has, and a restart reads records from the first message on.
package struct ExporterMemory: Codable, Hashable, Sendable {
    package struct Exporter: Codable, Hashable, Sendable {
        package var address: String
        package var lastSeenMilliseconds: Int64
        package var domains: [Domain]

        package init(address: String, lastSeenMilliseconds: Int64, domains: [Domain]) {
            self.address = address
            self.lastSeenMilliseconds = lastSeenMilliseconds
            self.domains = domains
        }
    }

    package struct Domain: Codable, Hashable, Sendable {
        /// 5, 9 or 10.
        package var version: UInt16
        package var id: UInt32
        /// The least recently used first.
        package var templates: [Template]
        package var samplers: [UInt64: UInt32]
        package var unnamedSampler: UInt32?
        package var lastSampler: UInt32?
        package var interfaceNames: [UInt32: String]
        package var systemInitMilliseconds: Int64?

        package init(
            version: UInt16, id: UInt32, templates: [Template], samplers: [UInt64: UInt32] = [:], unnamedSampler: UInt32? = nil,
            lastSampler: UInt32? = nil, interfaceNames: [UInt32: String] = [:], systemInitMilliseconds: Int64? = nil
        ) {
            self.version = version
            self.id = id
            self.templates = templates
            self.samplers = samplers
            self.unnamedSampler = unnamedSampler
            self.lastSampler = lastSampler
            self.interfaceNames = interfaceNames
            self.systemInitMilliseconds = systemInitMilliseconds
        }
    }

    package struct Template: Codable, Hashable, Sendable {
        package var id: UInt16
        package var scopeCount: Int?
        package var ports: [UInt16]
        package var definedMilliseconds: Int64
        /// Three numbers a field: enterprise (0 for none), element, length.
        package var fields: [UInt32]

        package init(id: UInt16, scopeCount: Int?, ports: [UInt16], definedMilliseconds: Int64, fields: [UInt32]) {
            self.id = id
            self.scopeCount = scopeCount
            self.ports = ports
            self.definedMilliseconds = definedMilliseconds
            self.fields = fields
        }
    }

    package var exporters: [Exporter]

    package init(exporters: [Exporter] = []) { self.exporters = exporters }
}

extension Exporter {
    var memory: ExporterMemory.Exporter {
        var kept: [[ExporterMemory.Template]] = domains.map { _ in [] }
        templates.forEach { entry in
            // What came over a connection ends with that.
            guard !entry.isOfStream else { return }
            kept[Int(entry.key >> 16)].append(
                ExporterMemory.Template(
                    id: UInt16(truncatingIfNeeded: entry.key), scopeCount: entry.scopeCount, ports: entry.ports,
                    definedMilliseconds: entry.definedMilliseconds,
                    fields: entry.fields.flatMap { [$0.enterprise ?? 0, UInt32($0.number), UInt32($0.length)] }))
        }
        return ExporterMemory.Exporter(
            address: address.description, lastSeenMilliseconds: statistics.lastSeenMilliseconds,
            domains: zip(domains, kept).map { domain, templates in
                ExporterMemory.Domain(
                    version: domain.key.version.rawValue, id: domain.key.id, templates: templates,
                    samplers: domain.samplers.intervals, unnamedSampler: domain.samplers.unnamed,
                    lastSampler: domain.samplers.last, interfaceNames: domain.interfaceNames,
                    systemInitMilliseconds: domain.systemInitMilliseconds)
            })
    }

    /// Takes over what was known; what is no template is left out.
    mutating func restore(_ memory: ExporterMemory.Exporter, _ settings: ExportDecoder.Configuration) {
        for kept in memory.domains.prefix(settings.domainsPerExporter) {
            guard let version = MessageContext.Version(rawValue: kept.version) else { continue }
            let slot = domain(ExportDomain.Key(version: version, id: kept.id), limit: settings.domainsPerExporter)
            factCost -= domains[slot].factCost
            domains[slot].restore(
                samplers: SamplerTable(kept.samplers, unnamed: kept.unnamedSampler, last: kept.lastSampler),
                interfaceNames: kept.interfaceNames, systemInit: kept.systemInitMilliseconds)
            factCost += domains[slot].factCost
            for template in kept.templates { restore(template, domain: slot, settings) }
        }
    }

    private mutating func restore(
        _ template: ExporterMemory.Template, domain slot: Int, _ settings: ExportDecoder.Configuration
    ) {
        var fields: [FieldSpecifier] = []
        for place in stride(from: 0, to: template.fields.count - 2, by: 3) {
            guard let number = UInt16(exactly: template.fields[place + 1]),
                let length = UInt16(exactly: template.fields[place + 2])
            else { return }
            let enterprise = template.fields[place]
            fields.append(FieldSpecifier(enterprise: enterprise == 0 ? nil : enterprise, number: number, length: length))
        }
        guard template.id >= 256, fields.count <= settings.fieldsPerTemplate, fields.minimumLength > 0,
            (0...fields.count).contains(template.scopeCount ?? 0)
        else { return }
        domains[slot].hasSets = true
        for port in template.ports {
            _ = templates.define(
                TemplateCache.key(domain: slot, id: template.id), fields, scopeCount: template.scopeCount,
                session: TransportSession(port: port, transport: .datagram), at: template.definedMilliseconds)
        }
        keepTemplateLimits(settings)
    }
}
