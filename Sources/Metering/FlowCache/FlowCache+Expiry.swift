import FlowModel

extension FlowCache {
    /// Lets time go on: ends what its timeouts say. `time` may be a packet's, or the clock's when there are none.
    ///
    /// When the clock was set back by more than a minute, everything is ended (flowEndReason 4): what is open belongs to
    /// a time that no packet will ever reach.
    package mutating func advance(to time: Int64) { _ = advance(to: time, recordLimit: .max) }

    /// The same, but stops when `exported` holds `recordLimit` records or more, so that a leap of time does not need the
    /// memory for all of them at once.
    ///
    /// - Returns: true when it is done; false when it is to be called again with the same time, after a `drain()`.
    package mutating func advance(to time: Int64, recordLimit: Int) -> Bool {
        defer {
            removeEnded()
            settleRows()
        }
        if wheel.isSetBack(at: time) {
            guard flush(recordLimit: recordLimit) else { return false }
            wheel.restart(at: time)
            return true
        }
        while let tick = wheel.nextPassed(at: time) {
            guard expire(slot: TimerWheel.slot(of: tick), at: time, recordLimit: recordLimit) else {
                wheel.lookAgain(at: tick)
                return false
            }
        }
        expireEmpty(TimerWheel.closedList, at: time)
        expireEmpty(TimerWheel.dormantList, at: time)
        return true
    }

    /// - Returns: false when `exported` holds `recordLimit` records, and there are entries left to look at: a slot may hold all
    ///   flows, whose records take a few times the memory that they do.
    private mutating func expire(slot: Int, at time: Int64, recordLimit: Int) -> Bool {
        var index = wheel.heads[slot]
        let last = wheel.tails[slot]
        // Entries that are moved on may come back to this slot: each is looked at once, those before it are new.
        wheel.heads[slot] = TimerWheel.none
        wheel.tails[slot] = TimerWheel.none
        while index != TimerWheel.none {
            if exported.count + rows.count >= recordLimit {
                putBack(index, last, into: slot)
                return false
            }
            let next = sides[Int(index) &<< 1 | 1].link
            // The one after the next is asked for: its turn comes when a record or two have been written.
            if next != TimerWheel.none {
                let afterNext = sides[Int(next) &<< 1 | 1].link
                if afterNext != TimerWheel.none { prefetchEntry(Int(afterNext)) }
            }
            heads[Int(index)].wheelSlot = .max
            look(Int(index), at: time)
            index = next
        }
        return true
    }

    /// Puts the rest of a slot's list behind those that came back to it meanwhile.
    private mutating func putBack(_ first: UInt32, _ last: UInt32, into slot: Int) {
        let before = wheel.tails[slot]
        sides[Int(first) &<< 1].link = before
        if before == TimerWheel.none {
            wheel.heads[slot] = first
        } else {
            sides[Int(before) &<< 1 | 1].link = first
        }
        wheel.tails[slot] = last
    }

    /// Looks at an entry whose turn has come, which is in no slot now.
    private mutating func look(_ index: Int, at time: Int64) {
        guard deadline(index) <= time else {
            schedule(index, at: deadline(index))
            return
        }
        end(index, heads[index].marks.contains(.closing) ? .endOfFlow : .idleTimeout)
        // What is known of a connection outlives its record.
        if isEstablished(index) { heads[index].marks.insert(.dormant) }
        if heads[index].marks.rawValue & FlowHead.Marks.waiting.rawValue != 0, deadline(index) > time {
            schedule(index, at: deadline(index))
        } else {
            removeSoon(index)
        }
    }

    /// Forgets what is past its time in a list of empty entries.
    private mutating func expireEmpty(_ list: Int, at time: Int64) {
        while true {
            let tail = wheel.tails[list]
            guard tail != TimerWheel.none, deadline(Int(tail)) <= time else { return }
            unlink(Int(tail))
            if wheel.tails[list] != TimerWheel.none { prefetchEntry(Int(wheel.tails[list])) }
            removeSoon(Int(tail))
        }
    }

    /// When the entry is to be looked at, as things stand.
    @inline(__always)
    mutating func deadline(_ index: Int) -> Int64 {
        let last = lastPacket(index)
        if heads[index].marks.contains(.closing) {
            return last &+ (recordIsEmpty(index) ? configuration.idleTimeout : configuration.closedTimeout)
        }
        return last &+ (heads[index].marks.contains(.dormant) ? configuration.establishedRetention : configuration.idleTimeout)
    }

    /// Ends every record and forgets every flow: the end of a file, or of the agent (flowEndReason 4).
    package mutating func flush() { _ = flush(recordLimit: .max) }

    /// The same, but stops when `exported` holds `recordLimit` records or more.
    ///
    /// - Returns: true when nothing is left; false when it is to be called again after a `drain()`.
    package mutating func flush(recordLimit: Int) -> Bool {
        defer { settleRows() }
        for slot in wheel.heads.indices {
            while wheel.heads[slot] != TimerWheel.none {
                if exported.count + rows.count >= recordLimit { return false }
                let index = Int(wheel.heads[slot])
                unlink(index)
                end(index, heads[index].marks.contains(.closing) ? .endOfFlow : .forcedEnd)
                remove(index)
            }
        }
        return true
    }

    // MARK: The wheel's lists

    /// Puts an entry that is in no list into the slot of its deadline, or, with an empty record, into the list of those.
    mutating func schedule(_ index: Int, at deadline: Int64) {
        link(index, into: place(index, deadline))
    }

    /// Moves an entry to where it belongs now.
    mutating func reschedule(_ index: Int, at deadline: Int64) {
        let wanted = place(index, deadline)
        guard UInt16(wanted) != heads[index].wheelSlot else { return }
        unlink(index)
        link(index, into: wanted)
    }

    @inline(__always)
    private mutating func place(_ index: Int, _ deadline: Int64) -> Int {
        if recordIsEmpty(index) {
            return heads[index].marks.contains(.closing) ? TimerWheel.closedList : TimerWheel.dormantList
        }
        return TimerWheel.slot(of: wheel.tick(for: deadline))
    }

    private mutating func link(_ index: Int, into slot: Int) {
        let head = wheel.heads[slot]
        sides[index &<< 1].link = TimerWheel.none
        sides[index &<< 1 | 1].link = head
        heads[index].wheelSlot = UInt16(slot)
        if head != TimerWheel.none {
            sides[Int(head) &<< 1].link = UInt32(index)
        } else {
            wheel.tails[slot] = UInt32(index)
        }
        wheel.heads[slot] = UInt32(index)
    }

    mutating func unlink(_ index: Int) {
        let slot = Int(heads[index].wheelSlot)
        guard slot != Int(UInt16.max) else { return }
        let previous = sides[index &<< 1].link
        let next = sides[index &<< 1 | 1].link
        if previous == TimerWheel.none {
            wheel.heads[slot] = next
        } else {
            sides[Int(previous) &<< 1 | 1].link = next
        }
        if next != TimerWheel.none {
            sides[Int(next) &<< 1].link = previous
        } else {
            wheel.tails[slot] = previous
        }
        heads[index].wheelSlot = .max
    }

    func prefetchEntry(_ index: Int) {
        heads.prefetch(index)
        sides.prefetch(index &<< 1)
        details.prefetch(index)
    }

    /// Forgets an entry that is in no slot.
    mutating func remove(_ index: Int) {
        table.remove(hasher(heads[index].key(addresses)), index: index)
        release(index)
    }

    /// The same for many, with their slots of the table asked for ahead; to be finished with `removeEnded()` before a
    /// packet is looked up.
    private mutating func removeSoon(_ index: Int) {
        let hash = hasher(heads[index].key(addresses))
        table.prefetch(hash)
        ended[endedCount] = FlowTable.Slot(hash: hash, index: UInt32(index))
        endedCount += 1
        if endedCount == Self.endedLimit { removeEnded() }
    }

    private mutating func removeEnded() {
        for place in 0..<endedCount {
            let index = Int(ended[place].index)
            table.remove(ended[place].hash, index: index)
            release(index)
        }
        endedCount = 0
    }

    private mutating func release(_ index: Int) {
        releaseExtras(index)
        if heads[index].isIPv6 { addresses.give(heads[index].low) }
        sides[index &<< 1 | 1].link = free
        free = UInt32(index)
    }
}
