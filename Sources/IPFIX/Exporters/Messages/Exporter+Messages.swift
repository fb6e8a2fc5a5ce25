extension Exporter {
    /// Reads all messages that some octets hold.
    ///
    /// - Returns: how many there were.
    mutating func decode(
        _ bytes: RawSpan, of session: TransportSession, at milliseconds: Int64, into rows: inout ExportRows,
        _ settings: ExportDecoder.Configuration
    ) -> Int {
        statistics.octets += UInt64(bytes.byteCount)
        statistics.lastSeenMilliseconds = milliseconds
        statistics.port = session.port
        open(session)
        statistics.setsExpired += UInt64(parking.expire(before: milliseconds - settings.parkedMilliseconds))
        var reading = MessageReading(
            session: session, receivedMilliseconds: milliseconds, settings: settings)
        var offset = 0
        var messages = 0
        while bytes.byteCount - offset >= 2 {
            let end: Int?
            switch bytes.uint16(at: offset) {
            case 5: end = readNetFlow5(bytes, at: offset, &reading, into: &rows)
            case 9: end = readNetFlow9(bytes, at: offset, &reading, into: &rows)
            case 10: end = readIPFIX(bytes, at: offset, &reading, into: &rows)
            default:
                statistics.count(messages == 0 ? .version : .trailingOctets)
                end = nil
            }
            guard let end else { break }
            messages += 1
            offset = end
            readParked(&reading, into: &rows)
        }
        if messages > 0 && bytes.byteCount - offset == 1 { statistics.count(.trailingOctets) }
        if messages == 0 && bytes.byteCount < 2 { statistics.count(.header) }
        return messages
    }

    mutating func note(_ event: SequenceTracker.Event, _ version: MessageContext.Version) {
        func add(_ path: WritableKeyPath<ExporterStatistics.Missing, UInt64>, _ event: SequenceTracker.Event) {
            if case .gap(let units) = event { statistics.missing[keyPath: path] += UInt64(units) }
            if case .late(let units) = event {
                statistics.missing[keyPath: path] -= min(statistics.missing[keyPath: path], UInt64(units))
            }
        }
        switch event {
        case .inOrder: return
        case .gap: statistics.sequenceGaps += 1
        case .late: statistics.lateMessages += 1
        case .restart: statistics.restarts += 1
        case .restartAfterLate(let messages):
            statistics.restarts += 1
            statistics.lateMessages -= min(statistics.lateMessages, UInt64(messages))
        case .countsOwn(let suspects):
            statistics.numbersCountOwnRecords = true
            takeBack(suspects)
        }
        switch version {
        case .netFlow5: add(\.flows, event)
        case .netFlow9: add(\.packets, event)
        case .ipfix: add(\.records, event)
        }
    }

    /// What was counted before it was known how the exporter numbers its IPFIX messages was none of it.
    mutating func takeBack(_ suspects: SequenceTracker.Suspects) {
        statistics.sequenceGaps -= min(statistics.sequenceGaps, suspects.gaps)
        statistics.lateMessages -= min(statistics.lateMessages, suspects.late)
        statistics.missing.records -= min(statistics.missing.records, suspects.missing)
    }

    /// Reads the sets that have waited for the templates that a message brought, in the order in which they came.
    private mutating func readParked(_ reading: inout MessageReading, into rows: inout ExportRows) {
        guard !definedKeys.isEmpty else { return }
        // A template may be gone again before its message ends, withdrawn or for want of room, or it is another connection's:
        // then they wait on.
        let sets = parking.take { set in
            definedKeys.contains(set.key) && templates.hasDefinition(of: set.key, for: set.context.session)
        }
        definedKeys.removeAll()
        for set in sets {
            // SAFETY: the octets are integers, which any bits are.
            let bytes = unsafe set.octets.span.bytes
            let id = UInt16(truncatingIfNeeded: set.key)
            guard let slot = templates.slot(set.key, for: set.context.session) else {
                statistics.setsExpired += 1
                continue
            }
            statistics.setsReadLater += 1
            _ = readRecords(id, slot: slot, 0..<bytes.byteCount, bytes, set.context, reading, into: &rows)
        }
    }
}

/// How a message came, and what reading it gathers.
struct MessageReading {
    let session: TransportSession
    let receivedMilliseconds: Int64
    let settings: ExportDecoder.Configuration
    /// Data records of the message, those of options among them, and whether all of its sets could be read and counted.
    var records = 0
    var optionsRecords = 0
    var isComplete = true
}
