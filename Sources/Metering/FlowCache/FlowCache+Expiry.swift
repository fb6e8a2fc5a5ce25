import FlowModel

extension FlowCache {
    /// Lets time go on: ends what its timeouts say. `time` may be a packet's, or the clock's when there are none.
    ///
    /// When the clock was set back by more than a minute, everything is ended (flowEndReason 4): what is open belongs to
    /// a time that no packet will ever reach.
    package mutating func advance(to time: Int64) {
        if wheel.isSetBack(at: time) {
            flush()
            wheel.restart(at: time)
            return
        }
        let ticks = wheel.passed(at: time)
        guard !ticks.isEmpty else { return }
        for tick in ticks { expire(slot: TimerWheel.slot(of: tick), at: time) }
        expireEmpty(TimerWheel.closedList, at: time)
        expireEmpty(TimerWheel.dormantList, at: time)
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
        export(index, entries[index].marks.contains(.closing) ? .endOfFlow : .idleTimeout)
        // What is known of a connection outlives its record.
        if isEstablished(index) { entries[index].marks.insert(.dormant) }
        if entries[index].marks.rawValue & FlowEntry.Marks.waiting.rawValue != 0, deadline(index) > time {
            schedule(index, at: deadline(index))
        } else {
            remove(index)
        }
    }

    /// Forgets what is past its time in a list of empty entries.
    private mutating func expireEmpty(_ list: Int, at time: Int64) {
        while true {
            let tail = wheel.tails[list - TimerWheel.slotCount]
            guard tail != TimerWheel.none, deadline(Int(tail)) <= time else { return }
            unlink(Int(tail))
            remove(Int(tail))
        }
    }

    /// When the entry is to be looked at, as things stand.
    func deadline(_ index: Int) -> Int64 {
        let last = entries[index].lastPacket
        if entries[index].marks.contains(.closing) {
            return last &+ (entries[index].recordIsEmpty ? configuration.idleTimeout : configuration.closedTimeout)
        }
        return last &+ (entries[index].marks.contains(.dormant) ? configuration.establishedRetention : configuration.idleTimeout)
    }

    /// Ends every record and forgets every flow: the end of a file, or of the agent (flowEndReason 4).
    package mutating func flush() {
        for slot in wheel.heads.indices {
            while wheel.heads[slot] != TimerWheel.none {
                let index = Int(wheel.heads[slot])
                unlink(index)
                export(index, entries[index].marks.contains(.closing) ? .endOfFlow : .forcedEnd)
                remove(index)
            }
        }
    }

    // MARK: The wheel's lists

    /// Puts an entry that is in no list into the slot of its deadline, or, with an empty record, into the list of those.
    mutating func schedule(_ index: Int, at deadline: Int64) {
        link(index, into: place(index, deadline))
    }

    /// Moves an entry to where it belongs now.
    mutating func reschedule(_ index: Int, at deadline: Int64) {
        let wanted = place(index, deadline)
        guard UInt32(wanted) != entries[index].wheelSlot else { return }
        unlink(index)
        link(index, into: wanted)
    }

    private func place(_ index: Int, _ deadline: Int64) -> Int {
        if entries[index].recordIsEmpty {
            return entries[index].marks.contains(.closing) ? TimerWheel.closedList : TimerWheel.dormantList
        }
        return TimerWheel.slot(of: wheel.tick(for: deadline))
    }

    private mutating func link(_ index: Int, into slot: Int) {
        let head = wheel.heads[slot]
        entries[index].wheelPrevious = TimerWheel.none
        entries[index].wheelNext = head
        entries[index].wheelSlot = UInt32(slot)
        if head != TimerWheel.none {
            entries[Int(head)].wheelPrevious = UInt32(index)
        } else if slot >= TimerWheel.slotCount {
            wheel.tails[slot - TimerWheel.slotCount] = UInt32(index)
        }
        wheel.heads[slot] = UInt32(index)
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
        if next != TimerWheel.none {
            entries[Int(next)].wheelPrevious = previous
        } else if slot >= UInt32(TimerWheel.slotCount) {
            wheel.tails[Int(slot) - TimerWheel.slotCount] = previous
        }
        entries[index].wheelSlot = .max
    }

    /// Forgets an entry that is in no slot.
    mutating func remove(_ index: Int) {
        table.remove(hasher(entries[index].key), index: index, in: entries, hashedBy: hasher)
        free.append(UInt32(index))
    }
}
