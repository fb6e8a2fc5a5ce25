import FlowModel

/// Reads IPFIX files (RFC 5655), ours and other people's, into columns. docs/formats/batch.md draws ours.
///
/// Templates are read in the order of the file, where they may be withdrawn and given anew; what they say decides how a
/// record is read. A file that contradicts itself anywhere is refused as a whole.
package struct FlowFileDecoder {
    /// Bounds for what other people send; each is generous for a file that makes sense.
    package struct Limits: Sendable {
        /// Templates that are known at one time.
        package var templates = 16_384
        package var fieldsPerTemplate = 1024
        /// Fields of all templates that are known at one time: each takes some 60 bytes here, and next to nothing in a file that
        /// is packed.
        package var templateFields = 524_288
        /// Templates given for the first time, given otherwise than before, or withdrawn, in what one call reads.
        package var templateChanges = 1_000_000
        /// Flow records and witness records together, and apart from them options records, in what one call reads: a record may
        /// take 8 octets in the file and takes 350 bytes here.
        package var records = 4_000_000
        /// Names of interfaces and agents; rows with a further one have none.
        package var names = 65_536
        package init() {}
    }

    let enterpriseNumber: UInt32
    let limits: Limits
    var templates = TemplateTable()
    var templateChanges = 0
    var rows: FlowRowReader
    var reports = ReportReader()
    var decoded = DecodedFlows()
    var optionsRecords = 0
    /// Fields of records that were looked at one after the other, for want of one length: never more than their octets.
    var fieldsWalked = 0
    /// Data records of all kinds since the last announcement of their number, and that number.
    var recordsSinceAnnouncement = 0
    var announcedRecords: Int?
    /// A witness template was met since the last announcement.
    var hasWitnesses = false
    /// When exporters started, by observation domain: milliseconds since 1970 UTC.
    var systemInit: [UInt32: Int64] = [:]
    /// The file is of one agent and one of its starts, as a batch is, or it is refused; and so is one that ends before all is
    /// there that it announces.
    package var isOfOneAgent = false
    /// The message at work.
    var message = MessageHeader()

    struct MessageHeader {
        var exportMilliseconds: Int64 = 0
        var domain: UInt32 = 0
    }

    package init(
        enterpriseNumber: UInt32 = InformationElement.documentationEnterpriseNumber, limits: Limits = Limits()
    ) {
        self.enterpriseNumber = enterpriseNumber
        self.limits = limits
        rows = FlowRowReader(nameLimit: limits.names)
    }

    /// True when the octets begin as an IPFIX message.
    package static func isIPFIX(_ octets: [UInt8]) -> Bool {
        octets.count >= 4 && octets[0] == 0 && octets[1] == 10 && (octets[2] > 0 || octets[3] >= 16)
    }

    /// A whole file, which has the reports of one start of one agent at most: its rows are judged as that agent's.
    package mutating func decode(_ octets: [UInt8]) throws(IPFIXError) -> DecodedFlows {
        self = FlowFileDecoder(enterpriseNumber: enterpriseNumber, limits: limits)
        isOfOneAgent = true
        defer { isOfOneAgent = false }
        var offset = 0
        return try decode(octets, from: &offset, goal: .max)
    }

    /// What was announced must have come before the next announcement, and before the end.
    func checkAnnouncement(at offset: Int) throws(IPFIXError) {
        guard let announced = announcedRecords, announced != recordsSinceAnnouncement else { return }
        throw IPFIXError(.recordCount(announced: announced, present: recordsSinceAnnouncement), at: offset)
    }

    /// Messages from `offset` on, until there are at least `goal` flow records or the file ends. Templates and names are
    /// remembered for the next call: so a large file is read in parts. Unless `isOfOneAgent`, such a file may be several agents'
    /// on end: each row has the name of its own, and `report` is the last one's.
    ///
    /// - Parameter offset: moved to the next message.
    package mutating func decode(
        _ octets: [UInt8], from offset: inout Int, goal: Int
    ) throws(IPFIXError) -> DecodedFlows {
        decoded = DecodedFlows()
        templateChanges = 0
        optionsRecords = 0
        rows.begin()
        // SAFETY: a UInt8 has no padding whose bits could be read.
        let bytes = unsafe octets.span.bytes
        repeat {
            offset = try decodeMessage(at: offset, octets: octets, bytes)
            decoded.messages += 1
        } while offset < octets.count && (rows.flows.count < goal || isAmongWitnesses)
        if isOfOneAgent, offset >= octets.count { try checkAnnouncement(at: octets.count) }
        decoded.flows = rows.finish()
        decoded.report = reports.report
        decoded.missingBatches = reports.missingBatches
        decoded.exportMilliseconds = message.exportMilliseconds
        if let report = reports.report, report.exportMilliseconds != 0 {
            decoded.exportMilliseconds = report.exportMilliseconds
        }
        defer { decoded = DecodedFlows() }
        return decoded
    }

    /// Witness records must come out with their flows, which stand before them: such a file is not parted.
    private var isAmongWitnesses: Bool {
        hasWitnesses && recordsSinceAnnouncement < announcedRecords ?? 0
    }

    /// One message (RFC 7011 §3.1); returns where the next one begins.
    private mutating func decodeMessage(
        at start: Int, octets: [UInt8], _ bytes: RawSpan
    ) throws(IPFIXError) -> Int {
        let present = bytes.byteCount - start
        guard present >= MessageWriter.headerLength else {
            throw IPFIXError(.truncated(.message, needed: MessageWriter.headerLength, present: present), at: start)
        }
        let version = bytes.uint16(at: start)
        guard version == 10 else { throw IPFIXError(.version(version), at: start) }
        let length = Int(bytes.uint16(at: start + 2))
        guard length >= MessageWriter.headerLength else { throw IPFIXError(.messageLength(length), at: start + 2) }
        guard length <= present else {
            throw IPFIXError(.truncated(.message, needed: length, present: present), at: start)
        }
        message = MessageHeader(
            exportMilliseconds: Int64(bytes.uint32(at: start + 4)) * 1000, domain: bytes.uint32(at: start + 12))
        let end = start + length
        var parked: [Range<Int>] = []
        var offset = start + MessageWriter.headerLength
        while offset < end {
            let set = try setRange(at: offset, end: end, bytes)
            if try !decodeSet(set, octets: octets, bytes) { parked.append(set) }
            offset = set.upperBound
        }
        // Some exporters put a template behind its data in the same message.
        for set in parked {
            if try !decodeSet(set, octets: octets, bytes) { leaveOut(set, bytes) }
        }
        return end
    }

    private mutating func leaveOut(_ set: Range<Int>, _ bytes: RawSpan) {
        decoded.setsWithoutTemplate += 1
        guard decoded.firstSetWithoutTemplate == nil else { return }
        decoded.firstSetWithoutTemplate = DecodedFlows.SetPlace(
            offset: set.lowerBound, domain: message.domain, template: bytes.uint16(at: set.lowerBound))
    }

    /// The octets of the set that begins at `offset`, its header among them (RFC 7011 §3.3.2).
    private func setRange(at offset: Int, end: Int, _ bytes: RawSpan) throws(IPFIXError) -> Range<Int> {
        guard end - offset >= MessageWriter.setHeaderLength else {
            throw IPFIXError(.truncated(.set, needed: MessageWriter.setHeaderLength, present: end - offset), at: offset)
        }
        let length = Int(bytes.uint16(at: offset + 2))
        guard length >= MessageWriter.setHeaderLength && length <= end - offset else {
            throw IPFIXError(.setLength(length, limit: end - offset), at: offset + 2)
        }
        return offset..<offset + length
    }

    /// False for a data set whose template is not known.
    private mutating func decodeSet(_ set: Range<Int>, octets: [UInt8], _ bytes: RawSpan) throws(IPFIXError) -> Bool {
        let id = bytes.uint16(at: set.lowerBound)
        let content = set.lowerBound + MessageWriter.setHeaderLength..<set.upperBound
        switch id {
        case 2: try readTemplates(content, isOptions: false, bytes)
        case 3: try readTemplates(content, isOptions: true, bytes)
        case 0...255: throw IPFIXError(.setID(id), at: set.lowerBound)
        default:
            guard let plan = templates.plan(id, domain: message.domain) else { return false }
            switch plan.kind {
            case .flow: try readFlows(content, plan, bytes)
            case .options(let kind): try readOptions(content, plan, kind, octets: octets, bytes)
            case .witness(let witness): try readWitnesses(content, plan, witness, bytes)
            case .other: try skipRecords(content, plan, bytes)
            }
        }
        return true
    }
}
