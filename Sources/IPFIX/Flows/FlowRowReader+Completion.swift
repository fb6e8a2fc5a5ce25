import FlowModel

extension FlowRowReader {
    /// Fills what other columns say when all fields of some records are read.
    ///
    /// - Returns: how many of them have no time of their own, and how many one before 1970 that they cannot have.
    mutating func complete(
        _ rows: Range<Int>, _ traits: TemplatePlan.Traits
    ) -> (withoutTime: Int, before1970: Int) {
        completeTimes(rows, traits)
        if !traits.contains(.agent) { fillAgent(rows) }
        guard !traits.contains(.native) else { return (0, 0) }
        putICMPRight(rows, traits)
        let hasTime = traits.contains(.start) || traits.contains(.end)
        let hasBase = traits.isDisjoint(with: [.startUptime, .endUptime]) || hasUptimeBase(traits)
        return (hasTime && hasBase ? 0 : rows.count, raiseTimes(rows))
    }

    /// Other people's times are counts since 1970, or count from a clock that runs: an earlier time is a fault of theirs.
    private mutating func raiseTimes(_ rows: Range<Int>) -> Int {
        var raised = 0
        for row in rows {
            let first = min(
                flows.flowStartMilliseconds[row], flows.flowEndMilliseconds[row], flows.initialStartMilliseconds[row])
            guard first < 0 else { continue }
            raised += 1
            flows.flowStartMilliseconds[row] = max(0, flows.flowStartMilliseconds[row])
            flows.flowEndMilliseconds[row] = max(0, flows.flowEndMilliseconds[row])
            flows.initialStartMilliseconds[row] = max(0, flows.initialStartMilliseconds[row])
        }
        return raised
    }

    private mutating func completeTimes(_ rows: Range<Int>, _ traits: TemplatePlan.Traits) {
        switch (traits.contains(.start), traits.contains(.end)) {
        case (true, true): break
        case (true, false):
            // A duration has filled the end already.
            for row in rows where flows.flowEndMilliseconds[row] == 0 {
                flows.flowEndMilliseconds[row] = flows.flowStartMilliseconds[row]
            }
        case (false, true):
            for row in rows where flows.flowStartMilliseconds[row] == 0 {
                flows.flowStartMilliseconds[row] = flows.flowEndMilliseconds[row]
            }
        case (false, false):
            for row in rows {
                flows.flowStartMilliseconds[row] = exportMilliseconds
                flows.flowEndMilliseconds[row] = exportMilliseconds
            }
        }
        if !traits.contains(.initialStart) {
            for row in rows { flows.initialStartMilliseconds[row] = flows.flowStartMilliseconds[row] }
        }
    }

    private mutating func fillAgent(_ rows: Range<Int>) {
        let reported = names.index(of: reportedAgent)
        guard reported != 0 else { return }
        for row in rows { flows.agent[row] = reported }
    }

    /// ICMP's type and code: from elements of their own, else from a port as type × 256 + code; the ports read 0. Other
    /// protocols have none.
    ///
    /// A type and code of 0 are an echo reply, or elements that nobody filled: then the destination port tells, never the source
    /// port, where ASA firewalls and others have the echo identifier.
    private mutating func putICMPRight(_ rows: Range<Int>, _ traits: TemplatePlan.Traits) {
        guard traits.contains(.icmp) || traits.contains(.ports) else { return }
        for row in rows {
            let protocolIdentifier = flows.protocolIdentifier[row]
            guard protocolIdentifier == 1 || protocolIdentifier == 58 else {
                if traits.contains(.icmp) {
                    flows.icmpType[row] = .max
                    flows.icmpCode[row] = .max
                }
                continue
            }
            let hasElements = traits.contains(.icmp)
            let destination = flows.destinationTransportPort[row]
            let port = destination != 0 || hasElements ? destination : flows.sourceTransportPort[row]
            let isToldApart = hasElements && (flows.icmpType[row] != 0 || flows.icmpCode[row] != 0)
            if traits.contains(.ports) && !isToldApart {
                flows.icmpType[row] = UInt8(truncatingIfNeeded: port >> 8)
                flows.icmpCode[row] = UInt8(truncatingIfNeeded: port)
            }
            flows.sourceTransportPort[row] = 0
            flows.destinationTransportPort[row] = 0
        }
    }
}
