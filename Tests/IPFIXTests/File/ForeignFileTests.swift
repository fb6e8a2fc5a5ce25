import FlowModel
import Foundation
import IPFIX
import TestSupport
import Testing

/// Files and messages of other exporters. The counts are those of the captures' own tables (walked and added up apart
/// from this reader, and agreeing with tshark).
@Suite("other people's files", .enabled(if: SharedFolder.path("captures/exporters") != nil, "the shared captures are not there"))
struct ForeignFileTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var files: [String]
        var flows: Int
        var octets: UInt64
        var packets: UInt64
        var otherRecords = 0
        var setsWithoutTemplate = 0
        var testDescription: String { files[0] }
    }

    private static func decode(_ files: [String]) throws -> DecodedFlows {
        var octets: [UInt8] = []
        for file in files {
            let path = try #require(SharedFolder.path("captures/exporters/" + file))
            var content = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            // Some payloads were recorded with another one behind them: the message says how long it is.
            if !file.hasSuffix(".ipfix") { content = Array(content.prefix(Int(content[2]) << 8 | Int(content[3]))) }
            octets += content
        }
        var decoder = FlowFileDecoder()
        return try decoder.decode(octets)
    }

    @Test("an IPFIX file of ipfixcol2: records, octets, packets")
    func ipfixcol2() throws {
        let decoded = try Self.decode(["ipfix-file/ipfixcol2-example_flows.ipfix"])
        #expect(decoded.messages == 68)
        #expect(decoded.flows.count == 3979)
        #expect(decoded.flows.octetDeltaCount.reduce(0, +) == 49_001_404)
        #expect(decoded.flows.packetDeltaCount.reduce(0, +) == 56_695)
        #expect(decoded.otherRecords == 0 && decoded.setsWithoutTemplate == 0)
        #expect(decoded.report == nil)
        let flows = decoded.flows
        for row in 0..<flows.count where flows.protocolIdentifier[row] == 1 || flows.protocolIdentifier[row] == 58 {
            #expect(flows.icmpType[row] != .max && flows.sourceTransportPort[row] == 0)
        }
        #expect(flows.flowStartMilliseconds.allSatisfy { (1_400_000_000_000..<1_500_000_000_000).contains($0) })
        #expect(flows.initialStartMilliseconds == flows.flowStartMilliseconds)
    }

    @Test("what tshark reads in it, row by row", .enabled(if: Command.exists("tshark"), "tshark is not installed"))
    func ipfixcol2ByTshark() throws {
        let file = "ipfix-file/ipfixcol2-example_flows.ipfix"
        let flows = try Self.decode([file]).flows
        let path = try #require(SharedFolder.path("captures/exporters/" + file))
        let text = try Command.check([
            "tshark", "-n", "-r", path, "-T", "fields", "-E", "occurrence=a", "-e", "cflow.octets", "-e", "cflow.packets",
            "-e", "cflow.inputint", "-e", "cflow.protocol",
        ])
        var columns: [[String]] = [[], [], [], []]
        for line in text.split(separator: "\n") {
            for (index, cell) in line.split(separator: "\t", omittingEmptySubsequences: false).enumerated() where index < 4 {
                columns[index] += cell.split(separator: ",").map(String.init)
            }
        }
        #expect(columns[0] == flows.octetDeltaCount.map(String.init))
        #expect(columns[1] == flows.packetDeltaCount.map(String.init))
        #expect(columns[2] == flows.interface.map { flows.name($0).isEmpty ? "0" : flows.name($0) })
        #expect(columns[3] == flows.protocolIdentifier.map(String.init))
    }

    @Test("messages of exporters", arguments: [
        Case(files: ["softflowd/ipfix.dat"], flows: 6, octets: 10_563, packets: 42),
        Case(
            files: ["openbsd-pflow/ipfix_test_openbsd_pflow_tpl.dat", "openbsd-pflow/ipfix_test_openbsd_pflow_data.dat"],
            flows: 26, octets: 99_323, packets: 209),
        Case(
            files: [
                "vmware-vds/ipfix_test_vmware_vds_tpl.dat", "vmware-vds/ipfix_test_vmware_vds_data264.dat",
                "vmware-vds/ipfix_test_vmware_vds_data266.dat", "vmware-vds/ipfix_test_vmware_vds_data266_267.dat",
            ], flows: 5, octets: 806, packets: 8),
    ])
    func exporters(_ expected: Case) throws {
        let decoded = try Self.decode(expected.files)
        #expect(decoded.flows.count == expected.flows)
        #expect(decoded.flows.octetDeltaCount.reduce(0, +) == expected.octets)
        #expect(decoded.flows.packetDeltaCount.reduce(0, +) == expected.packets)
        #expect(decoded.otherRecords == expected.otherRecords)
        #expect(decoded.setsWithoutTemplate == expected.setsWithoutTemplate)
    }

    @Test("softflowd: uptimes count from its options' systemInitTime")
    func softflowd() throws {
        let flows = try Self.decode(["softflowd/ipfix.dat"]).flows
        #expect(flows.flowStartMilliseconds.first == 1_431_516_013_506)
        #expect(flows.flowEndMilliseconds.first == 1_431_516_026_232)
        #expect(flows.tcpControlBits.first == .ack)
        #expect(flows.vlan.allSatisfy { $0 == .max })
        #expect(flows.interface.allSatisfy { $0 == 0 })
    }

    @Test("YAF: total counters of both directions in lists, flags in two parts")
    func yaf() throws {
        let decoded = try Self.decode([
            "yaf/ipfix_test_yaf_tpls_option_tpl.dat", "yaf/ipfix_test_yaf_tpl45841.dat", "yaf/ipfix_test_yaf_data45841.dat",
            "yaf/ipfix_test_yaf_data45873.dat",
        ])
        let flows = decoded.flows
        try #require(flows.count == 2)
        #expect(flows.octetDeltaCount == [132, 172])
        #expect(flows.reverseOctetDeltaCount == [200, 92])
        #expect(flows.packetDeltaCount[0] == 2 && flows.reversePacketDeltaCount[0] == 2)
        #expect(flows.flowStartMilliseconds[0] == 1_482_670_715_818 && flows.flowEndMilliseconds[0] == 1_482_670_715_819)
        #expect(flows.flowEndReason[0] == .idleTimeout)
        #expect(flows.initialTCPFlags[1] == TCPFlags(rawValue: 194))
        #expect(flows.tcpControlBits[1] == TCPFlags(rawValue: 194 | 17))
        #expect(flows.reverseInitialTCPFlags[1] == [.syn, .ack])
    }

    @Test("every message that the exporters' captures hold ends with a count or an error")
    func everything() throws {
        let folder = try #require(SharedFolder.path("captures/exporters"))
        var read = 0
        for case let file as String in FileManager.default.enumerator(atPath: folder) ?? FileManager.DirectoryEnumerator() {
            guard file.hasSuffix(".dat") || file.hasSuffix(".bin") || file.hasSuffix(".ipfix") else { continue }
            let octets = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + file)))
            guard FlowFileDecoder.isIPFIX(octets) else { continue }
            var decoder = FlowFileDecoder()
            read += (try? decoder.decode(octets).messages) ?? 0
        }
        #expect(read > 20)
    }
}
