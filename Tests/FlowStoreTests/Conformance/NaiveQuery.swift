import FlowModel
import FlowQuery

@testable import FlowStore

/// A record and its place in the order of arrival.
struct NaiveRow {
    /// Orders partitions, the out-of-range one before all others.
    var partition: Int64
    /// Counts the records of the partition as they came in.
    var serial: Int64
    var named: NamedRecord

    var locator: RowLocator { RowLocator(partition: partition, row: serial) }
}

/// Answers a request from all rows that there are, by going through them one by one.
struct NaiveQuery {
    let request: FlowRequest
    let groupLimit: Int

    func answer(_ rows: [NaiveRow]) throws(StoreError) -> QueryAnswer {
        let matching = rows.filter { belongs($0.named) }
        var answer: QueryAnswer
        switch request.kind {
        case .flows(let fields, let limit, let cursor):
            answer = page(matching, fields ?? Field.stored, limit, cursor)
        case .aggregate(let by, let measures, let order, let descending, let limit):
            let table = try aggregate(matching, by, measures, order, descending, limit)
            answer = QueryAnswer(table: table)
        case .series(let interval, let by, let measures, let limit):
            answer = QueryAnswer(table: try series(matching, interval, by, measures, limit))
        }
        answer.statistics.rowsMatched = matching.count
        answer.statistics.rowsScanned = rows.count
        return answer
    }

    private func belongs(_ row: NamedRecord) -> Bool {
        let end = row.record.flowEndMilliseconds
        if let since = request.range.since, end < since { return false }
        if let until = request.range.until {
            // The flow began before then, or the record ended before then.
            if (request.overlap ? row.record.initialStartMilliseconds : end) >= until { return false }
        }
        return (request.includeWitnesses || row.record.counted) && row.matches(request.filter.expression)
    }

    // MARK: - Single records

    private func page(_ rows: [NaiveRow], _ fields: [Field], _ limit: Int, _ cursor: FlowCursor?) -> QueryAnswer {
        func isBefore(_ a: NaiveRow, _ b: NaiveRow) -> Bool {
            let (x, y) = (a.named.record.flowEndMilliseconds, b.named.record.flowEndMilliseconds)
            if x != y { return x > y }
            if a.partition != b.partition { return a.partition > b.partition }
            return a.serial > b.serial
        }
        var left = rows.sorted(by: isBefore)
        if let cursor {
            left.removeAll { row in
                let end = row.named.record.flowEndMilliseconds
                if end != cursor.end { return end > cursor.end }
                return (row.partition, row.serial) >= (cursor.locator.partition, cursor.locator.row)
            }
        }
        let page = left.prefix(limit)
        var answer = QueryAnswer(table: ResultTable(columns: []))
        if request.asRecords {
            var records = FlowBatch()
            for row in page {
                var record = row.named.record
                record.agent = records.index(ofName: row.named.agent)
                record.interface = records.index(ofName: row.named.interface)
                records.append(record)
            }
            answer.records = records
        } else {
            answer.table = ResultTable(
                columns: fields.map { ResultTable.Column($0) },
                rows: page.map { row in fields.map { row.named.value($0) } })
        }
        if left.count > limit, let last = page.last {
            answer.cursor = FlowCursor(end: last.named.record.flowEndMilliseconds, locator: last.locator).text
        }
        return answer
    }

    // MARK: - Groups

    private struct Group {
        /// Any record of the group: it has the values of the `by` fields.
        var sample: NamedRecord
        var rows: [NamedRecord] = []

        func value(_ told: GroupValue) -> FieldValue {
            switch told {
            case .plain(let measure): return .integer(sum(measure))
            case .distinct(let field): return .integer(UInt64(Set(rows.map { $0.value(field) }).subtracting([.absent]).count))
            case .least(let field): return ranked(field).first?.value(field) ?? .absent
            case .greatest(let field): return ranked(field).last?.value(field) ?? .absent
            case .percentile(let percent, let field):
                // The first one that so many percent, itself with them, do not exceed.
                let ranked = ranked(field)
                let found = ranked.indices.first { ($0 + 1) * 100 >= ranked.count * percent }
                return found.map { ranked[$0].value(field) } ?? .absent
            }
        }

        /// The records that have the field, by its size.
        private func ranked(_ field: Field) -> [NamedRecord] {
            rows.filter { $0.code(field) != nil }.sorted { $0.code(field) ?? 0 < $1.code(field) ?? 0 }
        }

        /// Past 64 bits it stays at the largest number.
        func sum(_ measure: Field) -> UInt64 {
            var sum: UInt64 = 0
            for amount in rows.flatMap({ $0.amounts(measure) }) {
                let (next, overflow) = sum.addingReportingOverflow(amount)
                sum = overflow ? .max : next
            }
            return sum
        }
    }

    private func groups(_ rows: some Sequence<NamedRecord>, _ by: [Field]) -> [Group] {
        var groups: [[FieldValue]: Group] = [:]
        for row in rows { groups[by.map { row.value($0) }, default: Group(sample: row)].rows.append(row) }
        return Array(groups.values)
    }

    /// Orders groups by their keys, field after field: what decides between equal measures.
    private func isBefore(_ a: NamedRecord, _ b: NamedRecord, _ by: [Field]) -> Bool {
        for field in by {
            if let x = a.sortCode(field), let y = b.sortCode(field) {
                if x != y { return x < y }
                continue
            }
            switch (a.value(field), b.value(field)) {
            case (let x, let y) where x == y: continue
            case (.text(let x), .text(let y)): return x < y
            case (.absent, _): return field == .agent || field == .interface
            case (_, .absent): return field != .agent && field != .interface
            case (let x, let y): return FieldValue.isLess(x, y)
            }
        }
        return false
    }

    private func aggregate(
        _ rows: [NaiveRow], _ by: [Field], _ measures: [GroupValue], _ order: GroupValue, _ descending: Bool, _ limit: Int
    ) throws(StoreError) -> ResultTable {
        let columns = by.map { ResultTable.Column($0) } + measures.map { ResultTable.Column(of: $0) }
        if by.isEmpty, rows.isEmpty {
            let nothing = measures.map { measure -> FieldValue in
                switch measure {
                case .plain, .distinct: .integer(0)
                case .least, .greatest, .percentile: .absent
                }
            }
            return ResultTable(columns: columns, rows: [nothing])
        }
        let groups = groups(rows.map(\.named), by)
        if groups.count > groupLimit { throw StoreError(.tooLarge, place: "", "\(groups.count) groups") }
        let field = by.first { .plain($0) == order }
        let lines = groups.map { group in
            (group: group, rank: field.map { group.sample.value($0) } ?? group.value(order))
        }.sorted { a, b in
            if a.rank != b.rank {
                // What is told of a group comes last where there is nothing to tell, whichever way the order goes.
                if field == nil, a.rank == .absent || b.rank == .absent { return b.rank == .absent }
                return FieldValue.isLess(a.rank, b.rank) != descending
            }
            return isBefore(a.group.sample, b.group.sample, by)
        }
        return ResultTable(
            columns: columns,
            rows: lines.prefix(limit).map { line in
                by.map { line.group.sample.value($0) } + measures.map { line.group.value($0) }
            })
    }

    private func series(
        _ rows: [NaiveRow], _ interval: Int64, _ by: [Field], _ measures: [GroupValue], _ limit: Int
    ) throws(StoreError) -> ResultTable {
        let columns =
            [ResultTable.Column(Field.start)] + by.map { ResultTable.Column($0) } + measures.map { ResultTable.Column(of: $0) }
        var buckets: [Int64: [NamedRecord]] = [:]
        for row in rows {
            let end = row.named.record.flowEndMilliseconds
            buckets[end / interval - (end % interval < 0 ? 1 : 0), default: []].append(row.named)
        }
        let isTooLarge =
            buckets.count > FlowRequest.bucketLimit
            || buckets.values.reduce(0) { $0 + groups($1, by).count } > groupLimit
        if isTooLarge { throw StoreError(.tooLarge, place: "", "groups or buckets") }

        let sums = measures.compactMap { if case .plain(let sum) = $0 { sum } else { nil } }
        let main = sums.contains(.bytes) ? Field.bytes : sums.first ?? .records
        let nobody = by.map { _ in FieldValue.absent }
        let whole = groups(rows.map(\.named), by)
        // Where not all have a place, those without any value are among the others.
        let candidates = whole.filter { group in
            by.isEmpty || whole.count <= limit || by.map { group.sample.value($0) } != nobody
        }.map { (group: $0, sum: $0.sum(main)) }.sorted { a, b in
            a.sum != b.sum ? a.sum > b.sum : isBefore(a.group.sample, b.group.sample, by)
        }
        let kept = candidates.prefix(limit).map { candidate in by.map { candidate.group.sample.value($0) } }
        var lines: [[FieldValue]] = []
        for (bucket, records) in buckets.sorted(by: { $0.key < $1.key }) {
            var others = Group(sample: records[0])
            var own: [[FieldValue]: Group] = [:]
            for group in groups(records, by) {
                let key = by.map { group.sample.value($0) }
                if kept.contains(key) { own[key] = group } else { others.rows += group.rows }
            }
            let start = FieldValue.timestamp(bucket &* interval)
            for key in kept {
                guard let group = own[key] else { continue }
                lines.append([start] + key + measures.map { group.value($0) })
            }
            if !others.rows.isEmpty {
                // Of the others nothing but sums is told.
                let told = measures.map { if case .plain = $0 { others.value($0) } else { FieldValue.absent } }
                lines.append([start] + nobody + told)
            }
        }
        return ResultTable(columns: columns, rows: lines)
    }
}
