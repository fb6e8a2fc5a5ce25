package import FlowModel

extension Catalog {
    /// Takes in what came with a batch: the agent's state, the sequence, and the account of the minutes since its last
    /// report. An agent past the bound on their number takes the place of the one that has been gone for longest; where all
    /// were heard of lately its reports are counted (`refusedReports`) and otherwise ignored.
    ///
    /// - Parameters:
    ///   - sequence: nil for a source without sequences.
    ///   - records: flow records of the batch; with them the account knows what the evictions are a part of.
    ///   - isRepeat: the store had the batch. Its records count only when its sequence was not noted yet, which is so
    ///     when the process died between storing and noting it; a repeat without a sequence never counts.
    ///   - missing: sequences of this epoch that, says the agent, will never come: holes no more. Only those that are
    ///     lower than `sequence`, and the first 1,024 ranges.
    package func note(
        report: AgentReport, sequence: UInt64?, receivedMilliseconds: Int64, records: Int = 0, isRepeat: Bool = false,
        missing: [ClosedRange<UInt64>] = []
    ) throws(StoreError) {
        guard !report.agent.isEmpty else { return }
        try change { connection in
            let database = connection.database
            guard try Self.hasRoom(report.agent, at: receivedMilliseconds, connection) else {
                connection.refusedReports &+= 1
                return
            }
            var isNew = false
            if let sequence, BatchRuns.sequences.contains(sequence) {
                let runs = try BatchRuns(database, table: "agent_batch")
                isNew = try runs.add(agent: report.agent, epoch: report.epoch, sequence: Int64(sequence))
                for range in missing.prefix(Limits.runs) {
                    let first = max(range.lowerBound, 1)
                    let last = min(range.upperBound, sequence - 1)
                    guard first <= last else { continue }
                    try runs.add(agent: report.agent, epoch: report.epoch, Int64(first)...Int64(last))
                }
            }
            let counted = isRepeat && !isNew ? 0 : records
            try Self.account(report, records: counted, connection)
            try Self.store(report, sequence: sequence, received: receivedMilliseconds, records: counted, connection)
            try Self.trim(report.agent, database)
            connection.waiting.removeAll { $0 == report.agent }
        }
    }

    /// Reports that were ignored since the catalogue was opened, because so many other agents are known already.
    package var refusedReports: UInt64 {
        get throws(StoreError) { try connected { $0.refusedReports } }
    }

    /// All agents by name.
    package func agents() throws(StoreError) -> [AgentState] {
        try run { database in
            let select = try database.prepare("SELECT \(Self.agentColumns) FROM agent ORDER BY name")
            var agents: [AgentState] = []
            while try select.step() { agents.append(Self.state(select)) }
            for index in agents.indices {
                let name = agents[index].report.agent
                agents[index].report.interfaces = try Self.interfaces(name, database)
                agents[index].report.notMetered = try Self.reasons(name, database)
                agents[index].missingSequences.addClamped(try Self.missing(name, database))
            }
            return agents
        }
    }

    // MARK: - Writing

    /// True for an agent that is known, or for which there is room. A stranger's names must not fill the disk.
    static func isKnown(_ agent: String, _ database: Database) throws -> Bool {
        let select = try database.prepare(
            "SELECT 1 WHERE EXISTS (SELECT 1 FROM agent WHERE name = ?1) OR (SELECT count(*) FROM agent) < ?2")
        select.bind(1, agent)
        select.bind(2, Int64(Limits.agents))
        defer { select.reset() }
        return try select.step()
    }

    /// Makes room for an agent if need be and if another one is gone. - Returns: false when there is none.
    private static func hasRoom(_ agent: String, at now: Int64, _ connection: Connection) throws -> Bool {
        let database = connection.database
        if try isKnown(agent, database) { return true }
        let oldest = try database.prepare("SELECT name, last_seen_ms FROM agent ORDER BY last_seen_ms, name LIMIT 1")
        defer { oldest.reset() }
        guard try oldest.step() else { return false }
        let age = now.subtractingReportingOverflow(oldest.integer(1))
        guard !age.overflow, age.partialValue > Limits.goneMilliseconds else { return false }
        let gone = oldest.text(0)
        // Its account of the past stays: answers about that time tell of it.
        for table in ["agent_interface", "agent_not_metered", "agent_address", "agent_epoch", "agent_batch"] {
            let clear = try database.prepare("DELETE FROM \(table) WHERE agent = ?1")
            clear.bind(1, gone)
            try clear.run()
        }
        let clear = try database.prepare("DELETE FROM agent WHERE name = ?1")
        clear.bind(1, gone)
        try clear.run()
        connection.taken[gone] = nil
        return true
    }

    /// True when a newer report of the agent came within a minute: batches overtake each other, and an older report does not
    /// undo a newer one. Else the report is the agent's last word, whatever time it has: a clock that was ahead is mended.
    private static func isOvertaken(_ report: AgentReport, at now: Int64, _ connection: Connection) throws -> Bool {
        let select = try connection.database.prepare("SELECT export_ms, last_seen_ms FROM agent WHERE name = ?1")
        select.bind(1, report.agent)
        defer { select.reset() }
        if try select.step(), max(0, report.exportMilliseconds) < select.integer(0) {
            let age = now.subtractingReportingOverflow(connection.taken[report.agent] ?? select.integer(1))
            if !age.overflow, (0...Limits.overtakenMilliseconds).contains(age.partialValue) { return true }
        }
        connection.taken[report.agent] = now
        return false
    }

    private static func store(
        _ report: AgentReport, sequence: UInt64?, received: Int64, records: Int, _ connection: Connection
    ) throws {
        let database = connection.database
        let isOvertaken = try Self.isOvertaken(report, at: received, connection)
        let seen = try database.prepare(
            """
            INSERT INTO agent (name, epoch, first_seen_ms, last_seen_ms, export_ms, missing_earlier, records, captured,
                metered, witnessed, evicted, records_dropped, goodbye)
            VALUES (?1, ?2, ?3, ?3, -1, 0, ?4, 0, 0, 0, 0, 0, 0)
            ON CONFLICT (name) DO UPDATE SET
                last_seen_ms = max(last_seen_ms, ?3), records = records + ?4
            """)
        seen.bind(1, report.agent)
        seen.bind(2, bits: report.epoch)
        seen.bind(3, received)
        seen.bind(4, Int64(records))
        try seen.run()
        guard !isOvertaken else { return }
        let update = try database.prepare(
            """
            UPDATE agent SET
                last_sequence = CASE WHEN epoch = ?2 THEN max(coalesce(last_sequence, ?3), coalesce(?3, last_sequence))
                    ELSE ?3 END,
                epoch = ?2, export_ms = ?4, captured = ?5, metered = ?6, witnessed = ?7, evicted = ?8,
                records_dropped = ?9, goodbye = ?10
            WHERE name = ?1
            """)
        update.bind(1, report.agent)
        update.bind(2, bits: report.epoch)
        update.bind(3, sequence.map { Int64(bitPattern: $0) })
        update.bind(4, max(0, report.exportMilliseconds))
        update.bind(5, bits: report.captured)
        update.bind(6, bits: report.metered)
        update.bind(7, bits: report.witnessed)
        update.bind(8, bits: report.evicted)
        update.bind(9, bits: report.recordsDropped)
        update.bind(10, report.isGoodbye ? 1 : 0)
        try update.run()
        try storeInterfaces(report, database)
        try storeReasons(report, database)
    }

    private static func storeInterfaces(_ report: AgentReport, _ database: Database) throws {
        let clear = try database.prepare("DELETE FROM agent_interface WHERE agent = ?1")
        clear.bind(1, report.agent)
        try clear.run()
        let insert = try database.prepare("INSERT INTO agent_interface VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
        for (place, interface) in report.interfaces.prefix(Limits.interfaces).enumerated() {
            insert.bind(1, report.agent)
            insert.bind(2, Int64(place))
            insert.bind(3, Int64(interface.index))
            insert.bind(4, interface.name)
            insert.bind(5, interface.kind)
            insert.bind(6, Int64(interface.vni))
            insert.bind(7, bits: interface.captured)
            insert.bind(8, bits: interface.dropped)
            try insert.run()
        }
    }

    private static func storeReasons(_ report: AgentReport, _ database: Database) throws {
        let clear = try database.prepare("DELETE FROM agent_not_metered WHERE agent = ?1")
        clear.bind(1, report.agent)
        try clear.run()
        let insert = try database.prepare("INSERT INTO agent_not_metered VALUES (?1, ?2, ?3)")
        for (reason, packets) in report.notMetered.sorted(by: { $0.key < $1.key }).prefix(Limits.reasons) {
            insert.bind(1, report.agent)
            insert.bind(2, reason)
            insert.bind(3, bits: packets)
            try insert.run()
        }
    }

    // MARK: - Reading

    private static let agentColumns = """
        name, epoch, first_seen_ms, last_seen_ms, export_ms, last_sequence, missing_earlier, records, captured, metered,
        witnessed, evicted, records_dropped, goodbye
        """

    private static func state(_ row: Statement) -> AgentState {
        var report = AgentReport()
        report.agent = row.text(0)
        report.epoch = row.bits(1)
        report.exportMilliseconds = max(0, row.integer(4))
        report.captured = row.bits(8)
        report.metered = row.bits(9)
        report.witnessed = row.bits(10)
        report.evicted = row.bits(11)
        report.recordsDropped = row.bits(12)
        report.isGoodbye = row.integer(13) != 0
        return AgentState(
            report: report, firstSeenMilliseconds: row.integer(2), lastSeenMilliseconds: row.integer(3),
            lastSequence: row.optionalInteger(5).map { UInt64(bitPattern: $0) }, missingSequences: row.bits(6),
            records: row.bits(7))
    }

    private static func interfaces(_ agent: String, _ database: Database) throws -> [AgentReport.Interface] {
        let select = try database.prepare(
            "SELECT number, name, kind, vni, captured, dropped FROM agent_interface WHERE agent = ?1 ORDER BY place")
        select.bind(1, agent)
        var interfaces: [AgentReport.Interface] = []
        while try select.step() {
            interfaces.append(
                AgentReport.Interface(
                    index: UInt32(truncatingIfNeeded: select.integer(0)), name: select.text(1), kind: select.text(2),
                    vni: UInt32(truncatingIfNeeded: select.integer(3)), captured: select.bits(4),
                    dropped: select.bits(5)))
        }
        return interfaces
    }

    private static func reasons(_ agent: String, _ database: Database) throws -> [String: UInt64] {
        let select = try database.prepare("SELECT reason, packets FROM agent_not_metered WHERE agent = ?1")
        select.bind(1, agent)
        var reasons: [String: UInt64] = [:]
        while try select.step() { reasons[select.text(0)] = select.bits(1) }
        return reasons
    }

    /// Holes below the highest sequence of each epoch.
    private static func missing(_ agent: String, _ database: Database) throws -> UInt64 {
        let select = try database.prepare(
            "SELECT max(last) - sum(last - first + 1) FROM agent_batch WHERE agent = ?1 GROUP BY epoch")
        select.bind(1, agent)
        var missing: UInt64 = 0
        // A stranger's sequences may be any numbers: an epoch alone can lack nearly 2^63.
        while try select.step() { missing.addClamped(UInt64(max(0, select.integer(0)))) }
        return missing
    }

    // MARK: - Bounds

    /// Keeps the newest epochs and a bounded number of runs; what is let go of stays counted as missing.
    private static func trim(_ agent: String, _ database: Database) throws {
        let old = try database.prepare(
            "SELECT epoch FROM agent_epoch WHERE agent = ?1 ORDER BY export_ms DESC, epoch LIMIT -1 OFFSET ?2")
        old.bind(1, agent)
        old.bind(2, Int64(Limits.epochs))
        var epochs: [Int64] = []
        while try old.step() { epochs.append(old.integer(0)) }
        for epoch in epochs {
            for sql in [
                """
                UPDATE agent SET missing_earlier = missing_earlier + coalesce((SELECT max(last) - sum(last - first + 1)
                    FROM agent_batch WHERE agent = ?1 AND epoch = ?2), 0) WHERE name = ?1
                """,
                "DELETE FROM agent_batch WHERE agent = ?1 AND epoch = ?2",
                "DELETE FROM agent_epoch WHERE agent = ?1 AND epoch = ?2",
            ] {
                let statement = try database.prepare(sql)
                statement.bind(1, agent)
                statement.bind(2, epoch)
                try statement.run()
            }
        }
        try trimRuns(agent, database)
    }

    private static func trimRuns(_ agent: String, _ database: Database) throws {
        let many = try database.prepare(
            "SELECT epoch, count(*) FROM agent_batch WHERE agent = ?1 GROUP BY epoch HAVING count(*) > ?2")
        many.bind(1, agent)
        many.bind(2, Int64(Limits.runs))
        var epochs: [(epoch: Int64, runs: Int64)] = []
        while try many.step() { epochs.append((many.integer(0), many.integer(1))) }
        for (epoch, count) in epochs {
            // The oldest runs become one; their gaps are missing for good.
            let oldest = try database.prepare(
                "SELECT first, last FROM agent_batch WHERE agent = ?1 AND epoch = ?2 ORDER BY first LIMIT ?3")
            oldest.bind(1, agent)
            oldest.bind(2, epoch)
            oldest.bind(3, count - Int64(Limits.runs) + 1)
            var joined: (first: Int64, last: Int64)?
            var gaps: Int64 = 0
            while try oldest.step() {
                let (first, last) = (oldest.integer(0), oldest.integer(1))
                if let joined { gaps &+= first &- joined.last &- 1 }
                joined = (joined?.first ?? first, last)
            }
            guard let joined else { continue }
            for (sql, values) in [
                (
                    "DELETE FROM agent_batch WHERE agent = ?1 AND epoch = ?2 AND first > ?3 AND first <= ?4",
                    [joined.first, joined.last]
                ),
                (
                    "UPDATE agent_batch SET last = ?4 WHERE agent = ?1 AND epoch = ?2 AND first = ?3",
                    [joined.first, joined.last]
                ),
                ("UPDATE agent SET missing_earlier = missing_earlier + ?3 WHERE name = ?1", [max(0, gaps)]),
            ] {
                let statement = try database.prepare(sql)
                statement.bind(1, agent)
                statement.bind(2, epoch)
                for (index, value) in values.enumerated() { statement.bind(Int32(3 + index), value) }
                try statement.run()
            }
        }
    }
}
