import Foundation
import FoundationNetworking

/// The public HTTP API of a collector, as anybody would call it.
struct CollectorAPI {
    let base: URL

    /// An answer that is not what was asked for.
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    struct Answer<Row: Decodable>: Decodable {
        let rows: [Row]
        let cursor: String?
    }

    struct Receipt: Decodable {
        let accepted: Int
        let duplicate: Bool
    }

    /// All rows of `path`, page after page.
    func rows<Row: Decodable>(_ path: String, _ parameters: [String: String] = [:]) async throws -> [Row] {
        var rows: [Row] = []
        var cursor: String?
        repeat {
            var asked = parameters
            asked["cursor"] = cursor
            let answer: Answer<Row> = try decoded(try await get(path, asked), path)
            rows += answer.rows
            cursor = answer.cursor
        } while cursor != nil
        return rows
    }

    func isReady() async -> Bool { (try? await get("readyz")) != nil }

    func get(_ path: String, _ parameters: [String: String] = [:]) async throws -> Data {
        var parts = URLComponents()
        parts.path = "/" + path
        parts.queryItems = parameters.isEmpty ? nil : parameters.sorted { $0.key < $1.key }.map { URLQueryItem(name: $0.key, value: $0.value) }
        guard let url = parts.url(relativeTo: base) else { throw Problem(description: "no URL for \(path)") }
        return try await send(URLRequest(url: url))
    }

    /// Sends a batch, an RFC 5655 file packed with gzip.
    func post(batch: Data, agent: String, epoch: UInt64, sequence: UInt64) async throws -> Receipt {
        var request = URLRequest(url: base.appendingPathComponent("v1/batches"))
        request.httpMethod = "POST"
        request.httpBody = batch
        // 16 hexadecimal digits.
        let digits = String(epoch, radix: 16)
        let headers = [
            "Content-Type": "application/ipfix", "Content-Encoding": "gzip",
            "Zonal-Agent": agent, "Zonal-Epoch": String(repeating: "0", count: 16 - digits.count) + digits, "Zonal-Sequence": String(sequence),
        ]
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        return try decoded(try await send(request), "v1/batches")
    }

    private func send(_ request: URLRequest) async throws -> Data {
        var request = request
        request.timeoutInterval = 60
        let (body, response) = try await URLSession.shared.data(for: request)
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        guard status == 200 else {
            throw Problem(description: "\(request.url?.absoluteString ?? ""): status \(status), \(String(decoding: body.prefix(2000), as: UTF8.self))")
        }
        return body
    }

    private func decoded<Value: Decodable>(_ body: Data, _ path: String) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(Value.self, from: body)
        } catch {
            throw Problem(description: "\(path) answered what cannot be read: \(error): \(String(decoding: body.prefix(2000), as: UTF8.self))")
        }
    }
}

/// A row of `flows` or `aggregate`: the fields that the tests ask for.
struct FlowRow: Decodable {
    let proto: String
    let src: String
    let srcPort: Int?
    let dst: String
    let dstPort: Int?
    let vni: Int?
    let agent: String?
    let interface: String?
    let counted: Bool?
    let packets: Int
    let bytes: Int
    let revPackets: Int
    let revBytes: Int
}

/// A row of `agents`.
struct AgentRow: Decodable {
    struct Interface: Decodable {
        let name: String
        let vni: Int?
        let captured: Int
        let dropped: Int
    }
    let agent: String
    let state: String
    let interfaces: [Interface]
    let captured: Int
    let metered: Int
    let witnessed: Int
    let notMetered: [String: Int]
}

/// A row of `alerts`.
struct AlertRow: Decodable {
    let rule: String
    let name: String
    let state: String
    let scope: String
    let observed: Double
}
