/// The six sums of some rows, each as a column.
struct RollupSums: Sendable {
    var records: [UInt64] = []
    var flows: [UInt64] = []
    var packets: [UInt64] = []
    var bytes: [UInt64] = []
    var reversePackets: [UInt64] = []
    var reverseBytes: [UInt64] = []
}

/// The two words of a row's key: `dst` and `src` as ids of 32 bits, then bucket (16 bits, counted from some first one),
/// number of the tenant (24), protocol (8) and port (16).
enum RollupKey {
    // Not stored: a stored constant is looked up, and these are used for each row.
    static var bucketShift: UInt64 { 48 }
    static var tenantShift: UInt64 { 24 }
    static var protocolShift: UInt64 { 16 }
    /// Buckets and tenants that a key can tell apart.
    static var bucketLimit: Int64 { 1 << 16 }
    static var tenantLimit: UInt64 { 1 << 24 }

    /// One hash of both words; the upper half numbers groups, all of it divides them over passes.
    @inline(__always)
    static func hash(_ first: UInt64, _ second: UInt64, _ seed: UInt64) -> UInt64 {
        let a = (first ^ seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        let b = (a.high ^ a.low ^ second ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: seed ^ 0xD6E8_FEB8_6659_FD93)
        return b.high ^ b.low
    }
}

/// Sums rows with equal keys up. A row or group is eight words: two of the key, then records, flows, packets, bytes, reverse
/// packets, reverse bytes. Sums past 64 bits stay at the largest number, as those of a query do; such sums of sums are the
/// same in any order.
protocol RollupGrouping: Sendable {
    /// Adds rows. - Parameter first: empty where all are 0.
    mutating func add(first: [UInt64], second: [UInt64], _ sums: RollupSums)

    /// Hands out the groups, so many at a time, equal values close together: those with addresses by `dst` and `src`, others
    /// by bucket, tenant, protocol and port.
    func forEachBlock(of rows: Int, _ body: ([UInt64]) throws -> Void) throws
}

enum RollupGroup {
    static var stride: Int { 8 }

    @inline(__always)
    static func add(_ amount: UInt64, to sum: inout UInt64) {
        let (total, overflow) = sum.addingReportingOverflow(amount)
        sum = overflow ? .max : total
    }

    /// - Parameter expected: rows that will be added, about.
    static func grouping(_ kind: RollupKind, expected: Int) -> any RollupGrouping {
        kind.hasAddresses ? RollupSorter(expected: expected) : RollupTable()
    }
}
