import Collecting
import FlowModel
import IPFIX
import PacketDecoding

/// sFlow Version 5: the datagram, its samples and their records.
extension DumpReader {
    mutating func readSFlow(_ bytes: RawSpan, _ packet: ExportPacket) -> DumpMessage {
        var message = DumpMessage(kind: .sFlow, offset: 0, length: bytes.byteCount)
        var place = XDRPlace(offset: 0, end: bytes.byteCount)
        func fail(_ fault: SFlowFault, _ text: String, at offset: Int) -> DumpMessage {
            message.faults.append(DumpFault(offset: offset, reason: fault.rawValue, text: text))
            return message
        }
        guard let version = place.word(bytes) else { return fail(.header, "too short for a version", at: 0) }
        guard version == 5 else {
            message.kind = .unknown
            message.octets = bytes.array(0..<min(bytes.byteCount, Self.unreadLimit))
            return fail(.version, "expected sFlow version 5, found \(version)", at: 0)
        }
        guard let agent = Self.address(&place, bytes), let subAgent = place.word(bytes), let sequence = place.word(bytes),
            let uptime = place.word(bytes), let count = place.word(bytes)
        else { return fail(.header, "the datagram ends before its header, or its agent has no known kind of address", at: 4) }
        message.domain = subAgent
        message.sequence = sequence
        message.header = [
            DumpField(name: "agent", value: agent.map { .element(.address($0)) } ?? .word("unknown")),
            Self.number("uptime", UInt64(uptime)), Self.number("samples", UInt64(count)),
        ]
        let key = DumpDomains.Key(address: agent ?? packet.source.address, kind: .sFlow, id: subAgent)
        message.sequenceState = domains.receive(sequence, units: 1, start: nil, at: domains.place(of: key), port: 0)
        var left = count
        while left > 0 {
            let start = place.offset
            guard let format = place.word(bytes), let length = place.word(bytes) else {
                return fail(.sampleCount, "the header says \(count) samples, and \(count - left) are here", at: start)
            }
            left -= 1
            let (inside, isWhole) = place.take(length)
            message.sets.append(sample(format, length, start, isWhole: isWhole, inside, bytes))
        }
        if place.rest > 0 { return fail(.trailingOctets, "\(place.rest) octets behind the last sample", at: place.offset) }
        return message
    }

    private func sample(
        _ format: UInt32, _ length: UInt32, _ start: Int, isWhole: Bool, _ inside: XDRPlace, _ bytes: RawSpan
    ) -> DumpSet {
        var place = inside
        var set = DumpSet(
            offset: start, length: Int(length),
            content: .sample(name: Self.name(format, SFlowLayout.samples[format]), head: [], []))
        func fault(_ fault: SFlowFault, _ text: String, at offset: Int) {
            set.faults.append(DumpFault(offset: offset, reason: fault.rawValue, text: text))
        }
        if !isWhole { fault(.sampleLength, "the sample says to have \(length) octets, and \(inside.rest) are here", at: start) }
        guard let name = SFlowLayout.samples[format] else {
            let count = min(inside.rest, Self.unreadLimit)
            set.content = .octets(why: .meaning, bytes.array(inside.offset..<inside.offset + count), count: inside.rest)
            return set
        }
        var head: [DumpField] = []
        guard Self.readHead(format, &place, bytes, into: &head), let count = place.word(bytes) else {
            fault(.sampleTruncated, "the sample ends before its own words do", at: inside.offset)
            set.content = .sample(name: name, head: head, [])
            return set
        }
        let layouts = format == 2 || format == 4 ? SFlowLayout.counterData : SFlowLayout.flowData
        var records: [DumpSampleRecord] = []
        var left = count
        while left > 0 {
            let offset = place.offset
            guard let kind = place.word(bytes), let length = place.word(bytes) else {
                fault(.recordCount, "the sample says \(count) records, and \(count - left) are here", at: offset)
                break
            }
            left -= 1
            let (record, isWhole) = place.take(length)
            if !isWhole { fault(.recordLength, "the record says to have \(length) octets, and \(record.rest) are here", at: offset) }
            guard options.hasRecords, records.count < options.recordLimit else { continue }
            let (fields, isRead) = Self.record(kind, layouts[kind], record, bytes)
            if !isRead { fault(.recordTruncated, "the record ends before its own words do", at: offset) }
            records.append(DumpSampleRecord(name: Self.name(kind, layouts[kind]?.name), fields: fields))
        }
        set.padding = place.rest
        set.content = .sample(name: name, head: head, records)
        return set
    }

    /// `enterprise/number` for what is not known.
    private static func name(_ format: UInt32, _ known: String?) -> String { known ?? "\(format >> 12)/\(format & 0xFFF)" }

    /// The words of a sample before its records.
    private static func readHead(
        _ format: UInt32, _ place: inout XDRPlace, _ bytes: RawSpan, into head: inout [DumpField]
    ) -> Bool {
        func word(_ name: String, _ place: inout XDRPlace) -> Bool {
            guard let value = place.word(bytes) else { return false }
            head.append(number(name, UInt64(value)))
            return true
        }
        /// Two words, or both in one.
        func pair(_ name: String, _ bits: UInt32, isExpanded: Bool, _ place: inout XDRPlace) -> Bool {
            guard let first = place.word(bytes) else { return false }
            var (kind, value) = (first >> bits, first & (1 << bits - 1))
            if isExpanded {
                guard let second = place.word(bytes) else { return false }
                (kind, value) = (first, second)
            }
            head.append(DumpField(name: name, value: .word(kind == 0 ? "\(value)" : "\(kind):\(value)")))
            return true
        }
        switch format {
        case 1, 3:
            return word("sequence_number", &place) && pair("source_id", 24, isExpanded: format == 3, &place)
                && word("sampling_rate", &place) && word("sample_pool", &place) && word("drops", &place)
                && pair("input", 30, isExpanded: format == 3, &place) && pair("output", 30, isExpanded: format == 3, &place)
        case 2, 4: return word("sequence_number", &place) && pair("source_id", 24, isExpanded: format == 4, &place)
        default:
            return word("sequence_number", &place) && pair("source_id", 24, isExpanded: true, &place) && word("drops", &place)
                && word("inputifindex", &place) && word("outputifindex", &place) && word("reason", &place)
        }
    }

    /// - Returns: the fields as far as they are there, and whether all are.
    private static func record(
        _ format: UInt32, _ layout: SFlowLayout?, _ record: XDRPlace, _ bytes: RawSpan
    ) -> ([DumpField], Bool) {
        guard let layout else {
            return ([DumpField(name: "octets", value: .element(.octets(bytes.array(record.offset..<record.end))))], true)
        }
        var place = record
        var fields: [DumpField] = []
        for (name, kind) in layout.fields {
            guard let value = Self.value(kind, &place, bytes) else { return (fields, false) }
            fields.append(DumpField(name: name, value: value))
        }
        if format == 1 { fields += packet(fields) }
        return (fields, true)
    }

    private static let ethernet = PacketDecoder(linkType: .ethernet)
    private static let rawIP = PacketDecoder(linkType: .rawIP)

    /// What the first octets of a packet say of it: the innermost addresses and ports.
    private static func packet(_ header: [DumpField]) -> [DumpField] {
        guard header.count == 4, case .element(.unsigned(let kind)) = header[0].value,
            case .element(.unsigned(let length)) = header[1].value, case .element(.octets(let octets)) = header[3].value,
            kind == 1 || kind == 11 || kind == 12
        else { return [] }
        // The octets are integers, which any bits are.
        let bytes = unsafe octets.span.bytes
        var payload = PacketPayload()
        let decoder = kind == 1 ? ethernet : rawIP
        guard decoder.findPayload(bytes, wireLength: Int(length), &payload).isObserved else { return [] }
        var fields = [
            DumpField(name: "src_ip", value: .element(.address(payload.source))),
            DumpField(name: "dst_ip", value: .element(.address(payload.destination))),
            number("protocol", UInt64(payload.protocolIdentifier)),
        ]
        let hasPorts = [6, 17, 33, 132, 136].contains(payload.protocolIdentifier)
        if hasPorts, payload.fragment?.offset ?? 0 == 0, bytes.byteCount - payload.transport >= 4 {
            fields.append(number("src_port", UInt64(bytes.word16(payload.transport))))
            fields.append(number("dst_port", UInt64(bytes.word16(payload.transport + 2))))
        }
        return fields
    }

    private static func value(_ kind: SFlowLayout.Kind, _ place: inout XDRPlace, _ bytes: RawSpan) -> DumpValue? {
        switch kind {
        case .word: return place.word(bytes).map { .element(.unsigned(UInt64($0))) }
        case .longWord: return place.longWord(bytes).map { .element(.unsigned($0)) }
        case .float: return place.word(bytes).map { .element(.real(Double(Float(bitPattern: $0)))) }
        case .flags: return place.word(bytes).map { .flags(UInt64($0)) }
        case .ipv4: return place.word(bytes).map { .element(.address(IPAddress(ipv4: $0))) }
        case .ipv6:
            guard let high = place.longWord(bytes), let low = place.longWord(bytes) else { return nil }
            return .element(.address(IPAddress(high: high, low: low)))
        case .mac: return place.longWord(bytes).map { .element(.mac(MACAddress($0 >> 16))) }
        case .address:
            guard let address = Self.address(&place, bytes) else { return nil }
            return address.map { .element(.address($0)) } ?? .word("unknown")
        case .string: return opaque(&place, bytes).map { .element(.text(String(decoding: $0, as: UTF8.self))) }
        case .opaque: return opaque(&place, bytes).map { .element(.octets($0)) }
        case .octets(let count):
            guard place.rest >= count else { return nil }
            let (part, _) = place.take(UInt32(count))
            return .element(.octets(bytes.array(part.offset..<part.end)))
        case .words: return words(&place, bytes).map { .array($0) }
        case .path:
            guard let count = place.word(bytes) else { return nil }
            var segments: [DumpValue] = []
            for _ in 0..<count {
                guard place.word(bytes) != nil, let segment = words(&place, bytes) else { return nil }
                segments += segment
            }
            return .array(segments)
        }
    }

    /// A length and so many octets.
    private static func opaque(_ place: inout XDRPlace, _ bytes: RawSpan) -> [UInt8]? {
        guard let length = place.word(bytes) else { return nil }
        let (part, isWhole) = place.take(length)
        return isWhole ? bytes.array(part.offset..<part.end) : nil
    }

    private static func words(_ place: inout XDRPlace, _ bytes: RawSpan) -> [DumpValue]? {
        guard let count = place.word(bytes), place.rest / 4 >= Int(count) else { return nil }
        var words: [DumpValue] = []
        for _ in 0..<count { place.word(bytes).map { words.append(.element(.unsigned(UInt64($0)))) } }
        return words
    }

    /// - Returns: nil for one that is cut or of a kind that there is not, nil inside for an address that is not known.
    private static func address(_ place: inout XDRPlace, _ bytes: RawSpan) -> IPAddress?? {
        switch place.word(bytes) {
        case 0: return .some(nil)
        case 1: return place.word(bytes).map { .some(IPAddress(ipv4: $0)) }
        case 2:
            guard let high = place.longWord(bytes), let low = place.longWord(bytes) else { return nil }
            return .some(IPAddress(high: high, low: low))
        default: return nil
        }
    }
}
