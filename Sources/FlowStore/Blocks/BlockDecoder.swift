import Compression
import FlowModel

/// Turns columns of a block back into a batch. One decoder a thread.
struct BlockDecoder: ~Copyable {
    private var coder: ColumnDecoder

    init() throws(ZstdError) {
        coder = try ColumnDecoder()
    }

    /// - Parameters:
    ///   - header: with the data of all `wanted` columns in place.
    ///   - addresses: the partition's dictionary, by id; needed for columns of addresses only.
    /// - Returns: a batch with `count` rows, of which the columns not wanted are empty.
    mutating func decode(
        _ header: BlockHeader, _ wanted: BlockColumns, addresses: [IPAddress]
    ) throws(BlockDamage) -> FlowBatch {
        var batch = FlowBatch()
        batch.count = header.rows
        try decodeTimes(header, wanted, &batch)
        try decodeCounters(header, wanted, &batch)
        try decodeOctets(header, wanted, &batch)
        try decodeNumbers(header, wanted, &batch)
        try decodeNames(header, wanted, &batch)
        if wanted.needsAddresses { try decodeAddresses(header, wanted, addresses, &batch) }
        return batch
    }

    /// The ids of the addresses in the block, ascending.
    mutating func addressSet(_ header: BlockHeader) throws(BlockDamage) -> [UInt32] {
        try coder.set(try Self.column(header, .addressSet), limit: 2 * header.rows)
    }

    private static func column(_ header: BlockHeader, _ name: BlockColumn) throws(BlockDamage) -> EncodedColumn {
        guard let entry = header.columns[name] else { throw .missingColumn(name.rawValue) }
        return entry.column
    }

    private mutating func octets(_ header: BlockHeader, _ name: BlockColumn) throws(BlockDamage) -> [UInt8] {
        try coder.octets(try Self.column(header, name), rows: header.rows)
    }
    private mutating func words16(_ header: BlockHeader, _ name: BlockColumn) throws(BlockDamage) -> [UInt16] {
        try coder.words16(try Self.column(header, name), rows: header.rows)
    }
    private mutating func words32(_ header: BlockHeader, _ name: BlockColumn) throws(BlockDamage) -> [UInt32] {
        try coder.words32(try Self.column(header, name), rows: header.rows)
    }
    private mutating func words64(_ header: BlockHeader, _ name: BlockColumn) throws(BlockDamage) -> [UInt64] {
        try coder.words64(try Self.column(header, name), rows: header.rows)
    }

    private mutating func decodeTimes(
        _ header: BlockHeader, _ wanted: BlockColumns, _ batch: inout FlowBatch
    ) throws(BlockDamage) {
        guard wanted.contains(.end) else { return }
        let ends = try words64(header, .end).map { TimeCoding.time(ordered: $0) }
        batch.flowEndMilliseconds = ends
        guard wanted.contains(.start) else { return }
        var starts = ends
        let lengths = try words64(header, .start)
        for row in starts.indices { starts[row] = TimeCoding.earlier(starts[row], difference: lengths[row]) }
        batch.flowStartMilliseconds = starts
        guard wanted.contains(.flowStart) else { return }
        let ages = try words64(header, .flowStart)
        for row in starts.indices { starts[row] = TimeCoding.earlier(starts[row], difference: ages[row]) }
        batch.initialStartMilliseconds = starts
    }

    private mutating func decodeCounters(
        _ header: BlockHeader, _ wanted: BlockColumns, _ batch: inout FlowBatch
    ) throws(BlockDamage) {
        if wanted.contains(.packets) { batch.packetDeltaCount = try words64(header, .packets) }
        if wanted.contains(.bytes) { batch.octetDeltaCount = try words64(header, .bytes) }
        if wanted.contains(.reversePackets) { batch.reversePacketDeltaCount = try words64(header, .reversePackets) }
        if wanted.contains(.reverseBytes) { batch.reverseOctetDeltaCount = try words64(header, .reverseBytes) }
        if wanted.contains(.flowID) { batch.flowId = try words64(header, .flowID) }
        if wanted.contains(.retransmits) { batch.retransmits = try optional32(header, .retransmits) }
        if wanted.contains(.reverseRetransmits) {
            batch.reverseRetransmits = try optional32(header, .reverseRetransmits)
        }
        if wanted.contains(.outOfOrder) { batch.outOfOrder = try optional32(header, .outOfOrder) }
        if wanted.contains(.reverseOutOfOrder) { batch.reverseOutOfOrder = try optional32(header, .reverseOutOfOrder) }
        if wanted.contains(.clientRoundTrip) {
            batch.clientRoundTripMicroseconds = try optional32(header, .clientRoundTrip)
        }
        if wanted.contains(.serverRoundTrip) {
            batch.serverRoundTripMicroseconds = try optional32(header, .serverRoundTrip)
        }
    }

    private mutating func decodeOctets(
        _ header: BlockHeader, _ wanted: BlockColumns, _ batch: inout FlowBatch
    ) throws(BlockDamage) {
        if wanted.contains(.flags) { batch.tcpControlBits = try flags(header, .flags) }
        if wanted.contains(.reverseFlags) { batch.reverseTCPControlBits = try flags(header, .reverseFlags) }
        if wanted.contains(.firstFlags) { batch.initialTCPFlags = try flags(header, .firstFlags) }
        if wanted.contains(.reverseFirstFlags) { batch.reverseInitialTCPFlags = try flags(header, .reverseFirstFlags) }
        if wanted.contains(.endReason) {
            batch.flowEndReason = try words(header, .endReason, absent: .absent) { FlowEndReason(rawValue: $0) }
        }
        if wanted.contains(.initiatorBasis) {
            batch.initiatorBasis = try words(header, .initiatorBasis, absent: .absent) { InitiatorBasis(rawValue: $0) }
        }
        if wanted.contains(.state) {
            batch.connectionState = try words(header, .state, absent: .absent) { ConnectionState(rawValue: $0) }
        }
        if wanted.contains(.encapsulation) {
            batch.encapsulation = try words(header, .encapsulation, absent: .none) { Encapsulation(rawValue: $0) }
        }
        if wanted.contains(.direction) {
            batch.direction = try words(header, .direction, absent: .absent) { FlowDirection(rawValue: $0 &- 1) }
        }
        if wanted.contains(.icmpType) { batch.icmpType = try octets(header, .icmpType).map { $0 &- 1 } }
        if wanted.contains(.icmpCode) { batch.icmpCode = try octets(header, .icmpCode).map { $0 &- 1 } }
        if wanted.contains(.dscp) { batch.dscp = try octets(header, .dscp).map { $0 &- 1 } }
        if wanted.contains(.tunnelDepth) {
            // Blocks that are older than the column have none of it: 0 is absent.
            batch.tunnelDepth = header.columns[.tunnelDepth] == nil
                ? [UInt8](repeating: 0, count: header.rows) : try octets(header, .tunnelDepth)
        }
        if wanted.contains(.counted) { batch.counted = try octets(header, .counted).map { $0 != 0 } }
        if wanted.contains(.proto) { batch.protocolIdentifier = try octets(header, .proto) }
    }

    private mutating func decodeNumbers(
        _ header: BlockHeader, _ wanted: BlockColumns, _ batch: inout FlowBatch
    ) throws(BlockDamage) {
        if wanted.contains(.part) { batch.part = try words32(header, .part) }
        if wanted.contains(.sourcePort) { batch.sourceTransportPort = try words16(header, .sourcePort) }
        if wanted.contains(.destinationPort) { batch.destinationTransportPort = try words16(header, .destinationPort) }
        if wanted.contains(.vni) { batch.vni = try optional32(header, .vni) }
        if wanted.contains(.vlan) { batch.vlan = try words16(header, .vlan).map { $0 &- 1 } }
        if wanted.contains(.innerVLAN) { batch.innerVLAN = try words16(header, .innerVLAN).map { $0 &- 1 } }
        if wanted.contains(.sourceMAC) {
            batch.sourceMAC = try words64(header, .sourceMAC).map { MACAddress($0 &- 1) }
        }
        if wanted.contains(.destinationMAC) {
            batch.destinationMAC = try words64(header, .destinationMAC).map { MACAddress($0 &- 1) }
        }
        if wanted.contains(.sampling) { batch.samplingInterval = try words32(header, .sampling) }
        if wanted.contains(.witnesses) { batch.witnesses = try words16(header, .witnesses) }
    }

    private mutating func decodeNames(
        _ header: BlockHeader, _ wanted: BlockColumns, _ batch: inout FlowBatch
    ) throws(BlockDamage) {
        guard wanted.contains(.agent) || wanted.contains(.interface) else { return }
        batch.names = header.names.texts
        let count = UInt64(batch.names.count)
        for (name, isAgent) in [(BlockColumn.agent, true), (.interface, false)] where wanted.contains(name) {
            guard try Self.column(header, name).maximum < count else { throw .badNumber }
            let indices = try words32(header, name)
            // A dictionary's entries are not held to the bounds that the column names.
            guard indices.allSatisfy({ UInt64($0) < count }) else { throw .badNumber }
            if isAgent { batch.agent = indices } else { batch.interface = indices }
        }
    }

    private mutating func decodeAddresses(
        _ header: BlockHeader, _ wanted: BlockColumns, _ addresses: [IPAddress], _ batch: inout FlowBatch
    ) throws(BlockDamage) {
        if wanted.contains(.source) { batch.sourceAddress = try column(header, .source, addresses) }
        if wanted.contains(.destination) { batch.destinationAddress = try column(header, .destination, addresses) }
        if wanted.contains(.outerSource) { batch.outerSource = try column(header, .outerSource, addresses) }
        if wanted.contains(.outerDestination) {
            batch.outerDestination = try column(header, .outerDestination, addresses)
        }
    }

    private mutating func column(
        _ header: BlockHeader, _ name: BlockColumn, _ addresses: [IPAddress]
    ) throws(BlockDamage) -> [IPAddress] {
        let ids = try words32(header, name)
        var result = [IPAddress](repeating: .zero, count: ids.count)
        for row in ids.indices {
            let id = ids[row]
            if Int(id) < addresses.count {
                result[row] = addresses[Int(id)]
            } else {
                let local = Int(id &- BlockHeader.localBase)
                guard id >= BlockHeader.localBase, local < header.localAddresses.count else { throw .unknownAddress(id) }
                result[row] = header.localAddresses[local]
            }
        }
        return result
    }

    private mutating func optional32(_ header: BlockHeader, _ name: BlockColumn) throws(BlockDamage) -> [UInt32] {
        try words32(header, name).map { $0 &- 1 }
    }

    private mutating func flags(_ header: BlockHeader, _ name: BlockColumn) throws(BlockDamage) -> [TCPFlags] {
        try octets(header, name).map { TCPFlags(rawValue: $0) }
    }

    /// Enumerations through a table of all 256 values; a value that this version does not know reads as absent.
    private mutating func words<Word>(
        _ header: BlockHeader, _ name: BlockColumn, absent: Word, _ make: (UInt8) -> Word?
    ) throws(BlockDamage) -> [Word] {
        let table = (0...255).map { make(UInt8(truncatingIfNeeded: $0)) ?? absent }
        return try octets(header, name).map { table[Int($0)] }
    }
}
