import FlowModel

/// Tells quickly whether addresses lie in a set of networks.
struct AddressMatcher: Sendable {
    private enum Form: Sendable {
        case one(Mask)
        case few([Mask])
        case many(AddressIndex)
    }
    private let form: Form

    /// A network as the bits that count and their values.
    private struct Mask: Sendable {
        var highMask: UInt64
        var lowMask: UInt64
        var high: UInt64
        var low: UInt64
        var isIPv6: Bool

        init(_ prefix: IPPrefix) {
            isIPv6 = prefix.address.isIPv6
            high = prefix.address.high
            low = prefix.address.low
            let length = prefix.length
            if isIPv6 {
                highMask = length == 0 ? 0 : length >= 64 ? .max : .max << UInt64(64 - length)
                lowMask = length <= 64 ? 0 : .max << UInt64(128 - length)
            } else {
                highMask = 0
                lowMask = length == 0 ? 0 : UInt64(UInt32.max << UInt32(32 - length))
            }
        }

        @inline(__always)
        func matches(_ address: IPAddress) -> Bool {
            address.isIPv6 == isIPv6 && (address.low & lowMask ^ low) | (address.high & highMask ^ high) == 0
        }
    }

    init(_ set: AddressSet) {
        let masks = set.prefixes.map(Mask.init)
        if masks.count == 1, let only = masks.first {
            form = .one(only)
        } else {
            form = masks.count <= 6 ? .few(masks) : .many(AddressIndex(set))
        }
    }

    /// The rows whose address in the column matches.
    func keep(_ selection: RowSelection, _ column: [IPAddress]) -> RowSelection {
        switch form {
        case .one(let mask): selection.keeping { mask.matches(column[$0]) }
        case .few(let masks): selection.keeping { row in masks.contains { $0.matches(column[row]) } }
        case .many(let index): selection.keeping { index.contains(column[$0]) }
        }
    }

    /// The rows whose address in one of the columns matches.
    func keepEither(_ selection: RowSelection, _ first: [IPAddress], _ second: [IPAddress]) -> RowSelection {
        switch form {
        case .one(let mask): selection.keeping { mask.matches(first[$0]) || mask.matches(second[$0]) }
        case .few(let masks):
            selection.keeping { row in masks.contains { $0.matches(first[row]) || $0.matches(second[row]) } }
        case .many(let index): selection.keeping { index.contains(first[$0]) || index.contains(second[$0]) }
        }
    }
}

extension AddressMatcher {
    func matches(_ address: IPAddress) -> Bool {
        switch form {
        case .one(let mask): mask.matches(address)
        case .few(let masks): masks.contains { $0.matches(address) }
        case .many(let index): index.contains(address)
        }
    }

    /// For each address of a column whether it matches.
    func matches(_ column: [IPAddress]) -> [Bool] {
        switch form {
        case .one(let mask): column.map { mask.matches($0) }
        case .few(let masks): column.map { address in masks.contains { $0.matches(address) } }
        case .many(let index): column.map { index.contains($0) }
        }
    }
}

/// Many networks: sorted ranges, those of IPv4 found through the upper 16 bits of the address.
private struct AddressIndex: Sendable {
    private var lowest: [UInt32] = []
    private var highest: [UInt32] = []
    /// For each value of the upper 16 bits the first range that ends there or later.
    private var firstRange: [Int32] = []
    private var lowest6: [UInt128] = []
    private var highest6: [UInt128] = []

    init(_ set: AddressSet) {
        for prefix in set.prefixes {
            if prefix.address.isIPv6 {
                let base = Self.wide(prefix.address)
                lowest6.append(base)
                highest6.append(prefix.length == 128 ? base : base | (UInt128.max >> UInt128(prefix.length)))
            } else {
                let base = UInt32(truncatingIfNeeded: prefix.address.low)
                lowest.append(base)
                highest.append(prefix.length == 32 ? base : base | (UInt32.max >> UInt32(prefix.length)))
            }
        }
        guard !lowest.isEmpty else { return }
        firstRange.reserveCapacity(65536)
        var range = 0
        for upper in UInt32(0)..<65536 {
            while range < highest.count, highest[range] >> 16 < upper { range += 1 }
            firstRange.append(Int32(truncatingIfNeeded: range))
        }
    }

    @inline(__always)
    func contains(_ address: IPAddress) -> Bool {
        if address.isIPv6 { return contains6(Self.wide(address)) }
        guard !firstRange.isEmpty else { return false }
        let value = UInt32(truncatingIfNeeded: address.low)
        var low = Int(firstRange[Int(value >> 16)])
        var high = value >> 16 == 0xFFFF ? lowest.count : min(Int(firstRange[Int(value >> 16) + 1]) + 1, lowest.count)
        while low < high {
            let middle = (low + high) / 2
            if highest[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low < lowest.count && lowest[low] <= value && value <= highest[low]
    }

    private func contains6(_ value: UInt128) -> Bool {
        var low = 0
        var high = lowest6.count
        while low < high {
            let middle = (low + high) / 2
            if highest6[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low < lowest6.count && lowest6[low] <= value
    }

    @inline(__always)
    private static func wide(_ address: IPAddress) -> UInt128 {
        UInt128(address.high) << 64 | UInt128(address.low)
    }
}
