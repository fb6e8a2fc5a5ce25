import Foundation

/// What an exporter sent, as tshark reads a capture of it.
struct SentDatagram: Equatable {
    /// A line of tshark's that is not what was asked for.
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    var version: Int
    /// It holds a template of flows: set 0 of v9, set 2 of IPFIX.
    var hasTemplate: Bool
    /// Flow records; and the packets that they count, without those that push a meter on.
    var flows: Int
    var packets: Int

    /// The datagrams of a capture file that went to a port, in their order; the file may still be written. Their flows are of IPv4.
    static func all(in file: String, to port: UInt16) async throws -> [SentDatagram] {
        guard let copy = try readableCopy(of: file) else { return [] }
        let fields = ["cflow.version", "cflow.flowset_id", "cflow.srcaddr", "cflow.packets"]
        let told = try await Program.run(
            ["tshark", "-r", copy, "-d", "udp.port==\(port),cflow", "-T", "fields", "-E", "separator=;", "-E", "aggregator=,"]
                + fields.flatMap { ["-e", $0] })
        return try String(decoding: told, as: UTF8.self).split(separator: "\n").map { line in
            let cells = line.split(separator: ";", omittingEmptySubsequences: false).map { $0.split(separator: ",") }
            guard cells.count == fields.count, cells[2].count == cells[3].count, let version = cells[0].first.flatMap({ Int($0) })
            else { throw Problem(description: "tshark's line: \(line)") }
            let counted = zip(cells[2], cells[3]).filter { $0.0 != ExportNetwork.fillerAddress }.compactMap { Int($0.1) }
            return SentDatagram(
                version: version, hasTemplate: cells[1].contains(version == 9 ? "0" : "2"), flows: cells[2].count,
                packets: counted.reduce(0, +))
        }
    }

    /// The whole frames of a capture file, and v9 messages with a large number of records in their headers: tshark 4.0 reads as
    /// many sets as that number says, and softflowd leaves templates out of it.
    ///
    /// - Returns: the copy's path; nil when there is no capture yet.
    private static func readableCopy(of file: String) throws -> String? {
        // A file's header and a frame's (pcap-savefile(5), little-endian); Ethernet, IPv4 and UDP.
        let (fileHeader, frameHeader, headers) = (24, 16, 42)
        var octets = [UInt8](FileManager.default.contents(atPath: file) ?? Data())
        guard octets.count >= fileHeader else { return nil }
        var place = fileHeader
        while octets.count - place >= frameHeader {
            let length = (0..<4).reduce(0) { $0 | Int(octets[place + 8 + $1]) << (8 * $1) }
            guard octets.count - place - frameHeader >= length else { break }
            let message = place + frameHeader + headers
            if length >= headers + 4, octets[message] == 0, octets[message + 1] == 9 { octets[message + 2] = 0x7F }
            place += frameHeader + length
        }
        try Data(octets.prefix(place)).write(to: URL(fileURLWithPath: file + ".whole"))
        return file + ".whole"
    }
}
