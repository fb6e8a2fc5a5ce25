extension FlowBatch {
    /// The batch in parts of at most `limit` records, flow records and witness records together, in the order of its rows; a
    /// row's witness records stay with it, in their order. A row with more witnesses than fit is a part by itself. Witness
    /// records without a row go with the last part.
    ///
    /// - Complexity: O(rows + witness records).
    package func parts(limit: Int) -> [FlowBatch] {
        guard count + witnessRecords.count > max(1, limit), count > 1 else { return [self] }
        let (order, starts) = witnessesByRow()
        var parts: [FlowBatch] = []
        var first = 0
        while first < count {
            var end = first + 1
            while end < count, end + 1 - first + starts[end + 1] - starts[first] <= limit { end += 1 }
            var part = FlowBatch()
            part.append(self, rows: first..<end)
            // Witnesses without a row stand behind those of the last one.
            let last = end == count ? order.count : starts[end]
            part.append(witnessesOf: self, order[starts[first]..<last])
            parts.append(part)
            first = end
        }
        return parts
    }

    /// The numbers of the witness records in the order of their rows, those without a row last, and where each row's begin
    /// (a counting sort).
    private func witnessesByRow() -> (order: [Int], starts: [Int]) {
        let rows = rowsByName(of: witnessRecords)
        let places = witnessRecords.map { witness in
            let row = rows[RecordName(flowId: witness.flowId, part: witness.part)] ?? -1
            return row < 0 ? count : row
        }
        var starts = [Int](repeating: 0, count: count + 2)
        for place in places { starts[place + 1] += 1 }
        for row in 0...count { starts[row + 1] += starts[row] }
        var next = starts
        var order = [Int](repeating: 0, count: places.count)
        for (number, place) in places.enumerated() {
            order[next[place]] = number
            next[place] += 1
        }
        return (order, starts)
    }

    /// Appends witness records of `other`, with the names of their interfaces carried over.
    private mutating func append(witnessesOf other: FlowBatch, _ numbers: some Sequence<Int>) {
        var mapped: [UInt32: UInt32] = [:]
        for number in numbers {
            var witness = other.witnessRecords[number]
            if let known = mapped[witness.interface] {
                witness.interface = known
            } else {
                let name = index(ofName: other.name(witness.interface))
                mapped[witness.interface] = name
                witness.interface = name
            }
            witnessRecords.append(witness)
        }
    }
}
