/// Messages in octets that are in order.
extension StreamAssembly {
    /// Hands over the messages that `ready` begins with.
    mutating func cut(
        _ slot: Int, _ isAsked: Bool, _ statistics: inout ExportPacketStatistics, _ deliver: Delivery
    ) {
        decide(slot, isAsked, &statistics)
        guard connections[slot].state == .ipfix else { return }
        var start = 0
        while connections[slot].ready.count - start >= 16 {
            if connections[slot].isLost {
                guard let found = find(slot, from: start) else {
                    // The last octets may be the beginning of a header.
                    let rest = connections[slot].ready.count - 19
                    if rest > start {
                        statistics.streamOctetsSkipped += UInt64(rest - start)
                        start = rest
                    }
                    break
                }
                statistics.streamOctetsSkipped += UInt64(found - start)
                start = found
                connections[slot].isLost = false
            }
            let ready = connections[slot].ready
            let length = Int(ready[start + 2]) << 8 | Int(ready[start + 3])
            guard ready[start] == 0, ready[start + 1] == 10, length >= 16 else {
                // The framing is lost (§10.4.3): there is no mark to find it again by, but messages look like each other.
                connections[slot].isLost = true
                statistics.streamOctetsSkipped += 1
                start += 1
                continue
            }
            guard ready.count - start >= length else { break }
            connections[slot].last = (Self.word(ready, start + 12), Self.word(ready, start + 4))
            statistics.streamMessages += 1
            deliver(connections[slot].key, Array(ready[start..<start + length]))
            start += length
        }
        connections[slot].ready.removeFirst(start)
    }

    /// What is in a stream, as soon as its first octets tell.
    mutating func decide(_ slot: Int, _ isAsked: Bool, _ statistics: inout ExportPacketStatistics) {
        guard connections[slot].state == .new, let isIPFIX = Self.judge(connections[slot].ready) else { return }
        settle(slot, isIPFIX || isAsked ? .ipfix : .other, &statistics)
    }

    /// Where a message begins that fits to the last one: of its domain, and exported within a day of it.
    private func find(_ slot: Int, from start: Int) -> Int? {
        let ready = connections[slot].ready
        guard ready.count - start >= 20 else { return nil }
        for place in start...ready.count - 20 where ready[place] == 0 && ready[place + 1] == 10 {
            guard Self.judge(Array(ready[place..<place + 20])) == true else { continue }
            if let last = connections[slot].last {
                guard Self.word(ready, place + 12) == last.domain,
                    abs(Int64(Self.word(ready, place + 4)) - Int64(last.export)) < 86_400
                else { continue }
            }
            return place
        }
        return nil
    }

    /// Whether a stream that begins so is IPFIX; nil when it is too early to say.
    static func judge(_ octets: [UInt8]) -> Bool? {
        if octets.count >= 1, octets[0] != 0 { return false }
        if octets.count >= 2, octets[1] != 10 { return false }
        guard octets.count >= 16 else { return nil }
        guard octets.count >= 20 || (octets[2] == 0 && octets[3] == 16) else { return nil }
        // The octets are integers, which any bits are. Of the message itself the beginning is enough.
        return ExportContent.isIPFIX(unsafe octets.span.bytes, isCut: true)
    }

    private static func word(_ octets: [UInt8], _ place: Int) -> UInt32 {
        octets[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
