package import FlowModel

/// Where a message came from.
package struct ExporterSource: Hashable, Sendable {
    package var address: IPAddress
    package var port: UInt16

    package init(_ address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }
}

/// How a message came: over UDP, or over a connection (TCP, TLS) or in a file, where templates are withdrawn and last.
package enum ExportTransport: Hashable, Sendable {
    case datagram
    case stream
}

/// What became of some octets.
package struct ExportOutcome: Hashable, Sendable {
    /// The rows of the batch that they added, all of the one exporter.
    package var rows: Range<Int>
    package var messages: Int
}

/// Reads what exporters send (NetFlow v5, v9, IPFIX) into flow batches, and keeps what it must know of each between messages.
///
/// One owner, no locks. Nothing that an exporter sends traps, throws, or costs more memory than the configuration says;
/// faults are counted for their exporter, and nobody else's records suffer. Records stay as they are: those of one direction
/// are of one direction, counters are raw beside `samplingInterval`, totals count as deltas where an exporter has none.
package struct ExportDecoder: Sendable {
    /// All limits are of memory that exporters can make the decoder keep.
    package struct Configuration: Sendable {
        /// Exporters that are remembered. First those give way that have not sent for long enough to be believed, then those
        /// that have, last those with an open connection; of each the one silent for longest.
        package var exporters = 4096
        /// An exporter is believed to be one by a record that comes so long after its first message. A datagram's address may
        /// be made up; whoever makes thousands up seldom comes again with the same.
        package var provenMilliseconds: Int64 = 10_000
        package var templatesPerExporter = 4096
        package var fieldsPerTemplate = 1024
        /// Memory of one exporter's templates: 4 for each field and 32 for each template.
        package var templateUnitsPerExporter = 262_144
        package var domainsPerExporter = 256
        /// Memory of all exporters' templates, names, samplers and domains, in units of about 16 octets.
        package var units = 4_194_304
        /// A template that came in a datagram is forgotten when it has not come again for so long: three times the refresh of
        /// 30 minutes, which is the slowest that is usual.
        package var templateLifetimeMilliseconds: Int64 = 5_400_000
        /// Data sets wait so long for their template, and take so many octets.
        package var parkedMilliseconds: Int64 = 30_000
        package var parkedOctetsPerExporter = 262_144
        package var parkedOctets = 16_777_216
        /// 1 in n packets where an exporter says nothing of it; 0 leaves it open.
        package var defaultSampling: UInt32 = 0
        /// 1 in n packets whatever an exporter says: some say what they do not do.
        package var samplingOverrides: [IPAddress: UInt32] = [:]
        /// What the agent of rows is called; others have their address.
        package var exporterNames: [IPAddress: String] = [:]
        package var keeps = KeptElements.none
        /// Octets of kept elements in one batch.
        package var keptOctets = 16_777_216
        package var ownEnterpriseNumber = InformationElement.documentationEnterpriseNumber

        package init() {}
    }

    package let configuration: Configuration
    /// Names and types of elements: the published ones and what exporters tell of their own (RFC 5610).
    package private(set) var registry: ElementRegistry
    /// Exporters that gave way to others.
    package private(set) var exportersEvicted: UInt64 = 0

    /// Grows with every template that is new or says something else than before.
    package private(set) var templateChanges: UInt64 = 0
    /// What was known of those that gave way.
    private var forgotten = ExporterTotals()
    private var slots: [Exporter] = []
    private var places: [IPAddress: Int] = [:]
    private var free: [Int] = []
    /// Where each exporter stands when one must give way: the first list's go first.
    private var unproven = RecencyList()
    private var proven = RecencyList()
    private var connected = RecencyList()
    private var rows = ExportRows()
    private var units = 0
    private var parkedOctets = 0
    /// The exporter of the last message: its next one mostly follows.
    private var last: (address: IPAddress, slot: Int)?

    package init(configuration: Configuration = Configuration(), registry: ElementRegistry = .standard) {
        self.configuration = configuration
        self.registry = registry
    }

    /// Rows that wait to be taken.
    package var rowCount: Int { rows.used }

    /// Reads a datagram, or a message of a connection, and adds its flow records to the batch.
    ///
    /// - Parameter octets: one message or several; each ends where it says.
    /// - Complexity: O(octets), but for what a template is made of, which is limited.
    @discardableResult
    package mutating func decode(
        _ octets: RawSpan, from source: ExporterSource, over transport: ExportTransport = .datagram,
        receivedMilliseconds: Int64
    ) -> ExportOutcome {
        let first = rows.used
        let slot = slot(of: source.address, at: receivedMilliseconds)
        let before = (slots[slot].cost, slots[slot].parking.octets, slots[slot].statistics.dataRecords)
        let changesBefore = slots[slot].templates.changes
        let session = TransportSession(port: source.port, transport: transport)
        let messages = slots[slot].decode(octets, of: session, at: receivedMilliseconds, into: &rows, configuration)
        templateChanges &+= slots[slot].templates.changes &- changesBefore
        settle(slot, before)
        return ExportOutcome(rows: first..<rows.used, messages: messages)
    }

    /// The rows since the last call, and the elements that were asked for. A row's `agent` is its exporter's name.
    package mutating func takeFlows() -> (flows: FlowBatch, kept: [KeptRecord]) { rows.take() }

    /// Gives a batch back whose rows have gone where they belong: its memory serves for the next but one. Fresh memory costs as
    /// much as the decoding.
    ///
    /// - Precondition: every column holds `count` values.
    package mutating func reuse(_ flows: consuming FlowBatch) { rows.reuse(flows) }

    /// Forgets what is too old of every exporter: to be called now and then, once a minute say.
    package mutating func expire(atMilliseconds milliseconds: Int64) {
        for slot in places.values {
            let before = (slots[slot].cost, slots[slot].parking.octets, UInt64(0))
            slots[slot].expire(at: milliseconds, configuration)
            units += slots[slot].cost - before.0
            parkedOctets += slots[slot].parking.octets - before.1
        }
    }

    /// A connection has ended, and with it its templates and the sets that waited for one; what came in datagrams from the same
    /// port stays.
    package mutating func close(_ source: ExporterSource) {
        guard let slot = places[source.address] else { return }
        let before = (slots[slot].cost, slots[slot].parking.octets)
        slots[slot].close(TransportSession(port: source.port, transport: .stream))
        units += slots[slot].cost - before.0
        parkedOctets += slots[slot].parking.octets - before.1
        if connected.contains(slot) && slots[slot].openPorts.isEmpty { rank(slot) }
    }

    /// All exporters that are remembered, in no order.
    package var exporters: [IPAddress] { Array(places.keys) }

    package func statistics(of exporter: IPAddress) -> ExporterStatistics? {
        guard let slot = places[exporter] else { return nil }
        var statistics = slots[slot].statistics
        statistics.templates = slots[slot].templates.count
        statistics.setsWaiting = slots[slot].parking.sets.count
        statistics.domains = slots[slot].domains.count
        return statistics
    }

    /// Of all exporters since the start.
    ///
    /// - Complexity: O(exporters).
    package var totals: ExporterTotals { places.values.reduce(into: forgotten) { $0.add(slots[$1].statistics) } }

    /// What to write down so that a restart of the collector knows templates.
    ///
    /// - Complexity: O(all templates).
    package var memory: ExporterMemory {
        let order = places.values.sorted { slots[$0].statistics.lastSeenMilliseconds < slots[$1].statistics.lastSeenMilliseconds }
        return ExporterMemory(exporters: order.map { slots[$0].memory }.filter { !$0.domains.isEmpty })
    }

    /// Takes over what an earlier decoder knew, before the first message is read. Limits hold, and what is damaged is left out.
    package mutating func restore(_ memory: ExporterMemory) {
        for exporter in memory.exporters.suffix(max(1, configuration.exporters)) {
            guard let address = IPAddress(exporter.address) else { continue }
            let slot = slot(of: address, at: exporter.lastSeenMilliseconds)
            let before = slots[slot].cost
            slots[slot].restore(exporter, configuration)
            units += slots[slot].cost - before
            while units > configuration.units, evict(sparing: slot) {}
        }
    }

    // MARK: Exporters

    private mutating func slot(of address: IPAddress, at milliseconds: Int64) -> Int {
        if let last, last.address == address { return last.slot }
        if let slot = places[address] {
            last = (address, slot)
            rank(slot)
            return slot
        }
        while places.count >= max(1, configuration.exporters), evict(sparing: nil) {}
        let exporter = Exporter(address, name: configuration.exporterNames[address] ?? address.description, at: milliseconds)
        let slot = free.popLast() ?? slots.count
        if slot == slots.count { slots.append(exporter) } else { slots[slot] = exporter }
        places[address] = slot
        last = (address, slot)
        unproven.touch(slot)
        units += exporter.cost
        return slot
    }

    /// Makes an exporter the latest of those that are believed as much as it is.
    private mutating func rank(_ slot: Int) {
        if !slots[slot].openPorts.isEmpty {
            unproven.remove(slot)
            proven.remove(slot)
            connected.touch(slot)
        } else if slots[slot].isProven {
            unproven.remove(slot)
            connected.remove(slot)
            proven.touch(slot)
        } else {
            connected.remove(slot)
            unproven.touch(slot)
        }
    }

    /// - Returns: false when there is nobody but the one to spare.
    private mutating func evict(sparing spared: Int?) -> Bool {
        func oldest(_ list: RecencyList) -> Int? { list.oldest.flatMap { $0 == spared ? list.slot(after: $0) : $0 } }
        guard let slot = oldest(unproven) ?? oldest(proven) ?? oldest(connected) else { return false }
        unproven.remove(slot)
        proven.remove(slot)
        connected.remove(slot)
        last = nil
        places[slots[slot].address] = nil
        units -= slots[slot].cost
        parkedOctets -= slots[slot].parking.octets
        slots[slot].statistics.setsExpired += UInt64(slots[slot].parking.sets.count)
        forgotten.add(slots[slot].statistics)
        slots[slot] = Exporter(.zero, name: "", at: 0)
        free.append(slot)
        exportersEvicted += 1
        return true
    }

    /// Brings the limits for all into order after an exporter's message.
    private mutating func settle(_ slot: Int, _ before: (cost: Int, parked: Int, records: UInt64)) {
        units += slots[slot].cost - before.cost
        parkedOctets += slots[slot].parking.octets - before.parked
        while parkedOctets > configuration.parkedOctets, !slots[slot].parking.isEmpty {
            let octets = slots[slot].parking.octets
            slots[slot].parking.removeOldest()
            slots[slot].statistics.setsExpired += 1
            parkedOctets += slots[slot].parking.octets - octets
        }
        let hasRecords = slots[slot].statistics.dataRecords > before.records
        if hasRecords && !slots[slot].isProven && slots[slot].age >= configuration.provenMilliseconds {
            slots[slot].isProven = true
            rank(slot)
        }
        if !slots[slot].openPorts.isEmpty && !connected.contains(slot) { rank(slot) }
        while units > configuration.units, evict(sparing: slot) {}
        slots[slot].learnedElements(into: &registry)
    }
}
