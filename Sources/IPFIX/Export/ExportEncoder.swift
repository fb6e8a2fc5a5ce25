package import FlowModel

/// Whole IPFIX messages, ready to be sent one after the other.
package struct ExportedMessages: Sendable {
    package struct Message: Hashable, Sendable {
        /// Where the message stands in `octets`.
        package var place: Range<Int>
        /// Records of flows in it; 0 for templates and options alone.
        package var flowRecords: Int
    }

    package var octets: [UInt8]
    package var messages: [Message]

    package var isEmpty: Bool { messages.isEmpty }
}

/// Writes flows as IPFIX messages (RFC 7011) that anybody's collector reads: over UDP, over a connection, or on end as a
/// file (RFC 5655).
///
/// One owner, no locks. One encoder serves one transport session at a time, and the next one after `beginSession`. What the
/// exporter tells of itself goes in observation domain 0, flows, names of interfaces and sampling in the domain of the
/// settings; each domain has its sequence. Templates are told when the first record needs them, and have their ids from then
/// on. Witnesses of flows are not written: strangers would count them twice.
package struct ExportEncoder: Sendable {
    package let settings: ExportSettings
    /// What was written so far, and what the owner says that it could not send; told with the exporter's statistics.
    package var totals = ExportTotals()

    private let options: ExportOptionsWriter
    private var interfaces = InterfaceNumbers()
    private var templates: [Template] = []
    /// Index in `templates` by shape; `UInt16.max` for a shape not met yet.
    private var templateOfShape = [UInt16](repeating: .max, count: 1 << ExportLayout.Shape.bits)

    // Of the session.
    private var sequence: UInt32 = 0
    private var exporterSequence: UInt32 = 0
    /// So many templates, from the first on, the collector was told of.
    private var toldTemplates = 0
    private var toldSampling: ExportSampling?
    /// The template of sampling that the collector has.
    private var toldSamplingTemplate: UInt16?
    private var refreshed: Int64?
    private var messagesSinceRefresh = 0
    private var namesRefreshed: Int64 = 0
    private var statisticsTold: Int64 = 0

    private struct Template: Sendable {
        var id: UInt16
        var fields: [FlowLayout.Placed]
        var recordLength: Int
        var record: [UInt8]
    }

    /// - Parameter settings: what is out of range is brought into it.
    package init(settings: ExportSettings) {
        var settings = settings
        settings.observationDomainID = max(1, settings.observationDomainID)
        let limits = ExportSettings.messageLimits
        settings.messageLimit = min(max(settings.messageLimit, limits.lowerBound), limits.upperBound)
        settings.refreshMessages = max(1, settings.refreshMessages)
        self.settings = settings
        options = ExportOptionsWriter(settings: settings)
    }

    /// A connection begins anew, or another collector is at the other end: all is told again, and numbers begin with 0.
    package mutating func beginSession() {
        sequence = 0
        exporterSequence = 0
        toldTemplates = 0
        toldSampling = nil
        toldSamplingTemplate = nil
        refreshed = nil
        messagesSinceRefresh = 0
        interfaces.forgetTold()
    }

    /// The next messages: the flows, after everything that has to be told before them.
    ///
    /// Without flows, what has to be told at the start or comes again by now, which may be nothing.
    /// - Parameters:
    ///   - flows: every column as long as `count`.
    ///   - rows: of the batch; nil for all.
    ///   - milliseconds: the time, since 1970 UTC.
    /// - Complexity: O(rows), and O(names) of the batch and the report.
    package mutating func encode(
        _ flows: FlowBatch = FlowBatch(), rows: Range<Int>? = nil, account: ExporterAccount, atMilliseconds milliseconds: Int64
    ) -> ExportedMessages {
        let rows = (rows ?? 0..<flows.count).clamped(to: 0..<flows.count)
        let numbers = interfaces.take(account.report, flows, rows: rows)
        let shapes = ExportLayout.Shape.shapes(
            of: flows, rows: rows, settings: settings, samplingInterval: account.samplingInterval)
        for shape in shapes where templateOfShape[Int(shape)] == .max { define(ExportLayout.Shape(rawValue: shape)) }

        var writer = MessageWriter(
            exportSeconds: UInt32(clamping: milliseconds / 1000), domain: settings.observationDomainID, sequence: sequence,
            limit: settings.messageLimit, capacity: 1024 + rows.count * 160)
        tell(account, at: milliseconds, to: &writer)
        for isExchanged in settings.format == .biflow ? [false] : [false, true] {
            let order = sort(flows, rows, shapes, isExchanged: isExchanged)
            let records = ExportRecordWriter(
                flows: flows, interfaceNumbers: numbers, firstRow: rows.lowerBound, isExchanged: isExchanged)
            write(order, records, account, at: milliseconds, to: &writer)
        }
        writer.finish()
        sequence = writer.sequence
        messagesSinceRefresh += writer.messages.count
        let messages = writer.messages.map { ExportedMessages.Message(place: $0.place, flowRecords: $0.flowRecords) }
        totals.messages &+= UInt64(messages.count)
        totals.octets &+= UInt64(writer.octets.count)
        for message in messages { totals.flowRecords &+= UInt64(message.flowRecords) }
        return ExportedMessages(octets: writer.octets, messages: messages)
    }

    // MARK: What goes before flows

    private mutating func define(_ shape: ExportLayout.Shape) {
        let layout = ExportLayout(
            shape: shape, isBiflow: settings.format == .biflow, hasOwnElements: settings.hasOwnElements)
        let fields = layout.fields()
        // There are fewer shapes than ids from here on.
        let id = MessageWriter.firstFlowSet + UInt16(templates.count)
        templateOfShape[Int(shape.rawValue)] = UInt16(templates.count)
        templates.append(
            Template(
                id: id, fields: fields, recordLength: fields.last.map { $0.offset + $0.width } ?? 0,
                record: layout.templateRecord(id, fields: fields, own: settings.enterpriseNumber)))
    }

    /// Tells what the collector does not know yet, or is to hear again by now.
    private mutating func tell(_ account: ExporterAccount, at milliseconds: Int64, to writer: inout MessageWriter) {
        let isStart = refreshed == nil
        let isDatagram = settings.transport == .datagram
        let isRefresh = isStart || isDatagram && isRefreshDue(writer, at: milliseconds)
        if isRefresh {
            refreshed = milliseconds
            tellOfExporter(account, at: milliseconds, isRefresh: true, to: &writer)
            let sampling = ExportSampling(account)
            options.writeTemplates(OptionsTemplate.ofDomain(hasOwnElements: settings.hasOwnElements, sampling), to: &writer)
            toldSamplingTemplate = sampling.template.id
            toldTemplates = 0
        } else if !isDatagram && Self.isDue(settings.statisticsMilliseconds, after: statisticsTold, at: milliseconds) {
            tellOfExporter(account, at: milliseconds, isRefresh: false, to: &writer)
        }
        if isStart || isDatagram && Self.isDue(settings.namesRefreshMilliseconds, after: namesRefreshed, at: milliseconds) {
            namesRefreshed = milliseconds
            interfaces.forgetTold()
            toldSampling = nil
        }
        tellNames(account, to: &writer)
        for template in templates[toldTemplates...] { writer.append(template.record, to: 2) }
        toldTemplates = templates.count
        if isRefresh { messagesSinceRefresh = -writer.messages.count }
    }

    private func isRefreshDue(_ writer: MessageWriter, at milliseconds: Int64) -> Bool {
        messagesSinceRefresh + writer.messages.count >= settings.refreshMessages
            || Self.isDue(settings.refreshMilliseconds, after: refreshed ?? milliseconds, at: milliseconds)
    }

    /// A clock that was set back must not put off for as long what comes again.
    private static func isDue(_ interval: Int64, after last: Int64, at milliseconds: Int64) -> Bool {
        milliseconds < last || milliseconds - last >= interval
    }

    private mutating func tellOfExporter(
        _ account: ExporterAccount, at milliseconds: Int64, isRefresh: Bool, to writer: inout MessageWriter
    ) {
        statisticsTold = milliseconds
        let flowsSequence = writer.turn(to: 0, sequence: exporterSequence)
        if isRefresh {
            options.writeTypeInformation(to: &writer)
            options.writeTemplates(OptionsTemplate.ofExporter(hasOwnElements: settings.hasOwnElements), to: &writer)
        }
        options.writeStatistics(account, totals, interfaces, to: &writer)
        exporterSequence = writer.turn(to: settings.observationDomainID, sequence: flowsSequence)
    }

    /// Names and sampling have messages of their own. nfcapd takes the number of the first message with flows as it is, and
    /// counts on from there by flow records: a message with both would make its next number wrong.
    private mutating func tellNames(_ account: ExporterAccount, to writer: inout MessageWriter) {
        let new = interfaces.takeNew()
        let sampling = ExportSampling(account)
        let isSamplingNew = sampling.interval != 0 && toldSampling != sampling
        guard !new.isEmpty || isSamplingNew else { return }
        options.writeInterfaces(new, to: &writer)
        if isSamplingNew {
            if toldSamplingTemplate != sampling.template.id {
                options.writeTemplates([sampling.template], to: &writer)
                toldSamplingTemplate = sampling.template.id
            }
            options.writeSampling(sampling, to: &writer)
            toldSampling = sampling
        }
        writer.finish()
    }

    // MARK: Flows

    /// Rows sorted by their template; the order within one stays.
    private struct Order {
        var rows: [UInt32]
        /// Where the rows of each template begin; one more entry at the end.
        var starts: [Int]
    }

    /// - Parameter isExchanged: the rows that have packets of the reverse direction, for a record of that.
    private func sort(_ flows: FlowBatch, _ rows: Range<Int>, _ shapes: [UInt16], isExchanged: Bool) -> Order {
        var starts = [Int](repeating: 0, count: templates.count + 1)
        let (packets, reversePackets) = (flows.packetDeltaCount.span, flows.reversePacketDeltaCount.span)
        let isBiflow = settings.format == .biflow
        func isTold(_ row: Int) -> Bool {
            if isBiflow { return true }
            return isExchanged ? reversePackets[row] > 0 : packets[row] > 0 || reversePackets[row] == 0
        }
        for place in shapes.indices where isTold(rows.lowerBound + place) {
            starts[Int(templateOfShape[Int(shapes[place])]) + 1] += 1
        }
        for template in templates.indices { starts[template + 1] += starts[template] }
        var next = starts
        var order = [UInt32](repeating: 0, count: starts[templates.count])
        for place in shapes.indices where isTold(rows.lowerBound + place) {
            let template = Int(templateOfShape[Int(shapes[place])])
            order[next[template]] = UInt32(truncatingIfNeeded: rows.lowerBound + place)
            next[template] += 1
        }
        return Order(rows: order, starts: starts)
    }

    private mutating func write(
        _ order: Order, _ records: ExportRecordWriter, _ account: ExporterAccount, at milliseconds: Int64,
        to writer: inout MessageWriter
    ) {
        for index in templates.indices {
            let template = templates[index]
            var next = order.starts[index]
            while next < order.starts[index + 1] {
                if settings.transport == .datagram && isRefreshDue(writer, at: milliseconds) {
                    tell(account, at: milliseconds, to: &writer)
                }
                let room = writer.makeRoom(for: order.starts[index + 1] - next, of: template.recordLength, in: template.id)
                let range = next..<next + room.count
                writer.withRoom { octets in
                    let rows = order.rows.span
                    for field in template.fields {
                        records.write(
                            field, rows: rows, range: range, place: room.place, stride: template.recordLength, into: &octets)
                    }
                }
                next = range.upperBound
            }
        }
    }
}
