import FlowModel

/// The batch that foreign records are put into, column by column.
///
/// It keeps empty rows ahead: a message has some 25 records, and to lengthen 44 columns for each costs more than to fill them.
struct ExportRows: Sendable {
    private static let rowsAhead = 4096
    private static let nameLimit = 1 << 16

    var reader = FlowRowReader(nameLimit: nameLimit)
    /// Rows that hold records; behind them are empty ones.
    private(set) var used = 0
    /// Another one for each batch: where names stand is known for one.
    private(set) var generation: UInt64 = 1
    private(set) var kept: [KeptRecord] = []
    private(set) var keptOctets = 0
    /// The places of the fields of a set's records, record after record; used again for every set.
    var places: [Range<Int>] = []
    /// The first records of runs whose fields stand in the same places.
    var runs: [Int] = []
    /// A batch that was given back: its columns have memory that is there.
    private var spare: FlowBatch?

    init() { reader.begin() }

    /// Rows for so many records, in which everything is absent.
    mutating func append(_ count: Int) -> Range<Int> {
        let start = used
        used += count
        if used > reader.flows.count {
            // A batch of a few records does not carry thousands of empty ones along.
            let ahead = min(Self.rowsAhead, max(64, used))
            reader.flows.appendAbsent(used - reader.flows.count + ahead)
        }
        return start..<used
    }

    /// The batch, which begins anew.
    mutating func take() -> (flows: FlowBatch, kept: [KeptRecord]) {
        reader.flows.removeLastRows(reader.flows.count - used)
        let flows = reader.finish()
        let records = kept
        reader.begin()
        if let spare { reader.flows = spare }
        spare = nil
        used = 0
        generation += 1
        kept = []
        keptOctets = 0
        return (flows, records)
    }

    mutating func reuse(_ flows: consuming FlowBatch) {
        flows.removeLastRows(flows.count)
        flows.names = [""]
        flows.witnessRecords = []
        spare = flows
    }

    /// - Returns: false when there is no room for it.
    mutating func keep(_ record: KeptRecord, limit: Int) -> Bool {
        // Each value costs more than its octets.
        let octets = record.values.reduce(64) { $0 + $1.octets.count + 48 }
        guard octets <= limit - keptOctets else { return false }
        keptOctets += octets
        kept.append(record)
        return true
    }

    /// Reads one field of some records.
    @inline(__always)
    mutating func read(
        _ field: ExportField, _ place: FieldPlace, _ columns: TemplatePlan.Traits, _ bytes: RawSpan,
        _ domain: inout ExportDomain
    ) {
        switch field {
        case .flow(.interface): readInterface(place, bytes, &domain)
        case .flow(.egressInterface): readEgressInterface(place, bytes, &domain)
        case .flow(let field): reader.read(field, place, columns, bytes)
        case .tunnelType: place.fill(&reader.flows.encapsulation, bytes) { Self.tunnels[Int(UInt8(clamping: $0))] }
        case .tunnelKey: place.fill(&reader.flows.vni, bytes) { UInt32(clamping: $0) }
        case .sampler: break
        }
    }

    /// Open vSwitch's numbers: 1 VXLAN, 2 GRE, 3 LISP, 4 STT, 7 Geneve.
    private static let tunnels: [Encapsulation] = (0...255).map { $0 == 1 ? .vxlan : $0 == 2 ? .gre : $0 == 7 ? .geneve : .none }

    private mutating func readInterface(_ place: FieldPlace, _ bytes: RawSpan, _ domain: inout ExportDomain) {
        var last: (number: UInt32, slot: UInt32) = (0, 0)
        let generation = generation
        place.fill(&reader.flows.interface, bytes) { value in
            let number = UInt32(clamping: value)
            if number != last.number {
                last = (number, domain.slot(of: number, in: &reader.names, generation: generation))
            }
            return last.slot
        }
    }

    /// The interface that packets left by is where a flow was seen that was seen on its way out, and where no other is named.
    private mutating func readEgressInterface(_ place: FieldPlace, _ bytes: RawSpan, _ domain: inout ExportDomain) {
        let directions = reader.flows.direction
        let generation = generation
        var row = place.rows.lowerBound
        var last: (number: UInt32, slot: UInt32) = (0, 0)
        place.merge(&reader.flows.interface, bytes) { value, old in
            defer { row += 1 }
            guard value != 0, old == 0 || directions[row] == .egress else { return old }
            let number = UInt32(clamping: value)
            if number != last.number {
                last = (number, domain.slot(of: number, in: &reader.names, generation: generation))
            }
            return last.slot
        }
    }
}
