import FlowModel

@testable import Detection

/// Makes flow records and batches for the tests of this target.
enum Flows {
    /// 2026-03-01T10:00:00Z.
    static let noon: Int64 = 1_772_359_200_000

    static func address(_ text: String) -> IPAddress { IPAddress(text) ?? .zero }

    /// The TCP connection attempt that Zeek would call `state`, with the flags that such a connection shows.
    static func tcp(
        _ source: String, _ destination: String, _ port: UInt16, state: ConnectionState = .rej, at seconds: Double = 0,
        sourcePort: UInt16 = 40_000
    ) -> FlowRecord {
        var record = common(source, destination, port, at: seconds, sourcePort: sourcePort)
        record.protocolIdentifier = 6
        record.connectionState = state
        record.initiatorBasis = .syn
        record.tcpControlBits = [.syn]
        record.initialTCPFlags = [.syn]
        switch state {
        case .s0: break
        case .rstos0: record.tcpControlBits.insert(.rst)
        case .rej: record.reverseTCPControlBits = [.rst, .ack]
        default:
            record.tcpControlBits.insert([.ack, .psh])
            record.reverseTCPControlBits = [.syn, .ack]
        }
        if state != .s0 && state != .rstos0 { record.reversePacketDeltaCount = 1 }
        return record
    }

    static func udp(
        _ source: String, _ destination: String, _ port: UInt16, answered: Bool = false, at seconds: Double = 0,
        sourcePort: UInt16 = 40_000
    ) -> FlowRecord {
        var record = common(source, destination, port, at: seconds, sourcePort: sourcePort)
        record.protocolIdentifier = 17
        record.connectionState = answered ? .sf : .s0
        record.initiatorBasis = .firstPacket
        record.reversePacketDeltaCount = answered ? 1 : 0
        return record
    }

    private static func common(
        _ source: String, _ destination: String, _ port: UInt16, at seconds: Double, sourcePort: UInt16
    ) -> FlowRecord {
        var record = FlowRecord()
        record.sourceAddress = address(source)
        record.destinationAddress = address(destination)
        record.sourceTransportPort = sourcePort
        record.destinationTransportPort = port
        record.packetDeltaCount = 1
        record.octetDeltaCount = 60
        record.flowEndMilliseconds = noon + Int64(seconds * 1000)
        record.flowStartMilliseconds = record.flowEndMilliseconds
        record.initialStartMilliseconds = record.flowEndMilliseconds
        record.flowId = UInt64(port) << 32 | record.destinationAddress.low & 0xFFFF_FFFF
        record.samplingInterval = 1
        return record
    }

    static func batch(_ records: [FlowRecord], agent: String = "host-a") -> FlowBatch {
        var batch = FlowBatch()
        let name = batch.index(ofName: agent)
        for var record in records {
            record.agent = name
            batch.append(record)
        }
        return batch
    }

    /// Refused attempts at `count` hosts of 10.0.2.0/24 on one port, `interval` seconds apart.
    static func sweep(_ count: Int, port: UInt16 = 445, interval: Double = 0.1, state: ConnectionState = .rej) -> [FlowRecord] {
        (0..<count).map { tcp("10.0.1.11", "10.0.2.\($0 + 1)", port, state: state, at: Double($0) * interval) }
    }

    /// Refused attempts at `count` ports of one host.
    static func portScan(_ count: Int, interval: Double = 0.01) -> [FlowRecord] {
        (0..<count).map { tcp("10.0.1.11", "10.0.2.9", UInt16($0 + 1), at: Double($0) * interval) }
    }
}

extension FlowRecord {
    func with(_ change: (inout FlowRecord) -> Void) -> FlowRecord {
        var copy = self
        change(&copy)
        return copy
    }
}

extension DetectionEngine {
    /// Judges all records as one batch that arrives at the end of the last of them.
    mutating func judge(_ records: [FlowRecord]) -> [AlertSignal] {
        consume(Flows.batch(records), receivedMilliseconds: records.map(\.flowEndMilliseconds).max() ?? Flows.noon)
    }

    /// A configuration changed in a few places.
    init(_ change: (inout Configuration) -> Void) {
        var configuration = Configuration()
        change(&configuration)
        self.init(configuration: configuration)
    }
}
