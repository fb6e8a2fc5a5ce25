import FlowModel
import IPFIX

/// A dump for a person's eye: a headline a message, a line a set, and under that a line a template's field and a line a record.
///
/// Every line of a record has all of it as `name=value`, and begins with the number of its template, so that `grep` finds what
/// belongs together.
struct DumpText {
    private(set) var octets: [UInt8] = []

    mutating func drain() -> [UInt8] {
        defer { octets.removeAll(keepingCapacity: true) }
        return octets
    }

    mutating func add(_ message: DumpMessage, of packet: ExportPacket, number: UInt64, options: ExportDump.Options) {
        headline(message, packet, number)
        for fault in message.faults where fault.offset < message.offset + 20 { add(fault, indent: 2) }
        if options.hasHex, let all = message.octets { addHex(all, from: message.offset) }
        if message.kind == .unknown, let beginning = message.octets, !options.hasHex {
            text("  begins with ")
            hexadecimal(beginning)
            newLine()
        }
        for set in message.sets { add(set, options) }
        for fault in message.faults where fault.offset >= message.offset + 20 { add(fault, indent: 2) }
    }

    // MARK: Lines

    private mutating func headline(_ message: DumpMessage, _ packet: ExportPacket, _ number: UInt64) {
        text("message=\(number) \(message.kind.rawValue)")
        if !packet.isOfFile {
            text(" from=\(packet.source.text) to=\(packet.destination.text)/\(packet.transport == .stream ? "tcp" : "udp")")
            text(" received=\(UTCTime.text(milliseconds: packet.receivedMilliseconds))")
        }
        if packet.number > 0, !packet.isOfFile { text(" frame=\(packet.number)") }
        if message.offset > 0 { text(" offset=\(message.offset)") }
        text(" length=\(message.length)")
        if packet.missingOctets > 0 { text(" notCaptured=\(packet.missingOctets)") }
        if let export = message.exportMilliseconds { text(" exportTime=\(UTCTime.text(milliseconds: export))") }
        if let domain = message.domain { text(" \(message.kind.domainName)=\(domain)") }
        for field in message.header {
            text(" ")
            add(field)
        }
        if let sequence = message.sequence {
            text(" sequence=\(sequence) ")
            switch message.sequenceState {
            case .first: text("(nothing to compare with)")
            case .expected: text("(as expected)")
            case .missing(let count): text("(expected \(sequence &- count), missing=\(count) \(message.kind.unitName))")
            case .late: text("(late)")
            case .restart: text("(the exporter counts anew)")
            }
        }
        newLine()
    }

    private mutating func add(_ fault: DumpFault, indent: Int) {
        text(String(repeating: " ", count: indent) + "fault=\(fault.reason) at=\(fault.offset): \(fault.text)")
        newLine()
    }

    private mutating func add(_ set: DumpSet, _ options: ExportDump.Options) {
        text("  ")
        if let id = set.id { text("set=\(id) ") }
        switch set.content {
        case .templates(let templates): add(templates, set)
        case .records(let template, let isOptions, let records, let count):
            place(set, isOptions ? "options records=\(count)" : "records=\(count)")
            for record in records { add(record, template) }
            if records.count < count, !options.isTemplatesOnly, options.hasRecords {
                text("    … \(count - records.count) more")
                newLine()
            }
        case .octets(let why, let beginning, let count):
            place(set, "\(why == .template ? "no template \(set.id ?? 0) so far" : "of no known kind"), octets=\(count)")
            if !beginning.isEmpty {
                text("    begins with ")
                hexadecimal(beginning)
                newLine()
            }
        case .sample(let name, let head, let records): add(name, head, records, set)
        }
        for fault in set.faults { add(fault, indent: 4) }
    }

    private mutating func place(_ set: DumpSet, _ what: String) {
        text("at=\(set.offset) length=\(set.length) \(what)")
        if set.padding > 0 { text(" padding=\(set.padding)") }
        newLine()
    }

    private mutating func add(_ templates: [DumpTemplate], _ set: DumpSet) {
        place(set, "templates=\(templates.count)")
        for template in templates {
            let kind = template.isOptions ? "options template" : "template"
            if template.isWithdrawal {
                text("    withdrawal of \(kind)=\(template.id)")
                newLine()
                continue
            }
            text("    \(kind)=\(template.id) fields=\(template.fields.count) ")
            text(template.isVariable ? "recordLength>=\(template.minimumLength)" : "recordLength=\(template.minimumLength)")
            newLine()
            let scopes = template.scopeCount
            let width = template.fields.reduce(0) { max($0, $1.name.utf8.count) }
            for (index, field) in template.fields.enumerated() {
                text("      \(template.id)  ")
                if template.isOptions { text(index < scopes ? "scope " : "      ") }
                let before = octets.count
                PlainText.append(name: field.name, to: &octets)
                pad(from: before, to: min(width, 48) + 2)
                let element = octets.count
                let isScope = field.element.enterprise == TemplateRecord.scopeEnterprise
                text(isScope ? "scope/\(field.element.number)" : field.element.description)
                pad(from: element, to: 12)
                let length = octets.count
                text(field.length == FieldSpecifier.variableLength ? "variable" : String(field.length))
                pad(from: length, to: 10)
                text(field.type)
                newLine()
            }
        }
    }

    private mutating func add(_ record: DumpRecord, _ template: UInt16?) {
        text("    \(template.map(String.init) ?? "v5") ")
        for (index, field) in record.fields.enumerated() {
            text(index < record.scopeCount ? " scope:" : " ")
            add(field)
        }
        newLine()
    }

    private mutating func add(_ name: String, _ head: [DumpField], _ records: [DumpSampleRecord], _ set: DumpSet) {
        text("sample=\(name) at=\(set.offset) length=\(set.length)")
        for field in head {
            text(" ")
            add(field)
        }
        if set.padding > 0 { text(" padding=\(set.padding)") }
        newLine()
        for record in records {
            text("    \(record.name) ")
            for field in record.fields {
                text(" ")
                add(field)
            }
            newLine()
        }
    }

    // MARK: Values

    private mutating func add(_ field: DumpField) {
        PlainText.append(name: field.name, to: &octets)
        text("=")
        add(field.value)
    }

    private mutating func add(_ value: DumpValue) {
        switch value {
        case .element(.text(let string)): PlainText.append(quoted: string, to: &octets)
        case .element(.octets(let bytes)): hexadecimal(bytes)
        case .element(let element): text(element.description)
        case .flags(let bits): text("0x" + String(bits, radix: 16))
        case .word(let word): text(word)
        case .array(let values): add(values)
        case .basicList(let semantic, let name, let values):
            text(semantic + "{")
            PlainText.append(name: name, to: &octets)
            text(": ")
            add(values)
            text("}")
        case .recordList(let semantic, let records):
            text(semantic + "{")
            for (index, record) in records.enumerated() {
                text(index == 0 ? "\(record.template):" : "; \(record.template):")
                for field in record.fields ?? [] {
                    text(" ")
                    add(field)
                }
                if record.fields == nil {
                    text(" no template, ")
                    hexadecimal(record.octets)
                }
            }
            text("}")
        }
    }

    private mutating func add(_ values: [DumpValue]) {
        text("[")
        for (index, value) in values.enumerated() {
            if index > 0 { text(", ") }
            add(value)
        }
        text("]")
    }

    // MARK: Octets

    private mutating func addHex(_ all: [UInt8], from offset: Int) {
        for start in stride(from: 0, to: all.count, by: 16) {
            let line = all[start..<min(start + 16, all.count)]
            let place = String(offset + start)
            text("  " + String(repeating: " ", count: max(0, 5 - place.count)) + place + " ")
            let before = octets.count
            for (index, octet) in line.enumerated() {
                text(index == 8 ? "  " : " ")
                PlainText.append(hex: [octet], to: &octets)
            }
            pad(from: before, to: 52)
            for octet in line { octets.append((0x20..<0x7F).contains(octet) ? octet : 0x2E) }
            newLine()
        }
    }

    private mutating func hexadecimal(_ bytes: [UInt8]) {
        text("0x")
        PlainText.append(hex: bytes, to: &octets)
    }

    private mutating func pad(from start: Int, to width: Int) {
        let present = octets.count - start
        octets.append(contentsOf: repeatElement(0x20, count: max(1, width - present)))
    }

    private mutating func text(_ text: String) { octets.append(contentsOf: text.utf8) }
    private mutating func newLine() { octets.append(10) }
}

extension DumpMessage.Kind {
    /// What the standard calls who observes.
    var domainName: String {
        switch self {
        case .netFlow5: "engine"
        case .netFlow9: "sourceId"
        case .sFlow: "subAgent"
        case .ipfix, .unknown: "observationDomainId"
        }
    }

    /// What sequence numbers count.
    var unitName: String {
        switch self {
        case .netFlow5: "flows"
        case .netFlow9, .unknown: "messages"
        case .sFlow: "datagrams"
        case .ipfix: "records"
        }
    }
}

extension ExportPacket {
    /// It came from no address: it stood in a file.
    var isOfFile: Bool { source.port == 0 && source.address.isUnspecified && destination.port == 0 }
}

extension ExporterSource {
    /// `192.0.2.1:4739`, `[2001:db8::1]:4739`.
    var text: String { address.isIPv6 ? "[\(address)]:\(port)" : "\(address):\(port)" }
}
