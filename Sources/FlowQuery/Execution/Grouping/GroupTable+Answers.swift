import FlowModel

extension GroupTable {
    /// The first groups in the order of a measure or of one `by` field; equal ones by their key.
    func aggregate(by: [Field], measures shown: [Field], order: Field, descending: Bool, limit: Int) -> ResultTable {
        let columns = (by + shown).map { ResultTable.Column($0) }
        if by.isEmpty, count == 0 {
            // Totals of nothing are zeros, not an answer without a line.
            return ResultTable(columns: columns, rows: limit > 0 ? [shown.map { _ in .integer(0) }] : [])
        }
        let groups: [Int]
        if let measure = measures.firstIndex(of: order), !by.contains(order) {
            groups = TopSelection.first(limit, of: count) { a, b in
                let (x, y) = (sum(a, measure), sum(b, measure))
                if x != y { return descending ? x > y : x < y }
                return layout.isLess(a, b, index.keys, dictionaries)
            }
        } else {
            let part = layout.parts.first { $0.field == order }
            groups = TopSelection.first(limit, of: count) { a, b in
                if let part {
                    let (x, y) = (value(part, a), value(part, b))
                    if x != y { return FieldValue.isLess(x, y) != descending }
                }
                return layout.isLess(a, b, index.keys, dictionaries)
            }
        }
        let places = shown.map { measures.firstIndex(of: $0) }
        return ResultTable(
            columns: columns,
            rows: groups.map { group in
                layout.parts.map { value($0, group) } + places.map { $0.map { .integer(sum(group, $0)) } ?? .absent }
            })
    }

    private func value(_ part: KeyLayout.Part, _ group: Int) -> FieldValue {
        layout.value(part, index.keys, base: group * layout.width, dictionaries)
    }

    /// One line a bucket and group, oldest bucket first, in a bucket the largest group of the whole interval first. A bucket
    /// without records has no line.
    ///
    /// «Largest» is by `bytes` where that is a measure, else by the first measure. Groups past `limit` are summed in one
    /// line a bucket whose `by` values are all absent; a group that has no `by` value at all is then part of it.
    func series(interval: Int64, by: [Field], measures shown: [Field], limit: Int) -> ResultTable {
        let columns = [ResultTable.Column(.start)] + (by + shown).map { ResultTable.Column($0) }
        guard let bucketPart = layout.parts.last, bucketPart.form == .bucket else {
            return ResultTable(columns: columns)
        }
        let places = shown.map { measures.firstIndex(of: $0) }
        let (lines, leaders) = overBuckets(bucketPart)
        let ranked = rank(leaders, lines, by: shown, limit: limit, hasKeys: !by.isEmpty)

        struct Line {
            var bucket: Int64
            var rank: Int
            var group: Int
        }
        var kept: [Line] = []
        var rest: [Int64: [UInt64]] = [:]
        for group in 0..<count {
            let bucket = dictionaries.bucket(bucketPart.code(index.keys, group * layout.width))
            if let rank = ranked[lines[group]] {
                kept.append(Line(bucket: bucket, rank: rank, group: group))
            } else {
                var sums = rest[bucket] ?? [UInt64](repeating: 0, count: measures.count)
                for position in measures.indices {
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
                for place in places { row.append(place.map { .integer(sum(line.group, $0)) } ?? .absent) }
            } else {
                for _ in by { row.append(.absent) }
                for place in places { row.append(place.map { .integer(rest[line.bucket]?[$0] ?? 0) } ?? .absent) }
            }
            return row
        }
        return ResultTable(columns: columns, rows: rows)
    }

    /// Which groups are the same but for their bucket: for each group a number, and for each number one such group.
    private func overBuckets(_ bucketPart: KeyLayout.Part) -> (lines: [Int], leaders: [Int]) {
        var words = index.keys
        for group in 0..<count {
            words[group * layout.width + bucketPart.word] &= ~(bucketPart.mask << bucketPart.shift)
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
    private func rank(_ leaders: [Int], _ lines: [Int], by shown: [Field], limit: Int, hasKeys: Bool) -> [Int: Int] {
        let measure = measures.firstIndex(of: shown.contains(.bytes) ? .bytes : shown.first ?? .records) ?? 0
        var totals = [UInt64](repeating: 0, count: leaders.count)
        for group in 0..<count {
            let (total, overflow) = totals[lines[group]].addingReportingOverflow(sum(group, measure))
            totals[lines[group]] = overflow ? .max : total
        }
        var candidates = Array(leaders.indices)
        if hasKeys, leaders.count > limit {
            candidates.removeAll { line in
                layout.parts.allSatisfy { $0.form == .bucket || value($0, leaders[line]) == .absent }
            }
        }
        let best = TopSelection.first(limit, of: candidates.count) { a, b in
            let (x, y) = (candidates[a], candidates[b])
            if totals[x] != totals[y] { return totals[x] > totals[y] }
            return layout.isLess(leaders[x], leaders[y], index.keys, dictionaries)
        }
        var ranks: [Int: Int] = [:]
        for (rank, candidate) in best.enumerated() { ranks[candidates[candidate]] = rank }
        return ranks
    }
}
