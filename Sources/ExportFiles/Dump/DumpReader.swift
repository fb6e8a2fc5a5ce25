import FlowModel
import IPFIX

/// Reads messages into what a dump prints, or into what a first look at a file needs to know of them.
///
/// Nothing that is sent traps or costs more memory than what the message's own octets come to. Where something is wrong, that
/// is noted, and what follows is tried.
struct DumpReader {
    struct Options {
        /// Data records are read, else only counted.
        var hasRecords = true
        /// So many records of a set are read, and the others counted.
        var recordLimit = Int.max
        /// The octets of messages are kept.
        var hasOctets = false
    }

    static let fieldLimit = 4096
    /// Octets of what has no template.
    static let unreadLimit = 64

    let options: Options
    var domains = DumpDomains()
    var reading = DumpReadings()
    var registry: ElementRegistry

    init(options: Options, registry: ElementRegistry) {
        self.options = options
        self.registry = registry
    }

    /// The messages of a packet, at least one.
    mutating func read(_ packet: ExportPacket) -> [DumpMessage] {
        // The octets are integers, which any bits are.
        let bytes = unsafe packet.octets.span.bytes
        if packet.isSFlow { return [finish(readSFlow(bytes, packet), bytes)] }
        var messages: [DumpMessage] = []
        var offset = 0
        while bytes.byteCount - offset >= 2 {
            var message: DumpMessage
            switch bytes.word16(offset) {
            case 5: message = readNetFlow5(bytes, at: offset, packet)
            case 9: message = readNetFlow9(bytes, at: offset, packet)
            case 10: message = readIPFIX(bytes, at: offset, packet)
            default:
                let text = "expected version 5, 9 or 10, found \(bytes.word16(offset)); the octets from here on are not read"
                let fault = DumpFault(messages.isEmpty ? .version : .trailingOctets, at: offset, text)
                if let last = messages.indices.last {
                    messages[last].faults.append(fault)
                } else {
                    messages.append(Self.unknown(fault, bytes))
                }
                return messages
            }
            offset += message.length
            message = finish(message, bytes)
            messages.append(message)
        }
        if messages.isEmpty {
            messages.append(Self.unknown(DumpFault(.header, at: 0, "too short for a version"), bytes))
        } else if bytes.byteCount > offset {
            messages[messages.count - 1].faults.append(
                DumpFault(.trailingOctets, at: offset, "an octet behind the last message"))
        }
        return messages
    }

    private func finish(_ message: DumpMessage, _ bytes: RawSpan) -> DumpMessage {
        guard options.hasOctets else { return message }
        var message = message
        message.octets = bytes.array(message.offset..<message.offset + message.length)
        return message
    }

    private static func unknown(_ fault: DumpFault, _ bytes: RawSpan) -> DumpMessage {
        var message = DumpMessage(kind: .unknown, offset: 0, length: bytes.byteCount)
        message.faults = [fault]
        message.octets = bytes.array(0..<min(bytes.byteCount, unreadLimit))
        return message
    }

    // MARK: IPFIX (RFC 7011 §3.1)

    private mutating func readIPFIX(_ bytes: RawSpan, at start: Int, _ packet: ExportPacket) -> DumpMessage {
        var message = DumpMessage(kind: .ipfix, offset: start, length: bytes.byteCount - start)
        guard message.length >= 16 else {
            message.faults.append(DumpFault(.header, at: start, "expected a header of 16 octets, found \(message.length)"))
            return message
        }
        let length = Int(bytes.word16(start + 2))
        message.exportMilliseconds = Int64(bytes.word32(start + 4)) * 1000
        message.sequence = bytes.word32(start + 8)
        let domain = bytes.word32(start + 12)
        message.domain = domain
        guard length >= 16 else {
            message.faults.append(
                DumpFault(.messageLength, at: start + 2, "the message says to have \(length) octets, fewer than its header"))
            return message
        }
        if length > message.length {
            let text = "the message says to have \(length) octets, and \(message.length) are here"
            message.faults.append(DumpFault(.messageLength, at: start + 2, text))
        }
        var state = SetState(isComplete: length <= message.length)
        message.length = min(message.length, length)
        let place = domains.place(of: .init(address: packet.source.address, kind: .ipfix, id: domain))
        readSets(bytes, start + 16..<start + message.length, at: place, packet, &message, &state)
        message.sequenceState = domains.receive(
            bytes.word32(start + 8), units: state.isComplete ? UInt32(truncatingIfNeeded: state.records) : nil,
            own: UInt32(truncatingIfNeeded: state.records - state.optionsRecords), start: nil, at: place,
            port: packet.source.port)
        return message
    }

    // MARK: NetFlow v9 (RFC 3954 §5.1)

    private mutating func readNetFlow9(_ bytes: RawSpan, at start: Int, _ packet: ExportPacket) -> DumpMessage {
        var message = DumpMessage(kind: .netFlow9, offset: start, length: bytes.byteCount - start)
        guard message.length >= 20 else {
            message.faults.append(DumpFault(.header, at: start, "expected a header of 20 octets, found \(message.length)"))
            return message
        }
        let count = Int(bytes.word16(start + 2))
        let uptime = Int64(bytes.word32(start + 4))
        let export = Int64(bytes.word32(start + 8)) * 1000
        message.exportMilliseconds = export
        message.sequence = bytes.word32(start + 12)
        let domain = bytes.word32(start + 16)
        message.domain = domain
        message.header = [Self.number("records", UInt64(count)), Self.number("sysUpTime", UInt64(uptime))]
        let place = domains.place(of: .init(address: packet.source.address, kind: .netFlow9, id: domain))
        message.sequenceState = domains.receive(
            bytes.word32(start + 12), units: 1, start: export - uptime, at: place, port: packet.source.port)
        var state = SetState(isComplete: true)
        state.countOfHeader = count
        readSets(bytes, start + 20..<bytes.byteCount, at: place, packet, &message, &state)
        // Some count their sets, which is no fault to speak of.
        if state.isComplete, state.records != count { message.header.insert(Self.number("recordsFound", UInt64(state.records)), at: 1) }
        return message
    }

    // MARK: NetFlow v5

    /// The fields of its records as elements; pads are left out of what is shown.
    private static let netFlow5 = DumpDomains.Definition(
        port: 0,
        fields: [
            (8, 4), (12, 4), (15, 4), (10, 2), (14, 2), (2, 4), (1, 4), (22, 4), (21, 4), (7, 2), (11, 2), (210, 1), (6, 1),
            (4, 1), (5, 1), (16, 2), (17, 2), (9, 1), (13, 1), (210, 2),
        ].map { FieldSpecifier(enterprise: nil, number: $0.0, length: $0.1) }, scopeCount: nil)

    private mutating func readNetFlow5(_ bytes: RawSpan, at start: Int, _ packet: ExportPacket) -> DumpMessage {
        var message = DumpMessage(kind: .netFlow5, offset: start, length: bytes.byteCount - start)
        guard message.length >= 24 else {
            message.faults.append(DumpFault(.header, at: start, "expected a header of 24 octets, found \(message.length)"))
            return message
        }
        let count = Int(bytes.word16(start + 2))
        let uptime = Int64(bytes.word32(start + 4))
        let export = Int64(bytes.word32(start + 8)) * 1000 + Int64(bytes.word32(start + 12) / 1_000_000)
        message.exportMilliseconds = export
        message.sequence = bytes.word32(start + 16)
        message.domain = UInt32(bytes.word16(start + 20))
        let sampling = bytes.word16(start + 22)
        message.header = [
            Self.number("records", UInt64(count)), Self.number("sysUpTime", UInt64(uptime)),
            Self.number("engineType", UInt64(bytes.octet(start + 20))), Self.number("engineId", UInt64(bytes.octet(start + 21))),
            Self.number("samplingMode", UInt64(sampling >> 14)), Self.number("samplingInterval", UInt64(sampling & 0x3FFF)),
        ]
        let key = DumpDomains.Key(address: packet.source.address, kind: .netFlow5, id: UInt32(bytes.word16(start + 20)))
        message.sequenceState = domains.receive(
            bytes.word32(start + 16), units: UInt32(count), start: export - uptime, at: domains.place(of: key),
            port: packet.source.port)
        let present = min(count, (message.length - 24) / 48)
        if present < count {
            message.faults.append(
                DumpFault(.recordCount, at: start + 2, "the header says \(count) records, and \(present) are here"))
        } else {
            message.length = 24 + present * 48
        }
        let content = start + 24..<start + 24 + present * 48
        var set = DumpSet(
            offset: content.lowerBound, length: content.count,
            content: .records(template: nil, isOptions: false, [], count: present))
        if options.hasRecords {
            let reader = DumpRecords(Self.netFlow5, registry)
            let context = DumpRecords.Context(registry) { _ in nil }
            var records: [DumpRecord] = []
            var offset = content.lowerBound
            while records.count < min(present, options.recordLimit),
                let places = reader.places(bytes, from: &offset, end: content.upperBound)
            {
                let fields = reader.values(places, bytes, context).filter { $0.name != "paddingOctets" }
                records.append(DumpRecord(fields: fields, scopeCount: 0))
            }
            set.content = .records(template: nil, isOptions: false, records, count: present)
        }
        message.sets = [set]
        return message
    }

    static func number(_ name: String, _ value: UInt64) -> DumpField {
        DumpField(name: name, value: .element(.unsigned(value)))
    }
}
