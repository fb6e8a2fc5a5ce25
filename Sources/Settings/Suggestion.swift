/// «Did you mean»: the nearest of some words.
enum Suggestion {
    /// The word with the fewest single letters added, left out, changed or swapped, if they are few; nil when none is near.
    static func nearest(to text: String, in words: [String]) -> String? {
        let lower = Array(text.lowercased().unicodeScalars.prefix(64))
        guard !lower.isEmpty else { return nil }
        var best: (word: String, distance: Int)?
        for word in words {
            let distance = distance(lower, Array(word.unicodeScalars))
            if distance < best?.distance ?? .max { best = (word, distance) }
        }
        guard let best, best.distance <= max(1, best.word.count / 3) else { return nil }
        return best.word
    }

    /// The message for a name that is none of these.
    static func unknown(_ name: String, among names: [String]) -> String {
        if let nearest = nearest(to: name, in: names) {
            return "unknown key \(Fault.quoted(name)); did you mean \(nearest)?"
        }
        return "unknown key \(Fault.quoted(name)); expected one of \(names.joined(separator: ", "))"
    }

    /// Optimal string alignment distance.
    private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                row.append(cost)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
