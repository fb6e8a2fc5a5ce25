package import FlowModel

/// Named columns and rows of values: what every answer is before a renderer prints it.
package struct ResultTable: Sendable, Equatable {
    package struct Column: Sendable, Hashable {
        package var name: String
        package var kind: Field.Kind

        package init(name: String, kind: Field.Kind) {
            self.name = name
            self.kind = kind
        }

        /// The column of what is told of groups.
        package init(of value: GroupValue) {
            self.init(name: value.name, kind: value.kind)
        }

        /// The column of one field of the catalogue.
        package init(_ field: Field) {
            self.init(name: field.rawValue, kind: field.kind)
        }
    }

    package var columns: [Column]
    /// Each as long as `columns`.
    package var rows: [[FieldValue]]

    package init(columns: [Column], rows: [[FieldValue]] = []) {
        self.columns = columns
        self.rows = rows
    }
}

/// A whole answer.
package struct QueryAnswer: Sendable {
    package var table: ResultTable
    package var completeness: Completeness
    package var statistics: QueryStatistics
    /// Asks for the next page; nil when there is none.
    package var cursor: String?
    /// Where the request asks for them (`FlowRequest.asRecords`), in the place of the table's rows and in their order.
    package var records: FlowBatch?

    package init(
        table: ResultTable, completeness: Completeness = Completeness(),
        statistics: QueryStatistics = QueryStatistics(),
        cursor: String? = nil
    ) {
        self.table = table
        self.completeness = completeness
        self.statistics = statistics
        self.cursor = cursor
    }
}
