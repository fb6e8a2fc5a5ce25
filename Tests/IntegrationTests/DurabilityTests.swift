import Foundation
import Testing
import TestSupport

/// 200 means committed to disk, and a batch counts once however often it comes.
@Suite("durability", .needs(SharedFolder.url == nil ? "it needs the shared folder of captures beside the project" : nil))
struct DurabilityTests {
    @Test("flows of a batch survive kill -9 right after its 200, and the batch sent again changes nothing", .timeLimit(.minutes(15)))
    func killed() async throws {
        let folder = try ScratchFolder("zonal-durability")
        let capture = try #require(SharedFolder.path("captures/communityid/tcp.pcap"))
        let (batch, records) = try await makeBatch(of: capture, in: folder)
        #expect(records > 0)

        let first = try await start(folder)
        let receipt = try await first.api.post(batch: batch, agent: "test", epoch: 7, sequence: 1)
        first.program.send(SIGKILL)
        try await first.program.end()
        #expect(receipt.accepted == records)
        #expect(!receipt.duplicate)

        let second = try await start(folder)
        #expect(try await count(second.api) == records)
        let again = try await second.api.post(batch: batch, agent: "test", epoch: 7, sequence: 1)
        #expect(again.duplicate)
        #expect(try await count(second.api) == records)
        // The same octets under the next sequence are another batch.
        let next = try await second.api.post(batch: batch, agent: "test", epoch: 7, sequence: 2)
        #expect(!next.duplicate)
        #expect(try await count(second.api) == 2 * records)
        try await second.program.stop()
    }

    /// A batch as an agent would send it, and how many records it holds.
    private func makeBatch(of capture: String, in folder: ScratchFolder) async throws -> (Data, Int) {
        let file = folder.path("batch.ipfix")
        try await Program.run([ZonalProgram.path, "meter", capture, "--format", "ipfix", "-o", file])
        let lines = try await Program.run([ZonalProgram.path, "meter", capture, "--format", "ndjson"])
        return (try await Program.run(["gzip", "-c", file]), lines.split(separator: 0x0A).count)
    }

    private func start(_ folder: ScratchFolder) async throws -> (program: Program, api: CollectorAPI) {
        let program = try Program(
            "collector", [ZonalProgram.path, "collector", "--data", folder.path("data"), "--listen", "127.0.0.1:0"])
        let api = try await eventually("the collector says where it listens, and is ready") { () -> CollectorAPI? in
            guard program.isRunning else { throw Program.Failure(description: "the collector has ended:\n\(program.log)") }
            guard let base = program.announcedURL else { return nil }
            let api = CollectorAPI(base: base)
            return await api.isReady() ? api : nil
        }
        return (program, api)
    }

    /// Records held, of any time.
    private func count(_ api: CollectorAPI) async throws -> Int {
        struct Row: Decodable { let records: Int }
        let rows: [Row] = try await api.rows("v1/aggregate", ["by": "agent", "since": "1970-01-01T00:00:00Z", "limit": "100"])
        return rows.reduce(0) { $0 + $1.records }
    }
}
