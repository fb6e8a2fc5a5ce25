import AgentCommands
import AgentService
import ArgumentParser
import Capture
import ExportFiles
import FlowModel
import IPFIX

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Store captures (metered) and IPFIX files (decoded).",
        discussion: """
            What a file is, its content says. A file that was imported before is not stored twice. What an IPFIX file holds \
            that cannot be stored is counted and said; a file with data sets whose template it lacks is stored without \
            them, and fails.

            A capture of what exporters sent is metered like any other traffic, unless --as netflow says that their \
            flows are wanted.

            Examples:
              zonal import monday.pcap tuesday.pcapng --data ./zonal-data
              zonal import flows.ipfix.gz --collector http://10.0.0.5:8080
              zonal import --as netflow router.pcap --data ./zonal-data
            """)

    @Argument(help: "pcap, pcapng and IPFIX (RFC 5655) files, IPFIX also packed with gzip.")
    var files: [String]

    @Option(help: "A collector's URL; http://127.0.0.1:8080 without this and --data.")
    var collector: String?

    @Option(help: "A data folder that no collector is writing.")
    var data: String?

    /// What files are taken for.
    enum Reading: String, CaseIterable, ExpressibleByArgument { case content, netflow }

    @Option(name: .customLong("as"), help: "content: captures are metered, IPFIX is decoded; netflow: the flows that are in NetFlow, IPFIX and sFlow messages, in captures too.")
    var reading: Reading = .content

    @Option(name: .customLong("port"), help: "Of --as netflow: a port that exports went to, whatever they look like; may be given again.")
    var ports: [UInt16] = []

    @Flag(help: "Store a file that was stored before once more.")
    var again = false

    @OptionGroup var metering: MeteringOptions

    func validate() throws {
        if collector != nil, data != nil {
            throw ValidationError("--collector and --data exclude each other: send to a collector or write a folder")
        }
        if !ports.isEmpty, reading != .netflow { throw ValidationError("--port is for --as netflow") }
        if reading == .netflow, let flag = metering.flags.keys.sorted().first {
            throw ValidationError("\(flag.replacing("agent.", with: "--")) is for captures that are metered, and --as netflow meters none")
        }
    }

    func run() async throws {
        let settings = try metering.resolve()
        var meter = FileMeter()
        meter.cache = settings.cache
        meter.decoding = settings.decoding
        let sink: any ImportSink
        if let data {
            sink = try FolderSink(path: data, again: again)
        } else {
            sink = CollectorSink(url: collector ?? "http://127.0.0.1:8080", again: again)
        }
        var failed = 0
        for path in files {
            do {
                try await importFile(path, meter, into: sink)
            } catch {
                failed += 1
                CommandLineRunner.say("zonal: \(error)")
            }
        }
        try sink.close()
        if failed > 0 { throw CommandFailure("\(failed) of \(files.count) files could not be imported, or not whole") }
    }

    private func importFile(_ path: String, _ meter: FileMeter, into sink: any ImportSink) async throws {
        let file = try ImportFile(path: path, isForeign: reading == .netflow)
        if let before = try sink.earlierImport(of: file) {
            CommandLineRunner.say("\(path): stored before (\(before)); --again stores it once more")
            return
        }
        var part: UInt64 = 0
        var stored = 0
        var seen = 0
        func store(_ flows: FlowBatch, report: AgentReport? = nil, exportMilliseconds: Int64) async throws {
            part += 1
            seen += flows.count
            stored += try await sink.store(
                ImportPiece(flows: flows, number: part, report: report, exportMilliseconds: exportMilliseconds), of: file)
        }
        var damage: String?
        switch file.content {
        case .capture where reading == .netflow:
            damage = try await importExports(path, file) { try await store($0, exportMilliseconds: $1) }
        case .ipfix(let octets):
            // All of it is read before a part is stored: one that is damaged anywhere is refused as a whole.
            var account = IPFIXAccount()
            try await Self.read(octets, path: path) { part in account.add(part) }
            if account.hasReport, account.records <= FlowFileDecoder.Limits().records, let collector = sink as? CollectorSink {
                seen = account.records
                stored = try await collector.replay(octets, of: file)
            } else {
                try await Self.read(octets, path: path) { part in
                    for piece in part.flows.parts(limit: Self.pieceRecords) where !piece.isEmpty {
                        try await store(piece, report: part.report, exportMilliseconds: part.exportMilliseconds)
                    }
                }
            }
            CommandLineRunner.say("\(path): \(account.text)")
            damage = account.damage.map { "\(path): \($0)" }
        case .capture:
            let summary: FileMeter.Summary
            var meter = meter
            meter.seed = file.seed
            do {
                summary = try await meter.meter(path: path) { flows in
                    try await store(flows, exportMilliseconds: flows.flowEndMilliseconds.max() ?? 0)
                }
            } catch let error as CaptureError {
                throw CommandFailure("\(error)")
            }
            FileAccount.tell(summary, file: path)
            damage = summary.damage.map { "\($0); what came before it was stored" }
        }
        if stored < seen {
            CommandLineRunner.say("\(path): \(seen - stored) of \(seen) records were stored before; --again stores them once more")
        }
        if let damage { throw CommandFailure(damage) }
        try sink.finish(file, records: seen)
    }

    /// Stores the flows of exporters' messages, portion by portion.
    ///
    /// - Returns: why the file could not be read to its end; nil when it could.
    private func importExports(
        _ path: String, _ file: ImportFile, store: (FlowBatch, _ exportMilliseconds: Int64) async throws -> Void
    ) async throws -> String? {
        var configuration = ExportFileReader.Configuration()
        configuration.seed = file.seed.0
        configuration.portionRows = Self.pieceRecords
        if !ports.isEmpty { configuration.ports = Set(ports) }
        var reader: ExportFileReader
        do throws(ExportFileError) {
            reader = try ExportFileReader(path: path, configuration: configuration)
        } catch {
            throw CommandFailure("\(error)")
        }
        while let portion = reader.next() { try await store(portion.flows, portion.latestMilliseconds) }
        let summary = reader.summary
        CommandLineRunner.say("\(path): \(summary.text)")
        for line in summary.notRead { CommandLineRunner.say("\(path): \(line)") }
        if let damage = summary.damage { return "\(damage); what came before it was stored" }
        // Not to be called imported: it can be read when what it lacks is there.
        if summary.setsNotRead > 0 { return "\(path): \(summary.setsNotRead) data sets could not be read; the rest was stored" }
        if summary.rows == 0, !summary.faults.isEmpty { return "\(path): nothing of it could be read" }
        return nil
    }

    private static let pieceRecords = 200_000

    /// The parts of an IPFIX file, one after the other: a file of any number of records takes the memory of one part.
    private static func read(
        _ octets: [UInt8], path: String, _ take: (DecodedFlows) async throws -> Void
    ) async throws {
        var decoder = FlowFileDecoder()
        decoder.isOfOneAgent = true
        var offset = 0
        repeat {
            let part: DecodedFlows
            do throws(IPFIXError) {
                part = try decoder.decode(octets, from: &offset, goal: pieceRecords)
            } catch {
                throw CommandFailure("\(path): is a damaged IPFIX file: \(error)")
            }
            try await take(part)
        } while offset < octets.count
    }
}
