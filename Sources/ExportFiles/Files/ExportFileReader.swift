package import Collecting
package import FlowModel
package import IPFIX

/// Reads the exports of a file into flow batches: an IPFIX file (RFC 5655), a capture with NetFlow, IPFIX or sFlow in it, or a
/// saved datagram.
///
/// A file is read twice: first for templates that stand behind their data, which a live stream would have to wait for. Time is
/// the capture's; in an IPFIX file, which has no other, that of export. Memory is bounded by the configuration and by the rows of
/// a portion, however long the file is; but a file that is packed lies in memory as a whole, up to 512 MiB.
package struct ExportFileReader: ~Copyable {
    package struct Configuration: Sendable {
        package var decoding = ExportDecoder.Configuration()
        package var registry = ElementRegistry.standard
        package var sFlow = SFlowDecoder.Configuration()
        /// Of a capture: destination ports to take, whatever the content is; nil for all exports.
        package var ports: Set<UInt16>?
        /// What the agent of rows is called whose exporter has no address, since they stood in a file.
        package var fileExporterName = ""
        /// Rows of a portion: a portion ends with the message that reaches it.
        package var portionRows = 200_000
        /// Look for templates behind their data; else data waits for them as in a live stream.
        package var looksAhead = true
        /// Of the hash that fragments of sampled packets are found by.
        package var seed: UInt64 = 1

        package init() {}
    }

    /// Some of a file's rows, in the order of the file.
    package struct Portion: Sendable {
        package var flows: FlowBatch
        /// The latest time of capture (in an IPFIX file: of export) so far: made of the file's content, not of a clock.
        package var latestMilliseconds: Int64
    }

    private let configuration: Configuration
    private var file: ExportFile
    private var decoder: ExportDecoder
    private var sFlow: SFlowDecoder
    private var sampled = FlowBatch()
    private var latestMilliseconds: Int64 = .min
    private var firstMilliseconds: Int64 = .max
    private var rows: UInt64 = 0
    private var packets: UInt64 = 0
    private let templatesBehindData: Int
    private var waiting: [Portion] = []
    private var isEnded = false

    /// Opens a file and looks through it.
    ///
    /// - Throws: when it cannot be opened, is of another kind, or has no export in it at all.
    package init(path: String, configuration: Configuration = Configuration()) throws(ExportFileError) {
        var file = try ExportFile(path: path, ports: configuration.ports)
        var decoding = configuration.decoding
        if decoding.exporterNames[.zero] == nil { decoding.exporterNames[.zero] = configuration.fileExporterName }
        var decoder = ExportDecoder(configuration: decoding, registry: configuration.registry)
        var scout = TemplateScout()
        while let packets = file.next() {
            for packet in packets { scout.look(at: packet) }
            // That there are exports is known; without looking ahead that is enough.
            if !configuration.looksAhead && scout.messages > 0 { break }
        }
        guard scout.messages > 0 else { throw file.emptiness }
        if configuration.looksAhead { decoder.restore(scout.memory) }
        try file.rewind()
        templatesBehindData = configuration.looksAhead ? scout.count : 0
        self.configuration = configuration
        self.file = file
        self.decoder = decoder
        sFlow = SFlowDecoder(configuration: configuration.sFlow, seed: configuration.seed)
    }

    package var kind: ExportFile.Kind { file.kind }

    /// The next rows; nil at the end. What the file's end may be is in `summary`.
    package mutating func next() -> Portion? {
        while waiting.isEmpty && !isEnded { read() }
        return waiting.isEmpty ? nil : waiting.removeFirst()
    }

    private mutating func read() {
        guard let packets = file.next() else {
            isEnded = true
            close()
            return
        }
        for packet in packets {
            self.packets += 1
            latestMilliseconds = max(latestMilliseconds, packet.receivedMilliseconds)
            firstMilliseconds = min(firstMilliseconds, packet.receivedMilliseconds)
            decode(packet)
            if decoder.rowCount + sampled.count >= configuration.portionRows { close() }
        }
    }

    private mutating func decode(_ packet: ExportPacket) {
        // The octets are integers, which any bits are.
        let bytes = unsafe packet.octets.span.bytes
        if packet.isSFlow {
            sFlow.decode(bytes, from: packet.source, receivedMilliseconds: packet.receivedMilliseconds, into: &sampled)
        } else {
            decoder.decode(
                bytes, from: packet.source, over: packet.transport, receivedMilliseconds: packet.receivedMilliseconds)
        }
    }

    /// Makes portions of the rows that there are.
    private mutating func close() {
        let decoded = decoder.takeFlows().flows
        for flows in [decoded, sampled] where !flows.isEmpty {
            rows += UInt64(flows.count)
            waiting.append(Portion(flows: flows, latestMilliseconds: latestMilliseconds))
        }
        sampled = FlowBatch()
    }

    /// What was read so far; of the whole file when `next` has given nil.
    package var summary: ExportFileSummary {
        var summary = ExportFileSummary(kind: file.kind)
        summary.packets = packets
        summary.rows = rows + UInt64(decoder.rowCount + sampled.count)
        summary.templatesBehindData = templatesBehindData
        summary.capture = file.packets
        summary.damage = file.damage
        summary.exportersForgotten = decoder.exportersEvicted + sFlow.agentsEvicted
        if firstMilliseconds <= latestMilliseconds { summary.milliseconds = firstMilliseconds...latestMilliseconds }
        for address in decoder.exporters.sorted() {
            if let statistics = decoder.statistics(of: address) { summary.add(statistics, of: address) }
        }
        for address in sFlow.agentAddresses.sorted() {
            if let statistics = sFlow.statistics(of: address) { summary.add(statistics, ofAgent: address) }
        }
        for (fault, count) in sFlow.faultsWithoutAgent { summary.faults["sflow-" + fault.rawValue, default: 0] += count }
        return summary
    }
}
