import FlowModel

/// D2: distinct ports of one host that one source failed to reach; a port counts once, whatever its protocol.
struct VerticalScan: Sendable {
    struct Key: Hashable, Sendable {
        var tenant: Tenant
        var source: IPAddress
        var destination: IPAddress
    }
    private(set) var detector: ScanDetector<Key>

    init(_ configuration: DetectionEngine.Configuration) {
        detector = ScanDetector(limits: configuration.verticalScan, configuration: configuration)
    }

    mutating func add(_ flows: FlowBatch, row: Int, endMilliseconds: Int64, receivedMilliseconds: Int64) {
        let key = Key(
            tenant: Tenant(vni: flows.vni[row], vlan: flows.vlan[row]), source: flows.sourceAddress[row],
            destination: flows.destinationAddress[row])
        let contact = ContactTable<Key>.Contact(
            target: UInt64(flows.destinationTransportPort[row]), milliseconds: endMilliseconds,
            protocolIdentifier: flows.protocolIdentifier[row], receivedMilliseconds: receivedMilliseconds)
        detector.add(contact, key: key) { Alert.Sample(flows, row: row) }
    }

    mutating func takeSignals() -> [AlertSignal] { detector.takeFindings().map(Self.signal) }
    mutating func expire(nowMilliseconds: Int64) { detector.expire(nowMilliseconds: nowMilliseconds) }

    private static func signal(_ finding: ScanDetector<Key>.Finding) -> AlertSignal {
        let key = finding.key
        var alert = AlertSignal.evidence(
            .verticalScan, scope: AlertText.scope(key.tenant, "\(key.source) \(key.destination)"))
        alert.source = key.source
        alert.destination = key.destination
        alert.tenant = key.tenant
        alert.protocolIdentifier = finding.protocols.only
        alert.take(finding)
        alert.summary =
            "\(key.source) failed to reach \(AlertText.count(finding)) ports of \(key.destination)"
            + AlertText.ending(finding, key.tenant)
        alert.filter = AlertText.filter(
            ["src host \(key.source)", "dst host \(key.destination)"], key.tenant, only: finding.protocols.only)
        return AlertSignal(.fired, alert)
    }
}
