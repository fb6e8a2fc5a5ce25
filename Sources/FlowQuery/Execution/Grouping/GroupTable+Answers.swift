import FlowModel

extension GroupTable {
    /// The first groups in the order of a value or of one `by` field; equal ones by their key.
    func aggregate(shown: [GroupValue], order: GroupValue, descending: Bool, limit: Int) -> ResultTable {
        let columns = by.map { ResultTable.Column($0) } + shown.map { ResultTable.Column(of: $0) }
        let told = GroupColumns(self)
        if by.isEmpty, count == 0 {
            // Totals of nothing are zeros, not an answer without a line.
            let nothing = shown.map { value -> FieldValue in
                switch value {
                case .plain, .distinct: .integer(0)
                case .least, .greatest, .percentile: .absent
                }
            }
            return ResultTable(columns: columns, rows: limit > 0 ? [nothing] : [])
        }
        let groups: [Int]
        if let part = layout.parts.first(where: { $0.field.map(GroupValue.plain) == order }) {
            groups = TopSelection.first(limit, of: count) { a, b in
                let (x, y) = (value(part, a), value(part, b))
                if x != y { return FieldValue.isLess(x, y) != descending }
                return layout.isLess(a, b, index, dictionaries)
            }
        } else if let place = values.firstIndex(of: order) {
            groups = TopSelection.first(limit, of: count) { a, b in
                // Absent ones come last either way.
                let (x, y) = (told.rank(place, a), told.rank(place, b))
                if x != y {
                    guard let x else { return false }
                    guard let y else { return true }
                    return descending ? x > y : x < y
                }
                return layout.isLess(a, b, index, dictionaries)
            }
        } else {
            groups = TopSelection.first(limit, of: count) { a, b in layout.isLess(a, b, index, dictionaries) }
        }
        let places = shown.map { values.firstIndex(of: $0) }
        return ResultTable(
            columns: columns,
            rows: groups.map { group in
                by.indices.map { value(layout.parts[$0], group) } + places.map { $0.map { told.value($0, group) } ?? .absent }
            })
    }

    private func value(_ part: KeyLayout.Part, _ group: Int) -> FieldValue {
        layout.value(part, part.code(index, group), dictionaries)
    }

    /// One line a bucket and group, oldest bucket first, in a bucket the largest group of the whole interval first. A bucket
    /// without records has no line.
    ///
    /// «Largest» is by `bytes` where that is a measure, else by the first sum, else by records. Groups past `limit` are summed in one
    /// line a bucket whose `by` values are all absent; a group that has no `by` value at all is then part of it.
    func series(interval: Int64, shown: [GroupValue], limit: Int) -> ResultTable {
        let columns = [ResultTable.Column(.start)] + by.map { ResultTable.Column($0) } + shown.map { ResultTable.Column(of: $0) }
        guard let bucketPart = layout.parts.last, bucketPart.form == .bucket else {
            return ResultTable(columns: columns)
        }
        let places = shown.map { values.firstIndex(of: $0) }
        let told = GroupColumns(self)
        let (lines, leaders) = overBuckets(bucketPart)
        let ranked = rank(leaders, lines, by: shown, limit: limit)

        struct Line {
            var bucket: Int64
            var rank: Int
            var group: Int
        }
        var kept: [Line] = []
        var rest: [Int64: [UInt64]] = [:]
        for group in 0..<count {
            let bucket = dictionaries.buckets[Int(bucketPart.code(index, group))]
            if let rank = ranked[lines[group]] {
                kept.append(Line(bucket: bucket, rank: rank, group: group))
            } else {
                var sums = rest[bucket] ?? [UInt64](repeating: 0, count: values.count)
                for position in values.indices {
                    let (total, overflow) = sums[position].addingReportingOverflow(sum(group, position))
                    sums[position] = overflow ? .max : total
                }
                rest[bucket] = sums
            }
        }
        for bucket in rest.keys { kept.append(Line(bucket: bucket, rank: .max, group: -1)) }
        kept.sort { $0.bucket != $1.bucket ? $0.bucket < $1.bucket : $0.rank < $1.rank }
        let rows = kept.map { line -> [FieldValue] in
            var row: [FieldValue] = [.timestamp(line.bucket.multipliedReportingOverflow(by: interval).partialValue)]
            if line.group >= 0 {
                for part in layout.parts where part.form != .bucket { row.append(value(part, line.group)) }
                for place in places { row.append(place.map { told.value($0, line.group) } ?? .absent) }
            } else {
                for _ in by { row.append(.absent) }
                // Of the rest only sums can be told: its groups were not kept apart.
                for place in places {
                    if let place, case .plain = values[place] {
                        row.append(.integer(rest[line.bucket]?[place] ?? 0))
                    } else {
                        row.append(.absent)
                    }
                }
            }
            return row
        }
        return ResultTable(columns: columns, rows: rows)
    }

    /// Which groups are the same but for their bucket: for each group a number, and for each number one such group.
    private func overBuckets(_ bucketPart: KeyLayout.Part) -> (lines: [Int], leaders: [Int]) {
        var words: [UInt64] = []
        words.reserveCapacity(count * layout.width)
        for group in 0..<count {
            for word in 0..<layout.width {
                let kept = word == bucketPart.word ? ~(bucketPart.mask << bucketPart.shift) : .max
                words.append(index.word(group, word) & kept)
            }
        }
        var same = KeyIndex(width: layout.width)
        var numbers = [UInt32](repeating: 0, count: count)
        _ = same.number(words, rows: count, into: &numbers, limit: .max)
        var leaders: [Int] = []
        let lines = numbers.map(Int.init)
        for group in 0..<count where lines[group] == leaders.count { leaders.append(group) }
        return (lines, leaders)
    }

    /// The rank of each line that is kept.
    private func rank(_ leaders: [Int], _ lines: [Int], by shown: [GroupValue], limit: Int) -> [Int: Int] {
        let plain = shown.first { if case .plain = $0 { true } else { false } }
        let measure = values.firstIndex(of: shown.contains(.bytes) ? .bytes : plain ?? .records) ?? 0
        var totals = [UInt64](repeating: 0, count: leaders.count)
        for group in 0..<count {
            let (total, overflow) = totals[lines[group]].addingReportingOverflow(sum(group, measure))
            totals[lines[group]] = overflow ? .max : total
        }
        var candidates = Array(leaders.indices)
        if !by.isEmpty, leaders.count > limit {
            candidates.removeAll { line in
                layout.parts.allSatisfy { $0.form == .bucket || value($0, leaders[line]) == .absent }
            }
        }
        let best = TopSelection.first(limit, of: candidates.count) { a, b in
            let (x, y) = (candidates[a], candidates[b])
            if totals[x] != totals[y] { return totals[x] > totals[y] }
            return layout.isLess(leaders[x], leaders[y], index, dictionaries)
        }
        var ranks: [Int: Int] = [:]
        for (rank, candidate) in best.enumerated() { ranks[candidates[candidate]] = rank }
        return ranks
    }
}

/// What is told of groups, ready to be read.
struct GroupColumns {
    private let table: GroupTable
    private var distinct: [Int: [UInt64]] = [:]
    private var percentiles: [Int: [UInt64?]] = [:]

    init(_ table: GroupTable) {
        self.table = table
        for (place, value) in table.values.enumerated() {
            guard let counted = table.tables.first(where: { $0.field == value.field }) else { continue }
            switch value {
            case .distinct: distinct[place] = counted.distinct(groups: table.count)
            case .percentile(let percent, _): percentiles[place] = counted.percentile(percent, groups: table.count)
            case .plain, .least, .greatest: break
            }
        }
    }

    /// A number whose order is that of the values; nil for an absent one.
    func rank(_ place: Int, _ group: Int) -> UInt64? {
        switch table.values[place] {
        case .plain: return table.sum(group, place)
        case .distinct: return distinct[place]?[group] ?? 0
        case .percentile: return percentiles[place]?[group]
        case .least(let field):
            let code = table.sum(group, place)
            return FieldCode.domain(field)?.contains(code) == true ? code : nil
        case .greatest(let field):
            let lift = GroupTable.lift(field)
            let lifted = table.sum(group, place)
            return lifted < lift ? nil : lifted - lift
        }
    }

    func value(_ place: Int, _ group: Int) -> FieldValue {
        guard let code = rank(place, group) else { return .absent }
        switch table.values[place] {
        case .plain, .distinct: return .integer(code)
        case .percentile(_, let field), .least(let field), .greatest(let field): return KeyLayout.value(field, code)
        }
    }
}
