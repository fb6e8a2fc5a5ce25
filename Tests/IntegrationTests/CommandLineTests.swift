import FlowModel
import Foundation
import IPFIX
import TestSupport
import Testing

/// The command line as people type it: answers, exit codes, and errors that name the place.
@Suite("The command line", .needs(SharedFolder.url == nil ? "it needs the shared folder of captures beside the project" : nil))
struct CommandLineTests {
    private func zonal(_ arguments: String...) async throws -> Command {
        try await Command.runAside([ZonalProgram.path] + arguments)
    }

    /// A data folder with one capture in it.
    private func folder() async throws -> (scratch: ScratchFolder, data: String, capture: String) {
        let scratch = try ScratchFolder("zonal-cli")
        let capture = try #require(SharedFolder.path("captures/communityid/tcp.pcap"))
        let data = scratch.path("data")
        let imported = try await zonal("import", capture, "--data", data)
        #expect(imported.status == 0, "\(imported.errors)")
        return (scratch, data, capture)
    }

    @Test("what was imported is answered from the folder, and is not stored twice")
    func importAndAsk() async throws {
        let (scratch, data, capture) = try await folder()
        let metered = try await zonal("meter", capture, "--fields", "src,packets,rev_packets")
        let rows = CSVTable(text: metered.text).rows
        #expect(!rows.isEmpty)
        let packets = rows.reduce(0) { $0 + (Int($1["packets"]) ?? 0) + (Int($1["rev_packets"]) ?? 0) }

        func held() async throws -> Int {
            let answer = try await zonal("query", "proto tcp", "--data", data, "--format", "csv")
            #expect(answer.status == 0, "\(answer.errors)")
            return CSVTable(text: answer.text).rows.reduce(0) { $0 + (Int($1["packets"]) ?? 0) + (Int($1["rev_packets"]) ?? 0) }
        }
        #expect(try await held() == packets)
        let again = try await zonal("import", capture, "--data", data)
        #expect(again.status == 0)
        #expect(again.errors.contains("stored before"))
        #expect(try await held() == packets)
        #expect(try await zonal("import", capture, "--data", data, "--again").status == 0)
        #expect(try await held() == 2 * packets)
        withExtendedLifetime(scratch) {}
    }

    @Test("where a capture's flows are stored, its content says and not the clock of the day")
    func futureCapture() async throws {
        let scratch = try ScratchFolder("zonal-cli")
        let capture = scratch.path("future.pcap"), data = scratch.path("data")
        // One UDP packet in a frame of 2030-01-01T00:00:00Z.
        let header = "d4c3b2a1 02000400 00000000 00000000 00000400 01000000"
        let record = "80d8db70 00000000 2a000000 2a000000"
        let frame = "020000000002 020000000001 0800 4500001c00010000401100000a0000010a000002 1388138900080000"
        let octets = try #require(Self.octets(header + record + frame))
        try Data(octets).write(to: URL(fileURLWithPath: capture))
        #expect(try await zonal("import", capture, "--data", data).status == 0)
        let files = try FileManager.default.contentsOfDirectory(atPath: data + "/flows")
        #expect(files.contains { $0.contains("2030") }, "\(files)")
        withExtendedLifetime(scratch) {}
    }

    @Test("imported batches of two agents count once, as they would at a collector")
    func agentsBatches() async throws {
        let scratch = try ScratchFolder("zonal-cli")
        let data = scratch.path("data")
        var files: [String] = []
        for (agent, local) in [("hv1", "10.0.0.1"), ("hv2", "10.0.0.2")] {
            var record = FlowRecord()
            record.flowEndMilliseconds = 1_795_356_000_000
            record.flowStartMilliseconds = 1_795_356_000_000
            record.initialStartMilliseconds = 1_795_356_000_000
            record.packetDeltaCount = 3
            record.octetDeltaCount = 300
            record.flowId = 7
            record.protocolIdentifier = 17
            record.sourceAddress = try #require(IPAddress("10.0.0.1"))
            record.destinationAddress = try #require(IPAddress("10.0.0.2"))
            record.samplingInterval = 1
            var report = AgentReport()
            report.agent = agent
            report.epoch = 1
            report.exportMilliseconds = 1_795_356_001_000
            report.localAddresses = [.init(tenant: .none, address: try #require(IPAddress(local)))]
            var flows = FlowBatch()
            record.agent = flows.index(ofName: agent)
            flows.append(record)
            var encoder = FlowFileEncoder()
            files.append(scratch.path(agent + ".ipfix"))
            try Data(encoder.encode(flows: flows, report: report)).write(to: URL(fileURLWithPath: files[files.count - 1]))
        }
        #expect(try await zonal("import", files[0], files[1], "--data", data).status == 0)
        let once = CSVTable(text: try await zonal("query", "--data", data, "--format", "csv").text).rows
        #expect(once.map { $0["agent"] } == ["hv1"])
        let all = CSVTable(text: try await zonal("query", "--witnesses", "--data", data, "--format", "csv").text).rows
        #expect(Set(all.compactMap { $0["agent"] }) == ["hv1", "hv2"])
        withExtendedLifetime(scratch) {}
    }

    private static func octets(_ hexadecimal: String) -> [UInt8]? {
        let digits = hexadecimal.filter { $0 != " " }.compactMap(\.hexDigitValue)
        return digits.count.isMultiple(of: 2) ? stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) } : nil
    }

    @Test("a relative time is a value, not a flag")
    func relativeTime() async throws {
        let (scratch, data, _) = try await folder()
        let report = scratch.path("report.html")
        #expect(try await zonal("report", "--since", "-1h", "--data", data, "-o", report).status == 0)
        #expect(try String(contentsOfFile: report, encoding: .utf8).contains("<html"))
        // Nothing of the last hour is held: a clear empty answer, and what is held.
        let empty = try await zonal("query", "--since", "-1h", "--data", data)
        #expect(empty.status == 0)
        #expect(empty.text.contains("held are flows that ended"))
    }

    @Test("what is asked wrongly ends with 2 and says where")
    func usage() async throws {
        let (scratch, data, _) = try await folder()
        let filter = try await zonal("query", "src port banana", "--data", data)
        #expect(filter.status == 2)
        #expect(filter.errors.contains("column 10"), "\(filter.errors)")
        #expect(try await zonal("query", "--bogus").status == 2)
        #expect(try await zonal("top", "--by", "nonsense", "--data", data).status == 2)
        let fields = try await zonal("meter", "x.pcap", "--fields", "src,nonsense")
        #expect(fields.status == 2)
        #expect(fields.errors.contains("nonsense"))
        #expect(try await zonal("query", "--data", data, "--collector", "http://127.0.0.1:1").status == 2)
        withExtendedLifetime(scratch) {}
    }

    @Test("what cannot be read ends with 1, names the place, and prints no half answer")
    func failures() async throws {
        let scratch = try ScratchFolder("zonal-cli")
        let garbage = scratch.path("garbage.pcap")
        try Data("no capture at all".utf8).write(to: URL(fileURLWithPath: garbage))
        for arguments in [
            ["meter", scratch.path("missing.pcap")], ["meter", garbage], ["import", garbage, "--data", scratch.path("data")],
            ["query", "--data", scratch.path("nothing")], ["dump", garbage],
            ["query", "--collector", "http://127.0.0.1:1"], ["agent", "--interface", "no-such-if", "--collector", "http://127.0.0.1:1"],
        ] {
            let result = try await Command.runAside([ZonalProgram.path] + arguments)
            #expect(result.status == 1, "\(arguments): \(result.errors)")
            #expect(result.errors.hasPrefix("zonal: "), "\(arguments): \(result.errors)")
            #expect(result.text.isEmpty, "\(arguments)")
        }
    }

    @Test(
        "what would not be used is refused, with the mend",
        arguments: [
            (["collector", "--tls-cert", "a.pem", "--tls-key", "a.key"], "give --ipfix-tls HOST:PORT"),
            (["collector", "--ipfix-tls", "127.0.0.1:0", "--tls-cert", "a.pem"], "--tls-key FILE"),
            (["meter", "a.pcap", "--export", "udp://127.0.0.1", "--format", "csv"], "name a file with -o"),
            (["export", "--export", "udp://127.0.0.1", "--witnesses"], "as often as it was seen"),
            (["import", "--as", "netflow", "a.pcap", "--idle-timeout", "5s"], "--as netflow meters none"),
            (["import", "a.pcap", "--port", "2055"], "--port is for --as netflow"),
            (["dump", "a.ipfix", "--records", "--limit", "1"], "--fields alone is for it"), (["dump"], "name a file, or a port"),
            (["agent", "--export", "udp://a,b"], "without a comma"), (["agent", "--collector", ""], "--collector is empty"),
        ])
    func unused(arguments: [String], mend: String) async throws {
        let result = try await Command.runAside([ZonalProgram.path] + arguments)
        #expect(result.status == 2)
        #expect(result.errors.contains(mend), "\(result.errors)")
    }

    @Test("a truncated capture is metered to its last whole frame, and fails with the place")
    func truncated() async throws {
        let scratch = try ScratchFolder("zonal-cli")
        let whole = try Data(contentsOf: URL(fileURLWithPath: try #require(SharedFolder.path("captures/communityid/tcp.pcap"))))
        let cut = scratch.path("cut.pcap")
        try whole.prefix(whole.count - 10).write(to: URL(fileURLWithPath: cut))
        let result = try await zonal("meter", cut)
        #expect(result.status == 1)
        #expect(result.errors.contains("frame"))
        #expect(CSVTable(text: result.text).rows.count > 0)
    }

    @Test("what meter writes as IPFIX, dump and import read")
    func ipfix() async throws {
        let (scratch, _, capture) = try await folder()
        let file = scratch.path("flows.ipfix")
        #expect(try await zonal("meter", capture, "--format", "ipfix", "-o", file).status == 0)
        let lines = try await zonal("meter", capture, "--format", "ndjson").text.split(separator: "\n").count
        #expect(try await zonal("dump", file, "--records").text.split(separator: "\n").count == lines + 1)
        let data = scratch.path("other")
        #expect(try await zonal("import", file, "--data", data).status == 0)
        #expect(CSVTable(text: try await zonal("query", "--data", data, "--format", "csv").text).rows.count == lines)
    }

    @Test("a configuration's faults are told all at once, with their lines")
    func configuration() async throws {
        let scratch = try ScratchFolder("zonal-cli")
        let file = scratch.path("zonal.yaml")
        try Data("agent:\n  idle-timeout: soon\ncollector:\n  lisen: 1\n".utf8).write(to: URL(fileURLWithPath: file))
        let result = try await zonal("check-config", file)
        #expect(result.status == 2)
        #expect(result.errors.contains("zonal.yaml:2"))
        #expect(result.errors.contains("zonal.yaml:4"))
        #expect(result.errors.contains("listen"))
    }

    @Test("every command has help, and the shells have completion", arguments: ["bash", "zsh", "fish"])
    func help(shell: String) async throws {
        #expect(try await zonal("--generate-completion-script", shell).text.contains("zonal"))
        for command in ["up", "agent", "collector", "meter", "import", "query", "top", "series", "alerts", "report", "dump"] {
            let help = try await zonal(command, "--help")
            #expect(help.status == 0)
            #expect(help.text.contains("USAGE"), "\(command)")
        }
    }
}
