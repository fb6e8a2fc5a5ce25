import FlowModel
import FlowQuery
import Foundation
import TestSupport
import Testing

@testable import FlowStore

/// `ZONAL_KILL_POINTS` says how many times; `.ci/torture` runs 200.
@Suite("kill -9")
struct KillTests {
    static func number(_ name: String, _ usual: UInt64) -> UInt64 {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) } ?? usual
    }

    @Test("at random points of ingest, joining, sealing and removal loses and doubles nothing that was acknowledged")
    func points() async throws {
        let scratch = try ScratchFolder("zonal-kill")
        let path = scratch.path("data")
        let log = scratch.path("log")
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let seed = Self.number("ZONAL_KILL_SEED", 1)
        var generator = SeededGenerator(seed: seed)
        var truth = KillTruth()
        var told = 0
        var met: [String: Int] = [:]
        var waiting = 0
        let points = Self.number("ZONAL_KILL_POINTS", 10)
        for point in 1...max(1, points) {
            let first = truth.next
            let own = generator.next()
            // Half of them anywhere; the others soon after something has begun, which is met more rarely otherwise.
            let isAnywhere = Bool.random(using: &generator)
            let trigger = isAnywhere ? "" : ["open", "append ", "retain ", "retain ", "seal", "join"].randomElement(using: &generator) ?? ""
            let life = UInt32.random(in: 0...(isAnywhere ? 400_000 : 12_000), using: &generator)
            await #expect(processExitsWith: .signal(SIGKILL), "seed \(seed), point \(point)") {
                [
                    path = path as String, log = log as String, first = first as UInt64, own = own as UInt64,
                    trigger = trigger as String, life = life as UInt32
                ] in
                try KilledWriter(path: path, log: log, first: first, seed: own, trigger: trigger, life: life).run()
            }
            let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
            truth.read(lines.dropLast().dropFirst(told).map(String.init))
            told = lines.count - 1
            try #require(truth.failure == nil, "seed \(seed), point \(point)")
            met["\(truth.appending), \(truth.keeping.isEmpty ? "nothing" : truth.keeping)", default: 0] += 1

            // As a reader finds it, then as the next writer does.
            if FileManager.default.fileExists(atPath: path + "/catalog.sqlite") {
                let reader = try DataFolder.openForReading(path)
                try verify(reader.store, &truth, "seed \(seed), point \(point), as it was found")
                reader.close()
            }
            // Now and then the next process finds it as it is, and may be killed while it clears up.
            if point % 4 == 0, point != points { continue }
            waiting += try goOn(path, &truth, "seed \(seed), point \(point)")
        }
        print(
            "kill -9: seed \(seed), \(points) points, \(truth.next - 1) batches,",
            "\(waiting) stored and not acknowledged; (appending, upkeep) were at",
            met.sorted { $0.value > $1.value }.map { "(\($0.key)) \($0.value)" }.joined(separator: " "))
    }

    /// Opens the folder for writing, repeats all batches, and looks at every file. - Returns: how many batches were stored
    /// although nobody had heard of it.
    private func goOn(_ path: String, _ truth: inout KillTruth, _ place: Comment) throws -> Int {
        let clock = TestClock(KillScript.now(truth.begun.max() ?? 1))
        let folder = try DataFolder.openForWriting(path, configuration: KillScript.configuration(clock))
        defer { folder.close() }
        try verify(folder.store, &truth, place)
        var unheard = 0
        for number in truth.batches {
            let parts = truth.parts(number)
            // One of which a part has been removed by its age would bring that back.
            guard parts.parts.keys.allSatisfy({ truth.presence($0) == .there }) || !truth.acknowledged.contains(number)
            else { continue }
            clock.now = KillScript.now(number)
            let outcome = try folder.store.append(
                parts.batch, identity: KillScript.identity(number), exportMilliseconds: clock.now)
            if truth.acknowledged.contains(number) {
                #expect(outcome == .duplicate, "\(place), batch \(number)")
            } else if outcome == .duplicate {
                unheard += 1
            }
            truth.acknowledge(number)
        }
        try verify(folder.store, &truth, place)
        try checkFiles(path + "/flows", &truth, place)
        return unheard
    }

    /// Each batch is in each partition once, or not at all where it need not be.
    private func verify(_ store: SQLiteFlowStore, _ truth: inout KillTruth, _ place: Comment) throws {
        let answer = try store.query(
            FlowRequest(
                includeWitnesses: true,
                kind: .series(
                    intervalMilliseconds: KillScript.partition, by: [.flowID], measures: [.records, .bytes], limit: 1_000_000)))
        #expect(answer.completeness.reasons.filter { $0.contains("left out") } == [], place)
        var seen: [Int64: [UInt64: KillParts.Part]] = [:]
        for row in answer.table.rows {
            guard case .timestamp(let slot) = row[0], case .text(let id) = row[1], let number = UInt64(id, radix: 16),
                case .integer(let records) = row[2], case .integer(let bytes) = row[3]
            else {
                Issue.record("\(place): \(row.map(\.text))")
                continue
            }
            seen[slot, default: [:]][number] = KillParts.Part(records: records, bytes: bytes)
        }
        var wanted: [Int64: [UInt64: KillParts.Part]] = [:]
        for number in truth.batches {
            for (slot, part) in truth.parts(number).parts { wanted[slot, default: [:]][number] = part }
        }
        #expect(Set(seen.keys).subtracting(wanted.keys) == [], place)
        for (slot, batches) in wanted {
            let found = seen[slot] ?? [:]
            let presence = truth.presence(slot)
            if presence == .gone || (presence == .either && found.isEmpty) {
                #expect(found.isEmpty, place)
                continue
            }
            for (number, part) in batches {
                let isKnown = truth.acknowledged.contains(number)
                #expect(found[number] == part || (!isKnown && found[number] == nil), "\(place), batch \(number)")
            }
            #expect(Set(found.keys).subtracting(batches.keys) == [], place)
        }
    }

    /// Every partition is sound to its last column, no record has changed, and no file is left over.
    private func checkFiles(_ flows: String, _ truth: inout KillTruth, _ place: Comment) throws {
        let folder = PartitionFolder(path: flows)
        let listing = try folder.list()
        #expect(listing.replaced == [] && listing.aside.isEmpty, place)
        let files = try FileManager.default.contentsOfDirectory(atPath: flows)
        let known = Set(listing.partitions.flatMap { name in ["", "-wal", "-shm"].map { name.file + $0 } })
        #expect(Set(files).subtracting(known) == [], place)
        for case let slot? in listing.partitions.map(\.slot) { #expect(truth.presence(slot.start) != .gone, place) }
        for name in listing.partitions { #expect(try PartitionCheck(folder, name).faults == [], "\(place), \(name.file)") }
        let slots = Set(listing.partitions.compactMap { $0.slot?.start })
        var wanted: [NamedRecord] = []
        for number in truth.batches {
            let batch = truth.parts(number).batch
            for row in 0..<batch.count where slots.contains(KillScript.slot(batch.flowEndMilliseconds[row])) {
                wanted.append(batch.named(row))
            }
        }
        #expect(try TestStore.records(flows).tally == wanted.tally, place)
    }
}
