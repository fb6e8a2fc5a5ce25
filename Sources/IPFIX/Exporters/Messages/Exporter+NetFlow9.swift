extension Exporter {
    /// NetFlow v9 (RFC 3954 §5): a header of 20 octets, then sets. The header says how many records there are, and not how
    /// many octets.
    ///
    /// - Returns: where the message ends; nil when the rest cannot be read.
    mutating func readNetFlow9(
        _ bytes: RawSpan, at start: Int, _ reading: inout MessageReading, into rows: inout ExportRows
    ) -> Int? {
        let headerLength = 20
        guard bytes.byteCount - start >= headerLength else {
            statistics.count(.header)
            return nil
        }
        let count = Int(bytes.uint16(at: start + 2))
        let uptime = Int64(bytes.uint32(at: start + 4))
        let export = Int64(bytes.uint32(at: start + 8)) * 1000
        let sequence = bytes.uint32(at: start + 12)
        let source = bytes.uint32(at: start + 16)
        statistics.messagesV9 += 1
        statistics.clockSkewMilliseconds = export - reading.receivedMilliseconds

        let slot = domain(ExportDomain.Key(version: .netFlow9, id: source), limit: reading.settings.domainsPerExporter)
        let context = MessageContext(
            version: .netFlow9, domainID: source, domain: slot, session: reading.session, exportMilliseconds: export,
            startMilliseconds: export - uptime, receivedMilliseconds: reading.receivedMilliseconds)
        note(domains[slot].receive(sequence, units: 1, context), .netFlow9)
        reading.records = 0
        var offset = start + headerLength
        // What is left below a set's header is padding.
        while bytes.byteCount - offset >= 4 {
            // Zeros are padding too, however many.
            if bytes.uint32(at: offset) == 0 { break }
            let id = bytes.uint16(at: offset)
            let length = Int(bytes.uint16(at: offset + 2))
            // Sets have no such number, but a message that follows has.
            if (id == 5 || id == 9 || id == 10) && reading.records >= count { return offset }
            guard length >= 4 else {
                statistics.count(.setLength)
                return bytes.byteCount
            }
            // Of a set longer than the rest, the records that are there are read.
            if length > bytes.byteCount - offset { statistics.count(.setLength) }
            let content = offset + 4..<min(bytes.byteCount, offset + length)
            switch id {
            case 0: readTemplates(.netFlow9, content, bytes, context, &reading)
            case 1: readTemplates(.netFlow9Options, content, bytes, context, &reading)
            case 256...: readSet(id, content, bytes, context, &reading, into: &rows)
            default: statistics.count(.setID)
            }
            offset += length
        }
        return bytes.byteCount
    }
}
