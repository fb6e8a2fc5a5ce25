import Compression
import FlowModel
import Foundation
import IPFIX

/// The flows as what an agent would send: one file a batch, IPFIX (docs/formats/batch.md) packed with gzip, and their list.
enum BatchFiles {
    static let agent = "hv-1"
    static let epoch: UInt64 = 0x0BE0_0BE0_0BE0_0BE0

    static func write(_ flows: FlowGenerator, size: Int, folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var batches = FlowBatches(flows, style: .metered, size: size)
        var encoder = FlowFileEncoder()
        var sequence: UInt64 = 0
        var (unpacked, packed) = (0, 0)
        while var batch = batches.next() {
            // All of one agent, as a batch of an agent is.
            batch.agent = [UInt32](repeating: 1, count: batch.count)
            sequence += 1
            var report = AgentReport()
            report.agent = agent
            report.epoch = epoch
            report.exportMilliseconds = batch.flowEndMilliseconds.max() ?? FlowGenerator.epoch
            let octets = encoder.encode(flows: batch, report: report)
            let body = try Gzip.compress(octets, level: 1)
            unpacked += octets.count
            packed += body.count
            try Data(body).write(to: URL(fileURLWithPath: "\(folder)/\(sequence).gz"))
        }
        printJSON([
            "flows": flows.total, "batches": sequence, "size": size, "unpacked": unpacked, "packed": packed, "agent": agent,
            "epoch": String(epoch, radix: 16).leftPadded(to: 16),
        ])
    }
}

extension String {
    fileprivate func leftPadded(to length: Int) -> String { String(repeating: "0", count: max(0, length - count)) + self }
}
