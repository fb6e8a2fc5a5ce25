import FlowModel

@testable import FlowStore

/// What must be in the folder, from the log of those that were killed.
struct KillTruth {
    private(set) var acknowledged: Set<UInt64> = []
    private(set) var begun: Set<UInt64> = []
    /// The newest moment of a removal that has begun, and of one that has ended.
    private var retainBegun = Int64.min
    private var retainEnded = Int64.min
    private var made: [UInt64: KillParts] = [:]
    /// What was going on when the process was killed: the appending thread and the other one.
    private(set) var appending = ""
    private(set) var keeping = ""
    /// What a thread said of its error.
    private(set) var failure: String?

    enum Presence { case there, gone, either }

    /// Takes in what the log has got since the last time; a line that was cut off was not told.
    mutating func read(_ lines: [String]) {
        (appending, keeping) = ("start", "")
        for line in lines {
            let words = line.split(separator: " ").map(String.init)
            switch words.first {
            case "open": appending = "open"
            case "opened": appending = "between"
            case "append":
                if let number = UInt64(words[1]) { begun.insert(number) }
                appending = "append"
            case "appended":
                if let number = UInt64(words[1]) { acknowledged.insert(number) }
                appending = "between"
            case "retain", "retained":
                let now = Int64(words[1]) ?? .min
                retainBegun = max(retainBegun, now)
                if words[0] == "retained" { retainEnded = max(retainEnded, now) }
                keeping = words[0] == "retain" ? "retain" : ""
            case "seal", "join": keeping = words[0]
            case "sealed", "joined": keeping = ""
            default: failure = line
            }
        }
        forget()
    }

    mutating func acknowledge(_ number: UInt64) { acknowledged.insert(number) }

    /// The first batch of the next process: one that was not acknowledged is sent again.
    var next: UInt64 { (acknowledged.max() ?? 0) + 1 }

    /// The batches of which anything may be there.
    var batches: [UInt64] { made.keys.sorted() }

    mutating func parts(_ number: UInt64) -> KillParts {
        if let known = made[number] { return known }
        let parts = KillParts(number)
        made[number] = parts
        return parts
    }

    /// A partition is removed when its last flows came in longer than the age ago. - Complexity: O(batches).
    func presence(_ slot: Int64) -> Presence {
        let age = KillScript.maximumAge.components.seconds * 1000
        func lastWrite(_ numbers: Set<UInt64>) -> Int64? {
            made.filter { numbers.contains($0.key) && $0.value.parts[slot] != nil }.keys.max().map { KillScript.now($0) }
        }
        if let last = lastWrite(acknowledged), retainBegun == .min || last >= retainBegun - age { return .there }
        // What was not acknowledged may be there, and may have kept the partition.
        guard let last = lastWrite(begun), retainEnded == .min || last >= retainEnded - age else { return .gone }
        return .either
    }

    /// Makes the parts of new batches, and lets go of batches of which nothing can be there any more.
    private mutating func forget() {
        for number in begun.union(acknowledged) where made[number] == nil { _ = parts(number) }
        var known: [Int64: Presence] = [:]
        let old = made.filter { _, parts in
            parts.parts.keys.allSatisfy { slot in
                let presence = known[slot] ?? self.presence(slot)
                known[slot] = presence
                return presence == .gone
            }
        }
        // The newest tells the next number.
        for number in old.keys where number != acknowledged.max() {
            made[number] = nil
            begun.remove(number)
            acknowledged.remove(number)
        }
    }
}
