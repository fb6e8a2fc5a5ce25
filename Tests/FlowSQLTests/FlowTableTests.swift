import FlowModel
import FlowQuery
import FlowSQL
import FlowStore
import TestSupport
import Testing

@Suite("The table flow")
struct FlowTableTests {
    /// Four hours of 100 records each, in blocks of their own.
    private func filled(_ seed: UInt64 = 1) throws -> (folder: FlowFolder, all: FlowBatch) {
        let folder = try FlowFolder()
        var all = FlowBatch()
        for index in 0..<4 {
            let begin = hour14 - Int64(index) * hour
            var flows = RandomFlows(seed: seed + UInt64(index), ends: begin..<(begin + hour))
            let batch = flows.batch(100)
            try folder.append(batch)
            all.append(batch, rows: 0..<batch.count)
        }
        return (folder, all)
    }

    @Test("shows every field of every record as the catalogue has it, and NULL for what is absent")
    func values() throws {
        let (folder, all) = try filled()
        let rows = try folder.rows("SELECT * FROM flow WHERE include_witnesses = 1")
        let fields = Field.allCases.filter { !$0.isGroupOnly }
        let session = try folder.session()
        #expect(try session.query("SELECT * FROM flow").columns == fields.map(\.rawValue))
        let expected = (0..<all.count).map { row in
            fields.map { field -> SQLValue in
                switch all.value(field, row: row) {
                case .absent: .null
                case .integer(let number): Int64(exactly: number).map { .integer($0) } ?? .real(Double(number))
                case .timestamp(let time): .integer(time)
                case .real(let number): .real(number)
                case .boolean(let truth): .integer(truth ? 1 : 0)
                case .address(let address): .text(address.description)
                case .text(let text): .text(text)
                }
            }
        }
        #expect(rows.tally == expected.tally)
        let counted = try folder.rows("SELECT count(*), min(counted) FROM flow")
        #expect(counted == [[.integer(Int64(all.counted.count { $0 })), .integer(1)]])
    }

    @Test("a counter past what SQL has whole numbers for is a real, and found by its size")
    func large() throws {
        var record = FlowRecord()
        record.flowEndMilliseconds = hour14
        record.octetDeltaCount = .max
        var batch = FlowBatch()
        batch.append(record)
        let folder = try FlowFolder([batch])
        #expect(try folder.rows("SELECT bytes FROM flow") == [[.real(Double(UInt64.max))]])
        #expect(try folder.rows("SELECT count(*) FROM flow WHERE bytes > 1e18") == [[.integer(1)]])
        #expect(try folder.rows("SELECT count(*) FROM flow WHERE bytes > 9223372036854775807") == [[.integer(1)]])
        #expect(try folder.rows("SELECT count(*) FROM flow WHERE bytes = 18446744073709551615") == [[.integer(1)]])
    }

    private static let conditions: [(condition: String, partitions: Int, blocks: Int)] = [
        ("\"end\" >= ts('2026-11-22T14:00:00Z')", 1, 1),
        ("\"end\" BETWEEN ts('2026-11-22T12:00:00Z') AND ts('2026-11-22T13:00:00Z') - 1", 1, 1),
        ("\"end\" < ts('2026-11-22T13:00:00Z') AND \"end\" >= ts('2026-11-22T11:00:00Z')", 2, 2),
        ("src = '192.0.2.1'", 4, 1), ("dst IN ('192.0.2.1', '192.0.2.2')", 4, 1), ("net(src, '192.0.2.0/24')", 4, 1),
        ("filter = 'host 192.0.2.1'", 4, 1), ("filter = 'src 192.0.2.1' AND dst = '10.0.0.3'", 4, 1),
        ("packets > 1099511627776", 4, 0), ("dst_port = 7777", 4, 1), ("dst_port IN (7777, 7778)", 4, 1),
        ("src = NULL", 0, 0), ("\"end\" > 5 AND \"end\" < 5", 0, 0),
    ]

    @Test("reads only what time, addresses and bounds leave")
    func pruned() throws {
        let folder = try FlowFolder()
        for index in 0..<4 {
            let begin = hour14 - Int64(index) * hour
            var flows = RandomFlows(seed: UInt64(index), ends: begin..<(begin + hour))
            var batch = flows.batch(100)
            if index == 2 {
                batch.sourceAddress[50] = IPAddress(ipv4: 0xC000_0201)
                batch.destinationTransportPort = [UInt16](repeating: 7777, count: 100)
            } else {
                batch.destinationTransportPort = [UInt16](repeating: UInt16(index), count: 100)
            }
            try folder.append(batch)
        }
        let session = try folder.session()
        for (condition, partitions, blocks) in Self.conditions {
            let rows = try session.rows("SELECT count(*) FROM flow WHERE include_witnesses = 1 AND \(condition)")
            let read = session.account.statistics
            #expect(read.partitionsRead == partitions, "\(condition)")
            #expect(read.blocksRead == blocks, "\(condition)")
            // The same without any of the pushing down.
            let plain = condition.replacing("src", with: "+src").replacing("dst_port", with: "+dst_port").replacing("\"end\"", with: "+\"end\"")
            guard !condition.contains("filter"), !condition.contains("dst IN"), !condition.contains("packets") else { continue }
            #expect(try session.rows("SELECT count(*) FROM flow WHERE include_witnesses = 1 AND \(plain)") == rows, "\(plain)")
            #expect(session.account.statistics.blocksRead == 4)
        }
    }

    private static let plans = [
        ("SELECT count(*) FROM flow", "[]"),
        ("SELECT src FROM flow WHERE \"end\" >= 5 AND dst = '10.0.0.1'", "end>= dst= [end,src,dst]"),
        ("SELECT src FROM flow WHERE dst_port IN (80, 443)", "dst_port=* [src,dst_port]"),
        ("SELECT bytes FROM flow WHERE net(src, '10.0.0.0/8') AND vni IS NULL", "vni! src@ [src,bytes,vni]"),
        ("SELECT 1 FROM flow('tcp', 1)", "filter= include_witnesses= []"),
        ("SELECT 1 FROM flow WHERE agent = 'a' COLLATE NOCASE", "[agent]"),
    ]

    @Test("says in its plan what it was handed")
    func plan() throws {
        let folder = try FlowFolder()
        for (sql, expected) in Self.plans {
            let detail = try folder.rows("EXPLAIN QUERY PLAN " + sql).last?.last
            #expect(detail == .text("SCAN flow VIRTUAL TABLE INDEX 0:\(expected)"))
        }
    }

    @Test("gives a row the same rowid in every scan, and no two rows one")
    func rowids() throws {
        let (folder, all) = try filled(5)
        let session = try folder.session()
        let first = try session.rows("SELECT rowid FROM flow WHERE include_witnesses = 1")
        #expect(Set(first).count == all.count)
        let joined = try session.rows(
            "SELECT count(*) FROM flow a JOIN flow b ON a.rowid = b.rowid WHERE a.include_witnesses = 1 AND b.include_witnesses = 1 AND a.flow_id IS b.flow_id AND a.\"end\" = b.\"end\"")
        #expect(joined == [[.integer(Int64(all.count))]])
    }

    @Test("joins with itself, with lists and with an aggregate; in subqueries, unions and windows")
    func shapes() throws {
        let (folder, all) = try filled(9)
        func one(_ sql: String) throws -> SQLValue? { try folder.rows(sql).first?.first }
        let counted = (0..<all.count).filter { all.counted[$0] }
        let sources = Set(counted.map { all.sourceAddress[$0] })
        #expect(try one("SELECT count(DISTINCT src) FROM flow") == .integer(Int64(sources.count)))
        #expect(try one("WITH s(a) AS (SELECT DISTINCT src FROM flow) SELECT count(*) FROM flow JOIN s ON src = a") == .integer(Int64(counted.count)))
        #expect(try one("SELECT count(*) FROM flow WHERE src IN (SELECT dst FROM flow)")
            == .integer(Int64(counted.count { row in counted.contains { all.destinationAddress[$0] == all.sourceAddress[row] } })))
        #expect(try one("SELECT count(*) FROM flow a LEFT JOIN flow b ON b.src = a.dst AND b.dst = a.src AND b.dst_port = a.dst_port WHERE b.src IS NULL")
            == .integer(Int64(counted.count { row in
                !counted.contains {
                    all.sourceAddress[$0] == all.destinationAddress[row] && all.destinationAddress[$0] == all.sourceAddress[row]
                        && all.destinationTransportPort[$0] == all.destinationTransportPort[row]
                }
            })))
        #expect(try one("SELECT sum(n) FROM (SELECT proto, count(*) AS n FROM flow GROUP BY proto UNION ALL SELECT 'none', 0)") == .integer(Int64(counted.count)))
        #expect(try one("SELECT max(n) FROM (SELECT row_number() OVER (PARTITION BY src ORDER BY \"end\") AS n FROM flow)")
            == .integer(Int64(Dictionary(grouping: counted) { all.sourceAddress[$0] }.values.map(\.count).max() ?? 0)))
        #expect(try one("SELECT count(*) FROM flow WHERE src = '10.0.0.3' OR dst = '10.0.0.3'")
            == one("SELECT count(*) FROM flow WHERE filter = 'host 10.0.0.3'"))
        #expect(try one("SELECT (SELECT count(*) FROM flow b WHERE b.src = a.src) FROM (SELECT '10.0.0.3' AS src) a")
            == .integer(Int64(counted.count { all.sourceAddress[$0] == IPAddress(ipv4: 0x0A00_0003) })))
    }

    @Test("its functions read times, write times and know networks")
    func functions() throws {
        let folder = try FlowFolder()
        func one(_ expression: String) throws -> SQLValue? { try folder.rows("SELECT \(expression)").first?.first }
        #expect(try one("ts('2026-11-22T14:00:00Z')") == .integer(hour14))
        #expect(try one("ts('-1h')") == .integer(hour14))
        #expect(try one("iso(ts('2026-11-22'))") == .text("2026-11-22T00:00:00.000Z"))
        #expect(try one("iso(NULL)") == .null)
        #expect(try one("net('10.1.2.3', '10.1.0.0/16')") == .integer(1))
        #expect(try one("net('10.2.2.3', '10.1.0.0/16')") == .integer(0))
        #expect(try one("net('fd00::1', 'fd00::/8')") == .integer(1))
        #expect(try one("net('::10.1.2.3', '10.0.0.0/8')") == .integer(0))
        #expect(try one("net(NULL, '10.0.0.0/8')") == .null)
    }
}
