import Foundation
import TestSupport
import Testing

/// That no export is without its truth.
@Suite("the table of exports", .enabled(if: !ExporterSequence.all.isEmpty, "the shared captures are not there"))
struct ExporterTruthTests {
    @Test("every file of captures/exporters is of a sequence")
    func files() throws {
        let folder = try #require(SharedFolder.path("captures/exporters"))
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder).filter {
            try FileManager.default.attributesOfItem(atPath: "\(folder)/\($0)")[.type] as? FileAttributeType != .typeDirectory
        }
        // What others expect of the files.
        let golden = /.*(\.expected\.json|\.netgauze-decoded\.json|\.pmacct-output-flow-[0-9]+\.json|\/expected\.out\.txt)/
        let named = Set(ExporterSequence.all.flatMap(\.files))
        #expect(named.count > 100)
        #expect(named.subtracting(files) == [])
        #expect(files.filter { !named.contains($0) && $0.wholeMatch(of: golden) == nil } == [])
    }

    @Test("every sequence is in the table, and what is in the table is a sequence")
    func sequences() {
        let table = Set(ExporterTruth.tshark.keys).union(ExporterTruth.sFlow.keys).union(ExporterTruth.countsOnly.keys)
        #expect(table == Set(ExporterSequence.all.map(\.name)))
        #expect(Set(ExporterTruth.sFlow.keys) == Set(ExporterSequence.all.filter { ($0.truth["sflow_datagrams"] ?? 0) > 0 }.map(\.name)))
    }
}
