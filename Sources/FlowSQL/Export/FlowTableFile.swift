import CSQLite
package import FlowModel

/// Writes flow records as an ordinary SQLite table `flow` into a file of its own, for every program that reads SQLite.
///
/// A column each field, of the types that the virtual table has; indexes on `end`, `src` and `dst`, made at the end, when
/// they cost least. Nothing guards the file while it is written: whoever makes it gives it its name when it is whole.
package final class FlowTableFile {
    private let path: String
    private let fields: [Field]
    private let connection: SQLConnection
    private let insert: SQLStatement
    private var text: [UInt8] = []
    package private(set) var records = 0

    /// - Parameters:
    ///   - path: of a file that is empty or not there.
    ///   - fields: the columns, each once.
    package init(path: String, fields: [Field] = Field.stored) throws(SQLFault) {
        self.path = path
        self.fields = fields
        connection = try SQLConnection(path: path)
        let columns = fields.map { "\"\($0.rawValue)\" \($0.sqlType.rawValue)" }.joined(separator: ", ")
        let places = fields.map { _ in "?" }.joined(separator: ", ")
        do throws(SQLFault) {
            // A file that is cut short by a crash has no name yet: no journal, no waiting for the disk.
            try connection.execute(
                """
                PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768;
                BEGIN; CREATE TABLE flow(\(columns));
                """)
            guard let statement = try connection.prepare("INSERT INTO flow VALUES(\(places))").statement else {
                throw SQLFault(.failed, "no field is named")
            }
            insert = statement
        } catch {
            throw Self.placed(error, path)
        }
    }

    /// Appends records; the columns of the fields are filled.
    package func append(_ flows: FlowBatch) throws(SQLFault) {
        for row in 0..<flows.count {
            for (index, field) in fields.enumerated() {
                let place = Int32(truncatingIfNeeded: index + 1)
                switch flows.sqlValue(field, row: row, text: &text) {
                case .null: insert.bindNull(place)
                case .integer(let number): insert.bind(place, number)
                case .real(let number): insert.bind(place, real: number)
                case .text: insert.bind(place, text: text)
                }
            }
            do throws(SQLFault) {
                try insert.run()
            } catch {
                throw Self.placed(error, path)
            }
            records += 1
        }
    }

    /// Makes the indexes and ends the file. The object is of no use afterwards.
    package func finish() throws(SQLFault) {
        do throws(SQLFault) {
            for field in [Field.end, .src, .dst] where fields.contains(field) {
                try connection.execute("CREATE INDEX \"flow_\(field.rawValue)\" ON flow(\"\(field.rawValue)\")")
            }
            try connection.execute("COMMIT")
        } catch {
            throw Self.placed(error, path)
        }
    }

    private static func placed(_ fault: SQLFault, _ path: String) -> SQLFault {
        let isFull = fault.message.contains("disk is full")
        return SQLFault(fault.code, "\(path): \(isFull ? "the disk is full; free some space" : fault.message)")
    }
}
