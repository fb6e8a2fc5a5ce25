import FlowModel

extension KeyLayout {
    /// Writes the keys of some rows, `width` words each, into `words`, which has room and is all 0.
    func encode(
        _ batch: FlowBatch, rows: ArraySlice<Int32>, interval: Int64, dictionaries: inout KeyDictionaries,
        into words: inout [UInt64]
    ) throws(FlowQueryError) {
        for part in parts {
            guard let field = part.field else {
                try encodeBuckets(batch, rows, interval, part, &dictionaries, &words)
                continue
            }
            switch part.form {
            case .address: encodeAddresses(field, batch, rows, part, &dictionaries, &words)
            case .text:
                let column = field == .agent ? batch.agent : batch.interface
                let numbers = batch.names.map { UInt64(dictionaries.number($0)) }
                place(rows, part, &words) { Int(column[$0]) < numbers.count ? numbers[Int(column[$0])] : 0 }
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
        _ field: Field, _ batch: FlowBatch, _ rows: ArraySlice<Int32>, _ part: Part, _ words: inout [UInt64]
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
        _ field: Field, _ batch: FlowBatch, _ rows: ArraySlice<Int32>, _ part: Part,
        _ dictionaries: inout KeyDictionaries, _ words: inout [UInt64]
    ) {
        let column: [IPAddress]
        let isOuter = field == .outerSrc || field == .outerDst
        switch field {
        case .src: column = batch.sourceAddress
        case .dst: column = batch.destinationAddress
        case .outerSrc: column = batch.outerSource
        default: column = batch.outerDestination
        }
        var index = part.word
        for row in rows {
            let address = column[Int(row)]
            var code: UInt64
            if isOuter, batch.value(field, row: Int(row)) == .absent {
                code = Self.absentAddress
            } else if address.isIPv6 {
                code = dictionaries.code(address)
            } else {
                code = address.low & 0xFFFF_FFFF
            }
            code <<= part.shift
            words[index] |= code
            index &+= width
        }
    }

    private func encodeBuckets(
        _ batch: FlowBatch, _ rows: ArraySlice<Int32>, _ interval: Int64, _ part: Part,
        _ dictionaries: inout KeyDictionaries, _ words: inout [UInt64]
    ) throws(FlowQueryError) {
        let column = batch.flowEndMilliseconds
        var buckets = rows.map { row in
            let (quotient, remainder) = column[Int(row)].quotientAndRemainder(dividingBy: interval)
            return UInt64(bitPattern: remainder < 0 ? quotient - 1 : quotient)
        }
        try dictionaries.number(buckets: &buckets, rows: buckets.count)
        var index = part.word
        for bucket in buckets {
            words[index] |= bucket << part.shift
            index &+= width
        }
    }

    @inline(__always)
    private func place(_ rows: ArraySlice<Int32>, _ part: Part, _ words: inout [UInt64], _ code: (Int) -> UInt64) {
        let width = width
        let shift = part.shift
        var index = part.word
        for row in rows {
            words[index] |= code(Int(row)) &<< shift
            index &+= width
        }
    }
}
