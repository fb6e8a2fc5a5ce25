import Foundation
import TestSupport

/// A real rsyslogd of our own, in the foreground, with its inputs on loopback. It parses what it gets and writes the
/// properties of each message as a line of JSON.
final class Rsyslog {
    struct Fault: Error, CustomStringConvertible { var description: String }

    static let path = ["/usr/sbin/rsyslogd", "/sbin/rsyslogd"].first { FileManager.default.isExecutableFile(atPath: $0) }

    let udpPort: UInt16
    let tcpPort: UInt16
    private let folder: ScratchFolder
    private let process = Process()

    init() async throws {
        guard let path = Self.path else { throw Fault(description: "rsyslogd is not installed") }
        folder = try ScratchFolder("zonal-rsyslog")
        let properties = [
            "pri", "syslogfacility", "syslogseverity", "timereported", "hostname", "app-name", "procid", "msgid",
            "structured-data", "msg", "protocol-version",
        ]
        let lines = properties.map { name in
            let date = name == "timereported" ? " dateFormat=\"rfc3339\"" : ""
            return "  property(outname=\"\(name)\" name=\"\(name)\" format=\"jsonf\"\(date))"
        }
        let configuration = """
            global(workDirectory="\(folder.url.path)")
            module(load="imudp")
            module(load="imtcp")
            template(name="properties" type="list") {
              constant(value="{")
            \(lines.joined(separator: "\n  constant(value=\",\")\n"))
              constant(value="}\\n")
            }
            input(type="imudp" address="127.0.0.1" port="0")
            input(type="imtcp" address="127.0.0.1" port="0" listenPortFileName="\(folder.path("port"))")
            if $app-name == "zonal" then {
              action(type="omfile" file="\(folder.path("received"))" template="properties" asyncWriting="off" flushOnTXEnd="on")
            }

            """
        try configuration.write(toFile: folder.path("rsyslog.conf"), atomically: true, encoding: .utf8)
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["-n", "-f", folder.path("rsyslog.conf"), "-i", folder.path("pid")]
        let log = folder.path("log")
        try Data().write(to: URL(fileURLWithPath: log))
        process.standardError = FileHandle(forWritingAtPath: log)
        process.standardOutput = process.standardError
        try process.run()
        // Ports of the system's choice, found by who holds them.
        let started = process
        var ports: (udp: UInt16?, tcp: UInt16?)
        _ = await Eventually.holds {
            ports = (BoundPorts.udp(of: started.processIdentifier).first, BoundPorts.tcp(of: started.processIdentifier).first)
            return ports.udp != nil && ports.tcp != nil || !started.isRunning
        }
        guard let udp = ports.udp, let tcp = ports.tcp else {
            if started.isRunning { kill(started.processIdentifier, SIGKILL) }
            let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            throw Fault(description: "rsyslogd does not listen: \(said)")
        }
        (udpPort, tcpPort) = (udp, tcp)
    }

    deinit { stop() }

    func stop() {
        guard process.isRunning else { return }
        // Not SIGTERM: a child of a dispatch thread inherits its signal mask, in which that one is blocked.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// The messages so far, as rsyslog understood them.
    func received() throws -> [[String: String]] {
        guard let text = try? String(contentsOfFile: folder.path("received"), encoding: .utf8) else { return [] }
        return try text.split(separator: "\n").compactMap { line in
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
        }
    }

    /// Waits for a number of messages.
    func received(_ count: Int) async throws -> [[String: String]] {
        _ = await Eventually.holds { (try? received().count) ?? 0 >= count }
        return try received()
    }
}
