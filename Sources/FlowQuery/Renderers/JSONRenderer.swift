package import FlowModel

/// The answer of the HTTP API: `{"rows":[…],"completeness":{…},"stats":{…},"cursor":…}`. Keys of a row are the columns' names,
/// counters whole numbers, times RFC 3339 with milliseconds, what is absent null.
package enum JSONRenderer {
    package static func render(_ answer: QueryAnswer) -> [UInt8] {
        var writer = JSONWriter()
        writer.reserveCapacity(answer.table.rows.count * answer.table.columns.count * 24 + 512)
        write(answer, to: &writer)
        writer.newline()
        return writer.octets
    }

    package static func write(_ answer: QueryAnswer, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("rows")
            write(rows: answer.table, to: &writer)
            writer.key("completeness")
            write(answer.completeness, to: &writer)
            writer.key("stats")
            write(answer.statistics, to: &writer)
            writer.member("cursor", answer.cursor)
        }
    }

    /// An array of one object a row.
    package static func write(rows table: ResultTable, to writer: inout JSONWriter) {
        writer.array { writer in
            for row in table.rows { write(row, table.columns, to: &writer) }
        }
    }

    static func write(_ row: [FieldValue], _ columns: [ResultTable.Column], to writer: inout JSONWriter) {
        writer.object { writer in
            for (column, value) in zip(columns, row) {
                writer.key(column.name)
                writer.value(value)
            }
        }
    }

    package static func write(_ completeness: Completeness, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("value", real: completeness.value)
            writer.key("stages")
            writer.array { writer in
                for stage in completeness.stages {
                    writer.object { writer in
                        writer.member("stage", stage.stage)
                        writer.member("unit", stage.unit)
                        writer.member("kept", stage.kept)
                        writer.member("offered", stage.offered)
                    }
                }
            }
            writer.key("reasons")
            writer.array { writer in
                for reason in completeness.reasons { writer.string(reason) }
            }
            writer.member("oldest", time: completeness.oldestMilliseconds)
            writer.member("newest", time: completeness.newestMilliseconds)
        }
    }

    package static func write(_ statistics: QueryStatistics, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("partitions", statistics.partitions)
            writer.member("partitions_read", statistics.partitionsRead)
            writer.member("blocks", statistics.blocks)
            writer.member("blocks_read", statistics.blocksRead)
            writer.member("blocks_summed", statistics.blocksSummed)
            writer.member("blocks_rolled_up", statistics.blocksRolledUp)
            writer.member("rollup_rows", statistics.rollupRows)
            writer.member("bytes_read", statistics.octetsRead)
            writer.member("rows_scanned", statistics.rowsScanned)
            writer.member("rows_matched", statistics.rowsMatched)
            writer.member("milliseconds", real: Double(statistics.microseconds) / 1000)
        }
    }
}

/// One JSON object a line for each row, nothing else.
package enum NDJSONRenderer {
    package static func render(_ table: ResultTable) -> [UInt8] {
        var writer = JSONWriter()
        writer.reserveCapacity(table.rows.count * table.columns.count * 24)
        for row in table.rows {
            JSONRenderer.write(row, table.columns, to: &writer)
            writer.newline()
        }
        return writer.octets
    }
}
