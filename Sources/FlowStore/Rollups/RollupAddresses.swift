import FlowModel

/// The addresses of a file of rollups, each with its id: in the file's dictionary while that has room, else in a list of
/// this step's own, from `BlockHeader.localBase` on.
struct RollupAddresses {
    private(set) var dictionary = AddressNumbers()
    private let limit: Int
    private(set) var local: [IPAddress] = []
    private var localIDs: [IPAddress: UInt32] = [:]

    /// - Parameter known: the dictionary as the file holds it, by id.
    init(_ known: [IPAddress], limit: Int) {
        self.limit = limit
        for address in known.dropFirst() { _ = dictionary.number(adding: address) }
    }

    mutating func id(of address: IPAddress) -> UInt32 {
        if let id = dictionary.number(of: address) { return id }
        if dictionary.count < limit { return dictionary.number(adding: address) }
        if let id = localIDs[address] { return id }
        let id = BlockHeader.localBase + UInt32(truncatingIfNeeded: local.count)
        local.append(address)
        localIDs[address] = id
        return id
    }

    /// The address that an id of this step stands for, where it has no place in the dictionary.
    func local(_ id: UInt32) -> IPAddress? {
        guard id >= BlockHeader.localBase else { return nil }
        let place = Int(id &- BlockHeader.localBase)
        return place < local.count ? local[place] : nil
    }

    /// Between two steps: ids of the list mean something else then.
    mutating func endStep() {
        local = []
        localIDs = [:]
    }
}

/// The ids of one partition as ids of a file of rollups, found out as they come.
struct AddressMapping {
    private var known: [UInt32] = []

    /// - Parameters:
    ///   - addresses: the partition's dictionary, by id.
    ///   - local: the block's own list.
    @inline(__always)
    mutating func id(
        _ id: UInt32, _ addresses: [IPAddress], _ local: [IPAddress], _ target: inout RollupAddresses
    ) throws(BlockDamage) -> UInt64 {
        if Int(id) < known.count, known[Int(id)] != .max { return UInt64(known[Int(id)]) }
        return UInt64(try find(id, addresses, local, &target))
    }

    private mutating func find(
        _ id: UInt32, _ addresses: [IPAddress], _ local: [IPAddress], _ target: inout RollupAddresses
    ) throws(BlockDamage) -> UInt32 {
        guard Int(id) < addresses.count else {
            let place = Int(id &- BlockHeader.localBase)
            guard id >= BlockHeader.localBase, place < local.count else { throw .unknownAddress(id) }
            return target.id(of: local[place])
        }
        if known.count < addresses.count {
            known.append(contentsOf: repeatElement(.max, count: addresses.count - known.count))
        }
        let found = target.id(of: addresses[Int(id)])
        // One without a place in the dictionary is good for this step only.
        if found < BlockHeader.localBase { known[Int(id)] = found }
        return found
    }
}
