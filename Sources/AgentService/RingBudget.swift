import Capture

/// How the memory for capture rings is shared out. Rings keep their size for life, so those that come later must find
/// something left.
struct RingBudget {
    /// Of all rings together, in bytes.
    let total: Int
    /// Of those that are open.
    private(set) var spent = 0

    /// What a ring is good for: some 90,000 frames, a burst of a second where the agent hardly gets a core.
    private static var largest: Int { 32 * 1024 * 1024 }
    /// What a ring must have: less loses packets at any burst.
    private static var smallest: Int { 128 * 1024 }

    init(total: Int) { self.total = total }

    mutating func take(_ bytes: Int) { spent += bytes }
    mutating func giveBack(_ bytes: Int) { spent -= bytes }

    /// The share of each of `missing` interfaces that are about to be opened.
    ///
    /// The first, all at once, have half of the memory between them. Those that come later have a small part of what is left
    /// each, so that hundreds may come one by one.
    func share(missing: Int) -> Int {
        let parts = spent == 0 ? 2 * max(1, missing) : max(256, 2 * missing)
        return min(Self.largest, max(Self.smallest, (total - spent) / parts))
    }

    /// The size to ask for, with the given share.
    ///
    /// - Returns: nil when what is left has no room for it, nor for the smallest ring of that snapshot length.
    func size(share: Int, _ options: PacketRing.Options) -> Int? {
        for bytes in [share, Self.smallest] {
            var options = options
            options.ringBytes = bytes
            if PacketRing.ringBytes(options) <= total - spent { return bytes }
        }
        return nil
    }
}
