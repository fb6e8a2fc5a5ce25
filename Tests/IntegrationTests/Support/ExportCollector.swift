import Foundation
import TestSupport

/// A collector that listens to other people's exporters.
final class ExportCollector {
    let program: Program
    let api: CollectorAPI
    /// The UDP port where it takes exports.
    let port: UInt16

    /// Starts it, and waits until it is ready.
    ///
    /// - Parameter port: 0 lets the system choose.
    init(data: String, at address: String, port: UInt16 = 0) async throws {
        let program = try Program(
            "collector",
            [ZonalProgram.path, "collector", "--data", data, "--listen", "127.0.0.1:0", "--netflow", "\(address):\(port)"])
        self.program = program
        (api, self.port) = try await eventually("the collector is ready, and listens to exporters") { () -> (CollectorAPI, UInt16)? in
            guard program.isRunning else { throw Program.Failure(description: "the collector has ended:\n\(program.log)") }
            guard let base = program.announcedURL, let port = BoundPorts.udp(of: program.identifier).first else { return nil }
            let api = CollectorAPI(base: base)
            return await api.isReady() ? (api, port) : nil
        }
    }

    /// A row of `exporters`.
    struct Exporter: Decodable {
        struct Missing: Decodable, Equatable { let flows, packets, records: Int }
        let exporter: String
        let versions: [Int]
        let messages: Int
        let records: Int
        let missing: Missing
        let sequenceGaps: Int
        let lateMessages: Int
        let restarts: Int
        let setsWithoutTemplate: Int
        let faults: [String: Int]
    }

    func exporters() async throws -> [Exporter] { try await api.rows("v1/exporters") }

    /// The account of its only exporter, once `isComplete` says that it is whole.
    func exporter(_ what: String, where isComplete: (Exporter) -> Bool) async throws -> Exporter {
        try await eventually("the account of the exporter: \(what)") {
            let rows = try await exporters()
            return rows.count == 1 ? rows.first.flatMap { isComplete($0) ? $0 : nil } : nil
        }
    }

    /// Of all times, without what pushes meters on.
    private static func parameters(_ filter: String?) -> [String: String] {
        let counted = "not host \(ExportNetwork.fillerAddress)"
        return ["since": "1970-01-01T00:00:00Z", "filter": filter.map { "\($0) and \(counted)" } ?? counted]
    }

    /// Packets of all flows that it holds.
    func packets(_ filter: String? = nil) async throws -> Int {
        struct Totals: Decodable { let packets, revPackets: Int }
        let rows: [Totals] = try await api.rows("v1/aggregate", Self.parameters(filter))
        return rows.first.map { $0.packets + $0.revPackets } ?? 0
    }

    /// What went each way, as it holds it.
    func ways(_ filter: String? = nil) async throws -> [FlowWay: FlowWay.Volume] {
        let keys = ["by": "proto,src,src_port,dst,dst_port", "limit": "10000"]
        let parameters = Self.parameters(filter).merging(keys) { _, new in new }
        let rows: [FlowRow] = try await api.rows("v1/aggregate", parameters)
        return rows.reduce(into: [:]) { sums, row in
            let way = FlowWay(row)
            sums[way, default: .init()] += FlowWay.Volume(packets: row.packets, bytes: row.bytes)
            if row.revPackets > 0 { sums[way.back, default: .init()] += FlowWay.Volume(packets: row.revPackets, bytes: row.revBytes) }
        }
    }
}
