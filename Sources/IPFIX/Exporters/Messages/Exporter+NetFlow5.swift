extension Exporter {
    /// A record of NetFlow v5 as a template: 48 octets, always the same.
    static let netFlow5Plan = ExportPlan(
        fields: [
            (8, 4), (12, 4), (15, 4), (10, 2), (14, 2), (2, 4), (1, 4), (22, 4), (21, 4), (7, 2), (11, 2), (210, 1), (6, 1),
            (4, 1), (5, 1), (16, 2), (17, 2), (9, 1), (13, 1), (210, 2),
        ].map { FieldSpecifier(enterprise: nil, number: $0.0, length: $0.1) },
        scopeCount: nil, hasUptimeBase: true, own: InformationElement.documentationEnterpriseNumber)

    /// NetFlow v5: a header of 24 octets, then records of 48.
    ///
    /// - Returns: where the message ends; nil when the rest cannot be read.
    mutating func readNetFlow5(
        _ bytes: RawSpan, at start: Int, _ reading: inout MessageReading, into rows: inout ExportRows
    ) -> Int? {
        let headerLength = 24
        guard bytes.byteCount - start >= headerLength else {
            statistics.count(.header)
            return nil
        }
        let count = Int(bytes.uint16(at: start + 2))
        let uptime = Int64(bytes.uint32(at: start + 4))
        let export = Int64(bytes.uint32(at: start + 8)) * 1000 + Int64(bytes.uint32(at: start + 12) / 1_000_000)
        let sequence = bytes.uint32(at: start + 16)
        let engine = UInt32(bytes.uint16(at: start + 20))
        statistics.messagesV5 += 1
        statistics.clockSkewMilliseconds = export - reading.receivedMilliseconds

        let present = min(count, (bytes.byteCount - start - headerLength) / Self.netFlow5Plan.minimumLength)
        if present < count { statistics.count(.recordCount) }
        let slot = domain(ExportDomain.Key(version: .netFlow5, id: engine), limit: reading.settings.domainsPerExporter)
        var context = MessageContext(
            version: .netFlow5, domainID: engine, domain: slot, session: reading.session, exportMilliseconds: export,
            startMilliseconds: export - uptime, receivedMilliseconds: reading.receivedMilliseconds)
        // Two bits of mode, 14 of interval.
        context.samplingInterval = UInt32(bytes.uint16(at: start + 22) & 0x3FFF)
        note(domains[slot].receive(sequence, units: UInt32(count), context), .netFlow5)
        let content = start + headerLength..<start + headerLength + present * Self.netFlow5Plan.minimumLength
        if present > 0 { _ = readFlows(0, Self.netFlow5Plan, content, bytes, context, reading, into: &rows) }
        return present < count ? bytes.byteCount : content.upperBound
    }
}
