import Foundation
import Testing

/// The lab with Zonal on it: two hosts of namespaces, a collector beside them, an agent in each.
///
/// Everything listens on the lab's own address in the root namespace, so no port of the machine can be taken.
/// Whatever a crash leaves, the next `up` takes away.
final class LabFixture {
    /// Apart from a lab that somebody has by hand (0) and from the demo's (1).
    static let number = Int(ProcessInfo.processInfo.environment["ZONAL_LAB_NUMBER"] ?? "") ?? 2
    static let address = "198.18.\(number).1"
    static let prefix = number == 0 ? "zl-" : "zl\(number)-"
    static let interfaces = ["h1": ["veth-a1", "veth-a2", "veth-a3"], "h2": ["veth-b1", "veth-b2", "veth-b3"]]
        .mapValues { $0 + ["br0", "vxlan0", "underlay0"] }

    enum Offloads: String, CaseIterable, CustomTestStringConvertible {
        case on, off
        var testDescription: String { "offloads \(rawValue)" }
    }

    struct ScanResult: Decodable {
        let src: String
        let targets: [String]
        let attempts: Int
        let refused: Int
        /// Seconds since 1970 UTC.
        let lastRst: Double
    }

    let data: String
    let api: CollectorAPI
    private(set) var collector: Program?
    private(set) var agents: [String: Program] = [:]

    /// Runs `body` in a fresh lab, and takes the lab away afterwards.
    static func with(
        offloads: Offloads, data: String, _ body: (LabFixture) async throws -> Void
    ) async throws {
        guard let base = URL(string: "http://\(address):8080") else { throw Overdue(description: "no URL for \(address)") }
        try await lab(["up", "--offloads", offloads.rawValue])
        let fixture = LabFixture(data: data, api: CollectorAPI(base: base))
        do {
            try await body(fixture)
        } catch {
            Issue.record("what the programs said last:\n\(fixture.logs)")
            _ = try? await lab(["down"])
            throw error
        }
        try await lab(["down"])
    }

    private init(data: String, api: CollectorAPI) {
        self.data = data
        self.api = api
    }

    private var logs: String {
        var programs = Array(agents.values)
        if let collector { programs.append(collector) }
        return programs.map { "--- \($0.name)\n\($0.log)" }.joined(separator: "\n")
    }

    // MARK: The lab

    @discardableResult
    static func lab(_ arguments: [String]) async throws -> Data {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Lab/lab").path
        return try await Program.run(["bash", script] + arguments, environment: ["ZONAL_LAB_NUMBER": String(number)])
    }

    func traffic() async throws { try await Self.lab(["traffic"]) }
    func hop() async throws { try await Self.lab(["hop"]) }
    func scan(_ verb: String) async throws -> ScanResult { try Self.decoded(try await Self.lab([verb])) }
    func truth() async throws -> [TransferTruth] { try Self.decoded(try await Self.lab(["truth", "--format", "json"])) }

    private static func decoded<Value: Decodable>(_ output: Data) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Value.self, from: output)
    }

    // MARK: Zonal

    /// A program of the lab outside its namespaces; `lab down` finds it by this.
    static let membership = ["ZONAL_LAB_MEMBER": prefix]

    func startCollector(_ arguments: [String] = []) async throws {
        let program = try Program(
            "collector", [ZonalProgram.path, "collector", "--data", data, "--listen", "\(Self.address):8080"] + arguments,
            environment: Self.membership)
        collector = program
        try await eventually("the collector is ready") {
            guard program.isRunning else { throw Program.Failure(description: "the collector has ended:\n\(program.log)") }
            return await api.isReady() ? () : nil
        }
    }

    func killCollector() async throws {
        collector?.send(SIGKILL)
        try await collector?.end()
    }

    func stopCollector() async throws { try await collector?.stop() }

    /// Starts an agent on each host and waits until both capture all interfaces there.
    func startAgents(_ arguments: [String] = []) async throws {
        for (host, _) in Self.interfaces {
            agents[host] = try Program(
                "agent \(host)",
                ["ip", "netns", "exec", Self.prefix + host, ZonalProgram.path, "agent", "--agent", host]
                    + ["--interface", "veth-*", "--interface", "br0", "--interface", "vxlan0", "--interface", "underlay0"]
                    + ["--collector", api.base.absoluteString] + arguments)
        }
        try await eventually("both agents capture every interface") {
            if let ended = agents.values.first(where: { !$0.isRunning }) {
                throw Program.Failure(description: "\(ended.name) has ended:\n\(ended.log)")
            }
            let rows: [AgentRow] = try await api.rows("v1/agents")
            let captured = Dictionary(rows.map { ($0.agent, Set($0.interfaces.map(\.name))) }) { one, _ in one }
            return Self.interfaces.allSatisfy { captured[$0] == Set($1) } ? () : nil
        }
    }

    /// Ends both agents in order: they report what they hold and say goodbye.
    func stopAgents() async throws {
        for agent in agents.values { agent.send(SIGTERM) }
        for agent in agents.values { try await agent.stop() }
    }

    /// What is asked for by default: every record of the lab's overlay that counts.
    static let overlay = "net 10.50.0.0/24 or net fd50::/64"
    private static let key = "proto,src,src_port,dst,dst_port,vni"

    /// The default question, summed up by the collector.
    func aggregate() async throws -> [FlowRow] {
        try await api.rows("v1/aggregate", ["filter": Self.overlay, "by": Self.key, "limit": "10000"])
    }

    /// Records one by one, with those that do not count when `witnesses` is true.
    func flows(witnesses: Bool) async throws -> [FlowRow] {
        var parameters = [
            "filter": Self.overlay, "limit": "1000",
            "fields": Self.key + ",agent,counted,packets,bytes,rev_packets,rev_bytes",
        ]
        if witnesses { parameters["witnesses"] = "1" }
        return try await api.rows("v1/flows", parameters)
    }
}
