package import FlowModel
package import FlowQuery

extension Catalog {
    /// The account of each agent over the minutes that touch `range`; nothing for agents without one.
    package func account(_ range: TimeRange) throws(StoreError) -> [AgentAccount] {
        try run { database in
            // `total`, not `sum`: a stranger's counters must not end an answer by overflow; exact up to 2^53.
            let select = try database.prepare(
                """
                SELECT agent, CAST(total(captured) AS INTEGER), CAST(total(dropped) AS INTEGER),
                    CAST(total(not_metered) AS INTEGER), CAST(total(evicted) AS INTEGER), CAST(total(records) AS INTEGER)
                FROM account WHERE minute >= ?1 AND minute <= ?2 GROUP BY agent ORDER BY agent
                """)
            select.bind(1, range.since.map { UTCTime.floorDivide($0, 60_000) } ?? .min)
            select.bind(2, range.until.map { UTCTime.floorDivide($0 &- 1, 60_000) } ?? .max)
            var accounts: [AgentAccount] = []
            while try select.step() {
                accounts.append(
                    AgentAccount(
                        agent: select.text(0), captured: Self.count(select, 1), dropped: Self.count(select, 2),
                        notMetered: Self.count(select, 3), evicted: Self.count(select, 4),
                        records: Self.count(select, 5)))
            }
            return accounts
        }
    }

    private static func count(_ row: Statement, _ column: Int32) -> UInt64 { UInt64(max(0, row.integer(column))) }

    /// Adds what the agent has counted since its last report of the same epoch to the minutes in between.
    ///
    /// The counters of a report run on, so one that was overtaken by a newer one has nothing to add. One that has captured more
    /// is no older one, whatever its clock says: that was ahead before, and is mended.
    static func account(_ report: AgentReport, records: Int, _ connection: Connection) throws {
        let database = connection.database
        let dropped = report.interfaces.reduce(UInt64(0)) { $0 &+ $1.dropped }
        let notMetered = report.notMetered.values.reduce(UInt64(0)) { $0 &+ $1 }
        let now = [report.captured, dropped, notMetered, report.evicted].map { Int64(clamping: $0) }
        let export = max(0, report.exportMilliseconds)
        let before = try counters(report, database)
        var delta: [Int64] = [0, 0, 0, 0]
        if export >= before?.export ?? 0 || now[0] > before?.counters[0] ?? 0 {
            let last = before?.counters ?? [0, 0, 0, 0]
            // Lower than before: a counter that began anew, such as that of an interface that went away.
            for index in delta.indices { delta[index] = max(0, now[index] - last[index]) }
            try setCounters(report, export, now, database)
        }
        guard records > 0 || delta.contains(where: { $0 > 0 }) else { return }
        let last = export / 60_000
        // From the minute of the last report, at most a day back.
        let first = max(before.map { min($0.export / 60_000, last) } ?? last, last - 1440)
        let minutes = last - first + 1
        let add = try database.prepare(
            """
            INSERT INTO account (minute, agent, captured, dropped, not_metered, evicted, records)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (minute, agent) DO UPDATE SET captured = captured + ?3, dropped = dropped + ?4,
                not_metered = not_metered + ?5, evicted = evicted + ?6, records = records + ?7
            """)
        for minute in first...last {
            let place = minute - first
            add.bind(1, minute)
            add.bind(2, report.agent)
            for index in delta.indices { add.bind(Int32(3 + index), share(delta[index], place, minutes)) }
            add.bind(7, minute == last ? Int64(records) : 0)
            try add.run()
        }
        if connection.account.isDue(adding: minutes) { try trimAccount(database, limit: connection.account.limit) }
    }

    /// Part `place` of `count` nearly equal parts, which add up exactly.
    private static func share(_ total: Int64, _ place: Int64, _ count: Int64) -> Int64 {
        total / count + (place < total % count ? 1 : 0)
    }

    private static func counters(
        _ report: AgentReport, _ database: Database
    ) throws -> (export: Int64, counters: [Int64])? {
        let select = try database.prepare(
            """
            SELECT export_ms, captured, dropped, not_metered, evicted FROM agent_epoch WHERE agent = ?1 AND epoch = ?2
            """)
        select.bind(1, report.agent)
        select.bind(2, bits: report.epoch)
        defer { select.reset() }
        guard try select.step() else { return nil }
        return (max(0, select.integer(0)), (1...4).map { max(0, select.integer($0)) })
    }

    private static func setCounters(
        _ report: AgentReport, _ export: Int64, _ counters: [Int64], _ database: Database
    ) throws {
        let set = try database.prepare("INSERT OR REPLACE INTO agent_epoch VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
        set.bind(1, report.agent)
        set.bind(2, bits: report.epoch)
        set.bind(3, export)
        for (index, value) in counters.enumerated() { set.bind(Int32(4 + index), value) }
        try set.run()
    }

    /// Keeps a bounded number of rows: past it, the oldest minutes go.
    private static func trimAccount(_ database: Database, limit: Int64) throws {
        let count = try database.integer("SELECT count(*) FROM (SELECT 1 FROM account LIMIT \(limit + 1))")
        guard count > limit else { return }
        try database.execute(
            """
            DELETE FROM account WHERE minute <= (SELECT minute FROM account ORDER BY minute LIMIT 1 OFFSET \(limit / 10))
            """)
    }
}

extension Catalog {
    /// How much was seen in `range`, by the agents' own account.
    package func completeness(_ range: TimeRange) throws(StoreError) -> Completeness {
        var completeness = Completeness()
        var total = AgentAccount(agent: "")
        for account in try account(range) {
            total.captured.addClamped(account.captured)
            total.dropped.addClamped(account.dropped)
            total.evicted.addClamped(account.evicted)
            total.records.addClamped(account.records)
            if account.dropped > 0 {
                completeness.reasons.append(
                    "agent \(account.agent): the kernel dropped \(account.dropped) of \(account.offered) packets")
            }
            if account.evicted > 0 {
                completeness.reasons.append(
                    "agent \(account.agent): \(account.evicted) flows left a full cache before their time")
            }
        }
        if total.offered > 0 {
            completeness.stages.append(
                Completeness.Stage(stage: "kernel-ring", unit: "packets", kept: total.captured, offered: total.offered))
        }
        if total.records > 0 {
            completeness.stages.append(
                Completeness.Stage(
                    stage: "eviction", unit: "records", kept: total.records - min(total.evicted, total.records),
                    offered: total.records))
        }
        return completeness
    }
}
