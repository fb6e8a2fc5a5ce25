/// The templates of one exporter, by observation domain and number; where the same number is defined with other fields from
/// another source port, by that too.
///
/// RFC 7011 has templates belong to a transport session, port included. But exporters of datagrams change ports when they start
/// again or send from several, and some (VPP) send templates from one port and data from another; so any port's datagrams are
/// read by what datagrams have said of the number, unless two ports disagree. A connection's data is read by what that
/// connection has said, and by nothing else: it says so before, and it is told apart from every other for certain.
struct TemplateCache: Sendable {
    /// One definition.
    struct Entry: Sendable {
        var key: UInt32 = 0
        var fields: [FieldSpecifier] = []
        var scopeCount: Int?
        /// The source ports that sent it, the latest last.
        var ports: [UInt16] = []
        var definedMilliseconds: Int64 = 0
        /// It came over connections and lasts as long as one of them does, or until that withdraws it; what datagrams say is
        /// another entry, be it the same.
        var isOfStream = false
        /// The slot of another definition of the same number; −1 for none.
        var next: Int = -1
        var plan: ExportPlan?
        /// What it takes, in the units of `Exporter`, with the plan that it may come to.
        var cost: Int { fields.count * 4 + 32 }

        func isDefined(by session: TransportSession) -> Bool {
            isOfStream == (session.transport == .stream) && ports.contains(session.port)
        }
    }

    enum Definition: Hashable {
        case new
        case refreshed
        case redefined
    }

    /// Ports that are remembered of a definition of datagrams, and definitions of a number: the oldest gives way.
    private static let portLimit = 16
    private static let definitionLimit = 8
    /// The same of connections, of which one address has 64 at a time, and as many that have ended and are not closed yet.
    private static let connectionLimit = 128

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

    func hasDefinition(of key: UInt32, for session: TransportSession) -> Bool { place(key, for: session) != nil }

    /// The slot of the definition that a session's data is read by; nil when there is none.
    mutating func slot(_ key: UInt32, for session: TransportSession) -> Int? {
        guard let slot = place(key, for: session) else { return nil }
        recency.touch(slot)
        return slot
    }

    /// Of several that datagrams have sent, none from this port, the newest.
    private func place(_ key: UInt32, for session: TransportSession) -> Int? {
        if session.transport == .stream { return slot(of: key) { $0.isDefined(by: session) } }
        guard let head = heads[key] else { return nil }
        // Mostly there is one.
        if entries[head].next < 0 { return entries[head].isOfStream ? nil : head }
        return slot(of: key) { $0.isDefined(by: session) } ?? slot(of: key) { !$0.isOfStream }
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
        _ key: UInt32, _ fields: [FieldSpecifier], scopeCount: Int?, session: TransportSession,
        at milliseconds: Int64
    ) -> Definition {
        let isOfStream = session.transport == .stream
        let same = slot(of: key) { $0.isOfStream == isOfStream && $0.scopeCount == scopeCount && $0.fields == fields }
        if let slot = same {
            add(session, to: slot)
            entries[slot].definedMilliseconds = milliseconds
            recency.touch(slot)
            return .refreshed
        }
        var result = Definition.new
        // What the same port said of the number before is no more.
        if let slot = slot(of: key, where: { $0.isDefined(by: session) }) {
            result = .redefined
            take(session, from: slot)
        }
        insert(
            Entry(
                key: key, fields: fields, scopeCount: scopeCount, ports: [session.port], definedMilliseconds: milliseconds,
                isOfStream: isOfStream))
        return result
    }

    private mutating func add(_ session: TransportSession, to slot: Int) {
        if entries[slot].ports.last == session.port { return }
        // A port says one thing of a number.
        if let other = self.slot(of: entries[slot].key, where: { $0.isDefined(by: session) }) {
            if other == slot { entries[slot].ports.removeAll { $0 == session.port } } else { take(session, from: other) }
        }
        let limit = entries[slot].isOfStream ? Self.connectionLimit : Self.portLimit
        if entries[slot].ports.count >= limit { entries[slot].ports.removeFirst() }
        entries[slot].ports.append(session.port)
    }

    /// A session takes back what it has said; the definition stays while another has said it too.
    private mutating func take(_ session: TransportSession, from slot: Int) {
        entries[slot].ports.removeAll { $0 == session.port }
        if entries[slot].ports.isEmpty { remove(slot) }
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
            if entries[place].isOfStream == entry.isOfStream { (length, last) = (length + 1, place) }
            place = entries[place].next
        }
        if length > (entry.isOfStream ? Self.connectionLimit : Self.definitionLimit) { remove(last) }
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

    /// A connection takes back what it has said of a number.
    ///
    /// - Returns: false when it has said nothing.
    mutating func withdraw(_ key: UInt32, of session: TransportSession) -> Bool {
        guard let slot = slot(of: key, where: { $0.isDefined(by: session) }) else { return false }
        take(session, from: slot)
        return true
    }

    /// A connection takes back all that it has said of what `isMeant` picks out.
    ///
    /// - Returns: how many definitions that were.
    /// - Complexity: O(definitions).
    mutating func withdrawAll(of session: TransportSession, where isMeant: (Entry) -> Bool = { _ in true }) -> Int {
        var withdrawn = 0
        for slot in entries.indices where entries[slot].isDefined(by: session) && isMeant(entries[slot]) {
            take(session, from: slot)
            withdrawn += 1
        }
        return withdrawn
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
