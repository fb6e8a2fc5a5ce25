import Foundation

/// The IPv4 ports that a process of this network namespace holds, as the kernel tells: its own, nobody else's.
package enum BoundPorts {
    /// Those of UDP sockets that are connected to nobody.
    package static func udp(of process: Int32) -> [UInt16] { ports(of: process, table: "udp", state: "07") }

    /// Those on which it listens.
    package static func tcp(of process: Int32) -> [UInt16] { ports(of: process, table: "tcp", state: "0A") }

    private static func ports(of process: Int32, table: String, state: String) -> [UInt16] {
        let files = FileManager.default, folder = "/proc/\(process)/fd"
        let sockets = Set(
            ((try? files.contentsOfDirectory(atPath: folder)) ?? []).compactMap { name in
                (try? files.destinationOfSymbolicLink(atPath: "\(folder)/\(name)"))?.wholeMatch(of: /socket:\[([0-9]+)\]/)
                    .map { String($0.1) }
            })
        guard let text = try? String(contentsOfFile: "/proc/net/\(table)", encoding: .utf8) else { return [] }
        // A row: number, local address:port, remote address:port, state, …; the tenth cell is the socket's inode.
        return text.split(separator: "\n").dropFirst().compactMap { line in
            let cells = line.split(separator: " ")
            guard cells.count > 9, cells[3] == state, sockets.contains(String(cells[9])) else { return nil }
            return cells[1].split(separator: ":").last.flatMap { UInt16($0, radix: 16) }
        }
    }
}
