import FlowModel

extension FlowFileDecoder {
    /// A data set of flow records: column by column where records have one length, else record by record.
    mutating func readFlows(_ content: Range<Int>, _ plan: TemplatePlan, _ bytes: RawSpan) throws(IPFIXError) {
        rows.setMessage(domain: message.domain, exportMilliseconds: message.exportMilliseconds)
        rows.systemInitMilliseconds = systemInit[message.domain]
        rows.reportedAgent = reports.report?.agent ?? ""
        var count = plan.isVariable ? 0 : content.count / plan.minimumLength
        if plan.isVariable { count = try countRecords(plan, in: content, bytes) }
        try checkRoom(for: count, at: content.lowerBound)
        recordsSinceAnnouncement += count
        let new = rows.append(count)
        if plan.isVariable {
            var row = new.lowerBound
            try Self.walk(plan, in: content, bytes) { places in
                for step in plan.steps {
                    let place = places[step.walkedPlace]
                    let field = FieldPlace(offset: place.lowerBound, stride: 0, length: place.count, rows: row..<row + 1)
                    rows.read(step.field, field, plan.traits, bytes)
                }
                row += 1
            }
        } else {
            for step in plan.steps {
                let field = FieldPlace(
                    offset: content.lowerBound + step.offset, stride: plan.minimumLength,
                    length: Int(plan.fields[step.index].length), rows: new)
                rows.read(step.field, field, plan.traits, bytes)
            }
        }
        let faults = rows.complete(new, plan.traits)
        decoded.recordsWithoutTime += faults.withoutTime
        decoded.recordsBefore1970 += faults.before1970
    }

    /// A data set of witness records.
    mutating func readWitnesses(
        _ content: Range<Int>, _ plan: TemplatePlan, _ witness: WitnessPlan, _ bytes: RawSpan
    ) throws(IPFIXError) {
        let count = content.count / plan.minimumLength
        try checkRoom(for: count, at: content.lowerBound)
        recordsSinceAnnouncement += count
        hasWitnesses = true
        for index in 0..<count {
            rows.appendWitness(
                witness.record(at: content.lowerBound + index * plan.minimumLength, bytes), domain: message.domain)
        }
    }

    /// A witness record becomes a row in the end, so it takes the room of one.
    private func checkRoom(for count: Int, at offset: Int) throws(IPFIXError) {
        guard count <= limits.records - rows.flows.count - rows.flows.witnessRecords.count else {
            throw IPFIXError(.tooManyRecords(limit: limits.records), at: offset)
        }
    }

    /// Counts the records of a set that holds no flows, and checks that each is whole.
    mutating func skipRecords(_ content: Range<Int>, _ plan: TemplatePlan, _ bytes: RawSpan) throws(IPFIXError) {
        let count = plan.isVariable
            ? try countRecords(plan, in: content, bytes) : content.count / plan.minimumLength
        decoded.otherRecords += count
        recordsSinceAnnouncement += count
    }

    mutating func readOptions(
        _ content: Range<Int>, _ plan: TemplatePlan, _ kind: OptionsKind, octets: [UInt8], _ bytes: RawSpan
    ) throws(IPFIXError) {
        let count = try countRecords(plan, in: content, bytes)
        optionsRecords += count
        guard optionsRecords <= limits.records else {
            throw IPFIXError(.tooManyRecords(limit: limits.records), at: content.lowerBound)
        }
        if kind == .batch { try checkAnnouncement(at: content.lowerBound) }
        recordsSinceAnnouncement += count
        switch kind {
        case .typeInformation: return
        case .unknown: decoded.unknownOptions += count
        default:
            try Self.walk(plan, in: content, bytes) { places in
                read(OptionsRecord(plan.places, at: places, octets: octets), kind)
            }
            if isOfOneAgent, let conflict = reports.conflict {
                throw IPFIXError(.severalAgents(conflict.first, conflict.second), at: content.lowerBound)
            }
        }
    }

    private mutating func read(_ record: OptionsRecord, _ kind: OptionsKind) {
        switch kind {
        case .agent: reports.readAgent(record)
        case .agentTable:
            if let id = record.integer(.agentId), let name = record.text(.agentName) {
                rows.nameAgent(UInt32(clamping: id), name)
            }
        case .interface:
            reports.readInterface(record)
            nameInterface(record)
        case .interfaceName: nameInterface(record)
        case .localAddress: reports.readLocalAddress(record)
        case .notMetered: reports.readNotMetered(record)
        case .missingBatches: reports.readMissingBatches(record)
        case .batch:
            announcedRecords = record.integer(.batchRecordCount).map { Int(UInt32(clamping: $0)) }
            recordsSinceAnnouncement = 0
            hasWitnesses = false
        case .systemInit:
            systemInit[message.domain] = record.integer(FlowField.ElementKey(.iana, 160)).map { Int64(clamping: $0) }
        case .typeInformation, .unknown: break
        }
    }

    private mutating func nameInterface(_ record: OptionsRecord) {
        guard let number = record.integer(.ingressInterface) ?? record.integer(FlowField.ElementKey(.iana, 14)),
            let name = record.text(.interfaceName)
        else { return }
        rows.nameInterface(UInt32(clamping: number), domain: message.domain, name)
    }

    private mutating func countRecords(
        _ plan: TemplatePlan, in content: Range<Int>, _ bytes: RawSpan
    ) throws(IPFIXError) -> Int {
        var count = 0
        try Self.walk(plan, in: content, bytes) { _ in count += 1 }
        fieldsWalked += count * plan.walked.count
        return count
    }

    /// Walks the records of a set and gives the places of each one's fields, of those that have octets. What is left at the
    /// end and shorter than any record is padding.
    private static func walk(
        _ plan: TemplatePlan, in content: Range<Int>, _ bytes: RawSpan, _ body: ([Range<Int>]) -> Void
    ) throws(IPFIXError) {
        var places = [Range<Int>](repeating: 0..<0, count: plan.walked.count)
        var offset = content.lowerBound
        while content.upperBound - offset >= plan.minimumLength {
            for (place, index) in plan.walked.enumerated() {
                let field = plan.fields[index]
                var length = Int(field.length)
                if field.isVariable {
                    (length, offset) = try variableLength(at: offset, end: content.upperBound, bytes)
                }
                guard content.upperBound - offset >= length else {
                    throw IPFIXError(
                        .truncated(.record, needed: length, present: content.upperBound - offset), at: offset)
                }
                places[place] = offset..<offset + length
                offset += length
            }
            body(places)
        }
    }

    /// One octet, or 255 and two more (RFC 7011 §7); returns the length and where the field begins.
    private static func variableLength(at offset: Int, end: Int, _ bytes: RawSpan) throws(IPFIXError) -> (Int, Int) {
        guard end - offset >= 1 else { throw IPFIXError(.truncated(.record, needed: 1, present: 0), at: offset) }
        let short = bytes.uint8(at: offset)
        guard short == 255 else { return (Int(short), offset + 1) }
        guard end - offset >= 3 else {
            throw IPFIXError(.truncated(.record, needed: 3, present: end - offset), at: offset)
        }
        return (Int(bytes.uint16(at: offset + 1)), offset + 3)
    }
}
