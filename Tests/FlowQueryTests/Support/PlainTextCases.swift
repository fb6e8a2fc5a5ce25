import FlowModel

/// Flows as a plain table, one line each: the columns are named in the first line, `-` is absent.
enum PlainTextFlows {
    static func batch(_ text: String) throws -> FlowBatch {
        var lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let header = lines.removeFirst()
        var batch = FlowBatch()
        for line in lines {
            var record = FlowRecord()
            for (name, value) in zip(header, line) where value != "-" { try set(name, value, &record, &batch) }
            batch.append(record)
        }
        return batch
    }

    struct UnknownColumn: Error { var name: String }

    private static func set(_ name: String, _ value: String, _ record: inout FlowRecord, _ batch: inout FlowBatch)
        throws
    {
        switch name {
        case "end":
            record.flowEndMilliseconds = (UTCTime.milliseconds("2026-11-22T\(value)Z") ?? 0)
            record.flowStartMilliseconds = record.flowEndMilliseconds - 1000
            record.initialStartMilliseconds = record.flowStartMilliseconds
        case "age": record.initialStartMilliseconds = record.flowEndMilliseconds - (Int64(value) ?? 0)
        case "proto": record.protocolIdentifier = ProtocolName.number(value) ?? 0
        case "src": record.sourceAddress = IPAddress(value) ?? .zero
        case "dst": record.destinationAddress = IPAddress(value) ?? .zero
        case "src_port": record.sourceTransportPort = UInt16(value) ?? 0
        case "dst_port": record.destinationTransportPort = UInt16(value) ?? 0
        case "packets": record.packetDeltaCount = UInt64(value) ?? 0
        case "bytes": record.octetDeltaCount = UInt64(value) ?? 0
        case "rev_bytes": record.reverseOctetDeltaCount = UInt64(value) ?? 0
        case "flags": record.tcpControlBits = TCPFlags(value) ?? []
        case "state": record.connectionState = ConnectionState(name: value) ?? .absent
        case "vni": record.vni = UInt32(value) ?? .max
        case "part": record.part = UInt32(value) ?? 0
        case "agent": record.agent = batch.index(ofName: value)
        case "counted": record.counted = value == "true"
        default: throw UnknownColumn(name: name)
        }
    }
}
