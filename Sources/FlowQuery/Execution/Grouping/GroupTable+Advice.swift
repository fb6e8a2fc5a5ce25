import FlowModel

extension GroupTable {
    /// What would fit, for who asked for too much: without which of the fields how many groups there are so far.
    var advice: String {
        // To count once more is to need memory once more.
        guard by.count > 1, (1...Self.adviceLimit).contains(count) else { return "" }
        let options = by.indices.map { (field: by[$0], groups: groups(without: $0)) }
        guard let best = options.min(by: { $0.groups < $1.groups }) else { return "" }
        return "without '\(best.field.rawValue)' there would be \(best.groups) groups so far"
    }

    private static let adviceLimit = 1_000_000

    /// How many groups there are when one part of the key is left out.
    private func groups(without place: Int) -> Int {
        let kept = layout.parts.enumerated().filter { $0.offset != place }.map(\.element)
        var left = KeyIndex(width: layout.width)
        var number: [UInt32] = [0]
        for group in 0..<count {
            var key = [UInt64](repeating: 0, count: layout.width)
            for part in kept { key[part.word] |= part.code(index, group) << part.shift }
            _ = left.number(key, rows: 1, into: &number, limit: .max)
        }
        return left.count
    }
}
