/// The texts of agents and interfaces in one block, and which of the two columns uses each.
struct BlockNames: Sendable, Equatable {
    private(set) var texts: [String] = [""]
    private(set) var isAgent = [false]
    private(set) var isInterface = [false]

    /// The number of `text` in the block, which gets one if it is new.
    mutating func add(_ text: String, isAgent agent: Bool, among known: inout [String: UInt32]) -> UInt32 {
        let index: UInt32
        if text.isEmpty {
            index = 0
        } else if let found = known[text] {
            index = found
        } else {
            index = UInt32(texts.count)
            known[text] = index
            texts.append(text)
            isAgent.append(false)
            isInterface.append(false)
        }
        if agent { isAgent[Int(index)] = true } else { isInterface[Int(index)] = true }
        return index
    }

    var agents: Set<String> { Set(texts.indices.lazy.filter { isAgent[$0] }.map { texts[$0] }) }
    var interfaces: Set<String> { Set(texts.indices.lazy.filter { isInterface[$0] }.map { texts[$0] }) }

    /// The count, then of each text one octet (bit 0 agent, bit 1 interface) and its UTF-8.
    var encoded: [UInt8] {
        var writer = OctetWriter()
        writer.append(varint: UInt64(texts.count))
        for index in texts.indices {
            writer.append((isAgent[index] ? 1 : 0) | (isInterface[index] ? 2 : 0))
            writer.append(counted: Array(texts[index].utf8))
        }
        return writer.octets
    }

    init() {}

    init(decoding octets: [UInt8]) throws(BlockDamage) {
        var reader = OctetReader(octets)
        let count = try reader.count(limit: octets.count)
        guard count > 0 else { throw .badNumber }
        texts = []
        isAgent = []
        isInterface = []
        for _ in 0..<count {
            let use = try reader.octet()
            guard let text = String(validating: try reader.counted(), as: UTF8.self) else { throw .badText }
            texts.append(text)
            isAgent.append(use & 1 != 0)
            isInterface.append(use & 2 != 0)
        }
        guard texts[0].isEmpty, reader.isAtEnd else { throw .badText }
    }
}
