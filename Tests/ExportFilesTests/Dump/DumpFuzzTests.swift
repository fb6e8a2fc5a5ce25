import ExportFiles
import FlowModel
import Foundation
import IPFIX
import TestSupport
import Testing

/// Messages of real exporters, spoilt: nothing traps, what is printed is sound, and it is not more than the bounds say.
@Suite("spoilt messages", .enabled(if: SharedFolder.path("captures/exporters") != nil, "the shared captures are not there"))
struct DumpFuzzTests {
    private static let seeds: [[ExportPacket]] = {
        let files = [
            "yaf/ipfix_test_yaf_tpls_option_tpl.dat", "yaf/ipfix_test_yaf_tpl45841.dat", "yaf/ipfix_test_yaf_data45841.dat",
            "netscaler/ipfix_test_netscaler_tpl.dat", "netscaler/ipfix_test_netscaler_data.dat", "mpls/akvorado-mpls.pcap",
            "cisco-nfv9/akvorado-data+templates.pcap", "netflow-v5/akvorado-nfv5.pcap", "sflow/ndpi-sflow.pcap",
            "sflow/tcpdump-sflow_expanded.pcap", "libnetflow9/libnetflow9-1.pcap", "vmware-vds/ipfix_test_vmware_vds_tpl.dat",
            "vmware-vds/ipfix_test_vmware_vds_data266_267.dat", "sflow/akvorado-data-1140.pcap",
        ]
        return files.compactMap { name -> [ExportPacket]? in
            guard let path = SharedFolder.path("captures/exporters/" + name), var file = try? ExportFile(path: path) else { return nil }
            var packets: [ExportPacket] = []
            while let some = file.next() { packets += some }
            return packets
        }
    }()

    private static func spoil(_ octets: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var octets = octets
        for _ in 0...Int.random(in: 0..<6, using: &generator) {
            guard !octets.isEmpty else { break }
            let place = Int.random(in: 0..<octets.count, using: &generator)
            switch Int.random(in: 0..<7, using: &generator) {
            case 0: octets[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: octets[place] = [0, 1, 3, 4, 127, 128, 254, 255].randomElement(using: &generator) ?? 0
            case 2: octets.removeLast(octets.count - place)
            case 3: octets.insert(contentsOf: octets[place..<min(octets.count, place + 40)], at: place)
            case 4: octets.removeSubrange(place..<min(octets.count, place + Int.random(in: 1..<9, using: &generator)))
            case 5: if place + 1 < octets.count { (octets[place], octets[place + 1]) = (1, UInt8.random(in: 0..<8, using: &generator)) }
            default: if place + 1 < octets.count { (octets[place], octets[place + 1]) = (255, 255) }
            }
        }
        return octets
    }

    @Test("nothing traps; JSON is JSON; text is text", arguments: [1, 2, 3, 4] as [UInt64])
    func spoilt(seed: UInt64) throws {
        let seeds = Self.seeds
        try #require(seeds.count == 14)
        var generator = SeededGenerator(seed: seed)
        var options = ExportDump.Options()
        options.form = seed % 2 == 0 ? .json : .text
        options.hasHex = seed > 2
        var dump = ExportDump(options: options)
        var decoder = ExportDecoder()
        for round in 0..<1500 {
            guard var packet = seeds.randomElement(using: &generator)?.randomElement(using: &generator) else { continue }
            // Every third as it is, so that templates are known.
            if round % 3 != 0 { packet.octets = Self.spoil(packet.octets, &generator) }
            packet.transport = round % 5 == 0 ? .stream : .datagram
            let output = dump.dump(packet)
            #expect(output.count < 400_000)
            #expect(!output.isEmpty)
            for line in output.split(separator: 10) {
                if line.contains(where: { $0 < 0x20 || $0 == 0x7F }) { Issue.record("control characters in round \(round)") }
                if options.form == .json { _ = try DumpTester.object(line) }
            }
            decoder.decode(unsafe packet.octets.span.bytes, from: packet.source, receivedMilliseconds: Int64(round))
        }
        #expect(dump.messages >= 1500)
        #expect(dump.faults.count > 8, "\(dump.faults)")
    }

    @Test("a datagram of nothing but small records prints what it holds, and no more")
    func bounded() {
        var tester = DumpTester()
        // A thousand fields without octets and one with, and 65,000 records of that.
        let fields = (0..<1000).map { (1 + $0 % 400, 0) } + [(4, 1)]
        _ = tester.text(Messages.ipfix([Messages.template(256, fields)]))
        let output = tester.octets(Messages.ipfix([Messages.set(256, [UInt8](repeating: 6, count: 65_000))]))
        #expect(output.count { $0 == 10 } == 65_002)
        #expect(output.count < 3_000_000)
        // Lists in lists in lists.
        var list: [UInt8] = []
        for _ in 0..<60 { list = [3, 1, 0x23, 255, 255] + [255] + PcapBuilder.big(list.count, 2) + list }
        let nested = tester.octets(Messages.ipfix([Messages.template(257, [(291, 65_535)]), Messages.set(257, [255] + PcapBuilder.big(list.count, 2) + list)]))
        #expect(nested.count < 10_000)
    }

    @Test("captures that are spoilt are read to where they make sense", arguments: [
        "exporters/pmacct-104-IPFIXv10-IPv6-CISCO-sampling_option/traffic-00.pcap", "packets/fragments/pcapplusplus-ip6_fragments.pcap",
        "packets/fragments/markofu-ipfragments.pcap", "packets/tcp/zeek-handshake-reorder.pcap", "packets/overlay/tcpdump-geneve.pcap",
    ])
    func captures(file: String) throws {
        let path = try #require(SharedFolder.path("captures/" + file))
        let original = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let folder = try ScratchFolder()
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<60 {
            var octets = original
            for _ in 0..<Int.random(in: 1..<9, using: &generator) {
                octets[Int.random(in: 24..<octets.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            let spoilt = folder.path("spoilt.pcap")
            try Data(octets).write(to: URL(fileURLWithPath: spoilt))
            do {
                let file = try WholeFile(spoilt)
                #expect(file.rows < 1000)
            } catch {
                #expect(error.code == .noExport || error.code == .notAnExportFile)
            }
            // Every port, so that whatever is in it is put together and read.
            guard let ports = try? UDPTruth.ours(spoilt, ports: Set(0...65_535)) else { continue }
            let statistics = ports.statistics
            let read = statistics.fragments + statistics.datagrams + statistics.segments + statistics.otherProtocols
            #expect(statistics.frames + statistics.datagramsAssembled == read + statistics.framesNotReadInAll)
            var dump = ExportDump()
            for packet in ports.packets { #expect(!dump.dump(packet).isEmpty) }
        }
    }
}
