import Foundation

/// An Open vSwitch of its own in the exporters' namespace, switched by its own process (the userspace datapath): a bridge that
/// hands on what comes in at p1 to p2. Nothing of it is outside of its folder and the namespace.
final class OpenVSwitch {
    private let network: ExportNetwork
    private let folder: String
    private let environment: [String: String]
    private let database: Program
    private let daemon: Program

    /// Starts it, and waits until the bridge forwards.
    init(in network: ExportNetwork, folder: String) async throws {
        self.network = network
        self.folder = folder
        let environment = Dictionary(uniqueKeysWithValues: ["RUN", "LOG", "DB", "SYSCONF"].map { ("OVS_\($0)DIR", folder) })
        self.environment = environment
        try await Program.run(["ovsdb-tool", "create", folder + "/conf.db", "/usr/share/openvswitch/vswitch.ovsschema"])
        let database = try Program(
            "ovsdb-server",
            network.inside([
                "ovsdb-server", folder + "/conf.db", "--remote=punix:\(folder)/db.sock", "--pidfile=\(folder)/db.pid",
                "--unixctl=\(folder)/db.ctl",
            ]), environment: environment)
        self.database = database
        daemon = try Program(
            "ovs-vswitchd",
            network.inside([
                "ovs-vswitchd", "unix:\(folder)/db.sock", "--pidfile=\(folder)/vswitchd.pid", "--unixctl=\(folder)/vswitchd.ctl",
            ]), environment: environment)
        try await eventually("the switch's database answers") {
            guard database.isRunning else { throw Program.Failure(description: "ovsdb-server has ended:\n\(database.log)") }
            return FileManager.default.fileExists(atPath: folder + "/db.sock") ? () : nil
        }
        try await configure(["--no-wait", "init"])
        // It returns when the daemon has done it.
        try await configure(
            ["add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev"]
                + ["p1", "p2"].flatMap { ["--", "add-port", "br0", $0] })
        try await run(["ovs-ofctl", "del-flows", "br0"])
        try await run(["ovs-ofctl", "add-flow", "br0", "in_port=p1,actions=output:p2"])
    }

    @discardableResult
    private func run(_ command: [String]) async throws -> Data {
        guard daemon.isRunning else { throw Program.Failure(description: "ovs-vswitchd has ended:\n\(daemon.log)") }
        return try await Program.run(network.inside(command), environment: environment)
    }

    private func configure(_ arguments: [String]) async throws {
        try await run(["ovs-vsctl", "--db=unix:\(folder)/db.sock", "--timeout=30"] + arguments)
    }

    /// Has the bridge export every packet, flows of a second each, as domain 7.
    func export(to port: UInt16) async throws {
        try await configure([
            "--", "set", "Bridge", "br0", "ipfix=@ipfix", "--", "--id=@ipfix", "create", "IPFIX",
            "targets=\"\(network.collectorAddress):\(port)\"", "sampling=1", "obs_domain_id=7", "obs_point_id=8",
            "cache_active_timeout=1", "cache_max_flows=100000",
        ])
    }

    func stop() async throws {
        for program in [daemon, database] {
            program.send(SIGTERM)
            try await program.end()
        }
    }
}
