import FlowModel
import IPFIX

/// What `BiflowJoiner` is to do, slowly: a list of rows, looked through from its beginning for each row.
struct JoinModel {
    struct Waiting {
        var row: SpelledRecord
        var arrival: Int64
        var reason: JoinRefusal
    }

    let configuration: BiflowJoiner.Configuration
    private(set) var waiting: [Waiting] = []
    private(set) var reasons: [JoinRefusal: UInt64] = [:]
    private(set) var pairs: UInt64 = 0
    private var output: [SpelledRecord] = []

    init(_ configuration: BiflowJoiner.Configuration) { self.configuration = configuration }

    mutating func join(_ rows: [SpelledRecord], at now: Int64) -> [SpelledRecord] {
        expireOld(now)
        for row in rows { take(row, now) }
        return finish()
    }

    mutating func expire(at now: Int64) -> [SpelledRecord] {
        expireOld(now)
        return finish()
    }

    mutating func flush() -> [SpelledRecord] {
        while !waiting.isEmpty { release(0, .flushed) }
        return finish()
    }

    private mutating func finish() -> [SpelledRecord] {
        defer { output = [] }
        return output
    }

    private mutating func expireOld(_ now: Int64) {
        while let first = waiting.first, first.arrival + configuration.windowMilliseconds <= now { release(0, first.reason) }
    }

    private mutating func release(_ place: Int, _ reason: JoinRefusal) {
        output.append(waiting.remove(at: place).row)
        reasons[reason, default: 0] += 1
    }

    private mutating func take(_ row: SpelledRecord, _ now: Int64) {
        if let reason = Self.unfit(row) {
            output.append(row)
            reasons[reason, default: 0] += 1
            return
        }
        var reason = JoinRefusal.windowPassed
        var fitting: [Int] = []
        for place in waiting.indices where isOther(waiting[place].row, row) {
            let other = waiting[place].row.record
            var found: JoinRefusal?
            if abs(gap(other, row.record)) > configuration.windowMilliseconds { found = .timesApart }
            if other.part != row.record.part { found = .partDiffers }
            if other.samplingInterval != row.record.samplingInterval { found = .samplingDiffers }
            if let found {
                if waiting[place].reason == .windowPassed { waiting[place].reason = found }
                // The newest of those that do not fit says why.
                reason = found
            } else {
                fitting.append(place)
            }
        }
        func likeness(_ place: Int) -> (Int, Int, Int64) {
            let other = waiting[place].row.record
            return (
                other.vlan == row.record.vlan ? 0 : 1, other.direction == row.record.direction ? 0 : 1,
                abs(other.flowStartMilliseconds - row.record.flowStartMilliseconds)
            )
        }
        if let best = fitting.min(by: { likeness($0) < likeness($1) }) {
            output.append(Self.biflow(waiting.remove(at: best).row, row))
            pairs += 1
            return
        }
        let same = waiting.indices.filter { isOther(waiting[$0].row, row) || isSame(waiting[$0].row, row) }
        if same.count >= configuration.rowsPerKey { release(same[0], .crowded) }
        waiting.append(Waiting(row: row, arrival: now, reason: reason))
        if waiting.count > configuration.rows { release(0, .noRoom) }
    }

    /// Milliseconds between the two, 0 where they overlap.
    private func gap(_ a: FlowRecord, _ b: FlowRecord) -> Int64 {
        if a.flowStartMilliseconds > b.flowEndMilliseconds { return a.flowStartMilliseconds - b.flowEndMilliseconds }
        if b.flowStartMilliseconds > a.flowEndMilliseconds { return b.flowStartMilliseconds - a.flowEndMilliseconds }
        return 0
    }

    private func isCommon(_ a: SpelledRecord, _ b: SpelledRecord) -> Bool {
        a.agent == b.agent && a.record.vni == b.record.vni && a.record.protocolIdentifier == b.record.protocolIdentifier
            && (!configuration.keysVLAN || a.record.vlan == b.record.vlan)
    }

    private func isSame(_ a: SpelledRecord, _ b: SpelledRecord) -> Bool {
        let isICMP = [1, 58].contains(a.record.protocolIdentifier)
        return isCommon(a, b) && a.record.sourceAddress == b.record.sourceAddress
            && a.record.destinationAddress == b.record.destinationAddress
            && (isICMP
                ? a.record.icmpType == b.record.icmpType
                : a.record.sourceTransportPort == b.record.sourceTransportPort
                    && a.record.destinationTransportPort == b.record.destinationTransportPort)
    }

    private func isOther(_ a: SpelledRecord, _ b: SpelledRecord) -> Bool {
        let isICMP = [1, 58].contains(a.record.protocolIdentifier)
        return isCommon(a, b) && a.record.sourceAddress == b.record.destinationAddress
            && a.record.destinationAddress == b.record.sourceAddress
            && (isICMP
                ? Self.answers(a.record) == b.record.icmpType
                : a.record.sourceTransportPort == b.record.destinationTransportPort
                    && a.record.destinationTransportPort == b.record.sourceTransportPort)
    }

    /// The types of the Community ID specification's table.
    private static let icmp: [UInt8: UInt8] = [8: 0, 0: 8, 9: 10, 10: 9, 13: 14, 14: 13, 15: 16, 16: 15, 17: 18, 18: 17]
    private static let icmpv6: [UInt8: UInt8] = [
        128: 129, 129: 128, 130: 131, 131: 130, 133: 134, 134: 133, 135: 136, 136: 135, 139: 140, 140: 139, 144: 145, 145: 144,
    ]
    private static let requests: Set<UInt8> = [8, 10, 13, 15, 17, 128, 130, 133, 135, 139, 144]

    private static func answers(_ record: FlowRecord) -> UInt8? {
        (record.protocolIdentifier == 1 ? icmp : icmpv6)[record.icmpType]
    }

    private static func unfit(_ row: SpelledRecord) -> JoinRefusal? {
        let record = row.record
        let isGroup = { (address: IPAddress) in address.isMulticast || address.isLimitedBroadcast }
        if record.reversePacketDeltaCount > 0 || record.reverseOctetDeltaCount > 0 || !record.reverseTCPControlBits.isEmpty
            || !record.reverseInitialTCPFlags.isEmpty || record.initiatorBasis != .absent || record.reverseRetransmits != .max
            || record.reverseOutOfOrder != .max
        { return .hasReverse }
        if record.packetDeltaCount == 0 && record.octetDeltaCount == 0 { return .withoutCounters }
        if row.agent.isEmpty { return .withoutExporter }
        if record.sourceAddress.isUnspecified || record.destinationAddress.isUnspecified
            || record.sourceAddress.isIPv6 != record.destinationAddress.isIPv6
        { return .withoutAddresses }
        if isGroup(record.sourceAddress) || isGroup(record.destinationAddress) { return .groupAddress }
        if record.flowEndMilliseconds < record.flowStartMilliseconds { return .endsBeforeStart }
        if [1, 58].contains(record.protocolIdentifier) { return answers(record) == nil ? .oneWay : nil }
        let ports = [record.sourceTransportPort, record.destinationTransportPort]
        if [6, 17, 33, 132, 136].contains(record.protocolIdentifier), ports == [0, 0] { return .withoutPorts }
        return ports[0] == ports[1] && record.sourceAddress == record.destinationAddress ? .sameEnds : nil
    }

    // MARK: Who began

    private static func biflow(_ a: SpelledRecord, _ b: SpelledRecord) -> SpelledRecord {
        let (isA, basis) = initiator(a.record, b.record)
        var (whole, other) = isA ? (a, b.record) : (b, a.record)
        whole.record.flowStartMilliseconds = min(a.record.flowStartMilliseconds, b.record.flowStartMilliseconds)
        whole.record.flowEndMilliseconds = max(a.record.flowEndMilliseconds, b.record.flowEndMilliseconds)
        whole.record.initialStartMilliseconds = min(a.record.initialStartMilliseconds, b.record.initialStartMilliseconds)
        whole.record.reversePacketDeltaCount = other.packetDeltaCount
        whole.record.reverseOctetDeltaCount = other.octetDeltaCount
        whole.record.reverseTCPControlBits = other.tcpControlBits
        whole.record.reverseInitialTCPFlags = other.initialTCPFlags
        whole.record.reverseRetransmits = other.retransmits
        whole.record.reverseOutOfOrder = other.outOfOrder
        if whole.record.flowEndReason == .absent { whole.record.flowEndReason = other.flowEndReason }
        whole.record.initiatorBasis = basis
        return whole
    }

    private static func initiator(_ a: FlowRecord, _ b: FlowRecord) -> (isA: Bool, InitiatorBasis) {
        func only(_ claim: (FlowRecord) -> Bool) -> Bool? { claim(a) == claim(b) ? nil : claim(a) }
        if let isA = only({ [1, 58].contains($0.protocolIdentifier) && requests.contains($0.icmpType) }) { return (isA, .icmp) }
        let isFirst = a.flowStartMilliseconds == b.flowStartMilliseconds ? nil : a.flowStartMilliseconds < b.flowStartMilliseconds
        if a.protocolIdentifier == 6 {
            let known = { (record: FlowRecord) in record.initialTCPFlags.isEmpty ? record.tcpControlBits : record.initialTCPFlags }
            if let isA = only({ known($0).contains(.syn) && !known($0).contains(.ack) }) { return (isA, .syn) }
            if let isB = only({ $0.initialTCPFlags.isSuperset(of: [.syn, .ack]) }) { return (!isB, .synAck) }
            let both = a.tcpControlBits.contains(.syn) && b.tcpControlBits.contains(.syn)
            if both, a.samplingInterval <= 1, let isFirst { return (isFirst, .firstPacket) }
        }
        if let isServer = only({ $0.sourceTransportPort < 1024 }) { return (!isServer, .port) }
        if let isFirst { return (isFirst, .unknown) }
        if a.sourceTransportPort != b.sourceTransportPort { return (a.sourceTransportPort > b.sourceTransportPort, .unknown) }
        return (a.sourceAddress < b.sourceAddress, .unknown)
    }
}
