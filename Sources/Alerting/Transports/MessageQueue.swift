/// The messages that wait for one destination, in order and bounded: when it is full, the oldest goes. A message leaves the
/// queue when it has been written, not when it is taken. accepted = sent + dropped + count, always.
struct MessageQueue: Sendable {
    struct Message: Sendable, Equatable {
        /// From 1, one for each message that was ever put in.
        let serial: UInt64
        /// The id of the alert that it tells the opening of; nil for what else it tells.
        let opening: String?
        let octets: [UInt8]
    }

    private let limit: Int
    /// A ring: `count` messages from `head` on.
    private var ring: [Message?]
    private var head = 0
    private(set) var count = 0
    private(set) var accepted: UInt64 = 0
    private(set) var sent: UInt64 = 0
    private(set) var dropped: UInt64 = 0

    init(limit: Int) {
        self.limit = max(limit, 1)
        ring = []
    }

    var oldest: Message? { count > 0 ? ring[head] : nil }

    /// Ids of the alerts whose openings wait.
    var openings: [String] { ring.compactMap { $0?.opening } }

    /// Puts in what `make` writes for the next serial number.
    ///
    /// - Returns: false when the oldest message had to go for it.
    mutating func append(opening: String? = nil, _ make: (UInt64) -> [UInt8]) -> Bool {
        accepted += 1
        let message = Message(serial: accepted, opening: opening, octets: make(accepted))
        let isFull = count == limit
        if isFull {
            removeOldest()
            dropped += 1
        }
        if count == ring.count { grow() }
        ring[(head + count) % ring.count] = message
        count += 1
        return !isFull
    }

    /// The message has been written. If it was dropped while it was under way, it was sent after all.
    mutating func wasSent(_ serial: UInt64) {
        sent += 1
        if oldest?.serial == serial { removeOldest() } else { dropped -= 1 }
    }

    private mutating func removeOldest() {
        ring[head] = nil
        head = (head + 1) % ring.count
        count -= 1
    }

    private mutating func grow() {
        let messages = (0..<count).map { ring[(head + $0) % ring.count] }
        ring = messages + Array(repeating: nil, count: min(max(16, count), limit - count))
        head = 0
    }
}
