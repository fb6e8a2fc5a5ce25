package import FlowModel

extension Catalog {
    /// Stores alerts in one transaction, each over what was stored under its id.
    ///
    /// - Parameter untold: ids of alerts of which nobody has been told yet.
    ///
    /// The bound on their number is kept by `trimAlerts`: it counts them all, which is too much for every time.
    package func save(alerts: [Alert], untold: [String] = []) throws(StoreError) {
        guard !alerts.isEmpty else { return }
        try write { database in
            let replace = try database.prepare(
                """
                INSERT OR REPLACE INTO alert (\(Self.alertColumns)) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,
                    ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29)
                """)
            for alert in alerts {
                Self.bind(alert, to: replace)
                try replace.run()
                try Self.store(alert.samples, of: alert.id, database)
            }
            let note = try database.prepare("INSERT OR IGNORE INTO alert_untold VALUES (?1)")
            for id in untold {
                note.bind(1, id)
                try note.run()
            }
        }
    }

    /// Ids of the alerts of which nobody was told when the last run ended.
    package func untoldAlerts() throws(StoreError) -> Set<String> {
        try run { database in
            let select = try database.prepare("SELECT alert FROM alert_untold")
            var ids: Set<String> = []
            while try select.step() { ids.insert(select.text(0)) }
            return ids
        }
    }

    /// The alerts have been told.
    package func noteTold(alerts ids: [String]) throws(StoreError) {
        guard !ids.isEmpty else { return }
        try write { database in
            let delete = try database.prepare("DELETE FROM alert_untold WHERE alert = ?1")
            for id in ids {
                delete.bind(1, id)
                try delete.run()
            }
        }
    }

    /// Past the bound the closed alerts that were seen longest ago go; open ones stay.
    package func trimAlerts() throws(StoreError) {
        try write { database in
            let count = try database.integer("SELECT count(*) FROM alert")
            guard count > Limits.alerts else { return }
            let closed = """
                SELECT id FROM alert WHERE state = 'closed' ORDER BY last_seen_ms LIMIT \(count - Limits.alerts * 9 / 10)
                """
            try database.execute(
                "DELETE FROM alert_sample WHERE alert IN (\(closed)); DELETE FROM alert WHERE id IN (\(closed));")
        }
    }

    /// Alerts, the one last seen newest first.
    ///
    /// - Parameters:
    ///   - since: last seen then or later, or still open.
    ///   - until: first seen before.
    package func alerts(
        state: Alert.State? = nil, since: Int64? = nil, until: Int64? = nil, limit: Int = 1000
    ) throws(StoreError) -> [Alert] {
        try run { database in
            let select = try database.prepare(
                """
                SELECT \(Self.alertColumns) FROM alert
                WHERE (?1 IS NULL OR state = ?1) AND (state = 'open' OR last_seen_ms >= ?2) AND first_seen_ms < ?3
                ORDER BY last_seen_ms DESC, id LIMIT ?4
                """)
            select.bind(1, state?.rawValue)
            select.bind(2, since ?? .min)
            select.bind(3, until ?? .max)
            select.bind(4, Int64(max(0, limit)))
            var alerts: [Alert] = []
            while try select.step() {
                guard let alert = Self.alert(select) else { continue }
                alerts.append(alert)
            }
            for index in alerts.indices { alerts[index].samples = try Self.samples(of: alerts[index].id, database) }
            return alerts
        }
    }

    private static let alertColumns = """
        id, rule, name, scope, severity, state, source, destination, destination_port, protocol, tenant_kind,
        tenant_number, agent, observed, threshold, window_s, baseline, first_seen_ms, last_seen_ms, opened_ms, closed_ms,
        count, summary, techniques, filter, filter_since_ms, filter_until_ms, completeness, approximate
        """

    private static func bind(_ alert: Alert, to row: Statement) {
        row.bind(1, alert.id)
        row.bind(2, alert.rule)
        row.bind(3, alert.name)
        row.bind(4, alert.scope)
        row.bind(5, Int64(alert.severity.rawValue))
        row.bind(6, alert.state.rawValue)
        row.bind(7, alert.source?.description)
        row.bind(8, alert.destination?.description)
        row.bind(9, alert.destinationPort.map { Int64($0) })
        row.bind(10, alert.protocolIdentifier.map { Int64($0) })
        row.bind(11, Int64(alert.tenant.kind.rawValue))
        row.bind(12, Int64(alert.tenant.number))
        row.bind(13, alert.agent)
        row.bind(14, real: alert.observed)
        row.bind(15, real: alert.threshold)
        row.bind(16, Int64(alert.windowSeconds))
        if let baseline = alert.baseline { row.bind(17, real: baseline) } else { row.bindNull(17) }
        row.bind(18, alert.firstSeenMilliseconds)
        row.bind(19, alert.lastSeenMilliseconds)
        row.bind(20, alert.openedMilliseconds)
        row.bind(21, alert.closedMilliseconds)
        row.bind(22, bits: alert.count)
        row.bind(23, alert.summary)
        row.bind(24, alert.techniques)
        row.bind(25, alert.filter)
        row.bind(26, alert.filterSinceMilliseconds)
        row.bind(27, alert.filterUntilMilliseconds)
        if let completeness = alert.completeness { row.bind(28, real: completeness) } else { row.bindNull(28) }
        row.bind(29, alert.isApproximate ? 1 : 0)
    }

    private static func alert(_ row: Statement) -> Alert? {
        guard let severity = Alert.Severity(rawValue: UInt8(truncatingIfNeeded: row.integer(4))),
            let state = Alert.State(rawValue: row.text(5))
        else { return nil }
        var alert = Alert(id: row.text(0), rule: row.text(1), name: row.text(2), scope: row.text(3), severity: severity)
        alert.state = state
        alert.source = row.optionalText(6).flatMap { IPAddress($0) }
        alert.destination = row.optionalText(7).flatMap { IPAddress($0) }
        alert.destinationPort = row.optionalInteger(8).map { UInt16(truncatingIfNeeded: $0) }
        alert.protocolIdentifier = row.optionalInteger(9).map { UInt8(truncatingIfNeeded: $0) }
        alert.tenant = Tenant(
            Tenant.Kind(rawValue: UInt8(truncatingIfNeeded: row.integer(10))) ?? .none,
            UInt32(truncatingIfNeeded: row.integer(11)))
        alert.agent = row.text(12)
        alert.observed = row.real(13)
        alert.threshold = row.real(14)
        alert.windowSeconds = UInt32(truncatingIfNeeded: row.integer(15))
        alert.baseline = row.optionalReal(16)
        alert.firstSeenMilliseconds = row.integer(17)
        alert.lastSeenMilliseconds = row.integer(18)
        alert.openedMilliseconds = row.integer(19)
        alert.closedMilliseconds = row.optionalInteger(20)
        alert.count = row.bits(21)
        alert.summary = row.text(22)
        alert.techniques = row.text(23)
        alert.filter = row.text(24)
        alert.filterSinceMilliseconds = row.integer(25)
        alert.filterUntilMilliseconds = row.integer(26)
        alert.completeness = row.optionalReal(27)
        alert.isApproximate = row.integer(28) != 0
        return alert
    }

    private static func store(_ samples: [Alert.Sample], of alert: String, _ database: Database) throws {
        let clear = try database.prepare("DELETE FROM alert_sample WHERE alert = ?1")
        clear.bind(1, alert)
        try clear.run()
        let insert = try database.prepare(
            "INSERT INTO alert_sample VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")
        for (place, sample) in samples.prefix(Limits.samples).enumerated() {
            insert.bind(1, alert)
            insert.bind(2, Int64(place))
            insert.bind(3, sample.endMilliseconds)
            insert.bind(4, Int64(sample.protocolIdentifier))
            insert.bind(5, sample.source.description)
            insert.bind(6, sample.destination.description)
            insert.bind(7, Int64(sample.sourcePort))
            insert.bind(8, Int64(sample.destinationPort))
            insert.bind(9, Int64(sample.state.rawValue))
            insert.bind(10, sample.agent)
            insert.bind(11, bits: sample.flowId)
            try insert.run()
        }
    }

    private static func samples(of alert: String, _ database: Database) throws -> [Alert.Sample] {
        let select = try database.prepare(
            """
            SELECT end_ms, protocol, source, destination, source_port, destination_port, state, agent, flow_id
            FROM alert_sample WHERE alert = ?1 ORDER BY place
            """)
        select.bind(1, alert)
        var samples: [Alert.Sample] = []
        while try select.step() {
            guard let source = IPAddress(select.text(2)), let destination = IPAddress(select.text(3)) else { continue }
            samples.append(
                Alert.Sample(
                    endMilliseconds: select.integer(0),
                    protocolIdentifier: UInt8(truncatingIfNeeded: select.integer(1)), source: source,
                    destination: destination, sourcePort: UInt16(truncatingIfNeeded: select.integer(4)),
                    destinationPort: UInt16(truncatingIfNeeded: select.integer(5)),
                    state: ConnectionState(rawValue: UInt8(truncatingIfNeeded: select.integer(6))) ?? .absent,
                    agent: select.text(7), flowId: select.bits(8)))
        }
        return samples
    }
}
