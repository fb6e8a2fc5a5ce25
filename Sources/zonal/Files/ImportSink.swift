import AgentCommands
import AsyncHTTPClient
import CollectorService
import Compression
import FlowModel
import FlowStore
import Foundation
import IPFIX
import NIOCore
import NIOHTTP1

/// A part of a file's flows, small enough for one batch.
struct ImportPiece {
    var flows: FlowBatch
    /// From 1.
    var number: UInt64
    /// Of the agent that wrote the file; nil for captures and other people's files.
    var report: AgentReport?
    /// The moment by which «too far ahead» is judged, made of the file's content and not of the clock, so that the same
    /// file is stored in the same partitions again: milliseconds since 1970 UTC.
    var exportMilliseconds: Int64
}

/// Where imported flows go.
protocol ImportSink {
    /// When and as what the file was stored before; nil when it was not, or nobody knows before trying.
    func earlierImport(of file: ImportFile) throws -> String?
    /// - Returns: the records stored; 0 when the piece was stored before.
    func store(_ piece: ImportPiece, of file: ImportFile) async throws -> Int
    func finish(_ file: ImportFile, records: Int) throws
    func close() throws
}

/// A data folder, written by this process.
struct FolderSink: ImportSink {
    private let ingest: LocalIngest
    private let again: Bool
    private let epoch: UInt64?

    init(path: String, again: Bool) throws {
        do {
            ingest = try LocalIngest(dataFolder: path)
        } catch {
            throw CommandFailure("\(error)")
        }
        self.again = again
        epoch = again ? .random(in: 1 ... .max) : nil
    }

    func earlierImport(of file: ImportFile) throws -> String? {
        guard !again, let before = try ingest.imported(sha256: file.sha256) else { return nil }
        return "\(before.records) records, \(UTCTime.text(milliseconds: before.importedMilliseconds)), as \(before.name)"
    }

    func store(_ piece: ImportPiece, of file: ImportFile) async throws -> Int {
        let outcome = try ingest.append(
            piece.flows, report: piece.report, identity: file.identity(part: piece.number, epoch: epoch),
            exportMilliseconds: piece.exportMilliseconds)
        switch outcome {
        case .stored(let records): return records
        case .duplicate: return 0
        }
    }

    func finish(_ file: ImportFile, records: Int) throws {
        try ingest.recordImport(
            ImportedFile(
                sha256: file.sha256, name: file.path, bytes: file.bytes, records: records,
                importedMilliseconds: Int64(Date().timeIntervalSince1970 * 1000)))
    }

    func close() throws {
        try ingest.compact()
        ingest.close()
    }
}

/// A collector over HTTP. It knows pieces that it has by their ids.
struct CollectorSink: ImportSink {
    private let url: String
    private let epoch: UInt64?
    private static let timeout = TimeAmount.seconds(300)

    init(url: String, again: Bool) {
        var base = url
        while base.hasSuffix("/") { base.removeLast() }
        self.url = base
        epoch = again ? .random(in: 1 ... .max) : nil
    }

    func earlierImport(of file: ImportFile) -> String? { nil }
    func finish(_ file: ImportFile, records: Int) {}
    func close() {}

    func store(_ piece: ImportPiece, of file: ImportFile) async throws -> Int {
        guard case .sequence(let agent, let epoch, let sequence) = file.identity(part: piece.number, epoch: epoch) else {
            return 0
        }
        var report = AgentReport()
        report.exportMilliseconds = piece.exportMilliseconds
        var encoder = FlowFileEncoder()
        let body = try Gzip.compress(encoder.encode(flows: piece.flows, report: report), level: 1)
        return try await post(body, of: file, headers: [
            "Zonal-Agent": agent, "Zonal-Epoch": FlowBatch.hex(epoch), "Zonal-Sequence": String(sequence),
        ])
    }

    /// Sends an agent's batch as it stands: the collector reads in it whose it is and which addresses are that agent's, and
    /// counts once; it knows it again by its content.
    func replay(_ octets: [UInt8], of file: ImportFile) async throws -> Int {
        guard epoch == nil else {
            throw CommandFailure(
                "\(file.path): is an agent's batch, which a collector stores once, --again or not; import it into a folder with --data")
        }
        return try await post(try Gzip.compress(octets, level: 1), of: file, headers: [:])
    }

    private func post(_ packed: [UInt8], of file: ImportFile, headers: [String: String]) async throws -> Int {
        var request = HTTPClientRequest(url: url + "/v1/batches")
        request.method = .POST
        request.headers.add(contentsOf: ["Content-Type": "application/ipfix", "Content-Encoding": "gzip"])
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.body = .bytes(ByteBuffer(bytes: packed))
        let status: UInt
        let body: Data
        do {
            let response = try await CollectorClient.shared.execute(request, timeout: Self.timeout)
            status = response.status.code
            body = Data(try await response.body.collect(upTo: 1 << 20).readableBytesView)
        } catch {
            let reason = (error as? CommandFailure)?.description ?? CollectorSilence.reason(error, timeout: Self.timeout)
            throw CommandFailure("\(url) cannot be reached: \(reason); is a collector running there? Or write a folder with --data")
        }
        let object = try? JSONSerialization.jsonObject(with: body) as? [String: Any]
        guard status == 200 else {
            throw CommandFailure("\(file.path): the collector answered \(status): \(object?["detail"] as? String ?? "")")
        }
        // Whatever else answers 200 has stored nothing.
        guard let accepted = object?["accepted"] as? Int, let isDuplicate = object?["duplicate"] as? Bool else {
            throw CommandFailure("\(file.path): what answers at \(url) is no collector, and nothing is stored: check --collector")
        }
        return isDuplicate ? 0 : accepted
    }
}
