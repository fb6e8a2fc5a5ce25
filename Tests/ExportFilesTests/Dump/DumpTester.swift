import ExportFiles
import FlowModel
import Foundation
import IPFIX
import Testing

/// A dump of messages by hand, or of a file.
struct DumpTester {
    var dump: ExportDump
    var transport = ExportTransport.datagram
    var address: UInt32 = 0xC000_0201
    var port: UInt16 = 40_000
    private var number: UInt64 = 0

    init(_ change: (inout ExportDump.Options) -> Void = { _ in }) {
        var options = ExportDump.Options()
        change(&options)
        dump = ExportDump(options: options)
    }

    mutating func octets(_ message: [UInt8]) -> [UInt8] {
        number += 1
        return dump.dump(
            ExportPacket(
                source: ExporterSource(IPAddress(ipv4: address), port: port),
                destination: ExporterSource(IPAddress(ipv4: 0xC000_0209), port: 4739), transport: transport,
                receivedMilliseconds: 1_700_000_000_123, number: number, octets: message))
    }

    mutating func text(_ message: [UInt8]) -> String { String(decoding: octets(message), as: UTF8.self) }
    mutating func lines(_ message: [UInt8]) -> [String] { text(message).split(separator: "\n").map(String.init) }

    mutating func json(_ message: [UInt8]) throws -> [String: Any] { try Self.object(octets(message)) }

    static func object(_ octets: some Sequence<UInt8>) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(octets)) as? [String: Any])
    }

    static func file(_ path: String, _ change: (inout ExportDump.Options) -> Void = { _ in }) throws -> [UInt8] {
        var options = ExportDump.Options()
        change(&options)
        var file = try ExportFileDump(path: path, dump: ExportDump(options: options))
        var output: [UInt8] = []
        while let some = file.next() { output += some }
        return output
    }
}
