import FlowModel
import IPFIX
import PacketDecoding

/// Finds exports in frames: puts fragments and segments together, and tells exports from other content.
///
/// A class, so that a capture's reader can lend it frames while its owner holds both.
final class PacketSorter {
    private let decoder: PacketDecoder
    /// Destination ports to take; nil for all, by content.
    private let ports: Set<UInt16>?
    private var fragments = FragmentAssembly()
    private var streams = StreamAssembly()
    private(set) var statistics = ExportPacketStatistics()
    private var found: [ExportPacket] = []

    init(linkType: LinkType, ports: Set<UInt16>?) {
        decoder = PacketDecoder(linkType: linkType)
        self.ports = ports
    }

    var hasFound: Bool { !found.isEmpty }

    func takeFound() -> [ExportPacket] {
        defer { found.removeAll() }
        return found
    }

    func take(_ frame: borrowing RawSpan, wireLength: Int, nanoseconds: Int64) {
        statistics.frames += 1
        var payload = PacketPayload()
        let outcome = decoder.findPayload(frame, wireLength: wireLength, &payload)
        guard outcome.isObserved else {
            statistics.framesNotRead[outcome.label, default: 0] += 1
            return
        }
        let milliseconds = nanoseconds / 1_000_000
        let captured = frame.byteCount
        guard let fragment = payload.fragment else {
            let end = min(payload.end, captured)
            guard payload.transport <= end else {
                statistics.framesNotRead["truncated-transport", default: 0] += 1
                return
            }
            let transport = frame.extracting(payload.transport..<end)
            take(transport, missing: payload.end - end, payload.protocolIdentifier, payload, milliseconds)
            return
        }
        let end = min(max(payload.end, payload.start), captured)
        guard payload.start <= end else {
            statistics.framesNotRead["truncated-transport", default: 0] += 1
            return
        }
        statistics.fragments += 1
        let content = frame.array(payload.start..<end)
        let missing = max(payload.end, payload.start) - end
        let whole = fragments.take(payload, fragment, content, missing: missing, at: milliseconds, &statistics)
        guard let whole else { return }
        guard whole.transport <= whole.octets.count else {
            statistics.framesNotRead["truncated-transport", default: 0] += 1
            return
        }
        // The octets are integers, which any bits are.
        let octets = unsafe whole.octets.span.bytes
        let transport = octets.extracting(whole.transport..<octets.byteCount)
        take(transport, missing: 0, whole.protocolIdentifier, payload, milliseconds)
    }

    /// The capture has ended.
    func finish() {
        fragments.finish(&statistics)
        let (frames, milliseconds) = (statistics.frames, lastMilliseconds)
        var messages: [(StreamAssembly.Key, [UInt8])] = []
        streams.finish(&statistics) { messages.append(($0, $1)) }
        for (key, octets) in messages { add(key, octets, frames, milliseconds) }
    }

    private var lastMilliseconds: Int64 = 0

    private func take(
        _ transport: borrowing RawSpan, missing: Int, _ proto: UInt8, _ payload: PacketPayload, _ milliseconds: Int64
    ) {
        lastMilliseconds = milliseconds
        switch proto {
        case 17: takeUDP(transport, missing, payload, milliseconds)
        case 6: takeTCP(transport, missing, payload, milliseconds)
        default: statistics.otherProtocols += 1
        }
    }

    /// UDP (RFC 768): ports, length, checksum.
    private func takeUDP(
        _ udp: borrowing RawSpan, _ missing: Int, _ payload: PacketPayload, _ milliseconds: Int64
    ) {
        guard udp.byteCount >= 8 else {
            statistics.framesNotRead["truncated-transport", default: 0] += 1
            return
        }
        statistics.datagrams += 1
        let port = udp.word16(2)
        let length = Int(udp.word16(4))
        // 0 is a jumbogram's (RFC 2675 §4), or that of a sender that leaves it to the card.
        let whole = length == 0 ? udp.byteCount + missing : length
        let end = min(max(whole, 8), udp.byteCount)
        let lacking = max(0, whole - end)
        let content = udp.extracting(8..<end)
        let isWanted =
            ports?.contains(port) ?? ExportContent.isExport(content, port: port, isCut: lacking > 0)
        guard isWanted else {
            statistics.datagramsOther += 1
            return
        }
        statistics.datagramsTaken += 1
        if lacking > 0 { statistics.datagramsCut += 1 }
        found.append(
            ExportPacket(
                source: ExporterSource(payload.source, port: udp.word16(0)),
                destination: ExporterSource(payload.destination, port: port), transport: .datagram,
                receivedMilliseconds: milliseconds, number: statistics.frames, octets: content.array(0..<content.byteCount),
                missingOctets: lacking))
    }

    /// TCP (RFC 9293 §3.1).
    private func takeTCP(
        _ tcp: borrowing RawSpan, _ missing: Int, _ payload: PacketPayload, _ milliseconds: Int64
    ) {
        let header = tcp.byteCount >= 20 ? Int(tcp.octet(12) >> 4) * 4 : 0
        guard header >= 20, header <= tcp.byteCount + missing else {
            statistics.framesNotRead["truncated-transport", default: 0] += 1
            return
        }
        statistics.segments += 1
        let port = tcp.word16(2)
        if let ports, !ports.contains(port) { return }
        let flags = tcp.octet(13)
        let key = StreamAssembly.Key(
            source: ExporterSource(payload.source, port: tcp.word16(0)),
            destination: ExporterSource(payload.destination, port: port))
        let start = min(header, tcp.byteCount)
        if flags & 2 == 0, streams.isOther(key) {
            if tcp.byteCount > start { statistics.segmentsWithContent += 1 }
            return
        }
        let content = tcp.array(start..<tcp.byteCount)
        let lacking = header > tcp.byteCount ? missing - (header - tcp.byteCount) : missing
        if !content.isEmpty || lacking > 0 { statistics.segmentsWithContent += 1 }
        let segment = StreamAssembly.Segment(
            sequence: tcp.word32(4), isSyn: flags & 2 != 0, content: content, missing: lacking)
        var messages: [(StreamAssembly.Key, [UInt8])] = []
        streams.take(segment, of: key, isAsked: ports != nil, &statistics) { messages.append(($0, $1)) }
        for (key, octets) in messages { add(key, octets, statistics.frames, milliseconds) }
    }

    private func add(_ key: StreamAssembly.Key, _ octets: [UInt8], _ number: UInt64, _ milliseconds: Int64) {
        found.append(
            ExportPacket(
                source: key.source, destination: key.destination, transport: .stream, receivedMilliseconds: milliseconds,
                number: number, octets: octets))
    }
}
