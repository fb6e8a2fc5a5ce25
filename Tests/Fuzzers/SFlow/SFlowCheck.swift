import Collecting
import FlowModel
import IPFIX

/// What the sFlow decoder's fuzzer looks for, beside traps and reads past the end: samples without an account, rows that
/// contradict it, and more memory than the limits allow. The ordinary tests replay with it what the fuzzer has found.
enum SFlowCheck {
    /// - Parameter input: datagrams one after the other, each behind a head of three octets: whose (bit 0), whether the batch is
    ///   taken after it (bit 1), and its length in two octets.
    /// - Returns: what is wrong; nil for nothing.
    static func fault(in input: borrowing Span<UInt8>) -> String? {
        var configuration = SFlowDecoder.Configuration()
        configuration.agents = 3
        configuration.sourcesPerAgent = 4
        configuration.sources = 6
        var decoder = SFlowDecoder(configuration: configuration, seed: 1)
        var flows = FlowBatch()
        var milliseconds: Int64 = 1_700_000_000_000
        var offset = 0
        while offset + 3 <= input.count {
            let head = input[offset]
            let length = min(Int(input[offset + 1]) << 8 | Int(input[offset + 2]), input.count - offset - 3)
            let datagram = input.extracting((offset + 3)..<(offset + 3 + length))
            offset += 3 + length
            milliseconds += 1000
            let source = ExporterSource(IPAddress(ipv4: 0x0A00_0001 + UInt32(head & 1)), port: 6343)
            let before = flows.count
            // The datagram's octets outlive the call.
            let rows = unsafe decoder.decode(datagram.bytes, from: source, receivedMilliseconds: milliseconds, into: &flows)
            if rows != before..<flows.count { return "other rows were told than came" }
            if let fault = fault(of: flows, rows, at: milliseconds) ?? fault(of: decoder) { return fault }
            if head & 2 != 0 { flows = FlowBatch() }
        }
        return nil
    }

    private static func fault(of flows: FlowBatch, _ rows: Range<Int>, at milliseconds: Int64) -> String? {
        for row in rows {
            let record = flows[row]
            if record.packetDeltaCount != 1 || record.reversePacketDeltaCount != 0 { return "a sample is one packet" }
            if record.flowStartMilliseconds != milliseconds || record.flowEndMilliseconds != milliseconds { return "another time" }
            if flows.name(record.agent).isEmpty { return "a row without an agent" }
            if Int(record.interface) >= flows.names.count { return "an interface that has no name" }
            if record.sourceAddress.isIPv6 != record.destinationAddress.isIPv6 { return "address families are mixed" }
        }
        return Set(flows.names).count == flows.names.count ? nil : "a name is there twice"
    }

    private static func fault(of decoder: borrowing SFlowDecoder) -> String? {
        let agents = decoder.agentAddresses
        if agents.count > 3 { return "more agents than the limit" }
        var sources = 0
        for agent in agents {
            guard let statistics = decoder.statistics(of: agent) else { return "an agent without statistics" }
            sources += statistics.sources
            if statistics.sources > 4 { return "more sources of an agent than the limit" }
            let withoutFlow = statistics.samplesWithoutFlow.values.reduce(0, +)
            if statistics.flowSamples != statistics.rows + withoutFlow { return "flow samples without an account" }
            if statistics.recordsSkipped > statistics.records { return "more records skipped than there were" }
        }
        return sources > 6 ? "more sources than the limit" : nil
    }
}
