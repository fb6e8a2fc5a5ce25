import Foundation
import Testing

/// The lab with Zonal on it: two hosts of namespaces, a collector beside them, an agent in each.
///
/// Everything listens on the lab's own address in the root namespace, on ports of the system's choice: none can be taken.
/// Whatever a crash leaves, the next `up` takes away.
final class LabFixture {
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
        /// Of the first try and of the last refusal, seconds since 1970 UTC.
        let first: Double
        let lastRst: Double
    }

    private let lab: Lab
    private let data: String
    private var base: URL?
    private(set) var collector: Program?
    private(set) var agents: [String: Program] = [:]

    /// Runs `body` in a fresh lab, and takes the lab away afterwards.
    static func with(
        offloads: Offloads, data: String, _ body: (LabFixture) async throws -> Void
    ) async throws {
        let number = try LabNumber()
        defer { withExtendedLifetime(number) {} }
        let lab = Lab(number: number.value)
        let fixture = LabFixture(lab: lab, data: data)
        do {
            try await lab.run(["up", "--offloads", offloads.rawValue])
            try await body(fixture)
        } catch {
            Issue.record("what the programs said last:\n\(fixture.logs)")
            // A test past its time limit is cancelled, and could start nothing more: its lab goes by a task of its own.
            await Task { _ = try? await lab.run(["down"]) }.value
            throw error
        }
        try await lab.run(["down"])
    }

    private init(lab: Lab, data: String) {
        self.lab = lab
        self.data = data
    }

    var address: String { "198.18.\(lab.number).1" }

    /// The collector that was started last.
    var api: CollectorAPI {
        get throws {
            guard let base else { throw Program.Failure(description: "the collector has not been started") }
            return CollectorAPI(base: base)
        }
    }

    private var logs: String {
        var programs = Array(agents.values)
        if let collector { programs.append(collector) }
        return programs.map { "--- \($0.name)\n\($0.log)" }.joined(separator: "\n")
    }

    // MARK: The lab

    /// The script that makes the lab of a number.
    private struct Lab: Sendable {
        let number: Int
        var prefix: String { number == 0 ? "zl-" : "zl\(number)-" }

        @discardableResult
        func run(_ arguments: [String]) async throws -> Data {
            let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("Lab/lab").path
            return try await Program.run(["bash", script] + arguments, environment: ["ZONAL_LAB_NUMBER": String(number)])
        }
    }

    func traffic() async throws { try await lab.run(["traffic"]) }
    /// The same, while the test does something else.
    func beginTraffic() -> Task<Void, any Error> {
        Task { [lab] in try await lab.run(["traffic"]) }
    }
    func hop() async throws { try await lab.run(["hop"]) }
    func scan(_ verb: String) async throws -> ScanResult { try Self.decoded(try await lab.run([verb])) }
    func truth() async throws -> [TransferTruth] { try Self.decoded(try await lab.run(["truth", "--format", "json"])) }

    private static func decoded<Value: Decodable>(_ output: Data) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Value.self, from: output)
    }

    // MARK: Zonal

    /// A program of the lab outside its namespaces; `lab down` finds it by this.
    var membership: [String: String] { ["ZONAL_LAB_MEMBER": lab.prefix] }

    /// Starts it on a port of the system's choice; again, on the port where the agents know it.
    func startCollector(_ arguments: [String] = []) async throws {
        let listen = "\(address):\(base?.port ?? 0)"
        let program = try Program(
            "collector", [ZonalProgram.path, "collector", "--data", data, "--listen", listen] + arguments,
            environment: membership)
        collector = program
        base = try await eventually("the collector says where it listens, and is ready") {
            guard program.isRunning else { throw Program.Failure(description: "the collector has ended:\n\(program.log)") }
            guard let url = program.announcedURL, await CollectorAPI(base: url).isReady() else { return nil }
            return url
        }
    }

    func killCollector() async throws {
        collector?.send(SIGKILL)
        try await collector?.end()
    }

    func stopCollector() async throws { try await collector?.stop() }

    private static let patterns = ["veth-*", "br0", "vxlan0", "underlay0"].flatMap { ["--interface", $0] }

    /// Starts an agent on each host and waits until both capture all interfaces there.
    ///
    /// - Parameter oneByOne: the second one when the first captures: then they do not send at the same moments.
    func startAgents(_ arguments: [String] = [], oneByOne: Bool = false) async throws {
        let base = try api.base
        for (host, interfaces) in Self.interfaces {
            agents[host] = try Program(
                "agent \(host)",
                ["ip", "netns", "exec", lab.prefix + host, ZonalProgram.path, "agent", "--agent", host] + Self.patterns
                    + ["--collector", base.absoluteString] + arguments)
            if oneByOne { try await awaitCapture([host: Set(interfaces)]) }
        }
        try await awaitCapture(Self.interfaces.mapValues { Set($0) })
    }

    /// The name of an interface to an agent outside its host's namespace.
    func outsideName(_ interface: String, of host: String) -> String { "\(lab.prefix)\(host)/\(interface)" }

    /// Starts one agent outside the hosts, which reads the interfaces of both.
    func startOneAgent(_ arguments: [String] = []) async throws {
        let namespaces = Self.interfaces.keys.flatMap { ["--namespace", lab.prefix + $0] }
        agents["both"] = try Program(
            "agent of both hosts",
            [ZonalProgram.path, "agent", "--agent", "both"] + Self.patterns + namespaces
                + ["--collector", try api.base.absoluteString] + arguments,
            environment: membership)
        let names = Self.interfaces.flatMap { host, interfaces in interfaces.map { outsideName($0, of: host) } }
        try await awaitCapture(["both": Set(names)])
    }

    private func awaitCapture(_ wanted: [String: Set<String>]) async throws {
        let api = try api
        try await eventually("the agents capture every interface") {
            if let ended = agents.values.first(where: { !$0.isRunning }) {
                throw Program.Failure(description: "\(ended.name) has ended:\n\(ended.log)")
            }
            let rows: [AgentRow] = try await api.rows("v1/agents")
            let captured = Dictionary(rows.map { ($0.agent, Set($0.interfaces.map(\.name))) }) { one, _ in one }
            return wanted.allSatisfy { captured[$0] == $1 } ? () : nil
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
            "filter": Self.overlay, "limit": "10000",
            "fields": Self.key + ",agent,interface,counted,packets,bytes,rev_packets,rev_bytes",
        ]
        if witnesses { parameters["witnesses"] = "1" }
        return try await api.rows("v1/flows", parameters)
    }
}
