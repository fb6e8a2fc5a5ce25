import Compression
import FlowModel
import FlowQuery

/// Turns columns of a block back into a batch. One decoder a thread; the arrays that it fills are used again.
struct BlockDecoder: ~Copyable {
    var coder: ColumnDecoder
    private var octets: [UInt8] = []
    private var numbers: [UInt64] = []
    private var ids: [UInt32] = []

    init() throws(ZstdError) {
        coder = try ColumnDecoder()
    }

    /// What is read of a block.
    struct Wish {
        var columns: BlockColumns
        /// Only these rows, ascending; nil is all.
        var rows: [Int32]?
        /// The partition's dictionary; needed for columns of addresses only.
        var addresses: AddressTable
        /// Addresses stay ids where the block has none of its own.
        var asIDs = false
    }

    /// - Parameter header: with the data of all `wanted` columns in place.
    /// - Returns: a batch with all rows, of which the columns not wanted are empty.
    mutating func decode(
        _ header: BlockHeader, _ wanted: BlockColumns, addresses: [IPAddress]
    ) throws(BlockDamage) -> FlowBatch {
        var block = FlowBlock()
        block.batch.count = header.rows
        try decode(header, Wish(columns: wanted, addresses: AddressTable(addresses)), into: &block)
        return block.batch
    }

    /// Fills the wanted columns of a block, and leaves its others as they are.
    ///
    /// - Parameters:
    ///   - header: with the data of the wanted columns in place.
    ///   - block: its `count` is the number of rows that are read. Its columns of names are both read or neither.
    mutating func decode(_ header: BlockHeader, _ wish: Wish, into block: inout FlowBlock) throws(BlockDamage) {
        try decodeTimes(header, wish, &block.batch)
        try decodeCounters(header, wish, &block.batch)
        try decodeOctets(header, wish, &block.batch)
        try decodeNumbers(header, wish, &block.batch)
        try decodeNames(header, wish, &block.batch)
        if wish.columns.needsAddresses { try decodeAddresses(header, wish, &block) }
    }

    /// The ids of the addresses in the block, ascending.
    mutating func addressSet(_ header: BlockHeader) throws(BlockDamage) -> [UInt32] {
        try coder.set(try Self.column(header, .addressSet), limit: 2 * header.rows)
    }

    static func column(_ header: BlockHeader, _ name: BlockColumn) throws(BlockDamage) -> EncodedColumn {
        guard let entry = header.columns[name] else { throw .missingColumn(name.rawValue) }
        return entry.column
    }
}

// MARK: - Kinds of columns

extension BlockDecoder {
    private mutating func read(
        _ header: BlockHeader, _ name: BlockColumn, _ wish: Wish, bias: UInt8 = 0, _ output: inout [UInt8]
    ) throws(BlockDamage) {
        guard wish.columns.contains(name) else { return }
        try coder.octets(try Self.column(header, name), rows: header.rows, selected: wish.rows, bias: bias, into: &output)
    }
    private mutating func read(
        _ header: BlockHeader, _ name: BlockColumn, _ wish: Wish, bias: UInt16 = 0, _ output: inout [UInt16]
    ) throws(BlockDamage) {
        guard wish.columns.contains(name) else { return }
        try coder.words16(try Self.column(header, name), rows: header.rows, selected: wish.rows, bias: bias, into: &output)
    }
    private mutating func read(
        _ header: BlockHeader, _ name: BlockColumn, _ wish: Wish, bias: UInt32 = 0, _ output: inout [UInt32]
    ) throws(BlockDamage) {
        guard wish.columns.contains(name) else { return }
        try coder.words32(try Self.column(header, name), rows: header.rows, selected: wish.rows, bias: bias, into: &output)
    }
    private mutating func read(
        _ header: BlockHeader, _ name: BlockColumn, _ wish: Wish, _ output: inout [UInt64]
    ) throws(BlockDamage) {
        guard wish.columns.contains(name) else { return }
        try coder.words64(try Self.column(header, name), rows: header.rows, selected: wish.rows, into: &output)
    }

    /// Words through a table of all 256 octets.
    private mutating func read<Word>(
        _ header: BlockHeader, _ name: BlockColumn, _ wish: Wish, _ output: inout [Word], _ make: (UInt8) -> Word
    ) throws(BlockDamage) {
        guard wish.columns.contains(name) else { return }
        var octets = octets
        try read(header, name, wish, &octets)
        self.octets = octets
        let table = (0...255).map { make(UInt8(truncatingIfNeeded: $0)) }
        output.removeAll(keepingCapacity: true)
        output.append(contentsOf: octets.lazy.map { table[Int($0)] })
    }

    private mutating func decodeTimes(
        _ header: BlockHeader, _ wish: Wish, _ batch: inout FlowBatch
    ) throws(BlockDamage) {
        let wanted = wish.columns
        guard wanted.contains(.end) else { return }
        // The bias turns the sign bit.
        try coder.times(
            try Self.column(header, .end), rows: header.rows, selected: wish.rows, bias: .min, into: &batch.flowEndMilliseconds)
        guard wanted.contains(.start) else { return }
        try earlier(header, .start, wish, than: batch.flowEndMilliseconds, &batch.flowStartMilliseconds)
        guard wanted.contains(.flowStart) else { return }
        try earlier(header, .flowStart, wish, than: batch.flowStartMilliseconds, &batch.initialStartMilliseconds)
    }

    private mutating func earlier(
        _ header: BlockHeader, _ name: BlockColumn, _ wish: Wish, than later: [Int64], _ output: inout [Int64]
    ) throws(BlockDamage) {
        var differences = numbers
        try read(header, name, wish, &differences)
        if output.count != later.count { output = [Int64](repeating: 0, count: later.count) }
        for row in later.indices { output[row] = TimeCoding.earlier(later[row], difference: differences[row]) }
        numbers = differences
    }

    private mutating func decodeCounters(
        _ header: BlockHeader, _ wish: Wish, _ batch: inout FlowBatch
    ) throws(BlockDamage) {
        try read(header, .packets, wish, &batch.packetDeltaCount)
        try read(header, .bytes, wish, &batch.octetDeltaCount)
        try read(header, .reversePackets, wish, &batch.reversePacketDeltaCount)
        try read(header, .reverseBytes, wish, &batch.reverseOctetDeltaCount)
        try read(header, .flowID, wish, &batch.flowId)
        // Of the columns from here on 0 is «absent», which is the type's largest value in memory: one less.
        try read(header, .retransmits, wish, bias: .max, &batch.retransmits)
        try read(header, .reverseRetransmits, wish, bias: .max, &batch.reverseRetransmits)
        try read(header, .outOfOrder, wish, bias: .max, &batch.outOfOrder)
        try read(header, .reverseOutOfOrder, wish, bias: .max, &batch.reverseOutOfOrder)
        try read(header, .clientRoundTrip, wish, bias: .max, &batch.clientRoundTripMicroseconds)
        try read(header, .serverRoundTrip, wish, bias: .max, &batch.serverRoundTripMicroseconds)
    }

    private mutating func decodeOctets(
        _ header: BlockHeader, _ wish: Wish, _ batch: inout FlowBatch
    ) throws(BlockDamage) {
        try read(header, .flags, wish, &batch.tcpControlBits) { TCPFlags(rawValue: $0) }
        try read(header, .reverseFlags, wish, &batch.reverseTCPControlBits) { TCPFlags(rawValue: $0) }
        try read(header, .firstFlags, wish, &batch.initialTCPFlags) { TCPFlags(rawValue: $0) }
        try read(header, .reverseFirstFlags, wish, &batch.reverseInitialTCPFlags) { TCPFlags(rawValue: $0) }
        // A value that this version does not know reads as absent.
        try read(header, .endReason, wish, &batch.flowEndReason) { FlowEndReason(rawValue: $0) ?? .absent }
        try read(header, .initiatorBasis, wish, &batch.initiatorBasis) { InitiatorBasis(rawValue: $0) ?? .absent }
        try read(header, .state, wish, &batch.connectionState) { ConnectionState(rawValue: $0) ?? .absent }
        try read(header, .encapsulation, wish, &batch.encapsulation) { Encapsulation(rawValue: $0) ?? .none }
        try read(header, .direction, wish, &batch.direction) { FlowDirection(rawValue: $0 &- 1) ?? .absent }
        try read(header, .icmpType, wish, bias: .max, &batch.icmpType)
        try read(header, .icmpCode, wish, bias: .max, &batch.icmpCode)
        try read(header, .dscp, wish, bias: .max, &batch.dscp)
        if wish.columns.contains(.tunnelDepth), header.columns[.tunnelDepth] == nil {
            // Blocks that are older than the column have none of it: 0 is absent.
            batch.tunnelDepth = [UInt8](repeating: 0, count: wish.rows?.count ?? header.rows)
        } else {
            try read(header, .tunnelDepth, wish, &batch.tunnelDepth)
        }
        try read(header, .counted, wish, &batch.counted) { $0 != 0 }
        try read(header, .proto, wish, &batch.protocolIdentifier)
    }

    private mutating func decodeNumbers(
        _ header: BlockHeader, _ wish: Wish, _ batch: inout FlowBatch
    ) throws(BlockDamage) {
        try read(header, .part, wish, &batch.part)
        try read(header, .sourcePort, wish, &batch.sourceTransportPort)
        try read(header, .destinationPort, wish, &batch.destinationTransportPort)
        try read(header, .vni, wish, bias: .max, &batch.vni)
        try read(header, .vlan, wish, bias: .max, &batch.vlan)
        try read(header, .innerVLAN, wish, bias: .max, &batch.innerVLAN)
        try read(header, .sampling, wish, &batch.samplingInterval)
        try read(header, .witnesses, wish, &batch.witnesses)
        for name in [BlockColumn.sourceMAC, .destinationMAC] where wish.columns.contains(name) {
            var values = numbers
            try read(header, name, wish, &values)
            let addresses = values.map { MACAddress($0 &- 1) }
            if name == .sourceMAC { batch.sourceMAC = addresses } else { batch.destinationMAC = addresses }
            numbers = values
        }
    }

    private mutating func decodeNames(
        _ header: BlockHeader, _ wish: Wish, _ batch: inout FlowBatch
    ) throws(BlockDamage) {
        guard wish.columns.contains(.agent) || wish.columns.contains(.interface) else { return }
        batch.names = header.names.texts
        try read(header, .agent, wish, &batch.agent)
        try read(header, .interface, wish, &batch.interface)
        // A dictionary's entries are not held to the bounds that the column names.
        let count = UInt32(truncatingIfNeeded: batch.names.count)
        for (name, column) in [(BlockColumn.agent, batch.agent), (.interface, batch.interface)] where wish.columns.contains(name) {
            guard column.allSatisfy({ $0 < count }) else { throw .badNumber }
        }
    }
}

// MARK: - Addresses

extension BlockDecoder {
    private static let addressColumns: [(BlockColumn, AddressColumn)] = [
        (.source, .source), (.destination, .destination), (.outerSource, .outerSource), (.outerDestination, .outerDestination),
    ]

    private mutating func decodeAddresses(
        _ header: BlockHeader, _ wish: Wish, _ block: inout FlowBlock
    ) throws(BlockDamage) {
        if wish.asIDs, !header.hasLocalAddresses {
            if block.ids?.table !== wish.addresses { block.ids = AddressIDs(table: wish.addresses) }
            guard var ids = block.ids.take() else { return }
            let count = UInt32(truncatingIfNeeded: wish.addresses.addresses.count)
            for (name, column) in Self.addressColumns where wish.columns.contains(name) {
                try read(header, name, wish, &ids[column])
                let largest = ids[column].reduce(0, max)
                guard largest < count || ids[column].isEmpty else { throw .unknownAddress(largest) }
            }
            block.ids = ids
            return
        }
        let addresses = wish.addresses.addresses
        for (name, column) in Self.addressColumns where wish.columns.contains(name) {
            var numbers = ids
            try read(header, name, wish, &numbers)
            let found = try self.addresses(of: numbers, header, addresses)
            ids = numbers
            switch column {
            case .source: block.batch.sourceAddress = found
            case .destination: block.batch.destinationAddress = found
            case .outerSource: block.batch.outerSource = found
            case .outerDestination: block.batch.outerDestination = found
            }
        }
    }

    private func addresses(
        of ids: [UInt32], _ header: BlockHeader, _ addresses: [IPAddress]
    ) throws(BlockDamage) -> [IPAddress] {
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
}
