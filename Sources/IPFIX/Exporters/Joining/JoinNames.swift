/// Names of exporters and interfaces while rows wait that have them. A name keeps its number for as long as a row has it.
struct JoinNames: Sendable {
    /// Names that no row has are kept, since the next batch will have them too: so many of them, and so many bytes.
    private static let idleLimit = 4096
    private static let idleByteLimit = 1 << 20

    private(set) var texts: [String] = [""]
    private var uses: [UInt32] = [0]
    private var indices: [String: UInt32] = ["": 0]
    private var free: [UInt32] = []
    private var idle = 0
    private var idleBytes = 0
    /// Of the names that rows have.
    private(set) var bytes = 0

    /// The number of a name, which may be new; 0 for the empty one.
    mutating func index(of name: String) -> UInt32 {
        if let index = indices[name] { return index }
        let index = free.popLast() ?? UInt32(truncatingIfNeeded: texts.count)
        if Int(index) == texts.count {
            texts.append(name)
            uses.append(0)
        } else {
            texts[Int(index)] = name
        }
        indices[name] = index
        idle += 1
        idleBytes += Self.cost(name)
        return index
    }

    /// A waiting row has the name.
    mutating func retain(_ index: UInt32) {
        guard index != 0 else { return }
        uses[Int(index)] += 1
        guard uses[Int(index)] == 1 else { return }
        let cost = Self.cost(texts[Int(index)])
        idle -= 1
        idleBytes -= cost
        bytes += cost
    }

    /// A waiting row that had the name has gone.
    mutating func release(_ index: UInt32) {
        guard index != 0 else { return }
        uses[Int(index)] -= 1
        guard uses[Int(index)] == 0 else { return }
        let cost = Self.cost(texts[Int(index)])
        idle += 1
        idleBytes += cost
        bytes -= cost
    }

    /// Forgets names that no row has when there are too many. Only while nobody holds their numbers.
    mutating func sweep() {
        guard idle > Self.idleLimit || idleBytes > Self.idleByteLimit else { return }
        for index in texts.indices.dropFirst() where uses[index] == 0 && !texts[index].isEmpty {
            indices[texts[index]] = nil
            texts[index] = ""
            free.append(UInt32(truncatingIfNeeded: index))
        }
        (idle, idleBytes) = (0, 0)
    }

    /// The text, and its place in two tables.
    private static func cost(_ name: String) -> Int { name.utf8.count + 64 }
}
