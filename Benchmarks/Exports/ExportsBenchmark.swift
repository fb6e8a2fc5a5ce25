import Collecting
import FlowModel
import Foundation
import IPFIX

/// Records per CPU second that the export decoder reads from memory into batches, which are given back: NetFlow v5, v9 and
/// IPFIX with templates of twenty fields, and with a field of variable length among them; and sampled packets of sFlow.
///
/// `exports-benchmark [RUNS (5)] [RECORDS (1000000)]`. The best of the runs and their median, of this process's CPU time.
@main
struct ExportsBenchmark {
    static func main() {
        let arguments = CommandLine.arguments
        let runs = max(1, arguments.count > 1 ? Int(arguments[1]) ?? 5 : 5)
        let records = max(1, arguments.count > 2 ? Int(arguments[2]) ?? 1_000_000 : 1_000_000)
        measure("NetFlow v5, 48 octets", runs, .netFlow5(records))
        measure("NetFlow v9, 20 fields", runs, .netFlow9(records))
        measure("IPFIX, 20 fields", runs, .ipfix(records))
        measure("IPFIX, 19 and one of variable length, always 4 octets", runs, .named(records, isEven: true))
        measure("IPFIX, 19 and one of variable length, 1 to 14 octets", runs, .named(records, isEven: false))
        measure("sFlow, headers of 128 octets", runs, SFlowSamples(records, isOverlay: false))
        measure("sFlow, headers of 128 octets with VXLAN", runs, SFlowSamples(records, isOverlay: true))
    }

    private static func measure(_ name: String, _ runs: Int, _ messages: ExportMessages) {
        measure(name, runs, messages.records) { decode(messages) }
    }

    private static func measure(_ name: String, _ runs: Int, _ samples: SFlowSamples) {
        measure(name, runs, samples.samples) { decode(samples) }
    }

    private static func measure(_ name: String, _ runs: Int, _ records: Int, _ run: () -> UInt64) {
        var rates: [Double] = []
        var octets: UInt64 = 0
        for _ in 0..<runs {
            let start = cpuNanoseconds()
            octets = run()
            rates.append(Double(records) / (cpuNanoseconds() - start) * 1e3)
        }
        rates.sort(by: >)
        let text = String(format: "best %.2f, median %.2f M records per CPU second", rates[0], rates[rates.count / 2])
        print("\(name): \(text) (\(records) records, \(octets) octets told)")
    }

    private static func decode(_ messages: ExportMessages) -> UInt64 {
        var decoder = ExportDecoder()
        let source = ExporterSource(IPAddress(ipv4: 0x0A00_0001), port: 2055)
        // SAFETY: the octets are integers, which any bits are.
        let bytes = unsafe messages.octets.span.bytes
        var (octets, rows): (UInt64, Int) = (0, 0)
        func take() {
            let (flows, _) = decoder.takeFlows()
            for count in flows.octetDeltaCount { octets &+= count }
            rows += flows.count
            decoder.reuse(flows)
        }
        for datagram in messages.datagrams {
            decoder.decode(bytes.extracting(datagram), from: source, receivedMilliseconds: 1_700_000_000_000)
            if decoder.rowCount >= 8192 { take() }
        }
        take()
        precondition(rows == messages.records, "of \(messages.records) records \(rows) became rows")
        return octets
    }

    private static func decode(_ samples: SFlowSamples) -> UInt64 {
        var decoder = SFlowDecoder(seed: 1)
        let source = ExporterSource(IPAddress(ipv4: 0x0A00_0001), port: 6343)
        // SAFETY: the octets are integers, which any bits are.
        let bytes = unsafe samples.octets.span.bytes
        var (octets, rows): (UInt64, Int) = (0, 0)
        var flows = FlowBatch()
        func take() {
            for count in flows.octetDeltaCount { octets &+= count }
            rows += flows.count
            flows = FlowBatch()
        }
        for datagram in samples.datagrams {
            decoder.decode(bytes.extracting(datagram), from: source, receivedMilliseconds: 1_700_000_000_000, into: &flows)
            if flows.count >= 8192 { take() }
        }
        take()
        precondition(rows == samples.samples, "of \(samples.samples) samples \(rows) became rows")
        return octets
    }

    private static func cpuNanoseconds() -> Double {
        var time = timespec()
        // The address of a local, for the length of the call.
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }
}
