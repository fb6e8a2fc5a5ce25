import Foundation
import TestSupport
import Testing

/// Stored records out again: as they went in, from a folder and from a collector, whatever the form.
@Suite("zonal export", .needs(SharedFolder.url == nil ? "it needs the shared folder of captures beside the project" : nil))
struct ExportTests {
    private func zonal(_ arguments: [String]) async throws -> Command {
        try await Command.runAside([ZonalProgram.path] + arguments)
    }

    private func totals(_ data: String) async throws -> [String] {
        let answer = try await zonal(["top", "--by", "src,dst,dst_port,proto", "--limit", "1000", "--format", "csv", "--data", data])
        return answer.text.split(separator: "\n").map(String.init).sorted()
    }

    /// 45,000 flows: more than two pages.
    private static func capture(in scratch: ScratchFolder) throws -> String {
        let path = scratch.path("flows.ipfix")
        func big<T: FixedWidthInteger>(_ number: T) -> [UInt8] {
            stride(from: T.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
        }
        func message(_ body: [UInt8], _ sequence: UInt32) -> [UInt8] {
            [0, 10] + big(UInt16(16 + body.count)) + big(UInt32(1_795_356_000)) + big(sequence) + big(UInt32(7)) + body
        }
        let fields: [(UInt16, UInt16)] = [(8, 4), (12, 4), (4, 1), (7, 2), (11, 2), (2, 4), (1, 4), (150, 4), (151, 4)]
        let template = big(UInt16(256)) + big(UInt16(fields.count)) + fields.flatMap { big($0.0) + big($0.1) }
        var octets = message(big(UInt16(2)) + big(UInt16(4 + template.count)) + template, 0)
        for start in stride(from: 0, to: 45_000, by: 1500) {
            var records: [UInt8] = []
            for number in start..<start + 1500 {
                records += [10, 0, UInt8(number >> 12), UInt8(number >> 4 & 255), 10, 1, 0, UInt8(number & 15), 6]
                records += big(UInt16(40_000)) + big(UInt16(443))
                records += big(UInt32(number + 1)) + big(UInt32(number * 3))
                records += big(UInt32(1_795_355_000)) + big(1_795_355_000 + UInt32(number % 700))
            }
            octets += message(big(UInt16(256)) + big(UInt16(4 + records.count)) + records, UInt32(start))
        }
        try Data(octets).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test("every record once, over pages: IPFIX goes in again as it came out; CSV has the same rows")
    func pages() async throws {
        let scratch = try ScratchFolder("zonal-export")
        let file = try Self.capture(in: scratch)
        let (data, again) = (scratch.path("data"), scratch.path("again"))
        let imported = try await zonal(["import", file, "--data", data])
        #expect(imported.status == 0, "\(imported.errors)")
        let exported = try await zonal(["export", "--data", data, "-o", scratch.path("out.ipfix")])
        #expect(exported.status == 0 && exported.errors.contains("45000 records"), "\(exported.errors)")
        let back = try await zonal(["import", scratch.path("out.ipfix"), "--data", again])
        #expect(back.status == 0, "\(back.errors)")
        #expect(try await totals(data) == totals(again))
        let csv = try await zonal(["export", "bytes >= 3000", "--format", "csv", "--fields", "packets,bytes", "--data", data])
        let rows = CSVTable(text: csv.text).rows
        #expect(rows.count == 44_000)
        #expect(Set(rows.compactMap { Int($0["packets"]) }) == Set(1001...45_000))
        withExtendedLifetime(scratch) {}
    }

    @Test(
        "meter --export: what another collector holds is what the capture has, both ways of telling it",
        .enabled(if: Command.exists("nfcapd"), "nfcapd is not there"), arguments: ["biflow", "uniflow"])
    func meterToNfcapd(format: String) async throws {
        let scratch = try ScratchFolder("zonal-export")
        let capture = try #require(SharedFolder.path("captures/packets/large/markofu-ftp-crack.pcap"))
        let truth = try CSVTable(path: #require(SharedFolder.path("captures/truth.csv")))
        let row = try #require(truth.rows.first { $0["file"] == "packets/large/markofu-ftp-crack.pcap" })
        let packets = try #require(Int(row["ip_packets"]))
        let port = try FreePort.udp()
        try FileManager.default.createDirectory(atPath: scratch.path("nf"), withIntermediateDirectories: true)
        let nfcapd = try Program("nfcapd", ["nfcapd", "-p", "\(port)", "-w", scratch.path("nf"), "-t", "60"])
        try await eventually("nfcapd listens") {
            guard nfcapd.isRunning else { throw Program.Failure(description: nfcapd.log) }
            return BoundPorts.udp(of: nfcapd.identifier).contains(port) ? () : nil
        }
        let metered = try await zonal(["meter", capture, "--export", "udp://127.0.0.1:\(port)?format=\(format)"])
        #expect(metered.status == 0 && metered.text.isEmpty, "\(metered.errors)")
        nfcapd.send(SIGTERM)
        try await nfcapd.end()
        #expect(nfcapd.log.contains("Packets: \(packets),"), "\(nfcapd.log)")
        #expect(nfcapd.log.contains("Sequence Errors: 0, Bad Packets: 0"), "\(nfcapd.log)")
        withExtendedLifetime(scratch) {}
    }

    @Test("meter --export to nobody fails, and says so; a target that makes no sense is named")
    func nobody() async throws {
        let capture = try #require(SharedFolder.path("captures/communityid/tcp.pcap"))
        let port = try FreePort.udp()
        let refused = try await zonal(["meter", capture, "--export", "udp://127.0.0.1:\(port)"])
        #expect(refused.status == 1 && refused.errors.contains("refused"), "\(refused.errors)")
        let wrong = try await zonal(["meter", capture, "--export", "udp://127.0.0.1:\(port)?format=netflow"])
        #expect(wrong.status == 2 && wrong.errors.contains("format «netflow» must be biflow or uniflow"), "\(wrong.errors)")
    }

    @Test("from a collector as from its folder; what is wrong is said before a file is made")
    func collector() async throws {
        let scratch = try ScratchFolder("zonal-export")
        let capture = try #require(SharedFolder.path("captures/communityid/tcp.pcap"))
        let data = scratch.path("data")
        _ = try await zonal(["import", capture, "--data", data])
        let folder = try await zonal(["export", "--format", "ndjson", "--data", data])
        #expect(folder.status == 0 && !folder.text.isEmpty)
        let program = try Program("collector", [ZonalProgram.path, "collector", "--data", data, "--listen", "127.0.0.1:0"])
        let url = try await eventually("the collector is ready") { () -> String? in
            guard let base = program.announcedURL, await CollectorAPI(base: base).isReady() else { return nil }
            return "\(base)"
        }
        let served = try await zonal(["export", "--format", "ndjson", "--since", "2000-01-01", "--collector", url])
        #expect(served.status == 0)
        #expect(served.text == folder.text)
        let wrong = try await zonal(["export", "dst prt 443", "--collector", url, "-o", scratch.path("none.ipfix")])
        #expect(wrong.status == 2)
        #expect(!FileManager.default.fileExists(atPath: scratch.path("none.ipfix")))
        #expect(try await zonal(["export", "--fields", "src", "--data", data]).status == 2)
        try await program.stop()
        withExtendedLifetime(scratch) {}
    }
}
