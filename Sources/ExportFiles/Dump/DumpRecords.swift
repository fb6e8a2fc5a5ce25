import IPFIX

/// Reads the records of a data set by its template.
struct DumpRecords {
    private static let depthLimit = 4

    private let fields: [FieldSpecifier]
    private let names: [DumpName]
    /// Fields that have octets: a template may have a thousand of none, and its records an octet each.
    private let walked: [Int]
    let minimumLength: Int
    let isVariable: Bool
    /// Scope fields among those that have octets.
    let scopeCount: Int

    init(_ definition: DumpDomains.Definition, _ registry: ElementRegistry) {
        fields = definition.fields
        let scopes = definition.scopeCount ?? 0
        walked = fields.indices.filter { definition.fields[$0].minimumLength > 0 }
        names = fields.map { DumpName(ElementID($0), registry) }
        minimumLength = fields.minimumLength
        isVariable = fields.contains { $0.isVariable }
        scopeCount = walked.count { $0 < scopes }
    }

    /// The templates that lists may name, as far as they are known, and the names of what is in them: of one message.
    final class Context {
        let registry: ElementRegistry
        private let definition: (UInt16) -> DumpDomains.Definition?
        /// A message may have thousands of lists of one template.
        private var known: [UInt16: DumpRecords?] = [:]

        init(_ registry: ElementRegistry, definition: @escaping (UInt16) -> DumpDomains.Definition?) {
            self.registry = registry
            self.definition = definition
        }

        func records(_ id: UInt16) -> DumpRecords? {
            if let known = known[id] { return known }
            let records = definition(id).map { DumpRecords($0, registry) }
            known[id] = .some(records)
            return records
        }
    }

    /// One record.
    ///
    /// - Parameter offset: where it begins; moved behind it.
    /// - Returns: the places of the fields that have octets; nil when the content ends before, and `offset` is then where.
    func places(_ bytes: RawSpan, from offset: inout Int, end: Int) -> [Range<Int>]? {
        var places: [Range<Int>] = []
        places.reserveCapacity(walked.count)
        for index in walked {
            guard let place = Self.place(fields[index].length, bytes, from: &offset, end: end) else { return nil }
            places.append(place)
        }
        return places
    }

    /// Passes over a record.
    ///
    /// - Returns: false when the content ends before.
    func skip(_ bytes: RawSpan, from offset: inout Int, end: Int) -> Bool {
        guard isVariable else {
            offset += minimumLength
            return offset <= end
        }
        return walked.allSatisfy { Self.place(fields[$0].length, bytes, from: &offset, end: end) != nil }
    }

    /// A field of a fixed length or, with 65,535, of the one that it says itself (RFC 7011 §7).
    static func place(_ length: UInt16, _ bytes: RawSpan, from offset: inout Int, end: Int) -> Range<Int>? {
        var count = Int(length)
        if length == FieldSpecifier.variableLength {
            guard end - offset >= 1 else { return nil }
            count = Int(bytes.octet(offset))
            offset += 1
            if count == 255 {
                guard end - offset >= 2 else { return nil }
                count = Int(bytes.word16(offset))
                offset += 2
            }
        }
        guard end - offset >= count else { return nil }
        defer { offset += count }
        return offset..<offset + count
    }

    /// The values at some places.
    func values(_ places: [Range<Int>], _ bytes: RawSpan, _ context: Context, depth: Int = 0) -> [DumpField] {
        zip(walked, places).map { index, place in
            DumpField(name: names[index].name, value: Self.value(names[index], place, bytes, context, depth))
        }
    }

    private static func value(
        _ name: DumpName, _ place: Range<Int>, _ bytes: RawSpan, _ context: Context, _ depth: Int
    ) -> DumpValue {
        if depth < depthLimit {
            let list: DumpValue? =
                switch name.type {
                case .basicList: basicList(place, bytes, context, depth + 1)
                case .subTemplateList: templateList(place, bytes, context, depth + 1)
                case .subTemplateMultiList: multiList(place, bytes, context, depth + 1)
                default: nil
                }
            if let list { return list }
        }
        return name.value(bytes.array(place))
    }

    // MARK: Lists (RFC 6313)

    /// Semantic, element, length, values (§4.5.1).
    ///
    /// - Returns: nil when it contradicts itself: then its octets are shown.
    private static func basicList(_ place: Range<Int>, _ bytes: RawSpan, _ context: Context, _ depth: Int) -> DumpValue? {
        guard place.count >= 5 else { return nil }
        var offset = place.lowerBound + 5
        let number = bytes.word16(place.lowerBound + 1)
        let length = bytes.word16(place.lowerBound + 3)
        var element = ElementID(number & 0x7FFF)
        if number & 0x8000 != 0 {
            guard place.upperBound - offset >= 4 else { return nil }
            element.enterprise = bytes.word32(offset)
            offset += 4
        }
        guard length > 0 else { return nil }
        let name = DumpName(element, context.registry)
        var values: [DumpValue] = []
        while offset < place.upperBound {
            guard let inner = self.place(length, bytes, from: &offset, end: place.upperBound) else { return nil }
            values.append(value(name, inner, bytes, context, depth))
        }
        return .basicList(semantic: semantic(bytes.octet(place.lowerBound)), name: name.name, values)
    }

    /// Semantic, template, records (§4.5.2).
    private static func templateList(_ place: Range<Int>, _ bytes: RawSpan, _ context: Context, _ depth: Int) -> DumpValue? {
        guard place.count >= 3 else { return nil }
        let id = bytes.word16(place.lowerBound + 1)
        guard let records = listRecords(id, place.lowerBound + 3..<place.upperBound, bytes, context, depth) else { return nil }
        return .recordList(semantic: semantic(bytes.octet(place.lowerBound)), records)
    }

    /// Semantic, then template, length (with these four octets) and records, several times (§4.5.3).
    private static func multiList(_ place: Range<Int>, _ bytes: RawSpan, _ context: Context, _ depth: Int) -> DumpValue? {
        guard place.count >= 1 else { return nil }
        var records: [DumpListRecord] = []
        var offset = place.lowerBound + 1
        while place.upperBound - offset >= 4 {
            let id = bytes.word16(offset)
            let length = Int(bytes.word16(offset + 2))
            guard length >= 4, length <= place.upperBound - offset,
                let some = listRecords(id, offset + 4..<offset + length, bytes, context, depth)
            else { return nil }
            records += some
            offset += length
        }
        return offset == place.upperBound
            ? .recordList(semantic: semantic(bytes.octet(place.lowerBound)), records) : nil
    }

    private static func listRecords(
        _ id: UInt16, _ place: Range<Int>, _ bytes: RawSpan, _ context: Context, _ depth: Int
    ) -> [DumpListRecord]? {
        guard !place.isEmpty else { return [] }
        guard let reader = context.records(id) else {
            return [DumpListRecord(template: id, fields: nil, octets: bytes.array(place))]
        }
        guard reader.minimumLength > 0 else { return nil }
        var records: [DumpListRecord] = []
        var offset = place.lowerBound
        while offset < place.upperBound {
            guard let places = reader.places(bytes, from: &offset, end: place.upperBound) else { return nil }
            records.append(DumpListRecord(template: id, fields: reader.values(places, bytes, context, depth: depth)))
        }
        return records
    }

    private static func semantic(_ number: UInt8) -> String {
        switch number {
        case 0: "noneOf"
        case 1: "exactlyOneOf"
        case 2: "oneOrMoreOf"
        case 3: "allOf"
        case 4: "ordered"
        case 255: "undefined"
        default: "semantic\(number)"
        }
    }
}
