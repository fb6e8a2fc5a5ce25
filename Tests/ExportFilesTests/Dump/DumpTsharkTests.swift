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
        #expect(try TsharkComparison(path: try sequence.path(in: folder)) == ExporterTruth.tshark[sequence.name])
    }
}
