import FlowModel
import FlowQuery
import FlowStore
import Foundation
import Reporting
import TestSupport
import Testing

@testable import CollectorService

@Suite("Problems say what to do")
struct ProblemTests {
    @Test("a body that ends early may be sent again")
    func incomplete() async throws {
        try await TestCollector.run(in: ScratchFolder()) { collector in
            for head in ["Content-Length: 100\r\n", "Transfer-Encoding: chunked\r\n"] {
                let reply = try await RawConnection.exchange(
                    collector, "POST /v1/batches HTTP/1.1\r\nHost: x\r\n\(head)\r\n5\r\nabc")
                // A connection that breaks cannot always be answered; what is never said is that the batch is a bad one.
                #expect(!reply.contains(" 400 "), "\(reply)")
            }
            let metrics = try await collector.get("/metrics").text
            #expect(metrics.contains("zonal_collector_batches_rejected_total{reason=\"incomplete\"} "), "\(metrics)")
            #expect(!metrics.contains("zonal_collector_batches_rejected_total{reason=\"batch\"} "))
        }
    }

    @Test("a query that the stop of the collector ended says so, one whose client has gone the other")
    func stopping() {
        let cancelled = StoreError(.cancelled, place: "", "the query was cancelled")
        let stopping = Problem(query: cancelled, isStopping: true)
        #expect(stopping.status == 503)
        #expect(stopping.code == .stopping)
        #expect(stopping.retryAfterSeconds != nil)
        #expect(!stopping.detail.contains("client"))
        #expect(Problem(query: cancelled).detail.contains("the client closed its side of the connection"))
        #expect(Problem(query: StoreError(.invalid, place: "", "no"), isStopping: true).status == 400)
    }

    @Test("a report past its time names the whole budget, not what was left of it")
    func budget() throws {
        let folder = try DataFolder.openForWriting(ScratchFolder().path("data"))
        defer { folder.close() }
        let desk = AnswerDesk(store: LateStore(), catalog: folder.catalog, localAddresses: { [:] })
        let error = #expect(throws: StoreError.self) {
            try desk.report(FlowReport.Question(range: .always, filter: .all, nowMilliseconds: 0, limit: 20), limits: QueryLimits(time: .seconds(30)))
        }
        #expect(error?.code == .timeBudget)
        #expect(error?.reason.contains("its budget of 30 s") == true, "\(error?.reason ?? "")")
    }
}

/// A store whose every query takes too long.
private struct LateStore: FlowStoring {
    func query(
        _ request: FlowRequest, limits: QueryLimits, isCancelled: @Sendable @escaping () -> Bool
    ) throws(StoreError) -> QueryAnswer {
        throw StoreError(.timeBudget, place: "", "the query took longer than its budget of \(limits.time.components.seconds - 30) s")
    }

    func append(_ flows: FlowBatch, identity: BatchIdentity?, exportMilliseconds: Int64) throws(StoreError) -> AppendOutcome {
        .duplicate
    }

    func readLatest(
        _ limit: Int, endingSince since: Int64, fields: [Field], _ body: (FlowBatch) -> Void
    ) throws(StoreError) {}
    func held() throws(StoreError) -> HeldFlows { HeldFlows() }
    func retain(_ policy: RetentionPolicy, now: Int64, dryRun: Bool) throws(StoreError) -> [RetiredPartition] { [] }
    func holds(_ flows: FlowBatch, identity: BatchIdentity, exportMilliseconds: Int64) throws(StoreError) -> Bool { true }
    func compact(everything: Bool, isCancelled: () -> Bool) throws(StoreError) {}
    func buildRollups(everything: Bool, isCancelled: () -> Bool) throws(StoreError) {}
    func retainRollups(_ policy: RetentionPolicy, now: Int64, dryRun: Bool) throws(StoreError) -> [RetiredPartition] { [] }
    func counters() -> StoreCounters { StoreCounters() }
    func close() {}
}
