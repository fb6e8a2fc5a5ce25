import AgentCommands
import AsyncHTTPClient
import CollectorService
import FlowQuery
import Foundation
import NIOCore
import NIOHTTP1

/// A collector asked over HTTP.
struct HTTPSource {
    private let url: CollectorURL
    private let timeout: TimeAmount

    /// Bodies past this are refused: an answer of a million rows of every field.
    private static let bodyLimit = 2 << 30

    /// - Throws: what is wrong with the address.
    init(url: String, timeout: TimeAmount) throws(CommandFailure) {
        self.url = try CollectorURL(flag: url)
        self.timeout = timeout
    }

    func ask(_ subject: Subject, _ parameters: [String: String], format: AnswerFormat) async throws -> Reply {
        var parameters = parameters
        parameters["format"] = format.rawValue
        let (head, octets) = try await get("/v1/\(subject.rawValue)", parameters)
        // Every answer of a collector counts its reasons, and comes in the form that was asked for.
        guard let reasons = head.first(name: AnswerHeaders.reasons).flatMap({ Int($0) }),
            Self.mediaType(head) == Self.mediaType(format.contentType)
        else { throw noCollector("it answered with \(Self.shown(head))") }
        return Reply(
            body: octets, completeness: head.first(name: AnswerHeaders.completeness).flatMap(Double.init),
            reasonCount: reasons, cursor: head.first(name: AnswerHeaders.cursor))
    }

    func report(_ parameters: [String: String], format: ReportFormat) async throws -> Reply {
        let (head, octets) = try await get("/v1/reports", parameters)
        // A page of another server is HTML too; only a report is a file with its name.
        guard Self.mediaType(head) == Self.mediaType(format.contentType),
            head.first(name: "Content-Disposition")?.contains("zonal-report-") == true
        else { throw noCollector("it answered with \(Self.shown(head))") }
        return Reply(body: octets)
    }

    /// Asks once more, for the account alone: only JSON says the reasons. It costs what the question before cost, at most.
    ///
    /// - Parameter parameters: those of the question before.
    func account(of subject: Subject, _ parameters: [String: String]) async throws -> Account {
        var parameters = parameters
        switch subject {
        case .flows: parameters["fields"] = "end"
        case .aggregate, .series, .alerts, .values: parameters["limit"] = "1"
        case .agents, .exporters, .fields, .complete: break
        }
        return try await account(subject, parameters)
    }

    /// Asks what was left out of the time of a question, and little else: a filter that few flows match would take long.
    func leftOut(_ parameters: [String: String]) async throws -> Account {
        var parameters = parameters.filter { $0.key == "since" || $0.key == "until" }
        parameters["fields"] = "end"
        parameters["limit"] = "1"
        return try await account(.flows, parameters)
    }

    private func account(_ subject: Subject, _ parameters: [String: String]) async throws -> Account {
        let body = try await ask(subject, parameters, format: .json).body
        guard let answer = try? JSONDecoder().decode(AccountOnly.self, from: Data(body)) else {
            throw noCollector("its JSON has no completeness")
        }
        return Account(completeness: answer.completeness.value, reasons: answer.completeness.reasons)
    }

    private struct AccountOnly: Decodable {
        struct Completeness: Decodable {
            var value: Double?
            var reasons: [String]
        }
        var completeness: Completeness
    }

    private func get(_ path: String, _ parameters: [String: String]) async throws -> (head: HTTPHeaders, body: [UInt8]) {
        let query = parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.encode($0.value))" }.joined(separator: "&")
        guard query.utf8.count <= CollectorConfiguration.headByteLimit - 8192 else {
            throw CommandFailure("the question is too long for a collector: shorten the filter, or read a folder with --data", isUsage: true)
        }
        let request = HTTPClientRequest(url: url.base + path + (query.isEmpty ? "" : "?" + query))
        let hint = "; --timeout waits longer"
        let status: HTTPResponseStatus
        let head: HTTPHeaders
        let octets: [UInt8]
        do {
            let response = try await CollectorClient.shared.execute(request, timeout: timeout, hint: hint)
            (status, head) = (response.status, response.headers)
            octets = Array(try await response.body.collect(upTo: Self.bodyLimit).readableBytesView)
        } catch let failure as CommandFailure {
            throw unreachable(failure.description)
        } catch {
            throw unreachable(CollectorSilence.reason(error, timeout: timeout, hint: hint))
        }
        guard status.code == 200 else {
            guard Self.mediaType(head) == Problem.contentType, let problem = Self.problem(octets, parameters) else {
                throw noCollector("it answered \(status.code) \(status.reasonPhrase)")
            }
            throw CommandFailure(problem, isUsage: status == .badRequest)
        }
        return (head, octets)
    }

    private func unreachable(_ reason: String) -> CommandFailure {
        CommandFailure("\(url.base) cannot be asked: \(reason); is a collector running there? Or read a folder with --data")
    }

    private func noCollector(_ sign: String) -> CommandFailure {
        CommandFailure("\(url.base) is no Zonal collector: \(sign); check --collector")
    }

    /// The media type of a header or of its text, without parameters.
    private static func mediaType(_ head: HTTPHeaders) -> String { mediaType(head.first(name: "Content-Type") ?? "") }
    private static func mediaType(_ text: String) -> String {
        text.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
    }

    /// What another server sent, for a message: cut, and nothing that a terminal would take for a command.
    private static func shown(_ head: HTTPHeaders) -> String {
        let type = mediaType(head).unicodeScalars.filter { (0x21...0x7E).contains($0.value) }.prefix(60)
        return type.isEmpty ? "nothing that it names" : String(String.UnicodeScalarView(type))
    }

    /// Percent-encodes all but the unreserved characters of RFC 3986 §2.3.
    static func encode(_ text: String) -> String {
        let unreserved = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8)
        var result = ""
        for octet in text.utf8 {
            if unreserved.contains(octet) {
                result.unicodeScalars.append(Unicode.Scalar(octet))
            } else {
                result += "%" + (octet < 16 ? "0" : "") + String(octet, radix: 16, uppercase: true)
            }
        }
        return result
    }

    /// The text of an `application/problem+json` body, with every fault of the parameters.
    private static func problem(_ body: [UInt8], _ parameters: [String: String]) -> String? {
        guard let object = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] else { return nil }
        let faults = (object["faults"] as? [[String: Any]] ?? []).map { fault in
            RequestFault(
                parameter: fault["parameter"] as? String ?? "", message: fault["message"] as? String ?? "",
                column: fault["column"] as? Int, expected: fault["expected"] as? [String] ?? [])
        }
        if !faults.isEmpty { return FaultText.lines(faults, of: parameters) }
        return object["detail"] as? String ?? object["title"] as? String
    }
}
