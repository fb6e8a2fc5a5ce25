/// The templates of one exporter, by observation domain and number; where the same number is defined with other fields from
/// another source port, by that too.
///
/// RFC 7011 has templates belong to a transport session, port included. But exporters change ports when they start again or
/// send from several, and some send templates from one port and data from another; so any port's data is read by what is
/// known of the number, unless two ports disagree.
struct TemplateCache: Sendable {
    /// One definition.
    struct Entry: Sendable {
        var key: UInt32 = 0
        var fields: [FieldSpecifier] = []
        var scopeCount: Int?
        /// The source ports that sent it, the latest last.
        var ports: [UInt16] = []
        var definedMilliseconds: Int64 = 0
        /// It came over a connection and lasts as long as that does.
        var isOfStream = false
        /// The slot of another definition of the same number; −1 for none.
        var next: Int = -1
        var plan: ExportPlan?
        /// What it takes, in the units of `Exporter`, with the plan that it may come to.
        var cost: Int { fields.count * 4 + 32 }
    }

    enum Definition: Hashable {
        case new
        case refreshed
        case redefined
    }

    /// Ports that are remembered of a definition, and definitions of a number: the oldest gives way.
    private static let portLimit = 16
    private static let definitionLimit = 8

    private(set) var entries: [Entry] = []
    private var free: [Int] = []
    private var heads: [UInt32: Int] = [:]
    private var recency = RecencyList()
    private(set) var count = 0
    /// The sum of the costs.
    private(set) var cost = 0
    /// Definitions that were new or other than before.
    private(set) var changes: UInt64 = 0

    static func key(domain: Int, id: UInt16) -> UInt32 { UInt32(truncatingIfNeeded: domain) << 16 | UInt32(id) }

    func hasDefinition(of key: UInt32) -> Bool { heads[key] != nil }

    /// The slot of the definition that data from a port is read by; nil when there is none.
    mutating func slot(_ key: UInt32, port: UInt16) -> Int? {
        guard let head = heads[key] else { return nil }
        var slot = head
        if entries[head].next >= 0 {
            slot = self.slot(of: key) { $0.ports.contains(port) } ?? head
        }
        recency.touch(slot)
        return slot
    }

    /// The plan of a slot, made when it is first asked for: who defines templates and never uses them costs little.
    mutating func plan(at slot: Int, hasUptimeBase: Bool, own: UInt32) -> ExportPlan {
        if let plan = entries[slot].plan { return plan }
        let plan = ExportPlan(
            fields: entries[slot].fields, scopeCount: entries[slot].scopeCount, hasUptimeBase: hasUptimeBase, own: own)
        entries[slot].plan = plan
        return plan
    }

    mutating func define(
        _ key: UInt32, _ fields: [FieldSpecifier], scopeCount: Int?, port: UInt16, at milliseconds: Int64,
        isOfStream: Bool = false
    ) -> Definition {
        if let slot = slot(of: key, where: { $0.scopeCount == scopeCount && $0.fields == fields }) {
            addPort(port, to: slot)
            entries[slot].definedMilliseconds = milliseconds
            entries[slot].isOfStream = isOfStream
            recency.touch(slot)
            return .refreshed
        }
        var result = Definition.new
        // What the same port said of the number before is no more.
        if let slot = slot(of: key, where: { $0.ports.contains(port) }) {
            result = .redefined
            entries[slot].ports.removeAll { $0 == port }
            if entries[slot].ports.isEmpty { remove(slot) }
        }
        insert(
            Entry(
                key: key, fields: fields, scopeCount: scopeCount, ports: [port], definedMilliseconds: milliseconds,
                isOfStream: isOfStream))
        return result
    }

    private mutating func addPort(_ port: UInt16, to slot: Int) {
        if entries[slot].ports.last == port { return }
        // A port says one thing of a number.
        var other = heads[entries[slot].key] ?? -1
        while other >= 0 {
            let next = entries[other].next
            entries[other].ports.removeAll { $0 == port }
            if other != slot, entries[other].ports.isEmpty { remove(other) }
            other = next
        }
        if entries[slot].ports.count == Self.portLimit { entries[slot].ports.removeFirst() }
        entries[slot].ports.append(port)
    }

    private mutating func insert(_ entry: Entry) {
        var entry = entry
        let head = heads[entry.key] ?? -1
        entry.next = head
        let slot = free.popLast() ?? entries.count
        if slot == entries.count { entries.append(entry) } else { entries[slot] = entry }
        heads[entry.key] = slot
        recency.touch(slot)
        count += 1
        changes &+= 1
        cost += entry.cost
        // A number that every port defines in a way of its own.
        var length = 0
        var last = slot
        var place = slot
        while place >= 0 {
            length += 1
            last = place
            place = entries[place].next
        }
        if length > Self.definitionLimit { remove(last) }
    }

    private func slot(of key: UInt32, where matches: (Entry) -> Bool) -> Int? {
        var slot = heads[key] ?? -1
        while slot >= 0 {
            if matches(entries[slot]) { return slot }
            slot = entries[slot].next
        }
        return nil
    }

    private mutating func remove(_ slot: Int) {
        let key = entries[slot].key
        if heads[key] == slot {
            let next = entries[slot].next
            heads[key] = next >= 0 ? next : nil
        } else {
            var before = heads[key] ?? -1
            while before >= 0, entries[before].next != slot { before = entries[before].next }
            if before >= 0 { entries[before].next = entries[slot].next }
        }
        count -= 1
        cost -= entries[slot].cost
        entries[slot] = Entry()
        recency.remove(slot)
        free.append(slot)
    }

    /// Takes back a definition.
    ///
    /// - Returns: false when there was none.
    mutating func withdraw(_ key: UInt32, port: UInt16) -> Bool {
        guard let slot = slot(of: key, where: { $0.ports.contains(port) }) ?? heads[key] else { return false }
        remove(slot)
        return true
    }

    /// Takes back every definition that `isGone` says is gone.
    ///
    /// - Returns: how many there were.
    /// - Complexity: O(definitions).
    mutating func removeAll(where isGone: (Entry) -> Bool) -> Int {
        var removed = 0
        for slot in entries.indices where recency.contains(slot) && isGone(entries[slot]) {
            remove(slot)
            removed += 1
        }
        return removed
    }

    /// Takes back what one connection alone has defined.
    ///
    /// - Complexity: O(definitions).
    mutating func close(port: UInt16) -> Int {
        for slot in entries.indices where entries[slot].isOfStream { entries[slot].ports.removeAll { $0 == port } }
        return removeAll { $0.isOfStream && $0.ports.isEmpty }
    }

    /// Takes back what has not been used for longest; false when there is nothing.
    mutating func removeOldest() -> Bool {
        guard let oldest = recency.oldest else { return false }
        remove(oldest)
        return true
    }

    /// Every definition, the least recently used first.
    func forEach(_ body: (Entry) -> Void) {
        var slot = recency.oldest
        while let place = slot {
            body(entries[place])
            slot = recency.slot(after: place)
        }
    }
}
