/// What is done with the records of a foreign template: made once, when the first of them comes.
///
/// A record is a flow when its template has an address, a MAC address or the octets of a packet. Others (events of a NAT
/// pool, counters of an interface) are counted and can be asked for.
final class ExportPlan: Sendable {
    enum Kind: Hashable, Sendable {
        case flow
        case options
        case other
    }

    /// One field that goes to a column.
    struct Step: Hashable, Sendable {
        var field: ExportField
        /// Its place in a record without variable fields, and the octets that it has there.
        var offset: Int
        var length: Int
        /// Its place in `walked`.
        var walkedPlace: Int
    }

    struct Traits: OptionSet, Hashable, Sendable {
        var rawValue: UInt8
        /// The counters are totals since the flow began: there are no deltas.
        static let totals = Traits(rawValue: 1 << 0)
        /// The record has the flow inside a tunnel as VMware writes it.
        static let tenant = Traits(rawValue: 1 << 1)
        /// The record has two headers' addresses (RFC 7011 §8: the outer one's first).
        static let twoHeaders = Traits(rawValue: 1 << 2)
        static let uptimes = Traits(rawValue: 1 << 3)
        static let sampling = Traits(rawValue: 1 << 4)
        static let sampler = Traits(rawValue: 1 << 5)
        static let tunnelKey = Traits(rawValue: 1 << 6)
        /// The record counts nothing: an event of a firewall or of address translation, say.
        static let countless = Traits(rawValue: 1 << 7)
    }

    let fields: [FieldSpecifier]
    let kind: Kind
    /// Of an options template: how many fields come first that say what the record is about.
    let scopeCount: Int
    /// The fields that have octets: a template may have a thousand of length 0, and its records an octet each.
    let walked: [Int]
    /// Octets that a record has at least; exactly, without variable fields. At least 1.
    let minimumLength: Int
    let isVariable: Bool
    let steps: [Step]
    let columns: TemplatePlan.Traits
    let traits: Traits
    /// Places in `walked` of the fields that go to no column.
    let unknownPlaces: [Int]

    /// - Parameter hasUptimeBase: the header of every message says how long the exporter has been up.
    /// - Precondition: a record has an octet at least.
    init(fields: [FieldSpecifier], scopeCount: Int?, hasUptimeBase: Bool, own: UInt32) {
        self.fields = fields
        self.scopeCount = scopeCount ?? 0
        let walked = fields.indices.filter { fields[$0].minimumLength > 0 }
        self.walked = walked
        minimumLength = fields.minimumLength
        isVariable = fields.hasVariable
        guard scopeCount == nil else {
            (kind, steps, columns, traits) = (.options, [], [], [])
            unknownPlaces = Array(walked.indices)
            return
        }
        var meanings = FieldMeanings(fields, own: own)
        guard meanings.isFlow else {
            (kind, steps, columns, traits) = (.other, [], [], [])
            unknownPlaces = Array(walked.indices)
            return
        }
        kind = .flow
        meanings.choose(hasUptimeBase: hasUptimeBase)
        var offset = 0
        var places: [(offset: Int, walked: Int)] = []
        var place = 0
        for field in fields {
            places.append((offset, place))
            offset += field.minimumLength
            place += field.minimumLength > 0 ? 1 : 0
        }
        let steps = meanings.chosen.map { field, index in
            Step(field: field, offset: places[index].offset, length: Int(fields[index].length), walkedPlace: places[index].walked)
        }
        self.steps = steps
        columns = meanings.columns
        traits = meanings.traits
        let known = Set(steps.map(\.walkedPlace))
        unknownPlaces = walked.indices.filter { !known.contains($0) }
    }
}
