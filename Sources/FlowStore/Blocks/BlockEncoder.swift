import Compression
import FlowModel

/// Some rows of a batch: those of `range`, or those that `list` names at the places of `range`.
struct RowChoice: Sendable {
    var list: [Int32]?
    var range: Range<Int>

    init(_ range: Range<Int>, of list: [Int32]? = nil) {
        self.list = list
        self.range = range
    }

    var count: Int { range.count }

    /// All rows of a batch of so many.
    func isWhole(of count: Int) -> Bool { list == nil && range == 0..<count }

    var rows: [Int] { list.map { list in range.map { Int(list[$0]) } } ?? Array(range) }
}

/// Turns rows of a batch into one block. Keeps its buffers: one encoder a writer.
struct BlockEncoder: ~Copyable {
    private var coder: ColumnEncoder
    private var values: [UInt64] = []
    private var ids: [UInt32] = []
    private var header = BlockHeader()

    init() throws(ZstdError) {
        coder = try ColumnEncoder(level: 1)
    }

    /// Codes the rows; addresses without an id get one in `dictionary` while it holds fewer than `addressLimit`, and a
    /// place in the block's own list after that.
    ///
    /// - Precondition: every column of `batch` has `batch.count` values.
    mutating func encode(
        _ batch: FlowBatch, rows: RowChoice, dictionary: inout AddressNumbers, addressLimit: Int
    ) throws(ZstdError) -> BlockHeader {
        header = BlockHeader()
        header.rows = rows.count
        if values.count != rows.count { values = [UInt64](repeating: 0, count: rows.count) }
        try encodeTimes(batch, rows)
        try encodeCounters(batch, rows)
        try encodeOctets(batch, rows)
        try encodeNumbers(batch, rows)
        try encodeNames(batch, rows)
        try encodeAddresses(batch, rows, &dictionary, addressLimit)
        header.sums = Self.sums(batch, rows)
        return header
    }

    private mutating func store(_ name: BlockColumn) throws(ZstdError) {
        header.columns[name] = BlockHeader.Entry(column: try coder.encode(values), isElsewhere: false)
    }

    @inline(__always)
    private mutating func put<T>(
        _ name: BlockColumn, _ column: [T], _ rows: RowChoice, _ value: (T) -> UInt64
    ) throws(ZstdError) {
        let first = rows.range.lowerBound
        if let list = rows.list {
            for row in values.indices { values[row] = value(column[Int(list[first &+ row])]) }
        } else {
            for row in values.indices { values[row] = value(column[first &+ row]) }
        }
        try store(name)
    }

    /// Two columns at once: `value(column, other)`.
    @inline(__always)
    private mutating func put<T>(
        _ name: BlockColumn, _ column: [T], against other: [T], _ rows: RowChoice, _ value: (T, T) -> UInt64
    ) throws(ZstdError) {
        let first = rows.range.lowerBound
        for row in values.indices {
            let index = rows.list.map { Int($0[first &+ row]) } ?? (first &+ row)
            values[row] = value(column[index], other[index])
        }
        try store(name)
    }

    private mutating func encodeTimes(_ batch: FlowBatch, _ rows: RowChoice) throws(ZstdError) {
        try put(.end, batch.flowEndMilliseconds, rows, TimeCoding.ordered)
        try put(.start, batch.flowEndMilliseconds, against: batch.flowStartMilliseconds, rows, TimeCoding.difference)
        try put(
            .flowStart, batch.flowStartMilliseconds, against: batch.initialStartMilliseconds, rows,
            TimeCoding.difference)
        header.end = bounds(batch.flowEndMilliseconds, rows)
        header.start = bounds(batch.flowStartMilliseconds, rows)
        header.flowStart = bounds(batch.initialStartMilliseconds, rows)
    }

    private func bounds(_ column: [Int64], _ rows: RowChoice) -> ClosedRange<Int64> {
        var lowest = Int64.max
        var highest = Int64.min
        for row in rows.range {
            let value = column[rows.list.map { Int($0[row]) } ?? row]
            lowest = min(lowest, value)
            highest = max(highest, value)
        }
        return lowest <= highest ? lowest...highest : 0...0
    }

    private mutating func encodeCounters(_ batch: FlowBatch, _ rows: RowChoice) throws(ZstdError) {
        try put(.packets, batch.packetDeltaCount, rows) { $0 }
        try put(.bytes, batch.octetDeltaCount, rows) { $0 }
        try put(.reversePackets, batch.reversePacketDeltaCount, rows) { $0 }
        try put(.reverseBytes, batch.reverseOctetDeltaCount, rows) { $0 }
        try put(.flowID, batch.flowId, rows) { $0 }
        // Of the columns from here on «absent» is the type's maximum: one more, it is 0 and costs no high planes.
        try put(.retransmits, batch.retransmits, rows) { UInt64($0 &+ 1) }
        try put(.reverseRetransmits, batch.reverseRetransmits, rows) { UInt64($0 &+ 1) }
        try put(.outOfOrder, batch.outOfOrder, rows) { UInt64($0 &+ 1) }
        try put(.reverseOutOfOrder, batch.reverseOutOfOrder, rows) { UInt64($0 &+ 1) }
        try put(.clientRoundTrip, batch.clientRoundTripMicroseconds, rows) { UInt64($0 &+ 1) }
        try put(.serverRoundTrip, batch.serverRoundTripMicroseconds, rows) { UInt64($0 &+ 1) }
    }

    private mutating func encodeOctets(_ batch: FlowBatch, _ rows: RowChoice) throws(ZstdError) {
        try put(.flags, batch.tcpControlBits, rows) { UInt64($0.rawValue) }
        try put(.reverseFlags, batch.reverseTCPControlBits, rows) { UInt64($0.rawValue) }
        try put(.firstFlags, batch.initialTCPFlags, rows) { UInt64($0.rawValue) }
        try put(.reverseFirstFlags, batch.reverseInitialTCPFlags, rows) { UInt64($0.rawValue) }
        try put(.endReason, batch.flowEndReason, rows) { UInt64($0.rawValue) }
        try put(.initiatorBasis, batch.initiatorBasis, rows) { UInt64($0.rawValue) }
        try put(.state, batch.connectionState, rows) { UInt64($0.rawValue) }
        try put(.encapsulation, batch.encapsulation, rows) { UInt64($0.rawValue) }
        try put(.tunnelDepth, batch.tunnelDepth, rows) { UInt64($0) }
        try put(.direction, batch.direction, rows) { UInt64($0.rawValue &+ 1) }
        try put(.icmpType, batch.icmpType, rows) { UInt64($0 &+ 1) }
        try put(.icmpCode, batch.icmpCode, rows) { UInt64($0 &+ 1) }
        try put(.dscp, batch.dscp, rows) { UInt64($0 &+ 1) }
        try put(.counted, batch.counted, rows) { $0 ? 1 : 0 }
        try put(.proto, batch.protocolIdentifier, rows) { UInt64($0) }
        header.protocols = [UInt8](repeating: 0, count: 32)
        for value in values { header.protocols[Int(value >> 3)] |= 1 << UInt8(truncatingIfNeeded: value & 7) }
    }

    private mutating func encodeNumbers(_ batch: FlowBatch, _ rows: RowChoice) throws(ZstdError) {
        try put(.part, batch.part, rows) { UInt64($0) }
        try put(.sourcePort, batch.sourceTransportPort, rows) { UInt64($0) }
        try put(.destinationPort, batch.destinationTransportPort, rows) { UInt64($0) }
        try put(.vni, batch.vni, rows) { UInt64($0 &+ 1) }
        try put(.vlan, batch.vlan, rows) { UInt64($0 &+ 1) }
        try put(.innerVLAN, batch.innerVLAN, rows) { UInt64($0 &+ 1) }
        try put(.sourceMAC, batch.sourceMAC, rows) { $0.value &+ 1 }
        try put(.destinationMAC, batch.destinationMAC, rows) { $0.value &+ 1 }
        try put(.sampling, batch.samplingInterval, rows) { UInt64($0) }
        try put(.witnesses, batch.witnesses, rows) { UInt64($0) }
    }

    private mutating func encodeNames(_ batch: FlowBatch, _ rows: RowChoice) throws(ZstdError) {
        var known: [String: UInt32] = [:]
        for (name, column, isAgent) in [
            (BlockColumn.agent, batch.agent, true), (.interface, batch.interface, false),
        ] {
            // Each name of the batch is looked up once; places past `names` read as the empty text.
            var mapped = [UInt32](repeating: .max, count: batch.names.count + 1)
            try put(name, column, rows) { [count = batch.names.count] in UInt64(min(Int($0), count)) }
            for row in values.indices {
                let index = Int(values[row])
                if mapped[index] == .max {
                    mapped[index] = header.names.add(
                        batch.name(UInt32(index)), isAgent: isAgent, among: &known)
                }
                values[row] = UInt64(mapped[index])
            }
            try store(name)
        }
    }

    private mutating func encodeAddresses(
        _ batch: FlowBatch, _ rows: RowChoice, _ dictionary: inout AddressNumbers, _ limit: Int
    ) throws(ZstdError) {
        var used: [UInt32] = []
        used.reserveCapacity(2 * rows.count)
        var local: [IPAddress: UInt32] = [:]
        for (name, column, isInSet) in [
            (BlockColumn.source, batch.sourceAddress, true), (.destination, batch.destinationAddress, true),
            (.outerSource, batch.outerSource, false), (.outerDestination, batch.outerDestination, false),
        ] {
            let addresses = rows.isWhole(of: batch.count) ? column : rows.rows.map { column[$0] }
            dictionary.number(addresses, limit: limit, into: &ids)
            for row in ids.indices {
                if ids[row] == .max { ids[row] = id(of: addresses[row], &local) }
                values[row] = UInt64(ids[row])
            }
            if isInSet { used += ids }
            try store(name)
        }
        // Ids of the block's own list are not in the set: who looks for an address asks the list itself.
        let set = Self.sortedUnique(used, below: UInt32(truncatingIfNeeded: dictionary.count))
        header.columns[.addressSet] = BlockHeader.Entry(column: try coder.encode(set: set), isElsewhere: false)
    }

    /// The place of an address in the block's own list, for one that found no room in the dictionary.
    private mutating func id(of address: IPAddress, _ local: inout [IPAddress: UInt32]) -> UInt32 {
        if let id = local[address] { return id }
        let id = BlockHeader.localBase + UInt32(truncatingIfNeeded: header.localAddresses.count)
        header.localAddresses.append(address)
        local[address] = id
        return id
    }

    /// A bitmap where the ids are many, else a sort: the bitmap is cleared and scanned whole.
    static func sortedUnique(_ ids: [UInt32], below limit: UInt32) -> [UInt32] {
        var result: [UInt32] = []
        guard ids.count > Int(limit) / 64 else {
            var last: UInt32?
            for id in ids.sorted() where id < limit && id != last {
                result.append(id)
                last = id
            }
            return result
        }
        var bitmap = [UInt64](repeating: 0, count: Int(limit) / 64 + 1)
        for id in ids where id < limit { bitmap[Int(id >> 6)] |= 1 << UInt64(id & 63) }
        for index in bitmap.indices {
            var word = bitmap[index]
            while word != 0 {
                result.append(UInt32(truncatingIfNeeded: index &* 64 &+ word.trailingZeroBitCount))
                word &= word &- 1
            }
        }
        return result
    }

    private static func sums(_ batch: FlowBatch, _ rows: RowChoice) -> BlockHeader.Sums {
        var sums = BlockHeader.Sums()
        for row in rows.range {
            let index = rows.list.map { Int($0[row]) } ?? row
            guard batch.counted[index] else { continue }
            sums.records &+= 1
            if batch.part[index] == 0 { sums.flows &+= 1 }
            sums.packets &+= batch.packetDeltaCount[index]
            sums.bytes &+= batch.octetDeltaCount[index]
            sums.reversePackets &+= batch.reversePacketDeltaCount[index]
            sums.reverseBytes &+= batch.reverseOctetDeltaCount[index]
        }
        return sums
    }
}

/// Times as the unsigned numbers that columns hold; every step wraps, so that no foreign clock can trap.
enum TimeCoding {
    /// Keeps the order of signed numbers.
    @inline(__always)
    static func ordered(_ time: Int64) -> UInt64 { UInt64(bitPattern: time) ^ (1 << 63) }
    @inline(__always)
    static func time(ordered: UInt64) -> Int64 { Int64(bitPattern: ordered ^ (1 << 63)) }

    /// `later − earlier`, small in either direction (zigzag).
    @inline(__always)
    static func difference(_ later: Int64, _ earlier: Int64) -> UInt64 {
        let difference = later &- earlier
        return UInt64(bitPattern: (difference &<< 1) ^ (difference &>> 63))
    }
    /// The earlier time again.
    @inline(__always)
    static func earlier(_ later: Int64, difference: UInt64) -> Int64 {
        later &- Int64(bitPattern: (difference &>> 1) ^ (0 &- (difference & 1)))
    }
}
