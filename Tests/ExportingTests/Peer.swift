import Foundation
import Glibc
import TestSupport
import Testing

/// A collector of somebody else that listens to UDP on 127.0.0.1, in a process of its own.
final class Peer: Sendable {
    let port: UInt16
    private let process: Process
    private let folder: ScratchFolder

    /// - Parameter arguments: the command, given the port and the folder where to put its files.
    init(_ arguments: (UInt16, ScratchFolder) throws -> [String]) async throws {
        folder = try ScratchFolder("zonal-peer")
        port = try FreePort.udp()
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = try arguments(port, folder)
        process.standardInput = FileHandle.nullDevice
        for name in ["out", "err"] { _ = FileManager.default.createFile(atPath: folder.path(name), contents: nil) }
        process.standardOutput = try FileHandle(forWritingTo: folder.url.appendingPathComponent("out"))
        process.standardError = try FileHandle(forWritingTo: folder.url.appendingPathComponent("err"))
        // Threads that run tests have signals blocked, and would hand that down: a peer ends by one.
        var (none, before) = (sigset_t(), sigset_t())
        // SAFETY: the addresses of locals, for the length of the calls.
        unsafe sigemptyset(&none)
        unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        try process.run()
        try await ExportTester.eventually("it listens: \(said)") { Self.socket(at: port) != nil }
    }

    deinit { process.terminate() }

    func path(_ name: String) -> String { folder.path(name) }

    /// What it has printed.
    var said: String {
        ["out", "err"].map { (try? String(contentsOfFile: folder.path($0), encoding: .utf8)) ?? "" }.joined()
    }

    /// Datagrams that the kernel had no room for in its socket.
    var dropped: Int { Self.socket(at: port)?.dropped ?? 0 }

    /// Waits until it has read all that came, and ends it.
    /// - Parameter interrupting: by SIGINT, which some heed better than SIGTERM.
    func finish(interrupting: Bool = false) async throws {
        try await ExportTester.eventually("it has read all") { Self.socket(at: port)?.waiting == 0 }
        if interrupting { process.interrupt() } else { process.terminate() }
        try await ExportTester.eventually("it has ended") { !process.isRunning }
    }

    /// The UDP socket of a port, as the kernel tells: octets that wait in it, and datagrams dropped.
    private static func socket(at port: UInt16) -> (waiting: Int, dropped: Int)? {
        let text = (try? String(contentsOfFile: "/proc/net/udp", encoding: .utf8)) ?? ""
        for line in text.split(separator: "\n").dropFirst() {
            let cells = line.split(separator: " ")
            guard cells.count > 12, let number = cells[1].split(separator: ":").last.flatMap({ UInt16($0, radix: 16) }), number == port
            else { continue }
            let waiting = cells[4].split(separator: ":").last.flatMap { Int($0, radix: 16) } ?? 0
            return (waiting, Int(cells[12]) ?? 0)
        }
        return nil
    }
}
