package import FlowModel

/// The addresses that agents call their own. Kept so that a collector that comes back knows whose record counts before
/// every agent has reported again.
extension Catalog {
    /// Replaces what was kept for the agent. Past 65,536 pairs further ones are left out.
    ///
    /// Nothing is kept for agents past the bound on their number. An agent may be one of which nothing was noted yet: of
    /// those the last 64 have their addresses kept, until something is noted or the catalogue is opened anew.
    ///
    /// - Returns: false when nothing is kept for the agent.
    @discardableResult
    package func save(localAddresses addresses: [AgentReport.LocalAddress], of agent: String) throws(StoreError) -> Bool {
        guard !agent.isEmpty else { return false }
        return try change { connection in
            let database = connection.database
            guard try Self.isKnown(agent, database) else { return false }
            try Self.admit(agent, connection)
            let clear = try database.prepare("DELETE FROM agent_address WHERE agent = ?1")
            clear.bind(1, agent)
            try clear.run()
            let insert = try database.prepare("INSERT OR IGNORE INTO agent_address VALUES (?1, ?2, ?3, ?4)")
            for address in addresses.prefix(Limits.addresses) {
                insert.bind(1, agent)
                insert.bind(2, Int64(address.tenant.kind.rawValue))
                insert.bind(3, Int64(address.tenant.number))
                insert.bind(4, address.address.description)
                try insert.run()
            }
            return true
        }
    }

    /// Makes room among the agents of which nothing else is known: a stranger's names must not fill the disk.
    private static func admit(_ agent: String, _ connection: Connection) throws {
        let noted = try connection.database.prepare("SELECT 1 FROM agent WHERE name = ?1")
        noted.bind(1, agent)
        defer { noted.reset() }
        if try noted.step() { return }
        connection.waiting.removeAll { $0 == agent }
        connection.waiting.append(agent)
        guard connection.waiting.count > Limits.waiting else { return }
        let clear = try connection.database.prepare("DELETE FROM agent_address WHERE agent = ?1")
        clear.bind(1, connection.waiting.removeFirst())
        try clear.run()
    }

    /// By agent.
    package func localAddresses() throws(StoreError) -> [String: [AgentReport.LocalAddress]] {
        try run { database in
            let select = try database.prepare(
                """
                SELECT agent, tenant_kind, tenant_number, address FROM agent_address
                WHERE agent IN (SELECT name FROM agent)
                """)
            var result: [String: [AgentReport.LocalAddress]] = [:]
            while try select.step() {
                guard let kind = Tenant.Kind(rawValue: UInt8(truncatingIfNeeded: select.integer(1))),
                    let address = IPAddress(select.text(3))
                else { continue }
                let tenant = Tenant(kind, UInt32(truncatingIfNeeded: select.integer(2)))
                result[select.text(0), default: []].append(AgentReport.LocalAddress(tenant: tenant, address: address))
            }
            return result
        }
    }
}
