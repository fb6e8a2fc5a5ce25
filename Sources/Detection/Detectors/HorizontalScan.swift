import FlowModel

/// D1: distinct hosts that one source failed to reach on one port.
struct HorizontalScan: Sendable {
    struct Key: Hashable, Sendable {
        var tenant: Tenant
        var source: IPAddress
        var destinationPort: UInt16
        var protocolIdentifier: UInt8
    }
    private(set) var detector: ScanDetector<Key>

    init(_ configuration: DetectionEngine.Configuration) {
        detector = ScanDetector(limits: configuration.horizontalScan, configuration: configuration)
    }

    mutating func add(_ flows: FlowBatch, row: Int, endMilliseconds: Int64, receivedMilliseconds: Int64) {
        let key = Key(
            tenant: Tenant(vni: flows.vni[row], vlan: flows.vlan[row]), source: flows.sourceAddress[row],
            destinationPort: flows.destinationTransportPort[row], protocolIdentifier: flows.protocolIdentifier[row])
        let contact = ContactTable<Key>.Contact(
            target: Self.target(flows.destinationAddress[row]), milliseconds: endMilliseconds,
            protocolIdentifier: key.protocolIdentifier, receivedMilliseconds: receivedMilliseconds)
        detector.add(contact, key: key) { Alert.Sample(flows, row: row) }
    }

    mutating func takeSignals() -> [AlertSignal] { detector.takeFindings().map(Self.signal) }
    mutating func expire(nowMilliseconds: Int64) { detector.expire(nowMilliseconds: nowMilliseconds) }

    /// IPv4 as it stands; IPv6 as a hash seeded per process, so that nobody can choose addresses that fall together.
    private static func target(_ address: IPAddress) -> UInt64 {
        guard address.isIPv6 else { return address.low }
        var hasher = Hasher()
        hasher.combine(address)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    private static func signal(_ finding: ScanDetector<Key>.Finding) -> AlertSignal {
        let key = finding.key
        let service = "\(ProtocolName.text(key.protocolIdentifier)) \(key.destinationPort)"
        var alert = AlertSignal.evidence(
            .horizontalScan, scope: AlertText.scope(key.tenant, "\(key.source) \(service)"))
        alert.source = key.source
        alert.destinationPort = key.destinationPort
        alert.protocolIdentifier = key.protocolIdentifier
        alert.tenant = key.tenant
        alert.take(finding)
        alert.summary =
            "\(key.source) failed to reach \(AlertText.count(finding)) hosts on \(service)"
            + AlertText.ending(finding, key.tenant)
        alert.filter = AlertText.filter(
            ["src host \(key.source)", "dst port \(key.destinationPort)"], key.tenant, only: key.protocolIdentifier)
        return AlertSignal(.fired, alert)
    }
}
