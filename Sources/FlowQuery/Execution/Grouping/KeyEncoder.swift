import FlowModel

extension KeyLayout {
    /// Writes the keys of some rows, `width` words each, into `words`, which has room and is all 0.
    func encode(
        _ block: FlowBlock, _ rows: RowChunk, interval: Int64, dictionaries: inout KeyDictionaries, into words: inout [UInt64]
    ) throws(FlowQueryError) {
        let batch = block.batch
        for part in parts {
            guard let field = part.field else {
                try encodeBuckets(block, rows, interval, part, &dictionaries, &words)
                continue
            }
            switch part.form {
            case .address:
                if let column = AddressColumn(field) { encodeAddresses(column, block, rows, part, &dictionaries, &words) }
            case .text:
                let texts = TextColumn(field, batch, &dictionaries)
                place(rows, part, &words) { texts.code($0) }
            case .boolean:
                let column = batch.counted
                place(rows, part, &words) { column[$0] ? 1 : 0 }
            case .real:
                place(rows, part, &words) { row in
                    if case .real(let value) = batch.value(field, row: row) {
                        value.bitPattern
                    } else {
                        Double.nan.bitPattern
                    }
                }
            case .code, .bucket:
                encodeCodes(field, batch, rows, part, &words)
            }
        }
    }

    private func encodeCodes(
        _ field: Field, _ batch: FlowBatch, _ rows: RowChunk, _ part: Part, _ words: inout [UInt64]
    ) {
        switch batch.numbers(field) {
        case .octets(let column): place(rows, part, &words) { UInt64(column[$0]) }
        case .shorts(let column): place(rows, part, &words) { UInt64(column[$0]) }
        case .words(let column): place(rows, part, &words) { UInt64(column[$0]) }
        case .longs(let column): place(rows, part, &words) { column[$0] }
        case .times(let column): place(rows, part, &words) { FieldCode.time(column[$0]) }
        case .computed(let code): place(rows, part, &words, code)
        case nil: break
        }
    }

    private func encodeAddresses(
        _ column: AddressColumn, _ block: FlowBlock, _ rows: RowChunk, _ part: Part, _ dictionaries: inout KeyDictionaries,
        _ words: inout [UInt64]
    ) {
        let isOuter = column == .outerSource || column == .outerDestination
        let encapsulation = block.batch.encapsulation
        func isAbsent(_ row: Int) -> Bool {
            guard isOuter else { return false }
            if case .none = encapsulation[row] { return true }
            return block.address(column, row: row) == .zero
        }
        let (width, shift) = (width, part.shift)
        var index = part.word
        if let ids = block.ids {
            dictionaries.use(ids.table)
            let ids = ids[column]
            rows.forEach { _, row in
                if !isAbsent(row) { words[index] |= UInt64(dictionaries.number(id: ids[row])) &<< shift }
                index &+= width
            }
        } else {
            let addresses = block.batch[column]
            rows.forEach { _, row in
                if !isAbsent(row) { words[index] |= UInt64(dictionaries.number(addresses[row])) &<< shift }
                index &+= width
            }
        }
    }

    private func encodeBuckets(
        _ block: FlowBlock, _ rows: RowChunk, _ interval: Int64, _ part: Part, _ dictionaries: inout KeyDictionaries,
        _ words: inout [UInt64]
    ) throws(FlowQueryError) {
        if let bounds = block.ends {
            let bucket = UTCTime.floorDivide(bounds.lowerBound, interval)
            if UTCTime.floorDivide(bounds.upperBound, interval) == bucket {
                let number = UInt64(try dictionaries.number(bucket: bucket))
                place(rows, part, &words) { _ in number }
                return
            }
        }
        let ends = block.batch.flowEndMilliseconds
        let (width, shift) = (width, part.shift)
        var index = part.word
        // Neighbours mostly fall into one bucket: only a change costs a division.
        var number: UInt32 = 0
        var first: Int64 = 1
        var last: Int64 = 0
        for next in 0..<rows.count {
            let end = ends[rows.row(next)]
            if end < first || end > last {
                let bucket = UTCTime.floorDivide(end, interval)
                number = try dictionaries.number(bucket: bucket)
                let (begin, overflow) = bucket.multipliedReportingOverflow(by: interval)
                first = overflow ? end : begin
                last = overflow ? end : begin.addingReportingOverflow(interval - 1).partialValue
                if last < first { last = first }
            }
            words[index] |= UInt64(number) &<< shift
            index &+= width
        }
    }

    @inline(__always)
    private func place(_ rows: RowChunk, _ part: Part, _ words: inout [UInt64], _ code: (Int) -> UInt64) {
        let (width, shift) = (width, part.shift)
        var words = words.mutableSpan
        var index = part.word
        if let list = rows.list {
            for row in list {
                words[index] |= code(Int(row)) &<< shift
                index &+= width
            }
        } else {
            for row in rows.first..<(rows.first &+ rows.count) {
                words[index] |= code(row) &<< shift
                index &+= width
            }
        }
    }
}

/// Codes of a field of texts: numbers in the dictionary.
private struct TextColumn {
    private var numbers: [UInt64] = []
    private var column: [UInt32] = []
    private var texts: [UInt64] = []

    init(_ field: Field, _ batch: FlowBatch, _ dictionaries: inout KeyDictionaries) {
        switch field {
        case .agent: column = batch.agent
        case .interface: column = batch.interface
        default:
            // A text that is made from other columns.
            for row in 0..<batch.count {
                if case .text(let text) = batch.value(field, row: row) {
                    texts.append(UInt64(dictionaries.number(text)))
                } else {
                    texts.append(0)
                }
            }
            return
        }
        numbers = batch.names.map { UInt64(dictionaries.number($0)) }
    }

    @inline(__always)
    func code(_ row: Int) -> UInt64 {
        if column.isEmpty { return row < texts.count ? texts[row] : 0 }
        let index = Int(column[row])
        return index < numbers.count ? numbers[index] : 0
    }
}
