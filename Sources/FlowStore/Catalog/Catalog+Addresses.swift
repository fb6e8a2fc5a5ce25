package import FlowModel

/// The addresses that agents call their own. Kept so that a collector that comes back knows whose record counts before
/// every agent has reported again.
extension Catalog {
    /// Replaces what was kept for the agent. Past 65,536 pairs further ones are left out.
    package func save(localAddresses addresses: [AgentReport.LocalAddress], of agent: String) throws(StoreError) {
        guard !agent.isEmpty else { return }
        try write { database in
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
        }
    }

    /// By agent; agents that said goodbye are left out.
    package func localAddresses() throws(StoreError) -> [String: [AgentReport.LocalAddress]] {
        try run { database in
            let select = try database.prepare(
                """
                SELECT agent, tenant_kind, tenant_number, address FROM agent_address
                WHERE agent IN (SELECT name FROM agent WHERE goodbye = 0)
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
