import ExportFiles
import TestSupport
import Testing

@Suite("fragmented exports")
struct FragmentTests {
    private let folder: ScratchFolder
    private let messages: [[UInt8]]

    init() throws {
        folder = try ScratchFolder()
        // 700, 1400, 2100 … octets, of which most take several frames.
        messages = (1...9).map { number in
            Messages.ipfix([Messages.flowTemplate, Messages.flows(0..<number * 29)], sequence: UInt32(number))
        }
    }

    private func read(_ pcap: PcapBuilder) throws -> (packets: [ExportPacket], statistics: ExportPacketStatistics) {
        let path = folder.path("made.pcap")
        try pcap.write(path)
        let (packets, statistics, damage) = try UDPTruth.ours(path)
        #expect(damage == nil)
        return (packets, statistics)
    }

    private func frames(_ pcap: inout PcapBuilder) -> [[[UInt8]]] {
        messages.map { pcap.udpFrames($0, identification: pcap.nextIdentification()) }
    }

    @Test("are put together in any order", arguments: [1, 2, 3])
    func order(seed: UInt64) throws {
        var pcap = PcapBuilder()
        var generator = SeededGenerator(seed: seed)
        let frames = frames(&pcap).flatMap { $0 }.shuffled(using: &generator)
        for frame in frames { pcap.add(frame) }
        let (packets, statistics) = try read(pcap)
        #expect(Set(packets.map(\.octets)) == Set(messages))
        // The first two fit into a frame.
        #expect(statistics.datagramsAssembled == 7)
        #expect(statistics.datagramsLost.isEmpty)
        if Command.exists("tshark") {
            let truth = try UDPTruth.read(folder.path("made.pcap"))
            #expect(packets.map { UDPTruth($0) } == truth)
        }
    }

    @Test("those that come twice change nothing")
    func twice() throws {
        var pcap = PcapBuilder()
        let frames = frames(&pcap)
        for datagram in frames {
            for frame in datagram.dropLast() { for _ in 0..<2 { pcap.add(frame) } }
            datagram.last.map { pcap.add($0) }
        }
        let (packets, statistics) = try read(pcap)
        #expect(packets.map(\.octets) == messages)
        #expect(statistics.fragmentsRepeated == UInt64(frames.reduce(0) { $0 + $1.count - 1 }))
    }

    @Test("datagrams of which a fragment is missing are lost, and counted once")
    func missing() throws {
        var pcap = PcapBuilder()
        let frames = frames(&pcap)
        for (number, datagram) in frames.enumerated() {
            // The third, the last but one and the first of some.
            for (index, frame) in datagram.enumerated() where number % 2 == 0 || index != number % datagram.count { pcap.add(frame) }
        }
        let (packets, statistics) = try read(pcap)
        let whole = frames.indices.filter { $0 % 2 == 0 }
        #expect(packets.map(\.octets) == whole.map { messages[$0] })
        let lost = frames.indices.count { $0 % 2 == 1 && frames[$0].count > 1 }
        #expect(statistics.datagramsLost == [.incomplete: UInt64(lost)])
    }

    @Test("identifications that come again half a minute later are others")
    func timeout() throws {
        var pcap = PcapBuilder()
        let first = pcap.udpFrames(messages[3], identification: 7)
        let second = pcap.udpFrames(messages[4], identification: 7)
        pcap.add(first[0])
        pcap.milliseconds += 31_000
        for frame in second { pcap.add(frame) }
        let (packets, statistics) = try read(pcap)
        #expect(packets.map(\.octets) == [messages[4]])
        #expect(statistics.datagramsLost == [.incomplete: 1])
    }

    @Test("a capture that has not all of a fragment loses the datagram; of one that is whole it has the beginning")
    func cut() throws {
        var pcap = PcapBuilder()
        pcap.snapLength = 400
        for datagram in frames(&pcap) { for frame in datagram { pcap.add(frame) } }
        let (packets, statistics) = try read(pcap)
        #expect(packets.map(\.octets) == messages[0...1].map { Array($0.prefix(400 - 42)) })
        #expect(packets.first?.missingOctets == messages[0].count - 358)
        #expect(statistics.datagramsCut == 2)
        #expect(statistics.datagramsLost == [.cut: 7])
    }

    @Test("the first fragment of a thousand datagrams, and none behind: memory is bounded, and each is counted")
    func flood() throws {
        var pcap = PcapBuilder()
        for number in 0..<5000 { pcap.add(pcap.udpFrames(messages[2], identification: UInt16(number))[0]) }
        let (packets, statistics) = try read(pcap)
        #expect(packets.isEmpty)
        #expect(statistics.datagramsLostInAll == 5000)
        #expect((statistics.datagramsLost[.evicted] ?? 0) >= 3900)
    }
}
