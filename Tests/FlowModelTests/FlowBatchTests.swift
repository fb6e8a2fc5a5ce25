import FlowModel
import Testing

/// Records to columns and back, values and texts of every field.
@Suite("Flow batch")
struct FlowBatchTests {
    /// A record whose every property differs from the default and from the others.
    private static func full() -> FlowRecord {
        var record = FlowRecord()
        record.flowStartMilliseconds = 1_700_000_000_001
        record.flowEndMilliseconds = 1_700_000_002_002
        record.packetDeltaCount = 3
        record.octetDeltaCount = 4
        record.reversePacketDeltaCount = 5
        record.reverseOctetDeltaCount = 6
        record.tcpControlBits = TCPFlags(rawValue: 7)
        record.reverseTCPControlBits = TCPFlags(rawValue: 8)
        record.retransmits = 9
        record.reverseRetransmits = 10
        record.outOfOrder = 11
        record.reverseOutOfOrder = 12
        record.flowEndReason = .endOfFlow
        record.part = 13
        record.initialStartMilliseconds = 1_699_999_999_014
        record.initiatorBasis = .synAck
        record.connectionState = .rstr
        record.initialTCPFlags = TCPFlags(rawValue: 15)
        record.reverseInitialTCPFlags = TCPFlags(rawValue: 16)
        record.clientRoundTripMicroseconds = 17
        record.serverRoundTripMicroseconds = 18
        record.flowId = 0xAB19
        record.protocolIdentifier = 6
        record.sourceAddress = IPAddress(ipv4: 0x0A00_0014)
        record.destinationAddress = IPAddress(high: 0xFD00 << 48, low: 21)
        record.sourceTransportPort = 22
        record.destinationTransportPort = 23
        record.vni = 24
        record.vlan = 25
        record.innerVLAN = 26
        record.icmpType = 27
        record.icmpCode = 28
        record.dscp = 29
        record.sourceMAC = MACAddress(30)
        record.destinationMAC = MACAddress(31)
        record.encapsulation = .geneve
        record.tunnelDepth = 36
        record.outerSource = IPAddress(ipv4: 0x0A00_0020)
        record.outerDestination = IPAddress(ipv4: 0x0A00_0021)
        record.agent = 1
        record.interface = 2
        record.direction = .egress
        record.samplingInterval = 34
        record.witnesses = 35
        record.counted = false
        return record
    }

    /// What each field of it reads.
    private static let texts: [Field: String] = [
        .tunnelDepth: "36", .start: "2023-11-14T22:13:20.001Z", .end: "2023-11-14T22:13:22.002Z", .flowStart: "2023-11-14T22:13:19.014Z", .proto: "tcp",
        .src: "10.0.0.20", .srcPort: "22", .dst: "fd00::15", .dstPort: "23", .packets: "3", .bytes: "4", .revPackets: "5", .revBytes: "6",
        .tcpFlags: ".....RSF", .revTCPFlags: "....P...", .firstTCPFlags: "....PRSF", .revFirstTCPFlags: "...A....", .state: "RSTR",
        .endReason: "end", .initiatorBasis: "synack", .flowID: "000000000000ab19", .part: "13", .vni: "24", .vlan: "25", .innerVLAN: "26",
        .encap: "geneve", .outerSrc: "10.0.0.32", .outerDst: "10.0.0.33", .srcMAC: "00:00:00:00:00:1e", .dstMAC: "00:00:00:00:00:1f",
        .dscp: "29", .icmpType: "27", .icmpCode: "28", .rttClient: "17", .rttServer: "18", .retransmits: "9", .revRetransmits: "10",
        .outOfOrder: "11", .revOutOfOrder: "12", .agent: "agent-a", .interface: "veth0", .direction: "egress", .sampling: "34",
        .counted: "false", .witnesses: "35", .duration: "2988", .totalBytes: "10", .totalPackets: "8", .bps: String(80_000.0 / 2001),
        .pps: String(8000.0 / 2001), .rtt: "35", .servicePort: "23", .records: "1", .flows: "0",
        .communityID: "1:pnlqXZyhWqD2Q9hZKPAnJ9PRurY=",
    ]

    private static func batch(_ records: [FlowRecord]) -> FlowBatch {
        var batch = FlowBatch()
        batch.names = ["", "agent-a", "veth0"]
        for record in records { batch.append(record) }
        return batch
    }

    @Test("a record with every property different comes back the same, and no column is left out")
    func roundTrip() {
        let record = Self.full()
        let defaults = Dictionary(uniqueKeysWithValues: Mirror(reflecting: FlowRecord()).children.map { ($0.label ?? "", "\($0.value)") })
        for child in Mirror(reflecting: record).children {
            #expect("\(child.value)" != defaults[child.label ?? ""], "\(child.label ?? "") is not set: the test does not see it")
        }
        let batch = Self.batch([FlowRecord(), record, FlowRecord()])
        #expect(batch.count == 3)
        #expect(batch[1] == record)
        #expect(batch[0] == FlowRecord() && batch[2] == FlowRecord())
        var columns = 0
        let beside: Set = ["names", "count", "witnessRecords"]  // what is no column
        for child in Mirror(reflecting: batch).children where !beside.contains(child.label ?? "") {
            #expect(Mirror(reflecting: child.value).children.count == 3, "\(child.label ?? "")")
            columns += 1
        }
        #expect(columns == defaults.count)
        var reserved = FlowBatch()
        reserved.reserveCapacity(100)
        #expect(reserved.isEmpty)
        #expect(!batch.isEmpty)
    }

    @Test("every field reads what its column holds", arguments: Field.allCases)
    func values(field: Field) throws {
        let batch = Self.batch([FlowRecord(), Self.full()])
        #expect(batch.value(field, row: 1).text == (try #require(Self.texts[field], "no text for \(field.rawValue)")))
    }

    @Test("what is absent is empty in text", arguments: Field.allCases)
    func absent(field: Field) {
        let value = Self.batch([FlowRecord()]).value(field, row: 0)
        let always: [Field: String] = [
            .start: "1970-01-01T00:00:00.000Z", .end: "1970-01-01T00:00:00.000Z", .flowStart: "1970-01-01T00:00:00.000Z", .proto: "hopopt",
            .src: "0.0.0.0", .dst: "0.0.0.0", .srcPort: "0", .dstPort: "0", .servicePort: "0", .packets: "0", .bytes: "0", .revPackets: "0", .revBytes: "0", .part: "0",
            .counted: "true", .witnesses: "0", .duration: "0", .totalBytes: "0", .totalPackets: "0", .records: "1", .flows: "1",
            .communityID: "1:LFE/FJ5zfsQGP8HTeu6b6rxLS78=",
        ]
        if let text = always[field] { #expect(value.text == text) } else { #expect(value == .absent) }
    }

    @Test("appended text is the value's text, for every field and random rows", arguments: [UInt64(1), 2, 3])
    func appended(seed: UInt64) {
        var random = Splitmix(state: seed)
        let batch = Self.batch((0..<500).map { _ in Self.random(&random) })
        for row in 0..<batch.count {
            for field in Field.allCases {
                var octets = Array("x".utf8)
                batch.appendText(field, row: row, to: &octets)
                #expect(String(decoding: octets, as: UTF8.self) == "x" + batch.value(field, row: row).text, "\(field.rawValue)")
            }
            #expect(batch[row] == Self.batch([batch[row]])[0])
        }
    }

    /// Extremes and absent values come often.
    private static func random(_ random: inout Splitmix) -> FlowRecord {
        func number<T: FixedWidthInteger & UnsignedInteger>(_ type: T.Type) -> T {
            switch random.next() % 4 {
            case 0: .max
            case 1: 0
            default: T(truncatingIfNeeded: random.next() >> (random.next() % 64))
            }
        }
        func time() -> Int64 {
            switch random.next() % 6 {
            case 0: .min
            case 1: .max
            default: Int64.random(in: -10_000...4_000_000_000_000, using: &random)
            }
        }
        func address() -> IPAddress {
            random.next() % 2 == 0 ? IPAddress(ipv4: number(UInt32.self)) : IPAddress(high: number(UInt64.self), low: number(UInt64.self))
        }
        var record = FlowRecord()
        record.flowStartMilliseconds = time()
        record.flowEndMilliseconds = time()
        record.initialStartMilliseconds = time()
        record.packetDeltaCount = number(UInt64.self)
        record.octetDeltaCount = number(UInt64.self)
        record.reversePacketDeltaCount = number(UInt64.self)
        record.reverseOctetDeltaCount = number(UInt64.self)
        record.tcpControlBits = TCPFlags(rawValue: number(UInt8.self))
        record.initialTCPFlags = TCPFlags(rawValue: number(UInt8.self))
        record.part = number(UInt32.self)
        record.flowId = number(UInt64.self)
        record.protocolIdentifier = random.next() % 2 == 0 ? 6 : number(UInt8.self)
        record.sourceAddress = address()
        record.destinationAddress = address()
        record.sourceTransportPort = number(UInt16.self)
        record.destinationTransportPort = number(UInt16.self)
        record.vni = number(UInt32.self)
        record.vlan = number(UInt16.self)
        record.innerVLAN = number(UInt16.self)
        record.dscp = number(UInt8.self)
        record.icmpType = number(UInt8.self)
        record.sourceMAC = random.next() % 3 == 0 ? .absent : MACAddress(random.next() >> 16)
        record.destinationMAC = random.next() % 3 == 0 ? .absent : MACAddress(random.next() >> 16)
        record.encapsulation = Encapsulation.allCases.randomElement(using: &random) ?? .none
        record.outerSource = address()
        record.clientRoundTripMicroseconds = number(UInt32.self)
        record.serverRoundTripMicroseconds = number(UInt32.self)
        record.agent = UInt32(random.next() % 5)
        record.interface = UInt32(random.next() % 5)
        record.direction = FlowDirection.allCases.randomElement(using: &random) ?? .absent
        record.connectionState = ConnectionState.allCases.randomElement(using: &random) ?? .absent
        record.samplingInterval = number(UInt32.self)
        record.witnesses = number(UInt16.self)
        record.counted = random.next() % 2 == 0
        return record
    }

    @Test("rates are over the record's own length, durations from the flow's beginning; clocks that ran back give none")
    func derived() {
        var record = FlowRecord()
        record.flowStartMilliseconds = 10_000
        record.flowEndMilliseconds = 12_000
        record.initialStartMilliseconds = 4_000
        record.octetDeltaCount = 1000
        record.packetDeltaCount = 3
        var still = record
        still.flowEndMilliseconds = 10_000
        var backwards = record
        backwards.flowEndMilliseconds = 3_000
        let batch = Self.batch([record, still, backwards])
        #expect(batch.value(.bps, row: 0) == .real(4000))
        #expect(batch.value(.pps, row: 0) == .real(1.5))
        #expect(batch.value(.duration, row: 0) == .integer(8000))
        #expect(batch.value(.bps, row: 1) == .absent)
        #expect(batch.value(.duration, row: 2) == .integer(0))
        #expect(batch.value(.bps, row: 2) == .absent)
    }

    @Test("rows of another batch bring their names along")
    func names() {
        var source = FlowBatch()
        source.names = ["", "b", "eth1", "a"]
        for (agent, interface) in [(1, 2), (3, 2), (0, 0), (9, 1)] as [(UInt32, UInt32)] {
            var record = FlowRecord()
            record.agent = agent
            record.interface = interface
            record.part = agent
            source.append(record)
        }
        var target = FlowBatch()
        target.names = ["", "a"]
        target.append(source, rows: [1, 0])
        target.append(source, rows: 2..<4)
        #expect(target.count == 4)
        #expect(target.names == ["", "a", "eth1", "b"])
        #expect((0..<4).map { target.name(target.agent[$0]) } == ["a", "b", "", ""])
        #expect((0..<4).map { target.name(target.interface[$0]) } == ["eth1", "eth1", "", "b"])
        #expect(target.part == [3, 1, 0, 9])
        #expect(target.index(ofName: "") == 0)
        #expect(target.index(ofName: "eth1") == 2)
        #expect(target.index(ofName: "new") == 4)
        #expect(target.name(.max) == "")
    }

    @Test("many names are carried over, each once, those known already with their first index")
    func manyNames() {
        var source = FlowBatch()
        source.names += (0..<30_000).map { "interface-\($0 % 20_000)" }
        for index in stride(from: 30_000 as UInt32, through: 0, by: -1) {
            var record = FlowRecord()
            record.interface = index
            source.append(record)
        }
        var target = FlowBatch()
        target.names += ["interface-7", "other", "interface-7"]
        target.append(source, rows: 0..<source.count)
        #expect((0..<source.count).allSatisfy { target.name(target.interface[$0]) == source.name(source.interface[$0]) })
        #expect(target.names.count == 4 + 20_000 - 1)
        #expect(target.interface[target.count - 1 - 8] == 1)
    }

    @Test("values of one kind order by size, absent first")
    func order() {
        let ascending: [FieldValue] = [.absent, .integer(0), .integer(9), .integer(10), .integer(.max)]
        for (index, value) in ascending.enumerated() {
            for (other, second) in ascending.enumerated() { #expect(FieldValue.isLess(value, second) == (index < other)) }
        }
        #expect(FieldValue.isLess(.timestamp(-1), .timestamp(0)))
        #expect(FieldValue.isLess(.real(1.5), .real(2)))
        #expect(FieldValue.isLess(.text("a"), .text("b")))
        #expect(FieldValue.isLess(.boolean(false), .boolean(true)) && !FieldValue.isLess(.boolean(true), .boolean(true)))
        #expect(FieldValue.isLess(.address(IPAddress(ipv4: 9)), .address(IPAddress(ipv4: 10))))
        #expect(FieldValue.real(.nan).text.isEmpty && FieldValue.real(.infinity).text.isEmpty)
        #expect(FieldValue.real(1e14).text == "100000000000000")
        #expect(FieldValue.real(-0.0).text == "0")
    }
}
