import FlowModel
import IPFIX

/// Flows as they are in the world: addresses of one family, ICMP types with ICMP, times after 1970. Nothing else in the
/// random batch stays as it is where a stranger's record has no place for it.
enum ExportFlows {
    static let exportMilliseconds: Int64 = 1_700_000_123_456

    static func batch(count: Int, seed: UInt64, names: [String] = ["", "veth1", "br0", "täp ☂"]) -> FlowBatch {
        var random = RandomFlows(seed: seed)
        let wild = random.batch(count: count, names: names)
        var flows = FlowBatch()
        flows.names = names
        for row in 0..<count { flows.append(plain(wild[row], row)) }
        return flows
    }

    private static func plain(_ record: FlowRecord, _ row: Int) -> FlowRecord {
        var record = record
        if record.flowStartMilliseconds < 0 { record.flowStartMilliseconds = 1_699_999_000_000 }
        record.initialStartMilliseconds = max(0, record.initialStartMilliseconds)
        record.flowEndMilliseconds = record.flowStartMilliseconds + Int64(row)
        // Sums of them stay below 2⁶⁴.
        record.packetDeltaCount >>= 24
        record.octetDeltaCount >>= 20
        record.reversePacketDeltaCount = row % 3 == 0 ? 0 : max(1, record.reversePacketDeltaCount >> 24)
        record.reverseOctetDeltaCount = row % 3 == 0 ? 0 : record.reverseOctetDeltaCount >> 20
        record.packetDeltaCount = max(1, record.packetDeltaCount)
        if record.destinationAddress.isIPv6 != record.sourceAddress.isIPv6 { record.destinationAddress = record.sourceAddress }
        if record.outerSource.isIPv6 != record.outerDestination.isIPv6 || record.outerSource == .zero {
            record.outerDestination = record.outerSource
        }
        if record.protocolIdentifier == 1 || record.protocolIdentifier == 58 {
            record.protocolIdentifier = record.sourceAddress.isIPv6 ? 58 : 1
            record.icmpType = [8, 3, 13, 128, 135][row % 5]
            record.icmpCode = record.icmpType == 3 ? 4 : 0
            record.sourceTransportPort = 0
            record.destinationTransportPort = 0
        } else {
            record.icmpType = .max
            record.icmpCode = .max
        }
        if record.protocolIdentifier != 6 {
            (record.tcpControlBits, record.reverseTCPControlBits) = ([], [])
            (record.initialTCPFlags, record.reverseInitialTCPFlags) = ([], [])
        }
        record.initialTCPFlags.formIntersection(record.tcpControlBits)
        record.reverseInitialTCPFlags.formIntersection(record.reverseTCPControlBits)
        if record.sourceMAC.isAbsent || record.destinationMAC.isAbsent || record.sourceMAC == record.destinationMAC {
            (record.sourceMAC, record.destinationMAC) = (.absent, .absent)
        }
        if record.initiatorBasis == .absent { record.initiatorBasis = .firstPacket }
        record.agent = 0
        record.witnesses = 0
        record.counted = true
        return record
    }

    static func account(_ names: [String] = ["veth1", "br0"], sampling: UInt32 = 0) -> ExporterAccount {
        var account = ExporterAccount(samplingInterval: sampling)
        for (place, name) in names.enumerated() {
            account.report.interfaces.append(
                AgentReport.Interface(
                    index: UInt32(40 + place), name: name, kind: "veth", captured: UInt64(1000 + place), dropped: UInt64(7 + place)))
        }
        account.report.captured = 5000
        account.report.notMetered = ["not-ip": 30, "truncated-ipv4": 5]
        return account
    }
}
