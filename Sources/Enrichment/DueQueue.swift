/// Things to look at again, each at its time, the earliest first. An item that is put in with an earlier time than the last
/// one is due with that one.
struct DueQueue<Item: Sendable>: Sendable {
    private var items: [(time: Int64, item: Item)] = []
    private var head = 0

    var count: Int { items.count - head }

    mutating func append(_ item: Item, at time: Int64) {
        items.append((max(time, items.last?.time ?? .min), item))
    }

    /// The next item that is due.
    mutating func next(at now: Int64) -> Item? {
        guard head < items.count, items[head].time <= now else { return nil }
        defer {
            head += 1
            if head > 1024, head > items.count / 2 {
                items.removeFirst(head)
                head = 0
            }
        }
        return items[head].item
    }

    mutating func keep(where isKept: (Item) -> Bool) {
        items = items[head...].filter { isKept($0.item) }
        head = 0
    }
}
