import FlowModel
import Foundation

/// Benchmarks of the store: what goes in, what comes out, and how soon (Benchmarks/README.md).
@main
struct StoreBenchmark {
    private static let usage = """
        store-benchmark generate N                         the flows' sums, groups and needle, to compare with what is known of them
        store-benchmark csv N [--first K] [--rows M]       the flows as text, for peers
        store-benchmark send N HOST PORT RATE [--exporters 1] [--patient 0|1]
                                                           the flows as IPFIX over UDP, RATE flows/s (0: as fast as it can), or no
                                                           faster than the receiver on this machine reads
        store-benchmark batches N FOLDER [--size 20000]    the flows as an agent's batches, packed, one a file
        store-benchmark ingest N [--data FOLDER] [--threads 1] [--size 65536] [--style metered|exported] [--seal 1]
                                                           flows/s from batches in memory to disk
        store-benchmark query FOLDER [--runs 5] [--threads 1] [--cold 0|1] [--only q1,q3]
                                                           the six queries; one line of JSON each
        store-benchmark mixed FOLDER [--seconds 20] [--clients 2] [--threads 1] [--ingest RATE]
                                                           what dashboards ask, while RATE flows/s come in
        store-benchmark soak N FOLDER [--partitions 24] [--bound BYTES] [--rate 0]
                                                           everything at once; a line of JSON each second, and a verdict
        N flows; wherever they are: --hours H (one for each ten million), the time that they are spread over.
        """

    static func main() throws {
        var options = Options(CommandLine.arguments.dropFirst())
        guard !options.values.isEmpty else { fail("what to do?\n\(usage)") }
        switch options.take("what to do") {
        case "generate": GeneratorSums.print(generator(&options))
        case "csv": FlowText.write(generator(&options), first: options.number("first", default: 0), rows: options.optionalNumber("rows"))
        case "send":
            let flows = generator(&options)
            var sender = ExportSender(
                host: options.take("HOST"), port: UInt16(clamping: options.takeNumber("PORT")),
                exporters: max(1, options.number("exporters", default: 1)),
                isPatient: options.number("patient", default: 0) != 0)
            sender.send(flows, rate: options.takeNumber("RATE"))
        case "batches":
            let flows = generator(&options)
            try BatchFiles.write(flows, size: max(1, options.number("size", default: 20_000)), folder: options.take("FOLDER"))
        case "ingest": try IngestRun(generator(&options), options).run()
        case "query": try SixQueries(folder: options.take("FOLDER"), options).run()
        case "mixed": try MixedRun(folder: options.take("FOLDER"), options).run()
        case "soak":
            let count = options.takeNumber("N")
            let flows = FlowGenerator(total: count, hours: max(1, options.number("partitions", default: 24)))
            try SoakRun(flows, folder: options.take("FOLDER"), options).run()
        case let other: fail("'\(other)' is nothing that it does\n\(usage)")
        }
    }

    private static func generator(_ options: inout Options) -> FlowGenerator {
        FlowGenerator(total: max(1, options.takeNumber("N")), hours: options.optionalNumber("hours"))
    }
}

/// Prints a line of JSON at once, into a pipe too; keys in order, so that runs can be compared by eye.
func printJSON(_ object: [String: Any]) {
    guard let data = try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes]) else { return }
    FileHandle.standardOutput.write(data + [UInt8(ascii: "\n")])
}

/// A number of seconds or a rate with the digits that mean something.
func rounded(_ value: Double, _ digits: Int = 6) -> Double {
    let factor = pow(10, Double(digits))
    return (value * factor).rounded() / factor
}
