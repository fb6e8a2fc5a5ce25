import FlowModel

/// The columns of a block; the numbers are on disk (docs/formats/store.md) and never change their meaning.
enum BlockColumn: UInt8, CaseIterable, Sendable {
    case end = 0
    case start = 1
    case flowStart = 2
    case packets = 3
    case bytes = 4
    case reversePackets = 5
    case reverseBytes = 6
    case flags = 7
    case reverseFlags = 8
    case retransmits = 9
    case reverseRetransmits = 10
    case outOfOrder = 11
    case reverseOutOfOrder = 12
    case endReason = 13
    case part = 14
    case initiatorBasis = 15
    case state = 16
    case firstFlags = 17
    case reverseFirstFlags = 18
    case clientRoundTrip = 19
    case serverRoundTrip = 20
    case flowID = 21
    case proto = 22
    case source = 23
    case destination = 24
    case sourcePort = 25
    case destinationPort = 26
    case vni = 27
    case vlan = 28
    case innerVLAN = 29
    case icmpType = 30
    case icmpCode = 31
    case dscp = 32
    case sourceMAC = 33
    case destinationMAC = 34
    case encapsulation = 35
    case outerSource = 36
    case outerDestination = 37
    case agent = 38
    case interface = 39
    case direction = 40
    case sampling = 41
    case witnesses = 42
    case counted = 43
    /// In no block that was written before it was there.
    case tunnelDepth = 44
    /// Of rollups: how many records, and first records of flows, a row stands for.
    case records = 56
    case flows = 57
    /// The sorted set of the ids of all source and destination addresses: no column of values.
    case addressSet = 63
}

/// A set of columns: one bit each.
struct BlockColumns: Sendable, Equatable {
    private var bits: UInt64 = 0

    init(_ columns: [BlockColumn] = []) {
        for column in columns { insert(column) }
    }

    /// Every column that holds values of records.
    static let all = BlockColumns(BlockColumn.allCases.filter { ![.addressSet, .records, .flows].contains($0) })

    func contains(_ column: BlockColumn) -> Bool { bits & (1 << UInt64(column.rawValue)) != 0 }
    mutating func insert(_ column: BlockColumn) { bits |= 1 << UInt64(column.rawValue) }
    mutating func formUnion(_ other: BlockColumns) { bits |= other.bits }

    /// The columns that values of these fields are read from.
    init(_ fields: Set<Field>) {
        for field in fields { formUnion(BlockColumns(for: field)) }
    }

    /// Both columns of names where there is one: they share the block's texts.
    func withAllNames() -> BlockColumns {
        var columns = self
        if contains(.agent) || contains(.interface) {
            columns.insert(.agent)
            columns.insert(.interface)
        }
        return columns
    }

    /// True when an address has to be made of an id.
    var needsAddresses: Bool {
        contains(.source) || contains(.destination) || contains(.outerSource) || contains(.outerDestination)
    }
}

extension BlockColumns {
    /// What `FlowBatch.value` reads for one field, and what those columns are coded against.
    init(for field: Field) {
        self.init(Self.columns(field))
        // `start` is coded against `end`, `flow_start` against `start`.
        if contains(.flowStart) { insert(.start) }
        if contains(.start) { insert(.end) }
    }

    private static func columns(_ field: Field) -> [BlockColumn] {
        switch field {
        case .start: [.start]
        case .end: [.end]
        case .flowStart: [.flowStart]
        case .proto: [.proto]
        case .src: [.source]
        case .srcPort: [.sourcePort]
        case .dst: [.destination]
        case .dstPort: [.destinationPort]
        case .packets: [.packets]
        case .bytes: [.bytes]
        case .revPackets: [.reversePackets]
        case .revBytes: [.reverseBytes]
        case .tcpFlags: [.flags, .proto]
        case .revTCPFlags: [.reverseFlags, .proto]
        case .firstTCPFlags: [.firstFlags, .proto]
        case .revFirstTCPFlags: [.reverseFirstFlags, .proto]
        case .state: [.state]
        case .endReason: [.endReason]
        case .initiatorBasis: [.initiatorBasis]
        case .flowID: [.flowID]
        case .part: [.part]
        case .vni: [.vni]
        case .vlan: [.vlan]
        case .innerVLAN: [.innerVLAN]
        case .encap: [.encapsulation]
        case .tunnelDepth: [.tunnelDepth]
        case .outerSrc: [.outerSource, .encapsulation]
        case .outerDst: [.outerDestination, .encapsulation]
        case .srcMAC: [.sourceMAC]
        case .dstMAC: [.destinationMAC]
        case .dscp: [.dscp]
        case .icmpType: [.icmpType]
        case .icmpCode: [.icmpCode]
        case .rttClient: [.clientRoundTrip]
        case .rttServer: [.serverRoundTrip]
        case .retransmits: [.retransmits]
        case .revRetransmits: [.reverseRetransmits]
        case .outOfOrder: [.outOfOrder]
        case .revOutOfOrder: [.reverseOutOfOrder]
        case .agent: [.agent]
        case .interface: [.interface]
        case .direction: [.direction]
        case .sampling: [.sampling]
        case .counted: [.counted]
        case .witnesses: [.witnesses]
        case .duration: [.end, .flowStart]
        case .totalBytes: [.bytes, .reverseBytes]
        case .totalPackets: [.packets, .reversePackets]
        case .bps: [.bytes, .reverseBytes, .start, .end]
        case .pps: [.packets, .reversePackets, .start, .end]
        case .rtt: [.clientRoundTrip, .serverRoundTrip]
        case .communityID: [.proto, .source, .sourcePort, .destination, .destinationPort, .icmpType, .icmpCode]
        case .servicePort: [.sourcePort, .destinationPort, .initiatorBasis]
        case .records: []
        case .flows: [.part]
        }
    }
}
