import AgentCommands
import AsyncHTTPClient
import CollectorService
import FlowQuery
import Foundation
import NIOCore
import NIOHTTP1

/// A collector asked over HTTP.
struct HTTPSource {
    let url: String

    /// Bodies past this are refused: an answer of a million rows of every field.
    private static let bodyLimit = 2 << 30

    func ask(_ subject: Subject, _ parameters: [String: String], format: AnswerFormat) async throws -> Reply {
        var parameters = parameters
        parameters["format"] = format.rawValue
        return try await get("/v1/\(subject.rawValue)", parameters)
    }

    func get(_ path: String, _ parameters: [String: String]) async throws -> Reply {
        var base = url
        while base.hasSuffix("/") { base.removeLast() }
        let query = parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.encode($0.value))" }.joined(separator: "&")
        guard query.utf8.count <= CollectorConfiguration.headByteLimit - 8192 else {
            throw CommandFailure("the question is too long for a collector: shorten the filter, or read a folder with --data", isUsage: true)
        }
        let request = HTTPClientRequest(url: base + path + (query.isEmpty ? "" : "?" + query))
        do {
            let response = try await CollectorClient.shared.execute(request, timeout: .seconds(120))
            let body = try await response.body.collect(upTo: Self.bodyLimit)
            let octets = Array(body.readableBytesView)
            guard response.status.code == 200 else {
                throw CommandFailure(
                    Self.problem(octets, parameters) ?? "\(base) answered \(response.status.code) \(response.status.reasonPhrase)",
                    isUsage: response.status == .badRequest)
            }
            return Reply(
                body: octets, completeness: response.headers.first(name: AnswerHeaders.completeness).flatMap(Double.init),
                reasons: response.headers.first(name: AnswerHeaders.reasons).flatMap { Int($0) } ?? 0,
                cursor: response.headers.first(name: AnswerHeaders.cursor))
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure("\(base) cannot be asked: \(error); is a collector running there? Or read a folder with --data")
        }
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
