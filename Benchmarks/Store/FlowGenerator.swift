import FlowModel

/// Flows of one hour between hosts of 10.0.0.0/12 and services picked by popularity; the same every time.
enum FlowGenerator {
    static let start: Int64 = 1_767_225_600_000

    static func batches(count: Int, size: Int) -> [FlowBatch] {
        var state: UInt64 = 42
        func random(_ bound: UInt64) -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return (z ^ (z >> 31)) % bound
        }
        let ports: [UInt16] = [443, 80, 53, 445, 22, 5432, 3306, 6379, 9092, 8080]
        var batches: [FlowBatch] = []
        var batch = FlowBatch()
        batch.names = ["", "hv-1", "eth0"]
        for number in 0..<count {
            var record = FlowRecord()
            let end = start + Int64(number) * 3_600_000 / Int64(count)
            let duration = Int64(random(20_000))
            record.flowEndMilliseconds = end
            record.flowStartMilliseconds = end - duration
            record.initialStartMilliseconds = end - duration
            // A service's popularity falls with the square of a uniform number.
            let pick = random(2000) * random(2000) / 2000
            let service = UInt32(pick)
            record.protocolIdentifier = pick % 5 == 0 ? 17 : 6
            record.sourceAddress = IPAddress(ipv4: 0x0A00_0000 + UInt32(random(20_000)))
            record.destinationAddress = IPAddress(ipv4: 0x0A08_0000 + service)
            record.sourceTransportPort = UInt16(32_768 + random(28_000))
            record.destinationTransportPort = ports[Int(pick % 10)]
            record.packetDeltaCount = 1 + random(40) * random(40) / 20
            record.octetDeltaCount = record.packetDeltaCount * (60 + random(700))
            record.reversePacketDeltaCount = record.packetDeltaCount
            record.reverseOctetDeltaCount = record.packetDeltaCount * (60 + random(1400))
            record.tcpControlBits = record.protocolIdentifier == 6 ? [.syn, .ack, .psh, .fin] : []
            record.reverseTCPControlBits = record.tcpControlBits
            record.connectionState = .sf
            record.flowEndReason = .endOfFlow
            record.initiatorBasis = .syn
            record.flowId = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 | 1
            record.vni = UInt32(5000 + random(8))
            record.agent = 1
            record.interface = 2
            record.direction = .ingress
            record.samplingInterval = 1
            batch.append(record)
            if batch.count == size || number == count - 1 {
                batches.append(batch)
                batch = FlowBatch()
                batch.names = ["", "hv-1", "eth0"]
            }
        }
        return batches
    }
}
