extension Exporter {
    /// The records of a template set, withdrawals among them, in the order in which they stand.
    mutating func readTemplates(
        _ form: TemplateRecord.Form, _ content: Range<Int>, _ bytes: RawSpan, _ context: MessageContext,
        _ reading: inout MessageReading
    ) {
        var offset = content.lowerBound
        // What is left below a record's header is padding.
        while content.upperBound - offset >= 4 {
            // A record's number is not 0: the rest is padding.
            if bytes.uint32(at: offset) == 0 { return }
            let template: TemplateRecord
            do {
                template = try TemplateRecord(
                    form, bytes, at: &offset, end: content.upperBound, fieldLimit: reading.settings.fieldsPerTemplate)
            } catch {
                statistics.count(error)
                return
            }
            if template.isWithdrawal && context.version == .ipfix {
                withdraw(template.id, isOptions: form.isOptions, context, reading)
            } else {
                define(template, context, &reading)
            }
        }
    }

    private mutating func define(_ template: TemplateRecord, _ context: MessageContext, _ reading: inout MessageReading) {
        if template.scopeCount == nil { statistics.templateRecords += 1 } else { statistics.optionsTemplateRecords += 1 }
        // v9's header counts templates too, IPFIX's sequence numbers do not.
        if context.version == .netFlow9 { reading.records += 1 }
        guard template.id >= 256 else { return statistics.count(.templateID) }
        guard !template.fields.isEmpty else { return statistics.count(.templateEmpty) }
        guard template.fields.minimumLength > 0 else { return statistics.count(.templateWithoutOctets) }
        let key = TemplateCache.key(domain: context.domain, id: template.id)
        let definition = templates.define(
            key, template.fields, scopeCount: template.scopeCount, session: context.session, at: context.receivedMilliseconds)
        if definition == .redefined { statistics.templatesRedefined += 1 }
        domains[context.domain].hasSets = true
        if !parking.isEmpty { definedKeys.insert(key) }
        keepTemplateLimits(reading.settings)
    }

    mutating func keepTemplateLimits(_ settings: ExportDecoder.Configuration) {
        while templates.count > settings.templatesPerExporter || templates.cost > settings.templateUnitsPerExporter {
            guard templates.removeOldest() else { break }
            statistics.templatesEvicted += 1
        }
    }

    /// A template record without fields (RFC 7011 §8.1): number 2 means all templates of the domain, 3 all options templates.
    /// It takes back what its own connection has said, and nothing that another has, the same or not.
    private mutating func withdraw(_ id: UInt16, isOptions: Bool, _ context: MessageContext, _ reading: MessageReading) {
        // Over UDP nothing is withdrawn (§8.4): the datagram could be old, and nobody would say so again.
        guard context.session.transport == .stream else { return statistics.count(.withdrawal) }
        switch id {
        case 2 where !isOptions, 3 where isOptions:
            let domain = context.domain
            let count = templates.withdrawAll(of: context.session) { entry in
                Int(entry.key >> 16) == domain && (entry.scopeCount != nil) == isOptions
            }
            statistics.templatesWithdrawn += UInt64(count)
        case 256...:
            if templates.withdraw(TemplateCache.key(domain: context.domain, id: id), of: context.session) {
                statistics.templatesWithdrawn += 1
            } else {
                statistics.count(.withdrawalUnknown)
            }
        default: statistics.count(.templateID)
        }
    }
}
