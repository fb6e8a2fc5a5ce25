import Foundation
import TestSupport

/// A real rsyslog that listens for UDP and TCP on the lab's address and writes what it has parsed, one JSON object a
/// line: proof by a stranger that a message is RFC 5424.
final class SyslogReceiver {
    struct Message: Decodable {
        /// 1 for RFC 5424; rsyslog gives 0 to what it could only read as RFC 3164.
        let version: String
        let priority: String
        let host: String
        let application: String
        let process: String
        let messageID: String
        let structuredData: String
        let text: String
        let transport: String
        /// When rsyslog received it.
        let received: String

        var receivedSeconds: Double? {
            let formatter = ISO8601DateFormatter()
            formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
            return formatter.date(from: received)?.timeIntervalSince1970
        }
    }

    let udpPort: UInt16
    let tcpPort: UInt16
    private let folder: ScratchFolder
    private let program: Program
    private var file: String { folder.path("messages") }

    /// Starts it on ports of the system's choice, and waits until it has written a probe that came by UDP and one by TCP.
    init(_ lab: LabFixture) async throws {
        let address = lab.address
        folder = try ScratchFolder("zonal-rsyslog")
        let properties = [
            ("version", "protocol-version"), ("priority", "pri"), ("host", "hostname"), ("application", "app-name"),
            ("process", "procid"), ("messageID", "msgid"), ("structuredData", "structured-data"), ("text", "msg"),
            ("transport", "inputname"),
        ].map { #"property(name="\#($1)" outname="\#($0)" format="jsonf") constant(value=",")"# }.joined(separator: "\n  ")
        let configuration = """
            global(workDirectory="\(folder.url.path)" maxMessageSize="64k" net.enableDNS="off")
            module(load="imudp")
            module(load="imtcp")
            template(name="parsed" type="list") {
              constant(value="{")
              \(properties)
              property(name="timegenerated" outname="received" dateFormat="rfc3339" format="jsonf")
              constant(value="}\\n")
            }
            ruleset(name="received") {
              action(type="omfile" file="\(folder.path("messages"))" template="parsed" asyncWriting="off" flushOnTXEnd="on")
            }
            input(type="imudp" address="\(address)" port="0" ruleset="received")
            input(type="imtcp" address="\(address)" port="0" listenPortFileName="\(folder.path("port"))" ruleset="received")
            """
        try Data((configuration + "\n").utf8).write(to: URL(fileURLWithPath: folder.path("rsyslog.conf")))
        let program = try Program(
            "rsyslogd", ["rsyslogd", "-n", "-f", folder.path("rsyslog.conf"), "-i", folder.path("pid")],
            environment: lab.membership.merging(["TZ": "UTC"]) { _, new in new })
        self.program = program
        (udpPort, tcpPort) = try await eventually("rsyslog listens") {
            guard program.isRunning else { throw Program.Failure(description: "rsyslogd has ended:\n\(program.log)") }
            guard let udp = BoundPorts.udp(of: program.identifier).first, let tcp = BoundPorts.tcp(of: program.identifier).first
            else { return nil }
            return (udp, tcp)
        }
        try await eventually("rsyslog receives") {
            for (transport, port) in [("udp", udpPort), ("tcp", tcpPort)] {
                let probe = "printf '<134>1 - - probe - - - ready\\n' > /dev/\(transport)/\(address)/\(port)"
                _ = try? await Program.run(["bash", "-c", probe])
            }
            let transports = Set(try all().filter { $0.application == "probe" }.map(\.transport))
            return transports.count == 2 ? () : nil
        }
    }

    /// Everything that came but the probes.
    func messages() throws -> [Message] { try all().filter { $0.application != "probe" } }

    private func all() throws -> [Message] {
        let written = FileManager.default.contents(atPath: file) ?? Data()
        // The last line may be half written.
        return try written.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
            .map { try JSONDecoder().decode(Message.self, from: Data($0)) }
    }

    func stop() async throws { try await program.stop() }
}
