import FlowModel
import Testing

@testable import IPFIX

@Suite("flows for other people's collectors")
struct ExportEncoderTests {
    private static func settings(
        _ transport: ExportTransport = .datagram, _ change: (inout ExportSettings) -> Void = { _ in }
    ) -> ExportSettings {
        var settings = ExportSettings(transport)
        change(&settings)
        return settings
    }

    /// What our decoder of foreign exports makes of messages, each a datagram of its own.
    private static func decode(_ parts: [ExportedMessages], transport: ExportTransport = .datagram) -> ExportTester {
        var tester = ExportTester()
        tester.transport = transport
        for part in parts { for message in part.messages { tester.send(Array(part.octets[message.place])) } }
        return tester
    }

    private static func encode(
        _ flows: FlowBatch, _ settings: ExportSettings, _ account: ExporterAccount = ExportFlows.account()
    ) -> ExportedMessages {
        var encoder = ExportEncoder(settings: settings)
        return encoder.encode(flows, account: account, atMilliseconds: ExportFlows.exportMilliseconds)
    }

    /// Rows by flowId, as far as a stranger's record goes.
    private static func rows(_ flows: FlowBatch, keepsOwn: Bool = true) -> [UInt64: SpelledRecord] {
        flows.spelledOut().mapValues { spelled in
            var spelled = spelled
            spelled.agent = ""
            if !keepsOwn {
                var record = FlowRecord()
                let told = spelled.record
                record.flowStartMilliseconds = told.flowStartMilliseconds
                record.flowEndMilliseconds = told.flowEndMilliseconds
                record.packetDeltaCount = told.packetDeltaCount
                record.octetDeltaCount = told.octetDeltaCount
                record.reversePacketDeltaCount = told.reversePacketDeltaCount
                record.reverseOctetDeltaCount = told.reverseOctetDeltaCount
                record.tcpControlBits = told.tcpControlBits
                record.reverseTCPControlBits = told.reverseTCPControlBits
                record.flowEndReason = told.flowEndReason
                record.flowId = told.flowId
                record.protocolIdentifier = told.protocolIdentifier
                record.sourceAddress = told.sourceAddress
                record.destinationAddress = told.destinationAddress
                record.sourceTransportPort = told.sourceTransportPort
                record.destinationTransportPort = told.destinationTransportPort
                record.vlan = told.vlan
                record.innerVLAN = told.innerVLAN
                record.icmpType = told.icmpType
                record.icmpCode = told.icmpCode
                record.dscp = told.dscp
                record.sourceMAC = told.sourceMAC
                record.destinationMAC = told.destinationMAC
                record.direction = told.direction
                record.samplingInterval = told.samplingInterval
                // Geneve's VNI and those past 24 bits have no element of IANA's.
                let isNamed = [.vxlan, .nvgre, .none].contains(told.encapsulation) && told.vni <= 0xFF_FFFF
                record.vni = isNamed ? told.vni : .max
                spelled.record = record
            }
            return spelled
        }
    }

    @Test("every field comes back, with our elements", arguments: [1, 50, 3000], [1, 2] as [UInt64])
    func roundTrip(count: Int, seed: UInt64) {
        let flows = ExportFlows.batch(count: count, seed: seed)
        var tester = Self.decode([Self.encode(flows, Self.settings())])
        #expect(Self.rows(tester.flows()) == Self.rows(flows))
        let statistics = tester.statistics
        #expect(statistics.faults.isEmpty && statistics.sequenceGaps == 0 && statistics.setsWithoutTemplate == 0)
        #expect(statistics.flowRecords == UInt64(count) && statistics.otherRecords == 0)
    }

    @Test("every field that IANA has an element for comes back without ours")
    func withoutOwn() {
        let flows = ExportFlows.batch(count: 2000, seed: 3)
        let messages = Self.encode(flows, Self.settings { $0.hasOwnElements = false })
        var tester = Self.decode([messages])
        let read = tester.flows()
        #expect(Self.rows(read, keepsOwn: false) == Self.rows(flows, keepsOwn: false))
        #expect(read.connectionState.allSatisfy { $0 == .absent } && read.part.allSatisfy { $0 == 0 })
        // No field of ours in any template: the number does not occur where an enterprise number can stand.
        let own = ExportTester.big(InformationElement.documentationEnterpriseNumber)
        for message in messages.messages where message.flowRecords == 0 {
            let octets = Array(messages.octets[message.place])
            #expect(!octets.indices.dropLast(3).contains { Array(octets[$0..<$0 + 4]) == own })
        }
    }

    @Test("two records for a flow with both directions: addresses, ports, counters and flags exchanged")
    func uniflow() throws {
        let flows = ExportFlows.batch(count: 2000, seed: 4)
        var tester = Self.decode([Self.encode(flows, Self.settings { $0.format = .uniflow })])
        let read = tester.flows()
        let answered = flows.reversePacketDeltaCount.count { $0 > 0 }
        #expect(answered > 1000 && read.count == flows.count + answered)
        #expect(read.reversePacketDeltaCount.allSatisfy { $0 == 0 } && read.reverseOctetDeltaCount.allSatisfy { $0 == 0 })
        let records = read.spelledOut()
        for row in 0..<flows.count {
            let flow = flows[row]
            let first = try #require(records[flow.flowId])
            #expect(first.record.sourceAddress == flow.sourceAddress && first.record.destinationAddress == flow.destinationAddress)
            #expect(first.record.packetDeltaCount == flow.packetDeltaCount && first.record.octetDeltaCount == flow.octetDeltaCount)
            #expect(first.record.tcpControlBits == flow.tcpControlBits && first.record.direction == flow.direction)
            let second = records[flow.flowId | 1 << 63]
            guard flow.reversePacketDeltaCount > 0 else {
                #expect(second == nil)
                continue
            }
            let other = try #require(second?.record)
            #expect(other.sourceAddress == flow.destinationAddress && other.destinationAddress == flow.sourceAddress)
            #expect(other.sourceTransportPort == flow.destinationTransportPort)
            #expect(other.destinationTransportPort == flow.sourceTransportPort)
            #expect(other.packetDeltaCount == flow.reversePacketDeltaCount)
            #expect(other.octetDeltaCount == flow.reverseOctetDeltaCount)
            #expect(other.tcpControlBits == flow.reverseTCPControlBits)
            #expect(other.initialTCPFlags == flow.reverseInitialTCPFlags && other.retransmits == flow.reverseRetransmits)
            #expect(other.sourceMAC == flow.destinationMAC && other.destinationMAC == flow.sourceMAC)
            #expect(other.outerSource == flow.outerDestination && other.vlan == flow.vlan && other.vni == flow.vni)
            #expect(second?.interface == flows.name(flow.interface))
            let turned: [FlowDirection: FlowDirection] = [.ingress: .egress, .egress: .ingress, .absent: .absent]
            #expect(other.direction == turned[flow.direction])
            if flow.icmpType == 8 && flow.protocolIdentifier == 1 { #expect(other.icmpType == 0) }
            if flow.icmpType == 135 && flow.protocolIdentifier == 58 { #expect(other.icmpType == 136) }
            if flow.icmpType == 3 { #expect(other.icmpType == 3 && other.icmpCode == 4) }
        }
        #expect(tester.statistics.faults.isEmpty && tester.statistics.sequenceGaps == 0)
    }

    @Test("a flow of which only the answers were seen is one record, turned round")
    func onlyAnswers() {
        var flow = FlowRecord()
        flow.flowId = 5
        (flow.sourceAddress, flow.destinationAddress) = (IPAddress(ipv4: 1), IPAddress(ipv4: 2))
        flow.reversePacketDeltaCount = 3
        var flows = FlowBatch()
        flows.append(flow)
        flow.flowId = 6
        flow.reversePacketDeltaCount = 0
        flows.append(flow)
        var tester = Self.decode([Self.encode(flows, Self.settings { $0.format = .uniflow })])
        let read = tester.flows()
        #expect(Set(read.flowId) == [6, 5 | UInt64(1) << 63])
        #expect(Set(read.sourceAddress) == [IPAddress(ipv4: 1), IPAddress(ipv4: 2)])
    }

    @Test("no message is longer than allowed, and each number counts the data records before it, of its domain", arguments: [
        (0, 512), (512, 512), (1400, 1400), (65_535, 65_535), (1_000_000, 65_535),
    ])
    func messageLimit(asked: Int, limit: Int) {
        let flows = ExportFlows.batch(count: 2000, seed: 5)
        var encoder = ExportEncoder(
            settings: Self.settings {
                $0.messageLimit = asked
                $0.refreshMessages = 7
            })
        var walkers: [UInt32: MessageWalker] = [:]
        var sequences: [UInt32: UInt32] = [:]
        var place = 0
        var records = 0
        for part in 0..<3 {
            let now = ExportFlows.exportMilliseconds + Int64(part) * 61_000
            let messages = encoder.encode(flows, account: ExportFlows.account(), atMilliseconds: now)
            place = 0
            for message in messages.messages {
                #expect(message.place.lowerBound == place)
                place = message.place.upperBound
                let octets = Array(messages.octets[message.place])
                func number(_ start: Int, _ length: Int) -> UInt32 { octets[start..<start + length].reduce(0) { $0 << 8 | UInt32($1) } }
                #expect(octets.count <= limit && number(0, 2) == 10 && Int(number(2, 2)) == octets.count)
                #expect(number(4, 4) == UInt32(now / 1000))
                let domain = number(12, 4)
                #expect(domain == 1 || domain == 0 && message.flowRecords == 0)
                #expect(number(8, 4) == sequences[domain, default: 0])
                let count = walkers[domain, default: MessageWalker()].records(octets, message: 0..<octets.count)
                #expect(message.flowRecords == 0 || Int(count) == message.flowRecords)
                sequences[domain, default: 0] += count
                records += message.flowRecords
            }
            #expect(place == messages.octets.count)
        }
        #expect(records == 6000 && sequences[0, default: 0] > 0)
    }

    @Test("numbers go round at 2³²")
    func wrap() {
        var writer = MessageWriter(exportSeconds: 0, domain: 1, sequence: .max - 1, limit: 512)
        for _ in 0..<5 { writer.append([UInt8](repeating: 0, count: 200), to: 600) }
        writer.finish()
        #expect(writer.sequence == 3 && writer.messages.count == 3)
        #expect(Array(writer.octets[writer.messages[1].place][(writer.messages[1].place.lowerBound + 8)...].prefix(4)) == [0, 0, 0, 0])
    }

    @Test("the file is one that we import, with the names of interfaces; as biflows nothing is lost", arguments: [true, false])
    func importable(hasOwn: Bool) throws {
        let flows = ExportFlows.batch(count: 1000, seed: 11)
        let file = Self.encode(flows, Self.settings(.stream) { $0.hasOwnElements = hasOwn }).octets
        var decoder = FlowFileDecoder()
        let decoded = try decoder.decode(file)
        #expect(Self.rows(decoded.flows, keepsOwn: hasOwn) == Self.rows(flows, keepsOwn: hasOwn))
        #expect(decoded.setsWithoutTemplate == 0 && decoded.otherRecords == 0 && decoded.report == nil)
    }

    @Test("any batch is written, and every record of it read", arguments: [1, 2, 3] as [UInt64], ExportSettings.Format.allCases)
    func wild(seed: UInt64, format: ExportSettings.Format) {
        var random = RandomFlows(seed: seed)
        var flows = random.batch(count: 2000)
        for row in stride(from: 0, to: 2000, by: 7) {
            flows.flowStartMilliseconds[row] = row % 2 == 0 ? .max : .min
            flows.interface[row] = .max
            flows.flowId[row] = .max
        }
        var tester = Self.decode([Self.encode(flows, Self.settings { $0.format = format })])
        let reversed = (0..<2000).count { flows.reversePacketDeltaCount[$0] > 0 }
        let forward = (0..<2000).count { flows.packetDeltaCount[$0] > 0 || flows.reversePacketDeltaCount[$0] == 0 }
        #expect(tester.flows().count == (format == .biflow ? 2000 : forward + reversed))
        #expect(tester.statistics.faults.isEmpty && tester.statistics.sequenceGaps == 0)
    }

    @Test("a message limit holds for any text")
    func longNames() {
        var account = ExportFlows.account()
        account.report.interfaces[0].name = String(repeating: "n", count: 5000)
        account.report.interfaces[1].kind = String(repeating: "ü", count: 5000)
        let messages = Self.encode(FlowBatch(), Self.settings { $0.messageLimit = 512 }, account)
        #expect(messages.messages.allSatisfy { $0.place.count <= 512 })
        #expect(Self.decode([messages]).statistics.faults.isEmpty)
    }
}
