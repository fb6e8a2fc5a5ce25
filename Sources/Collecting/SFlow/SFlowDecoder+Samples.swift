import FlowModel
import PacketDecoding

extension SFlowDecoder {
    /// Kinds of samples and of records, of enterprise 0; a word has the enterprise in its upper 20 bits.
    private enum Format {
        static let flowSample: UInt32 = 1
        static let counterSample: UInt32 = 2
        static let expandedFlowSample: UInt32 = 3
        static let expandedCounterSample: UInt32 = 4
        static let droppedPacket: UInt32 = 5

        static let rawHeader: UInt32 = 1
        static let ethernet: UInt32 = 2
        static let ipv4: UInt32 = 3
        static let ipv6: UInt32 = 4
        static let extendedSwitch: UInt32 = 1001
    }

    /// What the samples of a datagram need to know of it.
    struct Context {
        var slot: Int
        var subAgent: UInt32
        var receivedMilliseconds: Int64
    }

    /// Reads the samples of a datagram, so many as its header says.
    mutating func readSamples(
        _ count: UInt32, _ place: XDRPlace, _ bytes: borrowing RawSpan, _ context: Context, into flows: inout FlowBatch
    ) {
        var place = place
        var left = count
        while left > 0 {
            guard let format = place.word(bytes), let length = place.word(bytes) else {
                agents[context.slot].statistics.count(.sampleCount)
                return
            }
            left -= 1
            let (sample, isWhole) = place.take(length)
            if !isWhole { agents[context.slot].statistics.count(.sampleLength) }
            switch format {
            case Format.flowSample: readFlowSample(sample, bytes, isExpanded: false, context, into: &flows)
            case Format.expandedFlowSample: readFlowSample(sample, bytes, isExpanded: true, context, into: &flows)
            case Format.counterSample, Format.expandedCounterSample: agents[context.slot].statistics.counterSamples += 1
            case Format.droppedPacket: agents[context.slot].statistics.droppedPacketSamples += 1
            default: agents[context.slot].statistics.otherSamples += 1
            }
        }
        if place.rest > 0 { agents[context.slot].statistics.count(.trailingOctets) }
    }

    private mutating func readFlowSample(
        _ place: XDRPlace, _ bytes: borrowing RawSpan, isExpanded: Bool, _ context: Context, into flows: inout FlowBatch
    ) {
        var place = place
        guard let head = SFlowSampleHead(&place, bytes, isExpanded: isExpanded) else {
            agents[context.slot].statistics.count(.sampleTruncated)
            return
        }
        agents[context.slot].statistics.flowSamples += 1
        agents[context.slot].receiveSample(head, subAgent: context.subAgent, limit: configuration.sourcesPerAgent)
        var packet = SFlowPacket()
        var left = head.recordCount
        while left > 0 {
            guard let format = place.word(bytes), let length = place.word(bytes) else {
                agents[context.slot].statistics.count(.recordCount)
                break
            }
            left -= 1
            let (record, isWhole) = place.take(length)
            if !isWhole { agents[context.slot].statistics.count(.recordLength) }
            read(record, format, bytes, context, into: &packet)
        }
        guard packet.hasFlow else {
            agents[context.slot].statistics.countWithoutFlow(packet.reason ?? "no-packet")
            return
        }
        packet.complete(head, receivedMilliseconds: context.receivedMilliseconds)
        packet.row.agent = names.index(of: agents[context.slot].name, in: &flows)
        let (first, second) = packet.row.direction == .egress ? (head.output, head.input) : (head.input, head.output)
        if let index = first.ifIndex ?? second.ifIndex { packet.row.interface = names.index(of: String(index), in: &flows) }
        flows.append(packet.row)
        agents[context.slot].statistics.rows += 1
    }

    private mutating func read(
        _ record: XDRPlace, _ format: UInt32, _ bytes: borrowing RawSpan, _ context: Context, into packet: inout SFlowPacket
    ) {
        agents[context.slot].statistics.records += 1
        let isWhole: Bool
        switch format {
        case Format.rawHeader: isWhole = readHeader(record, bytes, context, into: &packet)
        case Format.ethernet: isWhole = packet.readEthernet(record, bytes)
        case Format.ipv4: isWhole = packet.readIP(record, bytes, isIPv6: false)
        case Format.ipv6: isWhole = packet.readIP(record, bytes, isIPv6: true)
        case Format.extendedSwitch: isWhole = packet.readSwitch(record, bytes)
        default:
            agents[context.slot].statistics.recordsSkipped += 1
            return
        }
        if !isWhole { agents[context.slot].statistics.count(.recordTruncated) }
    }

    /// Raw packet header: what kind of header, the frame's length, how many octets of it were taken away (checksum, tags), and
    /// its first octets.
    private mutating func readHeader(
        _ record: XDRPlace, _ bytes: borrowing RawSpan, _ context: Context, into packet: inout SFlowPacket
    ) -> Bool {
        var place = record
        guard let kind = place.word(bytes), let frameLength = place.word(bytes), let stripped = place.word(bytes),
            let headerLength = place.word(bytes)
        else { return false }
        let (header, isWhole) = place.take(headerLength)
        if packet.hasHeader { return isWhole }
        guard let link = SFlowPacket.link(headerProtocol: kind) else {
            packet.reason = "header-protocol"
            return isWhole
        }
        var observation = PacketObservation()
        // The table of fragments tells agents apart by this, and the time by the clock of receipt.
        observation.interface = UInt16(truncatingIfNeeded: context.slot)
        observation.timestampNanoseconds = context.receivedMilliseconds &* 1_000_000
        let octets = bytes.extracting(header.offset..<header.end)
        let wireLength = max(octets.byteCount, Int(frameLength) - Int(stripped))
        let outcome =
            link == .ethernet
            ? ethernet.decode(octets, wireLength: wireLength, into: &observation, fragments: &fragments)
            : rawIP.decode(octets, wireLength: wireLength, into: &observation, fragments: &fragments)
        if outcome.isObserved { packet.take(observation) } else { packet.reason = outcome.label }
        return isWhole
    }
}
