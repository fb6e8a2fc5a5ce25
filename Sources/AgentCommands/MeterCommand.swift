package import AgentService
package import ArgumentParser
import Capture
import FlowModel
import FlowQuery
import Foundation
import Settings

/// `zonal meter`: a capture file into flow records.
package struct MeterCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "meter", abstract: "Meter a capture file into flow records.",
        discussion: """
            Reads pcap and pcapng, looks through tunnels (--layers), and writes one line a record. What could not be metered is \
            counted by reason on the standard error.

            Examples:
              zonal meter traffic.pcap
              zonal meter traffic.pcap --format ndjson --fields start,src,dst,dst_port,bytes -o flows.ndjson
              tcpdump -i any -w - -c 10000 | zonal meter - --format ipfix -o flows.ipfix
              zonal meter traffic.pcap --export 'udp://10.0.0.7:4739?format=uniflow'
            """)

    @Argument(help: "A pcap or pcapng file; - is the standard input.")
    var file: String

    @Option(help: "csv, json, ndjson or ipfix (an RFC 5655 file); csv without it.")
    var format: RecordWriter.Format?

    @Option(name: [.customShort("o"), .long], help: "The file to write; the standard output without it.")
    var output: String?

    @Option(help: ArgumentHelp(
        "Send the flows as IPFIX to a collector too, udp://, tcp:// or tls://HOST:PORT; may be given again. Without -o nothing else is written.",
        discussion: ExportHelp.parameters))
    var export: [String] = []

    @Option(help: "Fields to write, separated by commas; all that a capture file can fill without it.")
    var fields: String?

    @Option(help: "Threads that meter; with more than one, reading has a thread of its own besides.")
    var threads = 1

    @OptionGroup var metering: MeteringOptions

    package init() {}

    package func validate() throws {
        if !export.isEmpty, output == nil, format != nil || fields != nil {
            throw ValidationError("--format and --fields are of what is written: name a file with -o, or leave them away")
        }
        guard (1...64).contains(threads) else { throw ValidationError("--threads must be 1 to 64, not \(threads)") }
    }

    /// What a capture file cannot tell is not written unless asked for by name.
    private static let defaultFields: [Field] = Field.stored.filter {
        ![.agent, .counted].contains($0)
    }

    package func run() async throws {
        let fields = try fields.map { text throws(CommandFailure) in try FieldList.parse(text) } ?? Self.defaultFields
        var meter = FileMeter()
        let settings = try metering.resolve()
        meter.cache = settings.cache
        meter.decoding = settings.decoding
        meter.threads = threads
        // Columns of some 700 KB, which stay in the second cache level until they are written out.
        meter.recordLimit = 2048
        ProcessMemory.keepHeap()
        let run = export.isEmpty ? nil : try ExportRun(targets: export)
        let isWritten = output != nil || run == nil
        let out = try OutputFile(path: output)
        var writer = RecordWriter(format: format ?? .csv, fields: fields)
        let summary: FileMeter.Summary
        do {
            // Nothing is written before the file has been opened: an error is not to look like an empty answer.
            var hasBegun = false
            summary = try await meter.meter(path: file) { flows in
                if !hasBegun {
                    if isWritten { try out.write(writer.beginning()) }
                    // All that runs from now on has run once.
                    ProcessMemory.forgetStart()
                }
                hasBegun = true
                try await run?.send(flows)
                if isWritten { try out.write(writer.records(flows)) }
            }
            if isWritten {
                if !hasBegun { try out.write(writer.beginning()) }
                try out.write(writer.ending { stats in
                    stats.member("frames", summary.frames)
                    stats.member("flows", summary.flows)
                    stats.member("records", summary.records)
                })
            }
        } catch let error as CaptureError {
            run?.abandon()
            out.abandon()
            throw CommandFailure("\(error)")
        } catch {
            run?.abandon()
            out.abandon()
            throw error
        }
        try out.finish()
        FileAccount.tell(summary, file: file)
        try await run?.finish()
        if let damage = summary.damage { throw CommandFailure("\(damage); what came before it was metered") }
    }
}

extension RecordWriter.Format: ExpressibleByArgument {}

/// Says on the standard error what became of a file's frames.
package enum FileAccount {
    package static func tell(_ summary: FileMeter.Summary, file: String) {
        var line = "\(file): \(summary.frames) frames, \(summary.flows) flows, \(summary.records) records"
        if summary.evicted > 0 { line += "; \(summary.evicted) records ended early for want of room (--cache-flows)" }
        if !summary.notMetered.isEmpty {
            let reasons = summary.notMetered.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            line += "; not metered: " + reasons.joined(separator: ", ")
        }
        CommandLineRunner.say(line)
    }
}
