import Dispatch
import FlowModel
import FlowQuery
import Synchronization
import Testing

@testable import FlowStore

@Suite("Every back end: pages")
struct BackendCursorTests {
    /// Walks all pages. - Parameter between: done after each page.
    static func walk(
        _ store: any FlowStoring, _ request: FlowRequest, limit: Int, between: (Int) throws -> Void = { _ in }
    ) throws -> [[FieldValue]] {
        var request = request
        var rows: [[FieldValue]] = []
        var pages = 0
        guard case .flows(let fields, _, var cursor) = request.kind else { return [] }
        repeat {
            request.kind = .flows(fields: fields, limit: limit, cursor: cursor)
            let answer = try store.query(request)
            rows += answer.table.rows
            #expect(answer.table.rows.count <= limit)
            cursor = try answer.cursor.map { try #require(FlowCursor(text: $0)) }
            // A page that is not full is the last one.
            if answer.table.rows.count < limit { #expect(cursor == nil) }
            pages += 1
            try between(pages)
        } while cursor != nil && pages < 10_000
        return rows
    }

    private static let request = FlowRequest(
        includeWitnesses: true, kind: .flows(fields: [.end, .dstPort], limit: 1, cursor: nil))

    @Test("pages of any size, put together, are the one large page", arguments: StoreBackend.all)
    func sizes(_ backend: StoreBackend) throws {
        let open = try backend.make()
        // Many rows with one `end`, in several batches and partitions.
        for index in 0..<6 as Range<Int64> {
            try open.append(try Sample.ports(1...30, end: index / 2 * hour - hour), UInt64(index + 1))
        }
        let all = try open.store.query(
            FlowRequest(includeWitnesses: true, kind: .flows(fields: [.end, .dstPort], limit: 1_000, cursor: nil)))
        #expect(all.table.rows.count == 180)
        #expect(all.cursor == nil)
        for limit in [1, 7, 30, 60, 179, 180, 181] {
            #expect(try Self.walk(open.store, Self.request, limit: limit) == all.table.rows)
        }
    }

    @Test("a walk has each row that was there at its beginning once, whatever comes meanwhile", arguments: StoreBackend.all)
    func stable(_ backend: StoreBackend) throws {
        let open = try backend.make()
        for index in 0..<9 as Range<Int64> {
            try open.append(try Sample.ports(1...40, end: (index % 3 - 1) * hour), UInt64(index + 1))
        }
        let before = try open.rows([.end, .dstPort])
        // What comes meanwhile has other ports.
        let rows = try Self.walk(open.store, Self.request, limit: 23) { page in
            try open.append(try Sample.ports(1_000...1_010, end: Int64(page % 4 - 2) * hour))
            if page % 3 == 0 { try open.store.compact(everything: page % 2 == 0) }
        }
        let old = rows.filter { row in if case .integer(let port) = row[1] { port <= 40 } else { false } }
        #expect(old == before)
        #expect(rows.count > old.count)
    }

    @Test("so it is while others write, join and seal", arguments: StoreBackend.all)
    func concurrent(_ backend: StoreBackend) throws {
        let open = try backend.make()
        for index in 0..<12 as Range<Int64> {
            try open.append(try Sample.ports(1...60, end: (index % 3 - 1) * hour + index % 2), UInt64(index + 1))
        }
        let before = try open.rows([.end, .dstPort])
        let store = open.store
        let now = open.clock.now
        let late = try (0..<4 as Range<Int64>).map { try Sample.ports(1_000...1_030, end: ($0 - 2) * hour) }
        let written = Mutex(0)
        let problems = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 3) { role in
            var isOver: Bool { written.withLock { $0 >= 40 } }
            do {
                switch role {
                case 0:
                    var walks = 0
                    while walks < 3 || !isOver {
                        walks += 1
                        let rows = try Self.walk(store, Self.request, limit: 50)
                        let old = rows.filter { row in if case .integer(let port) = row[1] { port <= 60 } else { false } }
                        if old != before {
                            problems.withLock { $0.append("walk \(walks): \(old.count) rows, \(before.count) before") }
                        }
                    }
                case 1:
                    defer { written.withLock { $0 = 40 } }
                    for number in 0..<40 {
                        _ = try store.append(late[number % late.count], identity: nil, exportMilliseconds: now)
                        written.withLock { $0 = number }
                    }
                default:
                    var round = 0
                    while !isOver {
                        round += 1
                        try store.compact(everything: round % 2 == 0)
                    }
                }
            } catch {
                problems.withLock { $0.append("\(role): \(error)") }
            }
        }
        #expect(problems.withLock { $0 } == [])
        #expect(try open.rows().count == before.count + 40 * 31)
    }

    @Test("pages of flows alive in an interval have those too that begin after their end", arguments: StoreBackend.all)
    func overlap(_ backend: StoreBackend) throws {
        let open = try backend.make()
        // The second one is what an exporter tells whose clock was set back; the later page must not lack it.
        for (port, end, begin) in [(1, 0, 0), (2, -2, 60_000), (3, -3, -3)] as [(UInt16, Int64, Int64)] {
            var sample = Sample()
            try open.append(try sample.add("10.0.0.1", port, end: end, begin: begin).batch, UInt64(port))
        }
        let request = FlowRequest(overlap: true, kind: .flows(fields: [.dstPort], limit: 1, cursor: nil))
        #expect(try Self.walk(open.store, request, limit: 1) == [[.integer(1)], [.integer(2)], [.integer(3)]])
    }

    @Test("a cursor from nowhere is answered with what lies behind it", arguments: StoreBackend.all)
    func foreign(_ backend: StoreBackend) throws {
        let open = try backend.make()
        try open.append(try Sample.ports(1...10), 1)
        func rows(_ cursor: FlowCursor) throws -> Int {
            try open.store.query(
                FlowRequest(includeWitnesses: true, kind: .flows(fields: nil, limit: 100, cursor: cursor))
            ).table.rows.count
        }
        #expect(try rows(FlowCursor(end: .max, locator: RowLocator(partition: .max, block: .max, row: .max))) == 10)
        #expect(try rows(FlowCursor(end: hour14 + 1, locator: RowLocator())) == 10)
        #expect(try rows(FlowCursor(end: .min, locator: RowLocator(partition: .min, block: .min, row: .min))) == 0)
        #expect(try rows(FlowCursor(end: hour14 - 1, locator: RowLocator())) == 0)
    }
}
