import FlowModel
import IPFIX

/// Puts the segments of TCP connections in order, and cuts IPFIX messages from them (RFC 7011 §10.4.3).
///
/// Each way of a connection stands for itself. One whose first octets are no IPFIX message is of other content, and costs a
/// few words from then on. Bounded in connections and octets; what the capture lacks is skipped and counted, and reading goes
/// on with the next message that fits to those before.
struct StreamAssembly {
    struct Key: Hashable {
        var source: ExporterSource
        var destination: ExporterSource
    }

    /// A TCP segment; `missing` octets of its content were not captured.
    struct Segment {
        var sequence: UInt32
        var isSyn: Bool
        var content: [UInt8]
        var missing: Int
    }

    /// Where a message came from, whole.
    typealias Delivery = (Key, [UInt8]) -> Void

    struct Connection {
        enum State { case new, ipfix, other }

        var key: Key
        var state = State.new
        /// The sequence number of the octet behind `ready`; nil before the first.
        var next: UInt32?
        /// Octets in order that belong to no message yet.
        var ready: [UInt8] = []
        /// Segments behind a hole, in order.
        var waiting: [(sequence: UInt32, content: [UInt8], missing: Int)] = []
        var waitingOctets = 0
        /// A hole or nonsense came before `ready`: the beginning of a message has to be found.
        var isLost = false
        /// Segments that were looked at in vain for the beginning of a message.
        var tries = 0
        /// Where a stream stopped to be whole before it was known what is in it.
        var lostFrom: UInt32?
        /// What the last message said.
        var last: (domain: UInt32, export: UInt32)?
    }

    private static let connectionLimit = 8192
    /// Of those with IPFIX, each of which may have most of a message waiting.
    private static let exporterLimit = 512
    private static let waitingLimit = 1 << 20
    private static let segmentLimit = 1024
    private static let allWaitingLimit = 32 << 20
    private static let tryLimit = 64
    /// What is further back than any window that there is belongs to what comes after a hole of gigabytes.
    private static let farBack = -(1 << 28)

    var connections: [Connection] = []
    private var places: [Key: Int] = [:]
    private var recency = RecencyList()
    private var free: [Int] = []
    private var allWaiting = 0
    private var exporters = 0

    /// A connection that needs not be looked at any more.
    func isOther(_ key: Key) -> Bool { places[key].map { connections[$0].state == .other } ?? false }

    /// - Parameter isAsked: the port is one that was asked for: whatever the content is, it is to be IPFIX.
    mutating func take(
        _ segment: Segment, of key: Key, isAsked: Bool, _ statistics: inout ExportPacketStatistics, _ deliver: Delivery
    ) {
        if segment.isSyn { forget(key, &statistics, deliver) }
        guard segment.isSyn || !segment.content.isEmpty || places[key] != nil else { return }
        let slot = slot(of: key, &statistics)
        var segment = segment
        if segment.isSyn {
            // It takes a number itself, before any content (RFC 9293 §3.4).
            segment.sequence &+= 1
            connections[slot].next = segment.sequence
        }
        if connections[slot].state == .other { return }
        if !segment.content.isEmpty || segment.missing > 0 { receive(segment, slot, isAsked, &statistics, deliver) }
    }

    /// The capture ends: what waits behind holes is read.
    mutating func finish(_ statistics: inout ExportPacketStatistics, _ deliver: Delivery) {
        for slot in connections.indices where recency.contains(slot) && connections[slot].state != .other {
            flush(slot, false, &statistics, deliver)
            statistics.streamOctetsSkipped += skippedAtEnd(slot)
        }
        self = StreamAssembly()
    }

    private func skippedAtEnd(_ slot: Int) -> UInt64 {
        connections[slot].state == .ipfix ? UInt64(connections[slot].ready.count) : 0
    }

    private mutating func receive(
        _ segment: Segment, _ slot: Int, _ isAsked: Bool, _ statistics: inout ExportPacketStatistics, _ deliver: Delivery
    ) {
        if connections[slot].next == nil, !begin(with: segment.content, segment.sequence, slot, isAsked, &statistics) { return }
        guard let next = connections[slot].next else { return }
        let ahead = Int(Int32(bitPattern: segment.sequence &- next))
        if ahead < Self.farBack, connections[slot].state == .ipfix {
            lose(0, slot, &statistics)
            connections[slot].next = segment.sequence
            append(segment.content, segment.missing, skip: 0, slot, isAsked, &statistics)
        } else if ahead <= 0 {
            append(segment.content, segment.missing, skip: -ahead, slot, isAsked, &statistics)
        } else {
            wait(segment, slot)
        }
        advance(slot, isAsked, &statistics, deliver)
        let isFull = connections[slot].waitingOctets > Self.waitingLimit || connections[slot].waiting.count > Self.segmentLimit
        if isFull || allWaiting > Self.allWaitingLimit { flush(slot, isAsked, &statistics, deliver) }
    }

    /// Octets in order, of which the first `skip` have come before.
    private mutating func append(
        _ content: [UInt8], _ missing: Int, skip: Int, _ slot: Int, _ isAsked: Bool,
        _ statistics: inout ExportPacketStatistics
    ) {
        guard skip < content.count + missing, let next = connections[slot].next else { return }
        if skip < content.count { connections[slot].ready += content[skip...] }
        connections[slot].next = next &+ UInt32(truncatingIfNeeded: content.count + missing - skip)
        guard missing > 0 else { return }
        decide(slot, isAsked, &statistics)
        lose(min(missing, content.count + missing - skip), slot, &statistics)
    }

    /// The capture has not the beginning of a stream: a segment that begins with a message is where to begin.
    ///
    /// - Returns: false when this one is none.
    private mutating func begin(
        with content: [UInt8], _ sequence: UInt32, _ slot: Int, _ isAsked: Bool, _ statistics: inout ExportPacketStatistics
    ) -> Bool {
        guard isAsked || Self.judge(content) == true else {
            connections[slot].tries += 1
            if connections[slot].tries >= Self.tryLimit { settle(slot, .other, &statistics) }
            return false
        }
        connections[slot].next = sequence
        if let start = connections[slot].lostFrom {
            statistics.streamGaps += 1
            statistics.streamOctetsSkipped += UInt64(sequence &- start)
            connections[slot].lostFrom = nil
        }
        return true
    }

    /// So many octets are not there: what is ready behind the last whole message is part of none.
    private mutating func lose(_ count: Int, _ slot: Int, _ statistics: inout ExportPacketStatistics) {
        guard connections[slot].state == .ipfix else {
            // Of a stream without beginning nothing can be said: one that begins with a later message is as good.
            if connections[slot].state == .new, let next = connections[slot].next, connections[slot].lostFrom == nil {
                connections[slot].lostFrom = next &- UInt32(truncatingIfNeeded: connections[slot].ready.count + count)
            }
            connections[slot].next = nil
            connections[slot].ready.removeAll()
            return
        }
        statistics.streamGaps += 1
        statistics.streamOctetsMissing += UInt64(count)
        statistics.streamOctetsSkipped += UInt64(connections[slot].ready.count)
        connections[slot].ready.removeAll()
        connections[slot].isLost = true
    }

    private mutating func wait(_ segment: Segment, _ slot: Int) {
        var place = connections[slot].waiting.count
        while place > 0, Int32(bitPattern: segment.sequence &- connections[slot].waiting[place - 1].sequence) < 0 { place -= 1 }
        if place > 0, connections[slot].waiting[place - 1].sequence == segment.sequence,
            connections[slot].waiting[place - 1].content.count >= segment.content.count
        {
            return
        }
        connections[slot].waiting.insert((segment.sequence, segment.content, segment.missing), at: place)
        connections[slot].waitingOctets += segment.content.count
        allWaiting += segment.content.count
    }

    /// Takes what waits and now follows, and cuts messages.
    private mutating func advance(
        _ slot: Int, _ isAsked: Bool, _ statistics: inout ExportPacketStatistics, _ deliver: Delivery
    ) {
        cut(slot, isAsked, &statistics, deliver)
        while let next = connections[slot].next, let first = connections[slot].waiting.first,
            connections[slot].state != .other
        {
            let ahead = Int(Int32(bitPattern: first.sequence &- next))
            if ahead > 0 { return }
            dropFirstWaiting(slot)
            append(first.content, first.missing, skip: -ahead, slot, isAsked, &statistics)
            cut(slot, isAsked, &statistics, deliver)
        }
    }

    /// Gives up the holes before what waits.
    private mutating func flush(
        _ slot: Int, _ isAsked: Bool, _ statistics: inout ExportPacketStatistics, _ deliver: Delivery
    ) {
        while let first = connections[slot].waiting.first, connections[slot].state != .other {
            if let next = connections[slot].next {
                if connections[slot].state == .ipfix {
                    lose(Int(first.sequence &- next), slot, &statistics)
                    connections[slot].next = first.sequence
                } else {
                    lose(0, slot, &statistics)
                }
            }
            if connections[slot].next == nil, !begin(with: first.content, first.sequence, slot, isAsked, &statistics) {
                if connections[slot].state != .other { dropFirstWaiting(slot) }
                continue
            }
            advance(slot, isAsked, &statistics, deliver)
        }
        if connections[slot].state == .other { dropWaiting(slot) }
    }

    private mutating func dropFirstWaiting(_ slot: Int) {
        let count = connections[slot].waiting.removeFirst().content.count
        connections[slot].waitingOctets -= count
        allWaiting -= count
    }

    private mutating func dropWaiting(_ slot: Int) {
        allWaiting -= connections[slot].waitingOctets
        connections[slot].waitingOctets = 0
        connections[slot].waiting.removeAll()
        connections[slot].ready.removeAll()
    }

    mutating func settle(_ slot: Int, _ state: Connection.State, _ statistics: inout ExportPacketStatistics) {
        if state == .ipfix, exporters < Self.exporterLimit {
            connections[slot].state = .ipfix
            exporters += 1
            statistics.connections += 1
            return
        }
        connections[slot].state = .other
        if state == .ipfix { statistics.connectionsForgotten += 1 } else { statistics.connectionsOther += 1 }
        dropWaiting(slot)
    }

    private mutating func slot(of key: Key, _ statistics: inout ExportPacketStatistics) -> Int {
        if let slot = places[key] {
            recency.touch(slot)
            return slot
        }
        if places.count >= Self.connectionLimit, let oldest = recency.oldest {
            remove(oldest)
            statistics.connectionsForgotten += 1
        }
        let slot = free.popLast() ?? connections.count
        if slot == connections.count { connections.append(Connection(key: key)) } else { connections[slot] = Connection(key: key) }
        places[key] = slot
        recency.touch(slot)
        return slot
    }

    /// A new connection of the same two ends begins.
    private mutating func forget(_ key: Key, _ statistics: inout ExportPacketStatistics, _ deliver: Delivery) {
        guard let slot = places[key] else { return }
        if connections[slot].state != .other { flush(slot, false, &statistics, deliver) }
        statistics.streamOctetsSkipped += skippedAtEnd(slot)
        remove(slot)
    }

    private mutating func remove(_ slot: Int) {
        dropWaiting(slot)
        if connections[slot].state == .ipfix { exporters -= 1 }
        places[connections[slot].key] = nil
        recency.remove(slot)
        free.append(slot)
    }
}
