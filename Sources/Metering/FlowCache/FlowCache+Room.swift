import FlowModel

extension FlowCache {
    /// An index for a new entry; at the bound another flow goes: one with an empty record (ended, or silent), which has
    /// nothing to lose, else the least recently seen (flowEndReason 5).
    mutating func takeRoom() -> Int {
        if let index = takeFree() { return index }
        if heads.count < heads.capacity {
            _ = sides.extend(with: .blank)
            _ = sides.extend(with: .blank)
            _ = details.extend(with: FlowDetail())
            return heads.extend(with: .blank)
        }
        evict()
        guard let index = takeFree() else { preconditionFailure("the flow cache is full and nothing can go") }
        return index
    }

    private mutating func takeFree() -> Int? {
        guard free != .max else { return nil }
        let index = Int(free)
        free = sides[index &<< 1 | 1].link
        // For the flow after this one.
        if free != .max { prefetchEntry(Int(free)) }
        return index
    }

    private mutating func evict() {
        let (closed, dormant) = (wheel.tails[TimerWheel.closedList], wheel.tails[TimerWheel.dormantList])
        if closed != TimerWheel.none {
            evict(Int(closed))
        } else if dormant != TimerWheel.none {
            evict(Int(dormant))
        } else {
            evictLeastRecent()
        }
    }

    /// Takes out the flow whose deadline is next, by looking at the slots in the order in which they come up. Those
    /// seen since they were put there are moved on to where they belong, so what is found was not seen for longest,
    /// to the width of a slot; within a slot, that which has been there for longest.
    private mutating func evictLeastRecent() {
        for step in 0..<Int64(TimerWheel.slotCount) {
            let tick = wheel.tick &+ step
            var index = wheel.tails[TimerWheel.slot(of: tick)]
            while index != TimerWheel.none {
                let previous = sides[Int(index) &<< 1].link
                // Deadlines past the wheel's span are in its last slot, so that there is always one to go.
                if wheel.tick(for: deadline(Int(index))) <= tick {
                    evict(Int(index))
                    return
                }
                reschedule(Int(index), at: deadline(Int(index)))
                index = previous
            }
        }
    }

    private mutating func evict(_ index: Int) {
        unlink(index)
        if end(index, .lackOfResources) { counters.evicted &+= 1 }
        remove(index)
    }
}
