import FlowModel
import FlowQuery
import IPFIX

/// A dump for programs: a JSON object a message and line (NDJSON), with its sets inside in the order of the wire.
///
/// A set has `id`, `offset` and `length`, and one of: `templates`, each with `fields` or `withdrawal`; `records`, objects of names
/// and values, with `record_count`; `octets`, the first of a set that could not be read; `sample` with `head` and `records` (sFlow).
/// What is wrong is in `faults`, of the message or of the set, each with `offset`, `reason` and `text`. Numbers are numbers, times
/// RFC 3339, octets `0x` and hexadecimal digits, an element that no registry knows `enterprise/number`.
struct DumpJSON {
    private var writer = JSONWriter()

    mutating func drain() -> [UInt8] { writer.drain() }

    mutating func add(_ message: DumpMessage, of packet: ExportPacket, number: UInt64, options: ExportDump.Options) {
        writer.beginObject()
        writer.member("message", number)
        writer.member("protocol", message.kind.rawValue)
        if !packet.isOfFile {
            writer.member("source", packet.source.address.description)
            writer.member("source_port", packet.source.port)
            writer.member("destination", packet.destination.address.description)
            writer.member("destination_port", packet.destination.port)
            writer.member("transport", packet.transport == .stream ? "tcp" : "udp")
            writer.member("received", time: packet.receivedMilliseconds)
            if packet.number > 0 { writer.member("frame", packet.number) }
        }
        writer.member("offset", message.offset)
        writer.member("length", message.length)
        if packet.missingOctets > 0 { writer.member("octets_not_captured", packet.missingOctets) }
        if let export = message.exportMilliseconds { writer.member("export_time", time: export) }
        if let domain = message.domain { writer.member("domain", domain) }
        if !message.header.isEmpty {
            writer.key("header")
            add(message.header, scopes: 0)
        }
        if let sequence = message.sequence { add(sequence, message.sequenceState) }
        writer.key("sets")
        writer.beginArray()
        for set in message.sets { add(set, options) }
        writer.endArray()
        add(message.faults)
        if options.hasHex || message.kind == .unknown, let all = message.octets { hexadecimal("octets", all) }
        writer.endObject()
        writer.newline()
    }

    /// What a reading came to, as an object of its own.
    mutating func add(summary: (inout JSONWriter) -> Void) {
        writer.object { writer in
            writer.key("summary")
            writer.object(summary)
        }
        writer.newline()
    }

    private mutating func add(_ sequence: UInt32, _ state: DumpMessage.Sequence) {
        writer.member("sequence", sequence)
        switch state {
        case .first: writer.member("sequence_is", "first")
        case .expected: writer.member("sequence_is", "expected")
        case .missing(let count):
            writer.member("sequence_is", "ahead")
            writer.member("expected_sequence", sequence &- count)
            writer.member("missing", count)
        case .late: writer.member("sequence_is", "late")
        case .restart: writer.member("sequence_is", "restart")
        }
    }

    private mutating func add(_ faults: [DumpFault]) {
        guard !faults.isEmpty else { return }
        writer.key("faults")
        writer.beginArray()
        for fault in faults {
            writer.object { writer in
                writer.member("offset", fault.offset)
                writer.member("reason", fault.reason)
                writer.member("text", fault.text)
            }
        }
        writer.endArray()
    }

    private mutating func add(_ set: DumpSet, _ options: ExportDump.Options) {
        writer.beginObject()
        if let id = set.id { writer.member("id", id) }
        writer.member("offset", set.offset)
        writer.member("length", set.length)
        switch set.content {
        case .templates(let templates):
            writer.key("templates")
            writer.beginArray()
            for template in templates { add(template) }
            writer.endArray()
        case .records(_, let isOptions, let records, let count):
            writer.member("record_count", count)
            if isOptions { writer.member("options", true) }
            guard options.hasRecords, !options.isTemplatesOnly else { break }
            writer.key("records")
            writer.beginArray()
            for record in records { add(record.fields, scopes: record.scopeCount) }
            writer.endArray()
        case .octets(let why, let beginning, let count):
            if why == .template { writer.member("template_known", false) }
            writer.member("octet_count", count)
            hexadecimal("octets", beginning)
        case .sample(let name, let head, let records):
            writer.member("sample", name)
            writer.key("head")
            add(head, scopes: 0)
            writer.key("records")
            writer.beginArray()
            for record in records {
                writer.beginObject()
                writer.member("record", record.name)
                writer.key("fields")
                add(record.fields, scopes: 0)
                writer.endObject()
            }
            writer.endArray()
        }
        if set.padding > 0 { writer.member("padding", set.padding) }
        add(set.faults)
        writer.endObject()
    }

    private mutating func add(_ template: DumpTemplate) {
        writer.beginObject()
        writer.member("id", template.id)
        if template.isOptions { writer.member("options", true) }
        if template.isWithdrawal {
            writer.member("withdrawal", true)
        } else {
            writer.member("record_length", template.minimumLength)
            writer.member("variable", template.isVariable)
            writer.key("fields")
            writer.beginArray()
            for (index, field) in template.fields.enumerated() {
                writer.beginObject()
                writer.key("name")
                string(field.name)
                if field.element.enterprise == TemplateRecord.scopeEnterprise {
                    writer.member("scope_type", field.element.number)
                } else {
                    if field.element.enterprise != 0 { writer.member("enterprise", field.element.enterprise) }
                    writer.member("element", field.element.number)
                }
                writer.member("length", field.length == FieldSpecifier.variableLength ? nil : field.length)
                writer.member("type", field.type)
                if index < template.scopeCount { writer.member("scope", true) }
                writer.endObject()
            }
            writer.endArray()
        }
        writer.endObject()
    }

    /// An object of fields; one that comes again in a record has its count behind its name, `#2` say. What is a scope has
    /// `scope:` before its name.
    private mutating func add(_ fields: [DumpField], scopes: Int) {
        writer.beginObject()
        var seen: [String: Int] = [:]
        for (index, field) in fields.enumerated() {
            let count = (seen[field.name] ?? 0) + 1
            seen[field.name] = count
            key((index < scopes ? "scope:" : "") + field.name + (count > 1 ? "#\(count)" : ""))
            add(field.value)
        }
        writer.endObject()
    }

    private mutating func add(_ value: DumpValue) {
        switch value {
        case .element(.unsigned(let number)), .flags(let number): writer.integer(number)
        case .element(.signed(let number)): writer.integer(number)
        case .element(.real(let number)): writer.real(number)
        case .element(.boolean(let truth)): writer.bool(truth)
        case .element(.text(let text)): string(text)
        case .element(let element): writer.string(element.description)
        case .word(let word): writer.string(word)
        case .array(let values): add(values)
        case .basicList(let semantic, let name, let values):
            writer.beginObject()
            writer.member("semantic", semantic)
            writer.key("element")
            string(name)
            writer.key("values")
            add(values)
            writer.endObject()
        case .recordList(let semantic, let records):
            writer.beginObject()
            writer.member("semantic", semantic)
            writer.key("records")
            writer.beginArray()
            for record in records {
                writer.beginObject()
                writer.member("template", record.template)
                if let fields = record.fields {
                    writer.key("fields")
                    add(fields, scopes: 0)
                } else {
                    hexadecimal("octets", record.octets)
                }
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        }
    }

    private mutating func add(_ values: [DumpValue]) {
        writer.beginArray()
        for value in values { add(value) }
        writer.endArray()
    }

    private mutating func hexadecimal(_ name: String, _ bytes: [UInt8]) {
        var octets: [UInt8] = []
        octets.reserveCapacity(bytes.count * 2 + 2)
        octets.append(contentsOf: "0x".utf8)
        PlainText.append(hex: bytes, to: &octets)
        writer.member(name, String(decoding: octets, as: UTF8.self))
    }

    /// Text from outside.
    private mutating func string(_ text: String) {
        var octets: [UInt8] = []
        PlainText.append(json: text, to: &octets)
        writer.raw(octets)
    }

    /// A key from outside: what could disturb a terminal is taken out of it.
    private mutating func key(_ name: String) {
        var octets: [UInt8] = []
        PlainText.append(name: name, to: &octets)
        writer.key(String(decoding: octets, as: UTF8.self))
    }
}
