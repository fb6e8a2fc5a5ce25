import FlowModel
@testable import Metering
import TestSupport
import Testing

/// The hash table against a dictionary.
@Suite("Flow table")
struct FlowTableTests {
    private func key(_ number: Int) -> CanonicalKey {
        var reversed = false
        return CanonicalKey(
            .udp(0, from: Side("10.0.\(number >> 8 & 255).\(number & 255)", UInt16(truncatingIfNeeded: number >> 16)), to: Side("10.9.9.9", 53)),
            isReversed: &reversed)
    }

    @Test("random inserts, removals and finds agree with a dictionary", arguments: [UInt64(1), 2, 3], [60, 2000, 30_000])
    func model(seed: UInt64, keys: Int) {
        var random = SeededGenerator(seed: seed)
        let hasher = FlowHash(seed: (random.next(), random.next()))
        var table = FlowTable(capacity: 16)
        var heads = EntryPool<FlowHead>(capacity: keys)
        let addresses = SparePool<LongAddresses>(capacity: 1)
        var model: [Int: Int] = [:]
        var free: [Int] = []
        var disagreements = 0
        for _ in 0..<200_000 {
            let number = Int.random(in: 0..<keys, using: &random)
            let key = key(number)
            let hash = hasher(key)
            let found = table.find(hash, key, in: heads, addresses)
            if found != model[number] { disagreements += 1 }
            // More inserts than removals until the model is nearly full, then the other way round.
            let wantsMore = Int.random(in: 0..<100, using: &random) < (model.count < keys * 3 / 4 ? 70 : 30)
            if let index = found, !wantsMore {
                table.remove(hash, index: index)
                model[number] = nil
                free.append(index)
            } else if found == nil, wantsMore {
                let index: Int
                if let last = free.popLast() {
                    index = last
                } else {
                    index = heads.extend(with: .blank)
                }
                heads[index].setKey(key, longAddresses: nil)
                table.insert(hash, index: index)
                model[number] = index
            }
            if table.count != model.count { disagreements += 1 }
        }
        #expect(disagreements == 0)
        for number in 0..<keys {
            let key = key(number)
            if table.find(hasher(key), key, in: heads, addresses) != model[number] { disagreements += 1 }
        }
        #expect(disagreements == 0)
        #expect(model.count > keys / 3)
    }

    @Test("keys that share one hash are kept apart, also after removals from the middle")
    func collisions() {
        let hasher = FlowHash(seed: (1, 2))
        var table = FlowTable(capacity: 16)
        var heads = EntryPool<FlowHead>(capacity: 300)
        let addresses = SparePool<LongAddresses>(capacity: 1)
        // Real hashes are needed to move entries back: take keys whose place in a table of 1024 is in one small range.
        var numbers: [Int] = []
        var candidate = 0
        while numbers.count < 200 {
            if hasher(key(candidate)) & 1023 >= 1020 { numbers.append(candidate) }
            candidate += 1
        }
        for (index, number) in numbers.enumerated() {
            #expect(heads.extend(with: .blank) == index)
            heads[index].setKey(key(number), longAddresses: nil)
            table.insert(hasher(key(number)), index: index)
        }
        for index in stride(from: 0, to: 200, by: 3) {
            table.remove(hasher(key(numbers[index])), index: index)
        }
        for (index, number) in numbers.enumerated() {
            #expect(table.find(hasher(key(number)), key(number), in: heads, addresses) == (index % 3 == 0 ? nil : index))
        }
        #expect(table.count == 133)
    }

    @Test("the hash spreads neighbouring keys evenly, and another seed spreads them otherwise")
    func spread() {
        for seed in [(UInt64(0), UInt64(0)), (1, 2), (0x1234_5678, 0x9ABC_DEF0)] {
            let hasher = FlowHash(seed: seed)
            var slots = [Int](repeating: 0, count: 256)
            for number in 0..<65_536 { slots[Int(hasher(key(number)) & 255)] += 1 }
            // 256 on average; a fair spread stays within six standard deviations (16 each).
            #expect((slots.max() ?? 0) < 256 + 96)
            #expect((slots.min() ?? 0) > 256 - 96)
        }
        let same = (0..<10_000).filter { FlowHash(seed: (1, 2))(key($0)) & 1023 == FlowHash(seed: (3, 4))(key($0)) & 1023 }.count
        #expect(same < 60)
    }

    @Test("both directions have one key; tenant, protocol, family, ports and one-way marks part keys")
    func keys() {
        let (a, b) = (Side("10.0.0.1", 5), Side("10.0.0.2", 4))
        var turned = false
        var straight = false
        let packet = PacketObservation.udp(0, from: a, to: b)
        #expect(CanonicalKey(packet, isReversed: &straight) == CanonicalKey(.udp(0, from: b, to: a), isReversed: &turned))
        #expect(straight != turned)
        // Equal addresses are told apart by their ports.
        let (one, two) = (Side("10.0.0.1", 5), Side("10.0.0.1", 9))
        #expect(CanonicalKey(.udp(0, from: one, to: two), isReversed: &straight) == CanonicalKey(.udp(0, from: two, to: one), isReversed: &turned))
        #expect(straight != turned)
        var others = [packet, packet, packet, packet, packet, packet, packet]
        others[1].key.protocolIdentifier = 6
        others[2].key.tenant = Tenant(.vlan, 0)
        others[3].key.tenant = Tenant(.virtualNetwork, 0)
        others[4].isOneWay = true
        others[5].key.sourceTransportPort = 4
        others[6].key.sourceAddress = IPAddress(high: 0, low: 0x0A00_0001)
        var ignored = false
        let keys = others.map { CanonicalKey($0, isReversed: &ignored) }
        for first in keys.indices { for second in keys.indices where first != second { #expect(!(keys[first] == keys[second])) } }
        #expect(keys[6].lowAddress.isIPv6 || keys[6].highAddress.isIPv6)
    }

    @Test("IPv6 keys are compared in full, over all 128 bits of either address")
    func longKeys() {
        let hasher = FlowHash(seed: (1, 2))
        var table = FlowTable(capacity: 16)
        var heads = EntryPool<FlowHead>(capacity: 300)
        var addresses = SparePool<LongAddresses>(capacity: 300)
        var keys: [CanonicalKey] = []
        for bit in 0..<256 {
            var ends = [UInt64](repeating: 0x2001_0DB8_0000_0000, count: 4)
            ends[bit / 64] ^= 1 << UInt64(bit % 64)
            var packet = PacketObservation.udp(0, from: Side("10.0.0.1", 1), to: Side("10.0.0.2", 2))
            packet.key.sourceAddress = IPAddress(high: ends[0], low: ends[1])
            packet.key.destinationAddress = IPAddress(high: ends[2], low: ends[3])
            var isReversed = false
            keys.append(CanonicalKey(packet, isReversed: &isReversed))
        }
        for (index, key) in keys.enumerated() {
            #expect(table.find(0, key, in: heads, addresses) == nil)
            let place = addresses.take(
                LongAddresses(lowHigh: key.lowHigh, lowLow: key.lowLow, highHigh: key.highHigh, highLow: key.highLow))
            #expect(heads.extend(with: .blank) == index)
            heads[index].setKey(key, longAddresses: place)
            // One hash for all: the keys alone tell them apart.
            table.insert(0, index: index)
            #expect(heads[index].key(addresses) == key)
        }
        for (index, key) in keys.enumerated() { #expect(table.find(0, key, in: heads, addresses) == index) }
        #expect(Set(keys.map { hasher($0) }).count == 256)
    }

    @Test("no address blinds the hash: there is no word that makes a product 0 for every seed",
        arguments: [UInt64(0), 1, 0x1234_5678_9ABC_DEF0],
        [0x9E37_79B9_7F4A_7C15, 0xC2B2_AE3D_27D4_EB4F, 0xD6E8_FEB8_6659_FD93, 0xA076_1D64_78BD_642F, 0xE703_7ED1_A0B4_28DB] as [UInt64])
    func chosenAddresses(seed: UInt64, word: UInt64) {
        let hasher = FlowHash(seed: (seed, seed &* 3))
        for place in 0..<4 {
            let hashes = Set(
                (0..<10_000).map { number in
                    // Low and high words of the lower and of the higher address: one of them chosen, its neighbour varied.
                    var words: [UInt64] = [1, 2, .max, 4]
                    words[place] = word
                    words[place ^ 1] = UInt64(number)
                    var packet = PacketObservation.udp(0, from: Side("10.0.0.1", 1), to: Side("10.0.0.2", 2))
                    packet.key.sourceAddress = IPAddress(high: words[0], low: words[1])
                    packet.key.destinationAddress = IPAddress(high: words[2], low: words[3])
                    var isReversed = false
                    return hasher(CanonicalKey(packet, isReversed: &isReversed))
                })
            #expect(hashes.count > 9990, "word \(place)")
        }
    }
}
