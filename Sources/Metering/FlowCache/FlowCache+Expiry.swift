import FlowModel

extension FlowCache {
    /// Lets time go on: ends what its timeouts say. `time` may be a packet's, or the clock's when there are none.
    package mutating func advance(to time: Int64) {
        let ticks = wheel.passed(at: time)
        for tick in ticks { expire(slot: TimerWheel.slot(of: tick), at: time) }
    }

    private mutating func expire(slot: Int, at time: Int64) {
        var index = wheel.heads[slot]
        // Entries that are moved on may come back to this slot: each is looked at once, those before it are new.
        wheel.heads[slot] = TimerWheel.none
        while index != TimerWheel.none {
            let next = entries[Int(index)].wheelNext
            entries[Int(index)].wheelSlot = .max
            look(Int(index), at: time)
            index = next
        }
    }

    /// Looks at an entry whose turn has come, which is in no slot now.
    private mutating func look(_ index: Int, at time: Int64) {
        guard deadline(index) <= time else {
            schedule(index, at: deadline(index))
            return
        }
        let entry = entries[index]
        if entry.marks.contains(.closing) {
            if !entry.recordIsEmpty {
                export(index, .endOfFlow)
                schedule(index, at: deadline(index))
                return
            }
            remove(index)
            return
        }
        if !entry.recordIsEmpty { export(index, .idleTimeout) }
        // An established connection that says nothing keeps its initiator.
        if entry.key.protocolIdentifier == 6, entry.state.isAnswered, deadline(index) > time {
            entries[index].marks.insert(.dormant)
            schedule(index, at: deadline(index))
            return
        }
        remove(index)
    }

    /// When the entry is to be looked at, as things stand.
    func deadline(_ index: Int) -> Int64 {
        let entry = entries[index]
        if entry.marks.contains(.closing) {
            return entry.recordIsEmpty
                ? max(details[index].closedAt, entry.lastPacket) &+ configuration.idleTimeout
                : max(details[index].closedAt, entry.lastPacket) &+ configuration.closedTimeout
        }
        if entry.recordIsEmpty, entry.key.protocolIdentifier == 6, entry.state.isAnswered {
            return entry.lastPacket &+ configuration.establishedRetention
        }
        return entry.lastPacket &+ configuration.idleTimeout
    }

    /// Ends every record and forgets every flow: the end of a file, or of the agent (flowEndReason 4).
    package mutating func flush() {
        for slot in 0..<TimerWheel.slotCount {
            while wheel.heads[slot] != TimerWheel.none {
                let index = Int(wheel.heads[slot])
                unlink(index)
                export(index, entries[index].marks.contains(.closing) ? .endOfFlow : .forcedEnd)
                remove(index)
            }
        }
    }

    // MARK: The wheel's lists

    mutating func schedule(_ index: Int, at deadline: Int64) {
        let slot = TimerWheel.slot(of: wheel.tick(for: deadline))
        let head = wheel.heads[slot]
        entries[index].wheelPrevious = TimerWheel.none
        entries[index].wheelNext = head
        entries[index].wheelSlot = UInt32(slot)
        if head != TimerWheel.none { entries[Int(head)].wheelPrevious = UInt32(index) }
        wheel.heads[slot] = UInt32(index)
    }

    /// Moves an entry to an earlier slot; a later deadline needs nothing, since it is found when the slot comes up.
    mutating func reschedule(_ index: Int, at deadline: Int64) {
        let wanted = UInt32(TimerWheel.slot(of: wheel.tick(for: deadline)))
        guard wanted != entries[index].wheelSlot else { return }
        unlink(index)
        schedule(index, at: deadline)
    }

    mutating func unlink(_ index: Int) {
        let slot = entries[index].wheelSlot
        guard slot != .max else { return }
        let previous = entries[index].wheelPrevious
        let next = entries[index].wheelNext
        if previous == TimerWheel.none {
            wheel.heads[Int(slot)] = next
        } else {
            entries[Int(previous)].wheelNext = next
        }
        if next != TimerWheel.none { entries[Int(next)].wheelPrevious = previous }
        entries[index].wheelSlot = .max
    }

    // MARK: Room

    /// An index for a new entry; at the bound the least recently seen flow goes (flowEndReason 5).
    mutating func takeRoom() -> Int {
        if let index = free.popLast() { return Int(index) }
        if used == entries.capacity, used < capacity {
            let larger = min(capacity, entries.capacity * 2)
            entries.grow(to: larger, repeating: FlowEntry.blank)
            details.grow(to: larger, repeating: FlowDetail())
        }
        if used < capacity {
            used += 1
            return used - 1
        }
        evict()
        guard let index = free.popLast() else { preconditionFailure("the flow cache is full and nothing can go") }
        return Int(index)
    }

    /// Takes out the flow whose deadline is next, by looking at the slots in the order in which they come up. Those
    /// seen since they were put there are moved on to where they belong, so what is found was not seen for longest,
    /// to the width of a slot.
    private mutating func evict() {
        for step in 0..<Int64(TimerWheel.slotCount) {
            let tick = wheel.tick &+ step
            let slot = TimerWheel.slot(of: tick)
            var index = wheel.heads[slot]
            while index != TimerWheel.none {
                let next = entries[Int(index)].wheelNext
                let wanted = wheel.tick(for: deadline(Int(index)))
                if wanted <= tick {
                    evict(Int(index))
                    return
                }
                unlink(Int(index))
                schedule(Int(index), at: deadline(Int(index)))
                index = next
            }
        }
        // Every deadline lies past the wheel's span (long timeouts): the first in the order of slots goes.
        for step in 0..<Int64(TimerWheel.slotCount) {
            let head = wheel.heads[TimerWheel.slot(of: wheel.tick &+ step)]
            if head != TimerWheel.none {
                evict(Int(head))
                return
            }
        }
    }

    private mutating func evict(_ index: Int) {
        unlink(index)
        if !entries[index].recordIsEmpty {
            counters.evicted &+= 1
            export(index, .lackOfResources)
        }
        remove(index)
    }

    /// Forgets an entry that is in no slot.
    private mutating func remove(_ index: Int) {
        table.remove(hasher(entries[index].key), index: index, in: entries, hashedBy: hasher)
        free.append(UInt32(index))
    }
}
