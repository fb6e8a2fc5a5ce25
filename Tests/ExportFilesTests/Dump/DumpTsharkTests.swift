import ExportFiles
import Foundation
import TestSupport
import Testing

/// The dump of every sequence of exports beside tshark's: every field of every template by number, and every value of every
/// record, in order.
@Suite(
    "a dump beside tshark's",
    .enabled(
        if: !ExporterSequence.all.isEmpty && Command.exists("tshark") && Command.exists("mergecap"),
        "the shared captures, tshark or mergecap are not there"))
struct DumpTsharkTests {
    @Test("templates and values", arguments: ExporterSequence.all.filter { ExporterTruth.tshark[$0.name] != nil })
    func values(sequence: ExporterSequence) throws {
        let folder = try ScratchFolder()
        let path = try sequence.path(in: folder)
        var exports: [PDML.Node]?
        if let sets = Self.miscounted[sequence.name] {
            var octets = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            // Behind the headers of the file, the frame, Ethernet, IPv4, UDP, and the version and the count's upper octet.
            octets[24 + 16 + 14 + 20 + 8 + 3] = sets
            let copy = folder.path("counted.pcap")
            try Data(octets).write(to: URL(fileURLWithPath: copy))
            exports = try TsharkComparison.exports(copy)
        }
        let found = try TsharkComparison(path: path, exports: try exports ?? TsharkComparison.exports(path))
        #expect(found == ExporterTruth.tshark[sequence.name])
    }

    /// NetFlow v9 whose header says fewer than there are, and how many sets there are: tshark stops there, and is given a copy that
    /// says so.
    private static let miscounted: [String: UInt8] = ["malformed/netflow-9-invalid-01": 6]

    @Test("a comparison sees each octet of a record that is not the same", arguments: [
        "ipfix_test_yaf_data45841.dat", "ipfix_test_yaf_data45873.dat", "ipfix_test_yaf_data53248.dat",
    ])
    func changed(file: String) throws {
        let folder = try ScratchFolder()
        let sequence = try #require(ExporterSequence.all.first { $0.files.contains("yaf/" + file) })
        let path = try sequence.path(in: folder)
        let exports = try TsharkComparison.exports(path)
        let octets = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let message = [UInt8](try Data(contentsOf: URL(fileURLWithPath: try #require(SharedFolder.path("captures/exporters/yaf/" + file)))))
        let found = try #require(octets.firstRange(of: message))
        let changed = folder.path("changed.pcap")
        var unseen: [Int] = []
        // Behind the headers of message and set.
        for place in 20..<message.count {
            var other = octets
            other[found.lowerBound + place] ^= 1
            try Data(other).write(to: URL(fileURLWithPath: changed))
            if try TsharkComparison(path: changed, exports: exports).others.isEmpty { unseen.append(place) }
        }
        #expect(unseen == [])
    }
}
