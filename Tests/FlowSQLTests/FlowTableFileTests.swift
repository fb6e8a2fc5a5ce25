import FlowModel
import FlowQuery
import FlowSQL
import FlowStore
import TestSupport
import Testing

@Suite("The ordinary table of an export")
struct FlowTableFileTests {
    @Test("has a typed column a field, all records, and indexes on end, src and dst")
    func layout() throws {
        var flows = RandomFlows(seed: 1, ends: hour14..<(hour14 + hour))
        let folder = try FlowFolder([flows.batch(200)])
        let table = try OrdinaryTable.export(folder.store, to: folder.scratch.path("flows.sqlite"))
        let columns = try table.rows("SELECT name, type FROM pragma_table_info('flow')")
        #expect(columns == Field.stored.map { [.text($0.rawValue), .text($0.sqlType.rawValue)] })
        let names = Field.stored.map { "\"\($0.rawValue)\"" }.joined(separator: ",")
        #expect(
            try table.rows("SELECT \(names) FROM flow").tally
                == folder.rows("SELECT \(names) FROM flow WHERE include_witnesses = 1").tally)
        #expect(try table.rows("SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY name").flatMap(\.self) == [.text("flow_dst"), .text("flow_end"), .text("flow_src")])
        #expect(try table.rows("PRAGMA integrity_check") == [[.text("ok")]])
    }

    @Test("has the columns that were asked for, derived ones too")
    func fields() throws {
        var flows = RandomFlows(seed: 1, ends: hour14..<(hour14 + hour))
        let batch = flows.batch(20)
        let folder = try FlowFolder()
        let path = folder.scratch.path("few.sqlite")
        let file = try FlowTableFile(path: path, fields: [.dst, .duration, .bps])
        try file.append(batch)
        try file.finish()
        let rows = try OrdinaryTable(path: path).rows("SELECT duration, typeof(bps) FROM flow")
        #expect(rows.map { $0[0] } == (0..<20).map { .integer(Int64(batch.durationMilliseconds(row: $0))) })
        #expect(rows.map { $0[1] } == (0..<20).map { .text(batch.value(.bps, row: $0) == .absent ? "null" : "real") })
    }

    @Test("says where it cannot be written")
    func unwritable() throws {
        let fault = #expect(throws: SQLFault.self) { try FlowTableFile(path: "/nowhere/flows.sqlite") }
        #expect(fault?.message.contains("/nowhere/flows.sqlite") == true)
    }
}
