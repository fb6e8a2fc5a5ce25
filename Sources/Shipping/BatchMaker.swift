import Compression
import FlowModel
import IPFIX

/// Makes batches: file, gzip and sequence number.
struct BatchMaker: Sendable {
    private let configuration: Shipper.Configuration
    private var encoder: FlowFileEncoder
    /// Of the last batch made; the first one is 1.
    private(set) var sequence: UInt64 = 0

    init(configuration: Shipper.Configuration) {
        self.configuration = configuration
        encoder = FlowFileEncoder(enterpriseNumber: configuration.enterpriseNumber)
    }

    /// The records in portions that make good batches; one empty portion when there are none.
    func parts(of flows: FlowBatch) -> [FlowBatch] {
        flows.parts(limit: max(configuration.recordsPerBatch, 1))
    }

    mutating func make(
        flows: FlowBatch, report: AgentReport, missing: [ClosedRange<UInt64>], recordsDropped: UInt64
    ) throws(ShippingError) -> QueuedBatch {
        // A batch that cannot be packed has its number all the same: the hole is explained like any other.
        sequence += 1
        var report = report
        report.agent = configuration.agent
        report.epoch = configuration.epoch
        report.recordsDropped = recordsDropped
        let octets = encoder.encode(flows: flows, report: report, missingBatches: missing)
        do throws(CompressionError) {
            let packed = try Gzip.compress(octets, level: configuration.compressionLevel)
            return QueuedBatch(sequence: sequence, octets: packed, records: flows.count, missing: missing)
        } catch {
            throw .compression("\(error)")
        }
    }
}
