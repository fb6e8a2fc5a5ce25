import Compression
import Crypto
import FlowModel
import Foundation
import IPFIX

/// Reads what `POST /v1/batches` brings: an IPFIX file, packed or not, from an agent of ours or from anybody.
///
/// Knows no HTTP and no store: headers and body in, a batch or a refusal out. A batch is all or nothing.
package struct BatchIntake: Sendable {
    package struct Configuration: Sendable {
        /// Octets of a body as it comes.
        package var bodyLimit = 64 << 20
        /// Octets of a body unpacked.
        package var unpackedLimit = 512 << 20
        /// Flow records of a batch: each takes some 350 bytes of memory.
        package var recordLimit = 4_000_000
        /// Flow records that a body of any length may have; a longer one as many more as it has octets, packed. Honest records
        /// take several octets each; what packs better is made to fill the memory.
        package var recordsOfShortBody = 262_144
        /// Where the own elements are numbered; agents must have the same.
        package var enterpriseNumber = InformationElement.documentationEnterpriseNumber
        package init() {}
    }

    private let configuration: Configuration

    package init(configuration: Configuration = Configuration()) { self.configuration = configuration }

    /// One batch. Headers are passed as they came, nil for those that did not.
    ///
    /// Content decides: gzip and IPFIX are known by their first octets, so a sender that names another type, or none, is
    /// understood too.
    package func decode(
        agent: String?, epoch: String?, sequence: String?, contentType: String?, contentEncoding: String?, body: [UInt8]
    ) throws(IntakeError) -> IntakeBatch {
        let headers = try BatchHeaders(agent: agent, epoch: epoch, sequence: sequence)
        guard body.count <= configuration.bodyLimit else {
            throw IntakeError(
                status: 413, code: "body-too-large",
                message: "the body has \(body.count) octets, the limit is \(configuration.bodyLimit): send smaller batches")
        }
        let file = try unpack(body, contentEncoding: contentEncoding)
        try checkType(file, contentType: contentType)
        let decoded = try decode(file, bodyLength: body.count)
        if let report = decoded.report { try check(report, against: headers) }
        var batch = IntakeBatch(
            identity: identity(headers, file: file), flows: decoded.flows, report: decoded.report,
            exportMilliseconds: decoded.exportMilliseconds, missingBatches: decoded.missingBatches,
            otherRecords: decoded.otherRecords, unknownOptions: decoded.unknownOptions,
            unknownFields: decoded.unknownFields, recordsWithoutTime: decoded.recordsWithoutTime,
            recordsBefore1970: decoded.recordsBefore1970, unpackedLength: file.count)
        if decoded.report == nil, let headers { Self.fill(agent: headers.agent, in: &batch.flows) }
        return batch
    }

    private func unpack(_ body: [UInt8], contentEncoding: String?) throws(IntakeError) -> [UInt8] {
        let encoding = Self.token(contentEncoding)
        guard ["", "identity", "gzip", "x-gzip"].contains(encoding) else {
            throw IntakeError(
                status: 415, code: "unsupported-encoding",
                message: "Content-Encoding must be gzip, or left out for an IPFIX file that is not packed")
        }
        let isPacked = encoding == "gzip" || encoding == "x-gzip"
        guard isPacked || Gzip.isGzip(body) else {
            guard body.count <= configuration.unpackedLimit else { throw tooLargeUnpacked }
            return body
        }
        do throws(CompressionError) {
            return try Gzip.decompress(body, limit: configuration.unpackedLimit)
        } catch .tooLarge {
            throw tooLargeUnpacked
        } catch {
            throw IntakeError(status: 400, code: "bad-gzip", message: "the body is no whole gzip file: \(error)")
        }
    }

    private var tooLargeUnpacked: IntakeError {
        IntakeError(
            status: 413, code: "unpacked-too-large",
            message: "the body has more than \(configuration.unpackedLimit) octets when it is unpacked: send smaller batches")
    }

    /// What calls itself IPFIX is left to the decoder, whose error says more.
    private func checkType(_ file: [UInt8], contentType: String?) throws(IntakeError) {
        if FlowFileDecoder.isIPFIX(file) || Self.token(contentType) == "application/ipfix" { return }
        throw IntakeError(
            status: 415, code: "not-ipfix",
            message: "the body must be an IPFIX file (RFC 5655), packed with gzip or not; it begins with \(Self.beginning(file))")
    }

    private func decode(_ file: [UInt8], bodyLength: Int) throws(IntakeError) -> DecodedFlows {
        var limits = FlowFileDecoder.Limits()
        limits.records = min(configuration.recordLimit, configuration.recordsOfShortBody + bodyLength)
        var decoder = FlowFileDecoder(enterpriseNumber: configuration.enterpriseNumber, limits: limits)
        let decoded: DecodedFlows
        do throws(IPFIXError) {
            decoded = try decoder.decode(file)
        } catch {
            let code = ["too-many-records", "several-agents"].first { $0 == error.label } ?? "bad-ipfix"
            let fault = code == "bad-ipfix" ? "is damaged" : "is refused"
            throw IntakeError(
                status: code == "too-many-records" ? 413 : 400, code: code,
                message: "the unpacked body \(fault) at \(error)")
        }
        if let first = decoded.firstSetWithoutTemplate {
            throw IntakeError(
                status: 400, code: "missing-template",
                message: "\(decoded.setsWithoutTemplate) data sets have no template before them: a batch holds its own templates;"
                    + " the first one is at \(first)")
        }
        return decoded
    }

    private func check(_ report: AgentReport, against headers: BatchHeaders?) throws(IntakeError) {
        try BatchHeaders.check(agentName: report.agent, place: "agentName in the batch")
        guard let headers else { return }
        guard report.agent == headers.agent else {
            throw IntakeError(
                status: 400, code: "agent-mismatch",
                message: "Zonal-Agent is \(headers.agent), the batch is of \(report.agent): send each batch under its own agent")
        }
        guard report.epoch == headers.epoch else {
            throw IntakeError(
                status: 400, code: "epoch-mismatch",
                message: "Zonal-Epoch is \(FlowBatch.hex(headers.epoch)), the batch's is \(FlowBatch.hex(report.epoch))")
        }
    }

    private func identity(_ headers: BatchHeaders?, file: [UInt8]) -> BatchIdentity {
        if let headers { return .sequence(agent: headers.agent, epoch: headers.epoch, sequence: headers.sequence) }
        let digest = SHA256.hash(data: file)
        return .digest(digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }

    private static func fill(agent: String, in flows: inout FlowBatch) {
        let index = flows.index(ofName: agent)
        for row in 0..<flows.count where flows.agent[row] == 0 { flows.agent[row] = index }
    }

    /// A header's value without parameters and in lower case.
    private static func token(_ value: String?) -> String {
        let first = (value ?? "").prefix { $0 != ";" }
        return first.lowercased().trimmingCharacters(in: .whitespaces)
    }

    private static func beginning(_ file: [UInt8]) -> String {
        if file.isEmpty { return "nothing" }
        return "octets " + file.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    }
}
