import FlowModel

/// Reads the columns of a block by name, all of which it must have.
struct RollupColumns: ~Copyable {
    private var coder: ColumnDecoder

    init() throws {
        coder = try ColumnDecoder()
    }

    mutating func octets(_ header: BlockHeader, _ name: BlockColumn) throws(BlockDamage) -> [UInt8] {
        var values: [UInt8] = []
        try coder.octets(try BlockDecoder.column(header, name), rows: header.rows, into: &values)
        return values
    }
    mutating func words16(_ header: BlockHeader, _ name: BlockColumn, bias: UInt16 = 0) throws(BlockDamage) -> [UInt16] {
        var values: [UInt16] = []
        try coder.words16(try BlockDecoder.column(header, name), rows: header.rows, bias: bias, into: &values)
        return values
    }
    mutating func words32(_ header: BlockHeader, _ name: BlockColumn, bias: UInt32 = 0) throws(BlockDamage) -> [UInt32] {
        var values: [UInt32] = []
        try coder.words32(try BlockDecoder.column(header, name), rows: header.rows, bias: bias, into: &values)
        return values
    }
    mutating func words64(_ header: BlockHeader, _ name: BlockColumn) throws(BlockDamage) -> [UInt64] {
        var values: [UInt64] = []
        try coder.words64(try BlockDecoder.column(header, name), rows: header.rows, into: &values)
        return values
    }
    mutating func ends(_ header: BlockHeader) throws(BlockDamage) -> [Int64] {
        try words64(header, .end).map { TimeCoding.time(ordered: $0) }
    }
}
