import Collecting
import FlowModel
import IPFIX

/// Reads what comes from exporters into rows, and knows what is known of each: the decoders behind one door, for one thread.
struct ExporterReader: ~Copyable {
    private let allowed: [IPPrefix]
    private var exports: ExportDecoder
    private var samples: SFlowDecoder
    /// Rows of sFlow's samples that wait to be taken.
    private var sampled = FlowBatch()
    /// Puts records of two directions together; nil where that is not asked for.
    private var joiner: BiflowJoiner?
    /// Datagrams from addresses that are not allowed, and those longer than any that UDP has.
    private(set) var refused: UInt64 = 0
    private(set) var cut: UInt64 = 0

    init(_ configuration: ExporterConfiguration, memory: ExporterMemory?) {
        allowed = configuration.allowed
        var options = ExportDecoder.Configuration()
        options.defaultSampling = configuration.defaultSampling
        exports = ExportDecoder(configuration: options)
        if let window = configuration.joinWindowMilliseconds {
            var joining = BiflowJoiner.Configuration()
            joining.windowMilliseconds = window
            joiner = BiflowJoiner(configuration: joining)
        }
        samples = SFlowDecoder(seed: .random(in: 0 ... .max))
        if let memory { exports.restore(memory) }
    }

    /// Rows that wait to be taken; those that wait for their other direction are not among them.
    var rowCount: Int { exports.rowCount + sampled.count }
    /// True when there may be something to take: also rows that have waited long enough.
    var hasRows: Bool { rowCount > 0 || joiner.map { $0.statistics.waiting > 0 } ?? false }

    /// Grows with every template that is new or says something else than before.
    var templateChanges: UInt64 { exports.templateChanges }

    /// What to know again after a restart.
    var memory: ExporterMemory { exports.memory }

    /// Reads a portion of what came. `storeIfDue` is called now and then in its course.
    mutating func read(_ input: ExportInput, storeIfDue: (inout ExporterReader) -> Void) {
        switch input {
        case .datagrams(let block):
            for index in 0..<block.count {
                read(block, index)
                storeIfDue(&self)
            }
        case .messages(let portion):
            // Every pattern of bits is a UInt8.
            let octets = unsafe portion.octets.span.bytes
            _ = exports.decode(octets, from: portion.source, over: .stream, receivedMilliseconds: portion.receivedMilliseconds)
            portion.release()
            storeIfDue(&self)
        case .ended(let source, let release):
            exports.close(source)
            release()
        }
    }

    private mutating func read(_ block: DatagramBlock, _ index: Int) {
        let source = block.source(of: index)
        if !allowed.isEmpty, !allowed.contains(where: { $0.contains(source.address) }) {
            refused &+= 1
            return
        }
        if block.isCut(index) { cut &+= 1 }
        block.withOctets(of: index) { octets in
            switch block.content {
            case .netflow:
                _ = exports.decode(octets, from: source, over: .datagram, receivedMilliseconds: block.receivedMilliseconds)
            case .sflow:
                _ = samples.decode(octets, from: source, receivedMilliseconds: block.receivedMilliseconds, into: &sampled)
            }
        }
    }

    /// The rows that go on, in batches of one kind each.
    ///
    /// - Parameters:
    ///   - milliseconds: of a clock that nobody sets.
    ///   - isLast: also those that wait for their other direction.
    mutating func takeFlows(atMilliseconds milliseconds: Int64, isLast: Bool = false) -> [FlowBatch] {
        var batches: [FlowBatch] = []
        if exports.rowCount > 0 {
            let flows = exports.takeFlows().flows
            if let joined = joiner?.join(flows, atMilliseconds: milliseconds) {
                batches.append(joined)
                exports.reuse(flows)
            } else {
                batches.append(flows)
            }
        }
        if let late = isLast ? joiner?.flush() : joiner?.expire(atMilliseconds: milliseconds) { batches.append(late) }
        if !sampled.isEmpty {
            var taken = FlowBatch()
            swap(&taken, &sampled)
            batches.append(taken)
        }
        return batches.filter { !$0.isEmpty }
    }

    /// Gives back a batch that has gone where it belongs: its memory serves again.
    mutating func reuse(_ flows: consuming FlowBatch) {
        if joiner == nil { exports.reuse(flows) } else { joiner?.reuse(flows) }
    }

    /// Forgets what is too old.
    mutating func expire(atMilliseconds milliseconds: Int64) { exports.expire(atMilliseconds: milliseconds) }

    /// What is known of all.
    var standing: ExporterStanding {
        ExporterStanding(
            exporters: exports.exporters.compactMap { address in
                exports.statistics(of: address).map { ExporterRow(address: address, account: .exports($0)) }
            } + samples.agentAddresses.compactMap { address in
                samples.statistics(of: address).map { ExporterRow(address: address, account: .samples($0)) }
            }, exportTotals: exports.totals, sampleTotals: samples.totals,
            forgotten: exports.exportersEvicted + samples.agentsEvicted, refused: refused, cut: cut, joins: joiner?.statistics)
    }
}

/// What is known of all exporters, at some moment.
struct ExporterStanding: Sendable {
    var exporters: [ExporterRow] = []
    var exportTotals = ExporterTotals()
    var sampleTotals = SFlowTotals()
    /// Exporters that gave way to others.
    var forgotten: UInt64 = 0
    var refused: UInt64 = 0
    var cut: UInt64 = 0
    /// nil where nothing is joined.
    var joins: JoinStatistics?
}
