import FlowModel
import Foundation
import IPFIX
import TestSupport
import Testing

/// Packets and octets of one direction of a flow, as one exporter told them.
private struct Direction: Hashable {
    var agent: String
    var proto: UInt8
    var source: IPAddress
    var destination: IPAddress
    var ports: [UInt16]
    var vni: UInt32
}

extension FlowBatch {
    /// What each direction comes to, those that biflows hold as reverse counters among them.
    fileprivate func directions() -> [Direction: [UInt64]] {
        var sums: [Direction: [UInt64]] = [:]
        for row in 0..<count {
            let ports = [sourceTransportPort[row], destinationTransportPort[row]]
            let there = Direction(
                agent: name(agent[row]), proto: protocolIdentifier[row], source: sourceAddress[row], destination: destinationAddress[row],
                ports: ports, vni: vni[row])
            var back = there
            (back.source, back.destination, back.ports) = (there.destination, there.source, ports.reversed())
            for (direction, counters) in [
                (there, [packetDeltaCount[row], octetDeltaCount[row]]), (back, [reversePacketDeltaCount[row], reverseOctetDeltaCount[row]]),
            ] where counters != [0, 0] {
                let sum = sums[direction] ?? [0, 0]
                sums[direction] = [sum[0] &+ counters[0], sum[1] &+ counters[1]]
            }
        }
        return sums
    }
}

/// Real exporters' rows, joined.
@Suite("exports of other people's devices, joined", .enabled(if: ExporterSample.isThere, "the shared captures are not there"))
struct JoinedExportTests {
    /// Biflows of exporters that send both directions of all that they see, but for those with a group's address.
    private static let pairs: [String: UInt64] = [
        "softflowd/netflow-5-valid-01": 15, "openbsd-pflow/ipfix-openbsd-pflow": 13, "icmp/icmp": 2,
        "telegraf-netflow_v5_example/all": 4, "telegraf-netflow_v9_example/all": 4,
    ]

    @Test("packets and octets of every direction stay what they were, and every row is accounted for", arguments: ExporterSample.all)
    func sums(sample: ExporterSample) throws {
        let flows = ExporterSample.decode(try sample.datagrams(whole: true)).flows
        var joiner = BiflowJoiner(seed: 1)
        var all = joiner.join(flows, atMilliseconds: 0)
        let rest = joiner.flush()
        all.append(rest, rows: 0..<rest.count)
        let account = joiner.statistics
        #expect(account.rows == UInt64(flows.count) && account.waiting == 0 && joiner.bytes == 0)
        #expect(account.rows == account.unjoined + 2 * account.pairs && UInt64(all.count) == account.unjoined + account.pairs)
        #expect(all.directions() == flows.directions())
        if let pairs = Self.pairs[sample.name] { #expect(account.pairs == pairs) }
        // The model finds the same, row by row; it takes minutes for thousands.
        guard flows.count < 400 else { return }
        var model = JoinModel(joiner.configuration)
        let rows = JoinTester.spelled(flows)
        let expected = model.join(rows, at: 0) + model.flush()
        #expect(expected.count == all.count && Set(expected) == Set(JoinTester.spelled(all)))
    }
}

/// MikroTik tells the flags of a flow's first packet, so that who opened it is known; its records as the source's own decode has
/// them (`ipfix-mikrotik-routeros-6-39-2.expected.json`).
@Suite("MikroTik's exports, joined", .enabled(if: ExporterSample.isThere, "the shared captures are not there"))
struct JoinedMikroTikTests {
    @Test("SYN tells where there is one; a ping without types, and what address translation has changed, stay apart")
    func initiators() throws {
        let sample = try #require(ExporterSample.all.first { $0.name == "mikrotik/ipfix-mikrotik-routeros-6-39-2" })
        var joiner = BiflowJoiner(seed: 1)
        let flows = joiner.join(ExporterSample.decode(try sample.datagrams(whole: true)).flows, atMilliseconds: 0)
        var found: Set<[String]> = []
        for row in 0..<flows.count where flows.reversePacketDeltaCount[row] > 0 {
            found.insert([
                flows.sourceAddress[row].description, String(flows.destinationTransportPort[row]), flows.initiatorBasis[row].name,
                String(flows.packetDeltaCount[row]), String(flows.reversePacketDeltaCount[row]),
            ])
        }
        #expect(found == [
            ["172.20.4.30", "22", "syn", "8", "6"], ["172.20.5.191", "80", "syn", "58", "57"], ["172.20.4.199", "53", "port", "3", "3"],
        ])
        let waiting = joiner.flush()
        #expect(waiting.count == 8 && waiting.protocolIdentifier.count { $0 == 1 } == 2)
    }
}

/// softflowd's uniflows of a capture, joined, against what tshark sees of each direction in it.
@Suite(
    "softflowd's exports, joined",
    .enabled(
        if: Command.exists("softflowd") && SharedFolder.path("captures/truth-flows.csv") != nil,
        "softflowd or the shared captures are not there"))
struct JoinedSoftflowdTests {
    @Test("each conversation is whole", arguments: ["9", "5"])
    func conversations(version: String) throws {
        let name = "markofu-ftp-crack.pcap"
        let capture = try #require(SharedFolder.path("captures/packets/large/\(name)"))
        var tester = ExportTester()
        var joiner = BiflowJoiner(seed: 1)
        var all = FlowBatch()
        for (number, datagram) in try SoftflowdTests.datagrams(capture, version: version).enumerated() {
            tester.send(datagram)
            let rows = joiner.join(tester.flows(), atMilliseconds: Int64(number))
            all.append(rows, rows: 0..<rows.count)
        }
        let rest = joiner.flush()
        all.append(rest, rows: 0..<rest.count)
        var truth: [[String]: UInt64] = [:]
        for row in try CSVTable(path: try #require(SharedFolder.path("captures/truth-flows.csv"))).rows
        where row["file"] == "packets/large/\(name)" && row["proto"] == "tcp" {
            let key = [row["inner_src"], row["src_port_or_type"], row["inner_dst"], row["dst_port_or_code"]]
            truth[key, default: 0] += try #require(UInt64(row["packets"]))
        }
        var sums: [[String]: UInt64] = [:]
        var whole = 0
        for row in 0..<all.count where all.protocolIdentifier[row] == 6 {
            let key = [
                all.sourceAddress[row].description, String(all.sourceTransportPort[row]), all.destinationAddress[row].description,
                String(all.destinationTransportPort[row]),
            ]
            sums[key, default: 0] += all.packetDeltaCount[row]
            if all.reversePacketDeltaCount[row] > 0 {
                sums[[key[2], key[3], key[0], key[1]], default: 0] += all.reversePacketDeltaCount[row]
                whole += 1
                // Who asks an FTP server is not on its port.
                #expect(all.initiatorBasis[row] == .port && key[3] == "21")
            }
        }
        #expect(sums == truth)
        let both = truth.keys.filter { truth[[$0[2], $0[3], $0[0], $0[1]]] != nil }
        #expect(whole == both.count / 2 && whole > 700)
    }
}
