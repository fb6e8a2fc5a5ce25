extension FlowBatch {
    /// What became of a batch's witness records.
    package struct WitnessExpansion: Hashable, Sendable {
        /// Rows that were made of them.
        package var rows = 0
        /// Witness records whose flow record is not in the batch.
        package var withoutFlow = 0
        /// Witness records past the limit.
        package var pastLimit = 0

        package init() {}
    }

    /// What ties a witness record to its flow record.
    struct RecordName: Hashable {
        var flowId: UInt64
        var part: UInt32
    }

    /// Makes a row of each witness record, behind the rows that are there: a copy of its flow record's row with the
    /// witness's interface, direction and counters, not counted, without what only the primary measures (segments and round
    /// trips) and with `witnesses` 0. Times, flags and state stay the flow's, so that whoever looks for a flow by them finds
    /// every place where it was seen. Afterwards `witnessRecords` is empty.
    ///
    /// The rows that were there stay as they are, `counted` among them: so first decide which of them count, then expand.
    /// A row without `flowId` has no witnesses. Where several rows have one flowId and part (two agents' in one batch, or a
    /// sender that is wrong), the first one is the flow's.
    /// - Parameter limit: how many rows are made at most; further witness records are counted and dropped.
    /// - Precondition: every column holds `count` values.
    /// - Complexity: O(rows + witness records).
    @discardableResult
    package mutating func expandWitnesses(limit: Int = .max) -> WitnessExpansion {
        var result = WitnessExpansion()
        let witnesses = witnessRecords
        witnessRecords = []
        guard !witnesses.isEmpty else { return result }
        let rows = rowsByName(of: witnesses)
        reserveCapacity(count + min(witnesses.count, limit))
        // The witnesses of a flow mostly stand together.
        var last: (name: RecordName, row: Int) = (RecordName(flowId: 0, part: 0), -1)
        for witness in witnesses {
            let name = RecordName(flowId: witness.flowId, part: witness.part)
            if name != last.name { last = (name, rows[name] ?? -1) }
            let row = last.row
            guard row >= 0 else {
                result.withoutFlow += 1
                continue
            }
            guard result.rows < limit else {
                result.pastLimit += 1
                continue
            }
            append(self[row].seen(by: witness))
            result.rows += 1
        }
        return result
    }

    /// The rows that witnesses name; −1 where the batch has none. Made of the witnesses, since they are of few flows.
    func rowsByName(of witnesses: [WitnessRecord]) -> [RecordName: Int] {
        var rows: [RecordName: Int] = [:]
        var last = RecordName(flowId: 0, part: 0)
        for witness in witnesses where witness.flowId != 0 {
            let name = RecordName(flowId: witness.flowId, part: witness.part)
            if name != last { rows[name] = -1 }
            last = name
        }
        for row in 0..<count {
            guard let place = rows.index(forKey: RecordName(flowId: flowId[row], part: part[row])) else { continue }
            if rows.values[place] < 0 { rows.values[place] = row }
        }
        return rows
    }
}

extension FlowRecord {
    /// The record as another observation point of the agent saw it.
    package func seen(by witness: WitnessRecord) -> FlowRecord {
        var record = self
        record.interface = witness.interface
        record.direction = witness.direction
        record.packetDeltaCount = witness.packetDeltaCount
        record.octetDeltaCount = witness.octetDeltaCount
        record.reversePacketDeltaCount = witness.reversePacketDeltaCount
        record.reverseOctetDeltaCount = witness.reverseOctetDeltaCount
        record.retransmits = .max
        record.reverseRetransmits = .max
        record.outOfOrder = .max
        record.reverseOutOfOrder = .max
        record.clientRoundTripMicroseconds = .max
        record.serverRoundTripMicroseconds = .max
        // Sampling leaves out packets of what counts; a witness's are all there.
        record.samplingInterval = 1
        record.witnesses = 0
        record.counted = false
        return record
    }
}
