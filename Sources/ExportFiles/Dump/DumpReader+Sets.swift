import FlowModel
import IPFIX

extension DumpReader {
    /// What reading the sets of a message counts.
    struct SetState {
        var records = 0
        var optionsRecords = 0
        /// Every set could be counted.
        var isComplete: Bool
        /// Records and templates that v9's header announces; nil in IPFIX.
        var countOfHeader: Int?
    }

    /// The sets of IPFIX (RFC 7011 §3.3) or NetFlow v9 (RFC 3954 §5.2). The length of a message of v9 is known at its end only.
    mutating func readSets(
        _ bytes: RawSpan, _ content: Range<Int>, at place: Int, _ packet: ExportPacket, _ message: inout DumpMessage,
        _ state: inout SetState
    ) {
        let end = content.upperBound
        var offset = content.lowerBound
        let isIPFIX = message.kind == .ipfix
        while end - offset >= 4 {
            // Zeros are padding too, however many.
            if bytes.word32(offset) == 0 { break }
            let id = bytes.word16(offset)
            let length = Int(bytes.word16(offset + 2))
            // Sets have no such number, but a message that follows has.
            if let count = state.countOfHeader, id == 5 || id == 9 || id == 10, state.records >= count {
                message.length = offset - message.offset
                return
            }
            guard length >= 4 else {
                let text = "set \(id) says to have \(length) octets, fewer than its header; the rest of the message is not read"
                message.faults.append(DumpFault(.setLength, at: offset, text))
                state.isComplete = false
                return
            }
            var set = DumpSet(
                id: id, offset: offset, length: length, content: .octets(why: .meaning, [], count: length - 4))
            if length > end - offset {
                set.faults.append(
                    DumpFault(.setLength, at: offset, "set \(id) says to have \(length) octets, and \(end - offset) are here"))
                state.isComplete = false
            }
            // Of a set longer than the rest, what is there is read.
            let inside = offset + 4..<min(end, offset + length)
            switch (id, isIPFIX) {
            case (2, true): readTemplates(.ipfix, bytes, inside, at: place, packet, &set, &state)
            case (3, true): readTemplates(.ipfixOptions, bytes, inside, at: place, packet, &set, &state)
            case (0, false): readTemplates(.netFlow9, bytes, inside, at: place, packet, &set, &state)
            case (1, false): readTemplates(.netFlow9Options, bytes, inside, at: place, packet, &set, &state)
            case (256..., _): readRecords(id, bytes, inside, at: place, packet, &set, &state)
            default:
                set.content = .octets(why: .meaning, beginning(bytes, inside), count: inside.count)
                set.faults.append(DumpFault(.setID, at: offset, "set number \(id) means nothing"))
            }
            message.sets.append(set)
            offset += length
        }
    }

    private func beginning(_ bytes: RawSpan, _ place: Range<Int>) -> [UInt8] {
        bytes.array(place.lowerBound..<min(place.upperBound, place.lowerBound + Self.unreadLimit))
    }

    // MARK: Templates

    private mutating func readTemplates(
        _ form: TemplateRecord.Form, _ bytes: RawSpan, _ content: Range<Int>, at place: Int, _ packet: ExportPacket,
        _ set: inout DumpSet, _ state: inout SetState
    ) {
        var found: [DumpTemplate] = []
        var offset = content.lowerBound
        while content.upperBound - offset >= 4, bytes.word32(offset) != 0 {
            let start = offset
            let template: TemplateRecord
            do throws(ExportFault) {
                template = try TemplateRecord(form, bytes, at: &offset, end: content.upperBound, fieldLimit: Self.fieldLimit)
            } catch {
                set.faults.append(DumpFault(template: error, at: start, fieldLimit: Self.fieldLimit))
                state.isComplete = false
                offset = content.upperBound
                break
            }
            let isIPFIX = form == .ipfix || form == .ipfixOptions
            let isWithdrawal = isIPFIX && template.isWithdrawal
            if !isIPFIX { state.records += 1 }
            found.append(described(template, form, at: start, isWithdrawal: isWithdrawal))
            if isWithdrawal {
                withdraw(template.id, form, at: place, packet, start, &set)
            } else {
                define(template, at: place, packet, start, &set)
            }
        }
        set.padding = content.upperBound - offset
        set.content = .templates(found)
    }

    private func described(
        _ template: TemplateRecord, _ form: TemplateRecord.Form, at offset: Int, isWithdrawal: Bool
    ) -> DumpTemplate {
        let fields = template.fields.map { field in
            let name = DumpName(ElementID(field), registry)
            return DumpTemplate.Field(
                name: name.name, element: ElementID(field), length: field.length, type: name.type.name)
        }
        return DumpTemplate(
            offset: offset, id: template.id, isOptions: form.isOptions, scopeCount: template.scopeCount ?? 0, fields: fields,
            isWithdrawal: isWithdrawal, minimumLength: template.fields.minimumLength,
            isVariable: template.fields.contains { $0.isVariable })
    }

    private mutating func define(
        _ template: TemplateRecord, at place: Int, _ packet: ExportPacket, _ offset: Int, _ set: inout DumpSet
    ) {
        func refuse(_ fault: ExportFault, _ text: String) { set.faults.append(DumpFault(fault, at: offset, text)) }
        guard template.id >= 256 else { return refuse(.templateID, "template number \(template.id): numbers begin with 256") }
        guard !template.fields.isEmpty else {
            return refuse(.templateEmpty, "template \(template.id) has no fields, which withdraws nothing in NetFlow v9")
        }
        guard template.fields.minimumLength > 0 else {
            return refuse(.templateWithoutOctets, "a record of template \(template.id) would have no octets")
        }
        let definition = DumpDomains.Definition(
            port: packet.source.port, fields: template.fields, scopeCount: template.scopeCount)
        if !domains.define(template.id, definition, at: place) {
            refuse(.templateFieldLimit, "there is no room for template \(template.id)")
        }
    }

    /// A template record without fields (RFC 7011 §8.1): number 2 means all templates of the domain, 3 all options templates.
    private mutating func withdraw(
        _ id: UInt16, _ form: TemplateRecord.Form, at place: Int, _ packet: ExportPacket, _ offset: Int, _ set: inout DumpSet
    ) {
        guard packet.transport == .stream else {
            set.faults.append(DumpFault(.withdrawal, at: offset, "over UDP nothing is withdrawn (RFC 7011 §8.4)"))
            return
        }
        switch id {
        case 2 where !form.isOptions, 3 where form.isOptions:
            domains.withdrawAll(isOptions: form.isOptions, at: place, port: packet.source.port)
        case 256...:
            if !domains.withdraw(id, at: place, port: packet.source.port) {
                set.faults.append(DumpFault(.withdrawalUnknown, at: offset, "there is no template \(id) to withdraw"))
            }
        default: set.faults.append(DumpFault(.templateID, at: offset, "template number \(id): numbers begin with 256"))
        }
    }

    // MARK: Records

    private mutating func readRecords(
        _ id: UInt16, _ bytes: RawSpan, _ content: Range<Int>, at place: Int, _ packet: ExportPacket, _ set: inout DumpSet,
        _ state: inout SetState
    ) {
        guard let definition = domains.definition(id, at: place, port: packet.source.port) else {
            set.content = .octets(why: .template, beginning(bytes, content), count: content.count)
            state.isComplete = false
            return
        }
        let reader = reading.records(id, definition, at: place, port: packet.source.port, changes: domains.changes, registry)
        let (domains, port) = (domains, packet.source.port)
        let context = DumpRecords.Context(registry) { domains.definition($0, at: place, port: port) }
        var records: [DumpRecord] = []
        var count = 0
        var offset = content.lowerBound
        var isWhole = true
        while content.upperBound - offset >= reader.minimumLength {
            let start = offset
            let isShown = options.hasRecords && records.count < options.recordLimit
            let places =
                isShown || definition.scopeCount != nil ? reader.places(bytes, from: &offset, end: content.upperBound) : []
            guard let places, isShown || definition.scopeCount != nil || reader.skip(bytes, from: &offset, end: content.upperBound)
            else {
                set.faults.append(
                    DumpFault(.recordTruncated, at: start, "record \(count + 1) of set \(id) ends before its fields do"))
                (isWhole, offset) = (false, content.upperBound)
                break
            }
            count += 1
            if isShown {
                records.append(DumpRecord(fields: reader.values(places, bytes, context), scopeCount: reader.scopeCount))
            }
            if definition.scopeCount != nil { learn(definition, places, bytes) }
        }
        if count == 0 && isWhole && !content.isEmpty {
            let text = "set \(id) has \(content.count) octets, and a record has \(reader.minimumLength) at least"
            set.faults.append(DumpFault(.recordTruncated, at: content.lowerBound, text))
            isWhole = false
        }
        set.padding = content.upperBound - offset
        set.content = .records(template: id, isOptions: definition.scopeCount != nil, records, count: count)
        state.records += count
        if definition.scopeCount != nil { state.optionsRecords += count }
        if !isWhole { state.isComplete = false }
    }

    /// An element that the exporter describes itself (RFC 5610 §3): its name is good from the next set on.
    private mutating func learn(_ definition: DumpDomains.Definition, _ places: [Range<Int>], _ bytes: RawSpan) {
        var numbers: [UInt16: UInt64] = [:]
        var name: String?
        var index = 0
        for field in definition.fields where field.minimumLength > 0 {
            defer { index += 1 }
            guard field.enterprise == nil, index < places.count else { continue }
            switch field.number {
            case 341:
                let octets = bytes.array(places[index].lowerBound..<min(places[index].upperBound, places[index].lowerBound + 256))
                name = String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
            case 303, 339, 346: numbers[field.number] = bytes.unsigned(places[index])
            default: break
            }
        }
        guard let name, !name.isEmpty, let element = numbers[303], let enterprise = numbers[346], enterprise > 0,
            let type = numbers[339].flatMap({ ElementDescription.DataType(rawValue: UInt8(clamping: $0)) })
        else { return }
        let id = ElementID(enterprise: UInt32(clamping: enterprise), UInt16(truncatingIfNeeded: element & 0x7FFF))
        registry.learn(id, ElementDescription(name: name, type: type))
        reading.forget()
    }
}
