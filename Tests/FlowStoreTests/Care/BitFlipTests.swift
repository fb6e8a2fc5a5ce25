import FlowModel
import FlowQuery
import Foundation
import TestSupport
import Testing

@testable import FlowStore

/// Files that the disk, or somebody, has changed.
@Suite("Flipped bits and torn files")
struct BitFlipTests {
    private static let file = "20261122T14-3600-g1.sqlite"

    /// What a folder answers to some questions.
    private struct Answers: Equatable {
        var records: [NamedRecord: Int] = [:]
        var tables: [[[FieldValue]: Int]] = []
    }

    private enum Outcome: Equatable {
        /// The right answers.
        case right
        /// Answers without the partition, which say so.
        case leftOut
        /// An error that names the file.
        case refused
        case wrong
    }

    /// A folder of two partitions, the first of which is written to; with the answers of both and of the second alone.
    private struct Folder {
        let scratch: ScratchFolder
        let octets: [UInt8]
        let whole: Answers
        let rest: Answers
        var path: String { scratch.path("data") }
        var target: URL { URL(fileURLWithPath: path + "/flows/" + BitFlipTests.file) }
    }

    private static let questions: [FlowRequest] = [
        FlowRequest(
            includeWitnesses: true,
            kind: .aggregate(by: [.proto, .dstPort], measures: [.records, .bytes], order: .bytes, descending: true, limit: 10_000)),
        FlowRequest(
            filter: (try? FlowFilter("host 10.0.0.17 or host 10.0.0.4")) ?? .all, range: TimeRange(since: hour14 + 600_000),
            includeWitnesses: true,
            kind: .aggregate(by: [.src], measures: [.records], order: .records, descending: true, limit: 10_000)),
        FlowRequest(
            filter: (try? FlowFilter("proto udp and src port < 2000")) ?? .all, includeWitnesses: true,
            kind: .aggregate(by: [.agent], measures: [.records, .packets], order: .records, descending: true, limit: 10_000)),
    ]

    private func ask(_ store: SQLiteFlowStore) throws -> (answers: Answers, reasons: [String]) {
        var answers = Answers()
        var reasons: [String] = []
        var all = FlowRequest(includeWitnesses: true, kind: .flows(fields: nil, limit: 100_000, cursor: nil))
        all.asRecords = true
        let answer = try store.query(all)
        answers.records = (answer.records ?? FlowBatch()).namedRecords.tally
        reasons += answer.completeness.reasons
        for question in Self.questions {
            let answer = try store.query(question)
            answers.tables.append(answer.table.rows.tally)
            reasons += answer.completeness.reasons
        }
        return (answers, reasons)
    }

    private func folder(isSealed: Bool) throws -> Folder {
        let scratch = try ScratchFolder("zonal-flips")
        let clock = TestClock(hour14 + hour)
        let data = scratch.path("data")
        var writer = try DataFolder.openForWriting(data, configuration: TestStore.configuration(clock) { $0.limits.rowsPerBlock = 700 })
        for sequence in 1...5 as ClosedRange<UInt64> {
            var flows = RandomFlows(seed: sequence, ends: hour14..<(hour14 + hour))
            // Ordinary numbers too: columns of one plane, dictionaries, constants.
            _ = try writer.store.append(
                sequence % 2 == 0 ? flows.ordinary(180) : flows.batch(180),
                identity: .sequence(agent: "a", epoch: 7, sequence: sequence), exportMilliseconds: hour14)
        }
        var flows = RandomFlows(seed: 9, ends: (hour14 + hour)..<(hour14 + 2 * hour))
        _ = try writer.store.append(flows.batch(50), identity: nil, exportMilliseconds: hour14)
        try writer.store.compact(everything: isSealed)
        let whole = try ask(writer.store).answers
        writer.close()
        let original = data + "/flows/" + (try #require(try PartitionFolder(path: data + "/flows").list().partitions.last)).file
        // All of it in one file, under a name that does not depend on what was sealed.
        try Database(path: original, mode: .write).execute("PRAGMA journal_mode = DELETE")
        let octets = [UInt8](try Data(contentsOf: URL(fileURLWithPath: original)))
        try FileManager.default.removeItem(atPath: original)
        writer = try DataFolder.openForWriting(data, configuration: TestStore.configuration(clock))
        let rest = try ask(writer.store).answers
        writer.close()
        return Folder(scratch: scratch, octets: octets, whole: whole, rest: rest)
    }

    /// What a reader answers when the file holds these octets.
    private func outcome(_ folder: Folder, _ octets: some Sequence<UInt8>) throws -> Outcome {
        for suffix in PartitionFolder.suffixes { _ = Files.remove(folder.target.path + suffix) }
        try Data(octets).write(to: folder.target)
        let reader = try DataFolder.openForReading(folder.path)
        defer { reader.close() }
        do {
            let (answers, reasons) = try ask(reader.store)
            if answers == folder.whole { return .right }
            // Each answer has all of the partition, or says that it has none of it.
            let isMixed = zip(answers.tables, zip(folder.whole.tables, folder.rest.tables)).allSatisfy { $0 == $1.0 || $0 == $1.1 }
            let isNamed = reasons.contains { $0.hasPrefix("left out: " + Self.file) }
            return isNamed && isMixed && [folder.whole.records, folder.rest.records].contains(answers.records) ? .leftOut : .wrong
        } catch let problem as StoreError {
            return problem.place.hasSuffix(Self.file) ? .refused : .wrong
        }
    }

    @Test("a bit that is flipped anywhere is found, or changes no answer", arguments: [false, true])
    func flips(isSealed: Bool) throws {
        let folder = try folder(isSealed: isSealed)
        #expect(try outcome(folder, folder.octets) == .right)
        var generator = SeededGenerator(seed: isSealed ? 2 : 1)
        var wrong: [Int] = []
        var found = 0
        for _ in 0..<200 {
            let place = Int.random(in: folder.octets.indices, using: &generator)
            var octets = folder.octets
            octets[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            let outcome = try outcome(folder, octets)
            if outcome == .wrong { wrong.append(place) }
            if outcome == .leftOut || outcome == .refused { found += 1 }
        }
        #expect(found > 20)
        #expect(wrong.isEmpty, "\(wrong.count) of 200 flips change an answer: at \(wrong)")
    }

    @Test("a file that is cut anywhere is found", arguments: [false, true])
    func cuts(isSealed: Bool) throws {
        let folder = try folder(isSealed: isSealed)
        var generator = SeededGenerator(seed: 3)
        var lengths = [0, 1, 16, 99, 100, 512, 8191, 8192, 8193, folder.octets.count - 8192, folder.octets.count - 1]
        for _ in 0..<40 { lengths.append(Int.random(in: folder.octets.indices, using: &generator)) }
        for length in lengths {
            let outcome = try outcome(folder, folder.octets.prefix(length))
            #expect(outcome == .leftOut || outcome == .refused, "\(length) of \(folder.octets.count): \(outcome)")
        }
    }

    @Test("whole pages that are zero, or another page's, are found or change no answer")
    func pages() throws {
        let folder = try folder(isSealed: true)
        let pages = folder.octets.count / 8192
        var wrong: [String] = []
        for page in 0..<pages {
            for source in [nil, (page + 1) % pages] as [Int?] {
                var octets = folder.octets
                let content = source.map { Array(folder.octets[(8192 * $0)..<(8192 * ($0 + 1))]) } ?? [UInt8](repeating: 0, count: 8192)
                octets.replaceSubrange((8192 * page)..<(8192 * (page + 1)), with: content)
                if try outcome(folder, octets) == .wrong { wrong.append("\(page) from \(source ?? -1)") }
            }
        }
        #expect(wrong == [])
    }

    @Test("a writer sets a file with a flipped bit aside when an answer meets it, and goes on")
    func writer() throws {
        let folder = try folder(isSealed: true)
        var generator = SeededGenerator(seed: 5)
        var aside = 0
        for _ in 0..<30 {
            for suffix in PartitionFolder.suffixes { _ = Files.remove(folder.target.path + suffix) }
            let place = Int.random(in: folder.octets.indices, using: &generator)
            var octets = folder.octets
            octets[place] ^= 0xFF
            try Data(octets).write(to: folder.target)
            let writer = try DataFolder.openForWriting(folder.path, configuration: TestStore.configuration(TestClock(hour14)))
            defer { writer.close() }
            defer {
                for file in Files.names(in: folder.path + "/flows") ?? [] where file.hasPrefix("20261122T14") {
                    _ = Files.remove(folder.path + "/flows/" + file)
                }
            }
            guard (try? ask(writer.store)) != nil else { continue }
            var flows = RandomFlows(seed: 4, ends: hour14..<(hour14 + hour))
            #expect(try writer.store.append(flows.batch(5), identity: nil, exportMilliseconds: hour14) == .stored(records: 5))
            if try !writer.store.held().damaged.isEmpty { aside += 1 }
        }
        #expect(aside > 0)
    }
}
