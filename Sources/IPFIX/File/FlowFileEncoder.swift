package import FlowModel

/// Writes flow records and an agent's report as a self-contained IPFIX file (RFC 5655): docs/formats/batch.md.
///
/// Template ids and sequence numbers go on from call to call, as one transport session would have them: files of one
/// encoder may be read on end, and each is whole by itself.
package struct FlowFileEncoder {
    private let enterpriseNumber: UInt32
    private let observationDomainID: UInt32
    private let messageLimit: Int
    private var sequence: UInt32 = 0
    private var templateIDs: [FlowLayout: UInt16] = [:]
    /// Index of the layout of a shape in the batch at work; `UInt16.max` for a shape not met yet.
    private var layoutOfShape = [UInt16](repeating: .max, count: 1 << FlowLayout.Shape.bits)

    /// - Parameters:
    ///   - enterpriseNumber: where the own elements are numbered; encoder and decoder must agree.
    ///   - messageLimit: the longest message in octets, 512 … 65,535.
    package init(
        enterpriseNumber: UInt32 = InformationElement.documentationEnterpriseNumber, observationDomainID: UInt32 = 1,
        messageLimit: Int = 65_535
    ) {
        self.enterpriseNumber = enterpriseNumber
        self.observationDomainID = observationDomainID
        self.messageLimit = messageLimit
    }

    /// One file: templates, type information of the own elements, the report, the flow records and the witness records.
    ///
    /// Records of one layout stand together, in the order of the batch. A row without an agent, or with the report's, is
    /// written without one and gets the report's name when it is read. A report without an agent name is not written,
    /// but for its export time.
    /// - Parameters:
    ///   - flows: every column as long as `count`.
    ///   - missingBatches: sequence numbers of batches that will never come, so that the hole is explained.
    package mutating func encode(
        flows: FlowBatch, report: AgentReport, missingBatches: [ClosedRange<UInt64>] = []
    ) -> [UInt8] {
        let names = NameTables(flows: flows, report: report)
        var features = FlowLayout.Features(of: flows)
        if names.hasOtherAgents { features.insert(.agent) }
        let groups = group(flows, features: features)
        let witnesses = flows.witnessRecords
        let witnessLayout = WitnessLayout(of: witnesses)

        var writer = MessageWriter(
            exportSeconds: UInt32(clamping: report.exportMilliseconds / 1000), domain: observationDomainID,
            sequence: sequence, limit: messageLimit, capacity: 4096 + flows.count * 128 + witnesses.count * 31)
        let reportWriter = ReportWriter(
            report: report, names: names, missingBatches: missingBatches, domain: observationDomainID)
        for template in OptionsTemplate.all { writer.append(template.record(own: enterpriseNumber), to: 3) }
        let recordCount = InformationElement.own.count + reportWriter.recordCount + flows.count + witnesses.count
        writer.append(batchRecord(records: recordCount), to: OptionsTemplate.batch.id)
        for group in groups.list { writer.append(group.templateRecord(own: enterpriseNumber), to: 2) }
        if !witnesses.isEmpty { writer.append(witnessLayout.templateRecord(own: enterpriseNumber), to: 2) }
        TypeInformation.write(to: &writer, own: enterpriseNumber)
        reportWriter.write(to: &writer)

        let records = FlowRecordWriter(
            flows: flows, interfaceNumbers: names.interfaceNumbers, agentNumbers: names.agentNumbers)
        for group in groups.list { write(group, order: groups.order, records: records, to: &writer) }
        witnessLayout.write(witnesses, interfaceNumbers: names.interfaceNumbers, to: &writer)
        writer.finish()
        sequence = writer.sequence
        return writer.octets
    }

    /// Says how many data records follow, so that a reader notices a message that is missing.
    private func batchRecord(records: Int) -> [UInt8] {
        var record: [UInt8] = []
        record.appendBigEndian(observationDomainID)
        record.appendBigEndian(UInt32(clamping: records))
        return record
    }

    private func write(_ group: Group, order: [UInt32], records: FlowRecordWriter, to writer: inout MessageWriter) {
        var next = group.rows.lowerBound
        while next < group.rows.upperBound {
            let room = writer.makeRoom(for: group.rows.upperBound - next, of: group.recordLength, in: group.templateID)
            let range = next..<next + room.count
            writer.withRoom { octets in
                let rows = order.span
                for field in group.fields {
                    records.write(
                        field, rows: rows, range: range, place: room.place, stride: group.recordLength, into: &octets)
                }
            }
            next = range.upperBound
        }
    }

    /// The rows of one layout.
    private struct Group {
        var templateID: UInt16
        var fields: [FlowLayout.Placed]
        var recordLength: Int
        /// Where its rows stand in `order`.
        var rows: Range<Int>

        func templateRecord(own: UInt32) -> [UInt8] {
            var record: [UInt8] = []
            record.appendBigEndian(templateID)
            record.appendBigEndian(UInt16(fields.count))
            for placed in fields {
                guard let element = placed.field.element else { continue }
                record.append(field: FieldSpecifier(element, own: own, length: UInt16(placed.width)))
            }
            return record
        }
    }

    /// Sorts rows by layout (a counting sort, so that the order within a layout stays).
    private mutating func group(_ flows: FlowBatch, features: FlowLayout.Features) -> (list: [Group], order: [UInt32]) {
        let shapes = FlowLayout.Shape.shapes(of: flows)
        var met: [UInt32] = []
        var counts: [Int] = []
        var layouts = [UInt16](repeating: 0, count: shapes.count)
        for row in shapes.indices {
            let shape = Int(shapes[row])
            if layoutOfShape[shape] == .max {
                layoutOfShape[shape] = UInt16(truncatingIfNeeded: met.count)
                met.append(shapes[row])
                counts.append(0)
            }
            let layout = layoutOfShape[shape]
            layouts[row] = layout
            counts[Int(layout)] += 1
        }
        for shape in met { layoutOfShape[Int(shape)] = .max }

        var list: [Group] = []
        var start = 0
        var places: [Int] = []
        for (index, shape) in met.enumerated() {
            let layout = FlowLayout(shape: FlowLayout.Shape(rawValue: shape), batch: features)
            let fields = layout.fields()
            list.append(
                Group(
                    templateID: templateID(of: layout), fields: fields,
                    recordLength: fields.last.map { $0.offset + $0.width } ?? 0, rows: start..<start + counts[index]))
            places.append(start)
            start += counts[index]
        }
        var order = [UInt32](repeating: 0, count: shapes.count)
        for row in layouts.indices {
            let layout = Int(layouts[row])
            order[places[layout]] = UInt32(truncatingIfNeeded: row)
            places[layout] += 1
        }
        return (list, order)
    }

    /// The same id for the same layout. When the ids run out, they begin again: each file defines those it uses.
    private mutating func templateID(of layout: FlowLayout) -> UInt16 {
        if let id = templateIDs[layout] { return id }
        if templateIDs.count >= 60_000 { templateIDs.removeAll() }
        let id = MessageWriter.firstFlowSet + UInt16(templateIDs.count)
        templateIDs[layout] = id
        return id
    }
}
