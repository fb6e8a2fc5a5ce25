import IPFIX

/// How the records of some templates are read, kept from set to set: a message may have thousands of small sets of a template
/// with thousands of fields.
struct DumpReadings {
    private struct Key: Hashable {
        var place: Int
        var port: UInt16
        var id: UInt16
    }

    private static let limit = 64
    private var known: [Key: DumpRecords] = [:]
    private var changes: UInt64 = 0

    /// - Parameter changes: grows with every template that comes or goes.
    mutating func records(
        _ id: UInt16, _ definition: DumpDomains.Definition, at place: Int, port: UInt16, changes: UInt64, _ registry: ElementRegistry
    ) -> DumpRecords {
        if changes != self.changes || known.count >= Self.limit { known.removeAll(keepingCapacity: true) }
        self.changes = changes
        let key = Key(place: place, port: port, id: id)
        if let records = known[key] { return records }
        let records = DumpRecords(definition, registry)
        known[key] = records
        return records
    }

    /// Names have changed.
    mutating func forget() { known.removeAll(keepingCapacity: true) }
}
