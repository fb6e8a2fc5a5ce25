import FlowModel
import FlowSQL
import FlowStore
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("SQL that is wrong, not allowed or too much")
struct SQLFaultTests {
    private static let wrongs: [(sql: String, column: Int, message: String)] = [
        ("", 0, "there is no SQL in the text"), (" -- nothing\n", 0, "there is no SQL in the text"),
        ("SELECT", 0, "incomplete input"), ("SELEC src FROM flow", 1, "near \"SELEC\": syntax error"),
        ("SELECT dstport FROM flow", 8, "no such column: dstport; did you mean 'dst_port'?"),
        ("SELECT src FROM flows", 0, "no such table: flows; there is 'flow'"),
        ("SELECT nett(src) FROM flow", 8, "no such function: nett; did you mean 'net'?"),
        ("SELECT flows FROM flow", 8, "it is a number of groups: write sum(part = 0)"),
        ("SELECT 1; SELECT 2", 11, "one statement at a time"), ("SELECT 1; \n x", 13, "one statement at a time"),
        ("SELECT 'a\0b'", 10, "the text has a NUL"),
        ("SELECT 1 FROM flow WHERE filter = 'prot tcp'", 0, "column 1: 'prot' is not a field; did you mean 'proto'?"),
        ("SELECT 1 FROM flow WHERE filter LIKE '%tcp%'", 0, "each stands by itself, joined by AND"),
        ("SELECT 1 FROM flow WHERE filter = 'tcp' OR bytes > 5", 0, "each stands by itself, joined by AND"),
        ("SELECT filter FROM flow", 0, "each stands by itself, joined by AND"),
        ("SELECT 1 FROM flow WHERE filter = 5", 0, "'filter' wants a text"),
        ("SELECT 1 FROM flow WHERE filter = 'tcp' AND filter = 'udp'", 0, "asked for twice"),
        ("SELECT 1 FROM flow WHERE include_witnesses = 2", 0, "'include_witnesses' is 0 or 1"),
        ("SELECT 1 FROM flow WHERE \"end\" > '2026-11-22'", 0, "write end > ts('2026-11-22')"),
        ("SELECT 1 FROM flow WHERE \"start\" BETWEEN 'a' AND 'b'", 0, "'start' is milliseconds since 1970"),
        ("SELECT 1 FROM flow WHERE src = '10.0.0.0/8'", 0, "write net(src, '10.0.0.0/8')"),
        ("SELECT 1 FROM flow WHERE src = 'FD00::1'", 0, "write 'fd00::1'"),
        ("SELECT 1 FROM flow WHERE src = 'db7'", 0, "'db7' is no address"),
        ("SELECT 1 FROM flow WHERE proto = 6", 0, "write proto = 'tcp'"),
        ("SELECT 1 FROM flow WHERE proto = 'TCP'", 0, "write 'tcp'"),
        ("SELECT 1 FROM flow WHERE state = 'sf'", 0, "there are S0, S1, SF"),
        ("SELECT 1 FROM flow WHERE tcp_flags = 'S'", 0, "write '......S.'"),
        ("SELECT net('10.0.0.1', '10/8/8')", 0, "is no network such as"), ("SELECT net('x', '10.0.0.0/8')", 0, "'x' is no address"),
        ("SELECT ts('yesterday')", 0, "'yesterday' is not a time"), ("SELECT ts(5)", 0, "ts(text) wants a text"),
        ("SELECT ts('2026-11-22 14:00:00')", 0, "names no time zone"), ("SELECT iso('x')", 0, "iso(milliseconds) wants a number"),
        ("SELECT net('10.0.0.1')", 8, "wrong number of arguments"),
        ("SELECT sum(bytes) FROM flow GROUP BY", 0, "incomplete input"),
        ("SELECT 1 FROM flow WHERE sum(bytes) > 5", 26, "misuse of aggregate"),
        ("SELECT abs(-9223372036854775808)", 0, "integer overflow"),
        ("SELECT 1 FROM flow(1, 2, 3)", 0, "too many arguments"),
    ]

    @Test("says what is wrong, where, and how to mend it")
    func wrong() throws {
        let folder = try FlowFolder([Self.some])
        let session = try folder.session()
        for (sql, column, message) in Self.wrongs {
            let fault = session.fault(sql)
            #expect(fault?.message.contains(message) == true, "\(sql): \(String(describing: fault))")
            #expect(fault?.column ?? 0 == column, "\(sql): \(String(describing: fault))")
        }
    }

    private static let some: FlowBatch = {
        var flows = RandomFlows(seed: 3, ends: hour14..<(hour14 + hour))
        return flows.batch(50)
    }()

    private static let forbidden = [
        "CREATE TABLE t(a)", "CREATE TEMP TABLE t(a)", "CREATE VIEW v AS SELECT 1", "CREATE VIRTUAL TABLE f USING flow",
        "CREATE VIRTUAL TABLE f USING fts5(a)", "INSERT INTO flow(src) VALUES('x')", "DELETE FROM flow", "UPDATE flow SET bytes = 0",
        "DROP TABLE flow", "ALTER TABLE flow RENAME TO f", "ATTACH ':memory:' AS other", "ATTACH '/etc/passwd' AS other", "DETACH main",
        "PRAGMA journal_mode", "PRAGMA hard_heap_limit = 0", "SELECT * FROM pragma_table_info('flow')", "VACUUM", "VACUUM INTO '/tmp/x'",
        "ANALYZE", "BEGIN", "COMMIT", "SAVEPOINT s", "SELECT load_extension('x')", "SELECT * FROM sqlite_master",
        "SELECT * FROM sqlite_dbpage", "SELECT * FROM dbstat", "SELECT * FROM sqlite_stmt", "SELECT fts3_tokenizer('simple')",
        "SELECT readfile('/etc/passwd')", "SELECT writefile('/tmp/x', 'y')", "SELECT sqlite_compileoption_get(1)",
        "WITH x AS (SELECT 1) INSERT INTO flow(src) SELECT * FROM x", "EXPLAIN DELETE FROM flow", "SELECT * FROM flow('tcp', 1) LIMIT (SELECT load_extension('x'))",
    ]

    @Test("changes nothing and reaches nowhere")
    func notAllowed() throws {
        let folder = try FlowFolder([Self.some])
        let session = try folder.session()
        for sql in Self.forbidden {
            let fault = session.fault(sql)
            #expect(fault?.isUsage == true, "\(sql): \(String(describing: fault))")
            #expect(fault?.message.contains("not authorized") == false, "\(sql): \(String(describing: fault))")
        }
        #expect(try session.rows("SELECT count(*) > 0 FROM flow") == [[.integer(1)]])
    }

    private static let allowed = [
        "EXPLAIN QUERY PLAN SELECT * FROM flow", "EXPLAIN SELECT 1", "VALUES(1), (2)", "SELECT value FROM json_each('[1,2]')",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT sum(i) FROM n",
        "SELECT strftime('%H', \"end\" / 1000, 'unixepoch') AS hour, count(*) FROM flow GROUP BY hour ORDER BY 2 DESC LIMIT 3;",
        "SELECT src FROM flow WHERE tcp_flags LIKE '%S%' AND agent GLOB 'hv-*' -- why not", "SELECT median FROM (SELECT 1 AS median)",
        "SELECT group_concat(DISTINCT dst_port) FROM flow", "SELECT json_extract('{\"a\":1}', '$.a')",
        "SELECT CASE WHEN \"end\" > 5 THEN 1 END FROM flow", "SELECT end, start FROM flow WHERE end > 5 ORDER BY end DESC LIMIT 5 OFFSET 2",
    ]

    @Test("what only reads is allowed")
    func reading() throws {
        let folder = try FlowFolder([Self.some])
        let session = try folder.session()
        for sql in Self.allowed { #expect(session.fault(sql) == nil, "\(sql)") }
    }

    @Test("ends when it is cancelled, wherever it is", arguments: [
        "SELECT count(*) FROM flow a, flow b, flow c, flow d", "SELECT count(*) FROM flow",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    ])
    func cancelled(sql: String) throws {
        let folder = try FlowFolder([Self.some])
        let calls = Mutex(0)
        let session = try folder.session(isCancelled: { calls.withLock { $0 += 1; return $0 > 1 } })
        let fault = session.fault(sql)
        #expect(fault?.code == .cancelled)
        #expect(fault?.message == "the query was cancelled")
    }

    @Test("ends at its time, and the next one has its own")
    func time() throws {
        let folder = try FlowFolder([Self.some])
        let session = try folder.session(SQLLimits(time: .milliseconds(50)))
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
        #expect(session.fault(endless)?.code == .timeBudget)
        #expect(session.fault("SELECT count(*) FROM flow a, flow b, flow c, flow d, flow e, flow f")?.message.contains("budget of 0.05 seconds") == true)
        #expect(session.fault("SELECT count(*) FROM flow") == nil)
        #expect(try folder.session(SQLLimits(time: .zero)).fault("SELECT count(*) FROM flow")?.code == .timeBudget)
    }

    @Test("ends at its memory, and gives it back", arguments: [
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, count(*) FROM n GROUP BY i % 10000000, i",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i + 1 FROM n) SELECT count(*) FROM n",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT DISTINCT hex(randomblob(1000)) FROM n ORDER BY 1",
        "SELECT DISTINCT a.src || b.dst || c.\"end\" || d.start FROM flow a, flow b, flow c, flow d ORDER BY 1",
    ])
    func memory(sql: String) throws {
        let folder = try FlowFolder([Self.some])
        let session = try folder.session(SQLLimits(memory: 5 << 20))
        let fault = session.fault(sql)
        #expect(fault?.code == .memoryBudget, "\(sql): \(String(describing: fault))")
        #expect(fault?.message.contains("budget of 5 MiB") == true)
        #expect(session.fault("SELECT count(*) FROM flow") == nil)
    }

    @Test("holds no value that is too long", arguments: [
        "SELECT zeroblob(1000000000)", "SELECT replace(hex(zeroblob(1000000)), '0', 'xxxxxxxxxx')",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000) SELECT group_concat(hex(randomblob(100))) FROM n",
        "SELECT randomblob(1000000000)",
    ])
    func long(sql: String) throws {
        let folder = try FlowFolder()
        let fault = try #require(try folder.session().fault(sql))
        #expect(fault.message.contains("longer than 256 KiB") || fault.message.contains("too big"), "\(fault)")
    }

    @Test("what nests or repeats too much is refused")
    func deep() throws {
        let folder = try FlowFolder()
        let session = try folder.session()
        for sql in [
            "SELECT " + String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000),
            "SELECT " + Array(repeating: "1", count: 5000).joined(separator: "+"),
            Array(repeating: "SELECT 1", count: 500).joined(separator: " UNION "),
            "SELECT " + Array(repeating: "1", count: 5000).joined(separator: ","),
            "SELECT '" + String(repeating: "x", count: 2 << 20) + "'",
            "SELECT 1 FROM " + Array(repeating: "flow", count: 100).joined(separator: ","),
        ] { #expect(session.fault(sql) != nil, "\(sql.prefix(40))") }
        // A list of many is none of these.
        let list = (0..<50_000).map(String.init).joined(separator: ",")
        #expect(session.fault("SELECT count(*) FROM flow WHERE dst_port IN (\(list))") == nil)
    }

    @Test("random text is an error or an answer")
    func random() throws {
        let folder = try FlowFolder([Self.some])
        let session = try folder.session(SQLLimits(time: .milliseconds(200), memory: 50 << 20))
        let words = [
            "SELECT", "FROM", "flow", "WHERE", "src", "dst", "\"end\"", "filter", "include_witnesses", "=", "<", ">=", "IN", "(", ")", "'10.0.0.1'",
            "'tcp'", "5", "-1", "1e300", "NULL", "AND", "OR", "NOT", "IS", "LIKE", "GLOB", "BETWEEN", "GROUP BY", "ORDER BY", "LIMIT", "JOIN", "ON",
            "count(*)", "net(src, '10.0.0.0/8')", "*", ",", "x'00'", "rowid", "COLLATE NOCASE", "UNION ALL", "WITH", "AS", "t", "'", "--", "MATCH", "state",
            "LEFT JOIN flow b USING(src)", "NATURAL JOIN flow", "EXISTS (SELECT 1 FROM flow)", "row_number() OVER ()", "CAST(src AS INTEGER)", "\u{1F600}",
        ]
        for seed in UInt64(0)..<1500 {
            var generator = SeededGenerator(seed: seed)
            var sql = Bool.random(using: &generator) ? "SELECT * FROM flow WHERE " : ""
            for _ in 0..<Int.random(in: 1...12, using: &generator) { sql += (words.randomElement(using: &generator) ?? "") + " " }
            _ = session.fault(sql)
        }
        #expect(session.fault("SELECT count(*) FROM flow") == nil)
    }

    @Test("a damaged partition is left out and told of, and the rest is answered")
    func damaged() throws {
        var late = RandomFlows(seed: 4, ends: hour14..<(hour14 + hour))
        var early = RandomFlows(seed: 5, ends: (hour14 - hour)..<hour14)
        let folder = try FlowFolder([late.batch(40), early.batch(40)])
        let path = folder.path
        folder.folder.close()
        let file = try #require(try FileManager.default.contentsOfDirectory(atPath: path + "/flows").first { $0.hasPrefix("20261122T14") && $0.hasSuffix(".sqlite") })
        try Data(repeating: 0x55, count: 20_000).write(to: URL(fileURLWithPath: "\(path)/flows/\(file)"))
        let read = try DataFolder.openForReading(path)
        let session = try SQLSession(store: read.store)
        #expect(try session.rows("SELECT count(*), max(\"end\") < \(hour14) FROM flow WHERE include_witnesses = 1") == [[.integer(40), .integer(1)]])
        let reasons = try session.completeness().reasons
        #expect(reasons.contains { $0.hasPrefix("left out: \(file)") }, "\(reasons)")
        // What is not asked for is not missing.
        _ = try session.rows("SELECT count(*) FROM flow WHERE \"end\" < \(hour14)")
        #expect(try session.completeness().reasons.allSatisfy { !$0.hasPrefix("left out") })
    }

    @Test("a closed store says so")
    func closed() throws {
        let folder = try FlowFolder([Self.some])
        try FileManager.default.removeItem(atPath: folder.path + "/flows")
        #expect(try folder.session().fault("SELECT count(*) FROM flow")?.code == .store)
    }
}
