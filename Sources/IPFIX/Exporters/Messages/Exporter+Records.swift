extension Exporter {
    /// A data set: its records are read by its template, or it waits for that.
    mutating func readSet(
        _ id: UInt16, _ content: Range<Int>, _ bytes: RawSpan, _ context: MessageContext, _ reading: inout MessageReading,
        into rows: inout ExportRows
    ) {
        let key = TemplateCache.key(domain: context.domain, id: id)
        if let slot = templates.slot(key, for: context.session) {
            let records = readRecords(id, slot: slot, content, bytes, context, reading, into: &rows)
            reading.records += records ?? 0
            if templates.entries[slot].scopeCount != nil { reading.optionsRecords += records ?? 0 }
            if records == nil { reading.isComplete = false }
            return
        }
        statistics.setsWithoutTemplate += 1
        reading.isComplete = false
        var octets: [UInt8] = []
        octets.reserveCapacity(content.count)
        for offset in content { octets.append(bytes.uint8(at: offset)) }
        domains[context.domain].hasSets = true
        statistics.setsExpired += UInt64(
            parking.park(
                ParkingLot.Set(key: key, context: context, octets: octets),
                octetLimit: reading.settings.parkedOctetsPerExporter))
    }

    /// - Returns: how many records there were; nil when not all could be read.
    mutating func readRecords(
        _ id: UInt16, slot: Int, _ content: Range<Int>, _ bytes: RawSpan, _ context: MessageContext,
        _ reading: MessageReading, into rows: inout ExportRows
    ) -> Int? {
        let plan = templates.plan(
            at: slot, hasUptimeBase: context.startMilliseconds != nil, own: reading.settings.ownEnterpriseNumber)
        if plan.kind == .flow { return readFlows(id, plan, content, bytes, context, reading, into: &rows) }
        let keepsAll = reading.settings.keeps == .all
        if plan.kind == .other && !plan.isVariable && !keepsAll {
            let count = content.count / plan.minimumLength
            statistics.otherRecords += UInt64(count)
            return count
        }
        let (count, isWhole) = walk(plan, content, bytes, into: &rows)
        if plan.kind == .options {
            statistics.optionsRecords += UInt64(count)
            for record in 0..<count {
                let first = record * plan.walked.count
                let places = rows.places[first..<first + plan.walked.count]
                let facts = OptionFacts(plan, places, bytes)
                factCost -= domains[context.domain].factCost
                facts.apply(to: &domains[context.domain], &statistics)
                factCost += domains[context.domain].factCost
                if let description = facts.description { described.append(description) }
                if keepsAll {
                    let scopes = plan.walked.count { $0 < plan.scopeCount }
                    keep(.options(scopes: scopes), id, plan, record, bytes, context, reading, into: &rows)
                }
            }
        } else {
            statistics.otherRecords += UInt64(count)
            if keepsAll {
                for record in 0..<count { keep(.other, id, plan, record, bytes, context, reading, into: &rows) }
            }
        }
        return isWhole ? count : nil
    }

    /// Flow records: column by column where they have one length, else record by record.
    ///
    /// - Returns: how many there were; nil when not all could be read.
    mutating func readFlows(
        _ id: UInt16, _ plan: ExportPlan, _ content: Range<Int>, _ bytes: RawSpan, _ context: MessageContext,
        _ reading: MessageReading, into rows: inout ExportRows
    ) -> Int? {
        var (count, isWhole) = (content.count / plan.minimumLength, true)
        let keeps = reading.settings.keeps
        if plan.isVariable || keeps != .none {
            (count, isWhole) = walk(plan, content, bytes, into: &rows)
        } else if count == 0 && !content.isEmpty {
            statistics.count(.recordTruncated)
            return nil
        }
        guard count > 0 else { return isWhole ? 0 : nil }
        let new = rows.append(count)
        rows.reader.setMessage(domain: context.domainID, exportMilliseconds: context.exportMilliseconds)
        rows.reader.systemInitMilliseconds = context.startMilliseconds ?? domains[context.domain].systemInitMilliseconds
        let isReckoned = plan.traits.contains(.uptimes) && rows.reader.systemInitMilliseconds == nil
        if isReckoned { reckonStart(plan, content, count, bytes, context, into: &rows) }
        if plan.isVariable {
            for run in rows.runs.indices { readRun(run, plan, new, bytes, context, reading, into: &rows) }
        } else {
            for step in plan.steps {
                let place = FieldPlace(
                    offset: content.lowerBound + step.offset, stride: plan.minimumLength, length: step.length, rows: new)
                read(step.field, place, plan, bytes, context, reading, into: &rows)
            }
        }
        complete(new, plan, context, reading, isReckoned: isReckoned, into: &rows)
        if keeps != .none {
            for record in 0..<count {
                keep(.flow(row: new.lowerBound + record), id, plan, record, bytes, context, reading, into: &rows)
            }
        }
        return isWhole ? count : nil
    }

    /// Records of variable length that follow each other with the same lengths, column by column.
    private mutating func readRun(
        _ run: Int, _ plan: ExportPlan, _ new: Range<Int>, _ bytes: RawSpan, _ context: MessageContext, _ reading: MessageReading,
        into rows: inout ExportRows
    ) {
        let first = rows.runs[run]
        let end = run + 1 < rows.runs.count ? rows.runs[run + 1] : new.count
        let width = plan.walked.count
        let stride = end - first > 1 ? rows.places[(first + 1) * width].lowerBound - rows.places[first * width].lowerBound : 0
        for step in plan.steps {
            let place = rows.places[first * width + step.walkedPlace]
            let rowsOfRun = new.lowerBound + first..<new.lowerBound + end
            let field = FieldPlace(offset: place.lowerBound, stride: stride, length: place.count, rows: rowsOfRun)
            read(step.field, field, plan, bytes, context, reading, into: &rows)
        }
    }

    @inline(__always)
    private mutating func read(
        _ field: ExportField, _ place: FieldPlace, _ plan: ExportPlan, _ bytes: RawSpan, _ context: MessageContext,
        _ reading: MessageReading, into rows: inout ExportRows
    ) {
        if field == .sampler {
            // It comes after what the record says of its sampling itself.
            rows.fillSampling(place, bytes, domains[context.domain].samplers, default: standardSampling(reading))
        } else {
            rows.read(field, place, plan.columns, bytes, &domains[context.domain])
        }
    }

    /// What all that is not in the records themselves comes to.
    private mutating func complete(
        _ new: Range<Int>, _ plan: ExportPlan, _ context: MessageContext, _ reading: MessageReading, isReckoned: Bool,
        into rows: inout ExportRows
    ) {
        let faults = rows.reader.complete(new, plan.columns)
        statistics.recordsWithoutTime += UInt64(faults.withoutTime)
        statistics.recordsBefore1970 += UInt64(faults.before1970)
        statistics.recordsEndingBeforeStart += UInt64(rows.countEndingBeforeStart(new))
        if isReckoned { statistics.recordsWithReckonedTime += UInt64(new.count) }
        if plan.traits.contains(.countless) { statistics.recordsWithoutCounters += UInt64(new.count) }
        if plan.traits.contains(.totals) { statistics.recordsWithTotals += UInt64(new.count) }
        rows.completeHeaders(new, plan.traits)
        rows.fillAgent(new, agentSlot(in: &rows))
        if let forced = reading.settings.samplingOverrides[address] {
            rows.fillSampling(new, forced, inRecord: false)
        } else if !plan.traits.contains(.sampler) {
            let told = context.samplingInterval != 0 ? context.samplingInterval : domains[context.domain].samplers.withoutName
            rows.fillSampling(new, told ?? standardSampling(reading), inRecord: plan.traits.contains(.sampling))
        }
        statistics.flowRecords += UInt64(new.count)
    }

    private func standardSampling(_ reading: MessageReading) -> UInt32 { reading.settings.defaultSampling }

    /// Finds when the exporter may have started, of the latest uptime among some records.
    private mutating func reckonStart(
        _ plan: ExportPlan, _ content: Range<Int>, _ count: Int, _ bytes: RawSpan, _ context: MessageContext,
        into rows: inout ExportRows
    ) {
        var latest: UInt64 = 0
        for step in plan.steps where step.field == .flow(.endUptime) || step.field == .flow(.startUptime) {
            for record in 0..<count {
                let start = content.lowerBound + record * plan.minimumLength + step.offset
                let place =
                    plan.isVariable
                    ? rows.places[record * plan.walked.count + step.walkedPlace] : start..<start + step.length
                guard (1...8).contains(place.count) else { continue }
                latest = max(latest, bytes.unsigned(at: place.lowerBound, length: place.count))
            }
        }
        rows.reader.systemInitMilliseconds = domains[context.domain].reckonStart(
            latestUptime: latest, exportMilliseconds: context.exportMilliseconds)
    }

    private mutating func keep(
        _ kind: KeptRecord.Kind, _ id: UInt16, _ plan: ExportPlan, _ record: Int, _ bytes: RawSpan, _ context: MessageContext,
        _ reading: MessageReading, into rows: inout ExportRows
    ) {
        let first = record * plan.walked.count
        var values: [KeptRecord.Value] = []
        let isUnknownOnly = reading.settings.keeps == .unknown
        for place in isUnknownOnly ? plan.unknownPlaces[...] : Array(plan.walked.indices)[...] {
            let element = ElementID(plan.fields[plan.walked[place]])
            if case .these(let asked) = reading.settings.keeps, !asked.contains(element) { continue }
            var octets: [UInt8] = []
            for offset in rows.places[first + place] { octets.append(bytes.uint8(at: offset)) }
            values.append(KeptRecord.Value(element: element, octets: octets))
        }
        if values.isEmpty { return }
        let kept = KeptRecord(
            exporter: address, version: context.version.rawValue, domain: context.domainID, template: id, kind: kind,
            values: values)
        if !rows.keep(kept, limit: reading.settings.keptOctets) { statistics.count(.valueLimit) }
    }

    /// Finds the fields of a set's records, into `rows.places`, and which records have the same lengths. What is left at the
    /// end and shorter than any record is padding.
    private mutating func walk(
        _ plan: ExportPlan, _ content: Range<Int>, _ bytes: RawSpan, into rows: inout ExportRows
    ) -> (count: Int, isWhole: Bool) {
        rows.places.removeAll(keepingCapacity: true)
        rows.runs.removeAll(keepingCapacity: true)
        var count = 0
        // Of the record before: whether this one's fields stand in the same places.
        var (start, before) = (content.lowerBound, content.lowerBound)
        var offset = content.lowerBound
        let width = plan.walked.count
        while content.upperBound - offset >= plan.minimumLength {
            (before, start) = (start, offset)
            var isSame = count > 0
            for index in plan.walked {
                let field = plan.fields[index]
                var length = Int(field.length)
                if field.isVariable {
                    guard content.upperBound - offset >= 1 else { return truncated(count, plan, into: &rows) }
                    length = Int(bytes.uint8(at: offset))
                    offset += 1
                    // One octet, or 255 and two more (RFC 7011 §7).
                    if length == 255 {
                        guard content.upperBound - offset >= 2 else { return truncated(count, plan, into: &rows) }
                        length = Int(bytes.uint16(at: offset))
                        offset += 2
                    }
                }
                guard content.upperBound - offset >= length else { return truncated(count, plan, into: &rows) }
                if isSame {
                    let other = rows.places[rows.places.count - width]
                    isSame = other.lowerBound - before == offset - start && other.count == length
                }
                rows.places.append(offset..<offset + length)
                offset += length
            }
            if !isSame { rows.runs.append(count) }
            count += 1
        }
        if count == 0 && !content.isEmpty { return truncated(0, plan, into: &rows) }
        return (count, true)
    }

    private mutating func truncated(_ count: Int, _ plan: ExportPlan, into rows: inout ExportRows) -> (Int, Bool) {
        statistics.count(.recordTruncated)
        rows.places.removeLast(rows.places.count - count * plan.walked.count)
        return (count, false)
    }
}
