import ExportFiles
import IPFIX
import TestSupport
import Testing

@Suite("IPFIX over TCP in captures")
struct StreamTests {
    private let folder: ScratchFolder
    private let messages: [[UInt8]]
    private var stream: [UInt8] { messages.flatMap { $0 } }

    init() throws {
        folder = try ScratchFolder()
        messages = (0..<40).map { number in
            Messages.ipfix(
                (number == 0 ? [Messages.flowTemplate] : []) + [Messages.flows(0..<number % 7 * 5 + 1)], sequence: UInt32(number),
                export: 1_700_000_000 + UInt32(number))
        }
    }

    /// The stream in segments of 500 octets, which are no boundaries of messages.
    private func segments(sequence: UInt32) -> [(sequence: UInt32, content: [UInt8])] {
        let stream = stream
        return stride(from: 0, to: stream.count, by: 500).map { start in
            (sequence &+ UInt32(start), Array(stream[start..<min(start + 500, stream.count)]))
        }
    }

    private func read(_ pcap: PcapBuilder, ports: Set<UInt16>? = nil) throws -> (
        packets: [ExportPacket], statistics: ExportPacketStatistics
    ) {
        let path = folder.path("made.pcap")
        try pcap.write(path)
        let (packets, statistics, damage) = try UDPTruth.ours(path, ports: ports)
        #expect(damage == nil)
        #expect(packets.allSatisfy { $0.transport == .stream })
        return (packets, statistics)
    }

    @Test("messages come out whole, whatever the order of segments; numbers wrap", arguments: [UInt32(1000), 0xFFFF_FF00])
    func order(first: UInt32) throws {
        for seed in 0..<4 as Range<UInt64> {
            var pcap = PcapBuilder()
            pcap.addTCP([], sequence: first &- 1, flags: 2)
            var generator = SeededGenerator(seed: seed)
            var all = segments(sequence: first)
            // Seed 0 as it was sent; some come twice.
            if seed > 0 { all = (all + all.filter { _ in Bool.random(using: &generator) }).shuffled(using: &generator) }
            for segment in all { pcap.addTCP(segment.content, sequence: segment.sequence) }
            let (packets, statistics) = try read(pcap)
            #expect(packets.map(\.octets) == messages)
            #expect(statistics.streamGaps == 0 && statistics.streamOctetsSkipped == 0 && statistics.connections == 1)
            #expect(statistics.streamMessages == UInt64(messages.count))
            if seed < 2, Command.exists("tshark") {
                let lengths = try Command.check(["tshark", "-n", "-r", folder.path("made.pcap"), "-T", "fields", "-e", "cflow.len", "-E", "separator=,"])
                let read = lengths.split { ",\n".contains($0) }.compactMap { Int($0) }
                if seed == 0 { #expect(read == messages.map(\.count)) }
            }
        }
    }

    @Test("a segment that is missing costs the messages that it holds a part of")
    func hole() throws {
        var pcap = PcapBuilder()
        pcap.addTCP([], sequence: 999, flags: 2)
        let all = segments(sequence: 1000)
        for (index, segment) in all.enumerated() where index != 5 { pcap.addTCP(segment.content, sequence: segment.sequence) }
        let (packets, statistics) = try read(pcap)
        var place = 0
        let whole = messages.filter { message in
            defer { place += message.count }
            return place + message.count <= 2500 || place >= 3000
        }
        #expect(packets.map(\.octets) == whole)
        #expect(statistics.streamGaps == 1)
        #expect(statistics.streamOctetsMissing == 500)
        let skipped = stream.count - 500 - whole.reduce(0) { $0 + $1.count }
        #expect(statistics.streamOctetsSkipped == UInt64(skipped))
    }

    @Test("a capture that begins in the middle is read from the first segment on that begins with a message")
    func middle() throws {
        var pcap = PcapBuilder()
        var sequence: UInt32 = 50_000
        pcap.addTCP(Array(messages[3].dropFirst(20)), sequence: sequence)
        sequence += UInt32(messages[3].count - 20)
        for message in messages[4...] {
            pcap.addTCP(message, sequence: sequence)
            sequence += UInt32(message.count)
        }
        let (packets, statistics) = try read(pcap)
        #expect(packets.map(\.octets) == Array(messages[4...]))
        #expect(statistics.connections == 1)
    }

    @Test("an end that overtakes its stream, one that is sent again, and a hole of gigabytes")
    func odd() throws {
        var pcap = PcapBuilder()
        pcap.addTCP([], sequence: 999, flags: 2)
        let all = segments(sequence: 1000)
        // The last segment, which ends the connection, comes first; and the first comes again after all.
        for segment in [all[all.count - 1]] { pcap.addTCP(segment.content, sequence: segment.sequence, flags: 17) }
        for segment in all.dropLast() { pcap.addTCP(segment.content, sequence: segment.sequence) }
        pcap.addTCP(all[0].content, sequence: all[0].sequence)
        var (packets, statistics) = try read(pcap)
        #expect(packets.map(\.octets) == messages)
        #expect(statistics.streamGaps == 0)
        // From here on some 3 GB later.
        let later = UInt32(1000 + stream.count) &+ 3_000_000_000
        pcap.addTCP(messages[7], sequence: later)
        pcap.addTCP(messages[8], sequence: later &+ UInt32(messages[7].count))
        (packets, statistics) = try read(pcap)
        #expect(packets.map(\.octets) == messages + messages[7...8])
        #expect(statistics.streamGaps == 1)
    }

    @Test("whatever is lost, doubled and shuffled: what comes out was sent, and every octet is accounted for", arguments: 1...60 as ClosedRange<UInt64>)
    func lossy(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var pcap = PcapBuilder()
        pcap.addTCP([], sequence: 999, flags: 2)
        let stream = stream
        var all: [(sequence: UInt32, content: [UInt8])] = []
        var place = 0
        while place < stream.count {
            let length = Int.random(in: 1...900, using: &generator)
            let part = Array(stream[place..<min(stream.count, place + length)])
            all.append((UInt32(1000 + place), part))
            place += part.count
        }
        // The last octets are there, so that it is known how many there are.
        let last = all.removeLast()
        all = all.filter { _ in Int.random(in: 0..<8, using: &generator) > 0 }
        all += all.filter { _ in Int.random(in: 0..<8, using: &generator) == 0 }
        for index in all.indices.dropLast() where Bool.random(using: &generator) { all.swapAt(index, index + 1) }
        for segment in all + [last] { pcap.addTCP(segment.content, sequence: segment.sequence) }
        let (packets, statistics) = try read(pcap)
        // In order, each one at most once.
        var sent = messages[...]
        for packet in packets {
            guard let index = sent.firstIndex(of: packet.octets) else {
                Issue.record("a message of \(packet.octets.count) octets that was not sent, or not then")
                return
            }
            sent = sent[(index + 1)...]
        }
        guard statistics.connections == 1 else {
            #expect(packets.isEmpty)
            return
        }
        let read = UInt64(packets.reduce(0) { $0 + $1.octets.count })
        #expect(read + statistics.streamOctetsMissing + statistics.streamOctetsSkipped == UInt64(stream.count), "\(statistics)")
        #expect(packets.count > 10)
    }

    @Test("a stream whose beginning is missing or cut is read from the next message on")
    func beginning() throws {
        for isCut in [false, true] {
            var pcap = PcapBuilder()
            pcap.addTCP([], sequence: 999, flags: 2)
            var sequence: UInt32 = 1000
            for (index, message) in messages.enumerated() {
                pcap.snapLength = isCut && index == 0 ? 60 : 65_535
                if index > 0 || isCut { pcap.addTCP(message, sequence: sequence) }
                sequence += UInt32(message.count)
            }
            let (packets, statistics) = try read(pcap)
            #expect(packets.map(\.octets) == Array(messages.dropFirst()))
            #expect(statistics.streamGaps == 1 && statistics.streamOctetsMissing == 0)
            #expect(statistics.streamOctetsSkipped == UInt64(messages[0].count))
        }
    }

    @Test("segments that the capture has not all of are holes")
    func cut() throws {
        var pcap = PcapBuilder()
        pcap.addTCP([], sequence: 999, flags: 2)
        var sequence: UInt32 = 1000
        pcap.snapLength = 500
        for message in messages {
            pcap.addTCP(message, sequence: sequence)
            sequence += UInt32(message.count)
        }
        let (packets, statistics) = try read(pcap)
        // 54 octets of headers come first.
        let whole = messages.filter { $0.count <= 446 }
        #expect(packets.map(\.octets) == whole)
        #expect(statistics.streamGaps == UInt64(messages.count - whole.count))
        #expect(statistics.streamOctetsMissing == messages.reduce(0) { $0 + UInt64(max(0, $1.count - 446)) })
    }

    @Test("nonsense between messages is skipped")
    func nonsense() throws {
        var pcap = PcapBuilder()
        pcap.addTCP([], sequence: 999, flags: 2)
        let noise: [UInt8] = (0..<333).map { UInt8($0 % 250 + 1) }
        let stream = messages[0...9].flatMap { $0 } + noise + messages[10...].flatMap { $0 }
        var sequence: UInt32 = 1000
        for start in stride(from: 0, to: stream.count, by: 700) {
            let part = Array(stream[start..<min(start + 700, stream.count)])
            pcap.addTCP(part, sequence: sequence)
            sequence += UInt32(part.count)
        }
        let (packets, statistics) = try read(pcap)
        #expect(packets.map(\.octets) == messages)
        #expect(statistics.streamOctetsSkipped == 333)
    }

    @Test("connections of other content are counted and left alone")
    func other() throws {
        var pcap = PcapBuilder()
        pcap.addTCP([], sequence: 0, flags: 2, from: 5000, to: 80)
        pcap.addTCP(Array("GET / HTTP/1.1\r\n\r\n".utf8), sequence: 1, from: 5000, to: 80)
        for number in 0..<100 { pcap.addTCP(Array("more and more\n".utf8), sequence: UInt32(19 + number * 14), from: 5000, to: 80) }
        let (packets, statistics) = try read(pcap)
        #expect(packets.isEmpty)
        #expect(statistics.connectionsOther == 1 && statistics.connections == 0)
        #expect(statistics.segments == 102 && statistics.segmentsWithContent == 101)
    }
}
