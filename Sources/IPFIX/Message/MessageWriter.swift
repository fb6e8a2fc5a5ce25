/// Writes IPFIX messages (RFC 7011 §3) on end, as an IPFIX file (RFC 5655) wants them. docs/formats/batch.md draws them.
///
/// Records go to a set that is open as long as records for it come, and a message is closed when the next record does
/// not fit. Nothing is padded.
struct MessageWriter {
    static let headerLength = 16
    static let setHeaderLength = 4

    /// A message that is closed.
    struct Message {
        /// Where it stands in `octets`.
        var place: Range<Int>
        /// Records of flows.
        var flowRecords: Int
    }

    /// Flows have template ids from here on, everything else has lower ones.
    static let firstFlowSet: UInt16 = 512

    private(set) var octets: [UInt8] = []
    private(set) var messages: [Message] = []
    /// Data records sent in this observation domain, modulo 2³²: the next message's sequence number (RFC 7011 §3.1).
    private(set) var sequence: UInt32
    private let exportSeconds: UInt32
    private var domain: UInt32
    private let limit: Int
    private var messageStart = 0
    private var isMessageOpen = false
    private var setStart = 0
    private var openSet: UInt16?
    private var dataRecords: UInt32 = 0
    private var flowRecords = 0

    /// - Parameter limit: the longest message, 512 … 65,535 octets.
    init(exportSeconds: UInt32, domain: UInt32, sequence: UInt32, limit: Int, capacity: Int = 0) {
        self.exportSeconds = exportSeconds
        self.domain = domain
        self.sequence = sequence
        self.limit = min(max(limit, 512), 65_535)
        octets.reserveCapacity(capacity)
    }

    /// The octets of a text that two of them and some numbers fit into any message: texts are cut to it.
    var textLimit: Int { min(1024, (limit - 128) / 2) }

    /// Appends one whole record. Records of sets from 256 on are data and count in the sequence.
    ///
    /// - Precondition: the record fits into a message by itself.
    mutating func append(_ record: [UInt8], to set: UInt16) {
        let place = makeRoom(for: 1, of: record.count, in: set).place
        for index in record.indices { octets[place + index] = record[index] }
    }

    /// Opens room for records of one length, as many of them as the message still takes (at least one).
    ///
    /// - Returns: where the first one stands in `octets`, and for how many there is room.
    mutating func makeRoom(for count: Int, of length: Int, in set: UInt16) -> (place: Int, count: Int) {
        let header = openSet == set ? 0 : Self.setHeaderLength
        if isMessageOpen && octets.count - messageStart + header + length > limit { closeMessage() }
        if !isMessageOpen { openMessage() }
        if openSet != set { open(set) }
        precondition(octets.count - messageStart + length <= limit, "a record must fit into a message by itself")
        let fitting = length == 0 ? 0 : min(count, (limit - (octets.count - messageStart)) / length)
        let place = octets.count
        octets.append(contentsOf: repeatElement(0, count: fitting * length))
        if set >= 256 { dataRecords &+= UInt32(fitting) }
        if set >= Self.firstFlowSet { flowRecords += fitting }
        return (place, fitting)
    }

    /// Gives the octets of written room to `body`.
    mutating func withRoom(_ body: (inout MutableRawSpan) -> Void) {
        var span = octets.mutableSpan
        // SAFETY: every pattern of bits is a UInt8.
        var bytes = unsafe span.mutableBytes
        body(&bytes)
    }

    /// Closes what is open.
    mutating func finish() {
        if isMessageOpen { closeMessage() }
    }

    /// The next record begins a set of its own, also if it is one of the set before.
    mutating func endSet() { closeSet() }

    /// Goes on in another observation domain: sequence numbers are of one domain each.
    ///
    /// - Returns: what the sequence of the domain before has come to.
    mutating func turn(to domain: UInt32, sequence: UInt32) -> UInt32 {
        finish()
        defer { (self.domain, self.sequence) = (domain, sequence) }
        return self.sequence
    }

    private mutating func openMessage() {
        messageStart = octets.count
        isMessageOpen = true
        dataRecords = 0
        flowRecords = 0
        octets.appendBigEndian(UInt16(10))
        octets.appendBigEndian(UInt16(0))  // the length, known when the message is closed
        octets.appendBigEndian(exportSeconds)
        octets.appendBigEndian(sequence)
        octets.appendBigEndian(domain)
    }

    private mutating func open(_ set: UInt16) {
        closeSet()
        setStart = octets.count
        openSet = set
        octets.appendBigEndian(set)
        octets.appendBigEndian(UInt16(0))  // the length, known when the set is closed
    }

    private mutating func closeSet() {
        guard openSet != nil else { return }
        patch(octets.count - setStart, at: setStart + 2)
        openSet = nil
    }

    private mutating func closeMessage() {
        closeSet()
        patch(octets.count - messageStart, at: messageStart + 2)
        messages.append(Message(place: messageStart..<octets.count, flowRecords: flowRecords))
        sequence &+= dataRecords
        isMessageOpen = false
    }

    private mutating func patch(_ length: Int, at place: Int) {
        octets[place] = UInt8(truncatingIfNeeded: length >> 8)
        octets[place + 1] = UInt8(truncatingIfNeeded: length)
    }
}

extension [UInt8] {
    /// Appends an integer in network byte order.
    mutating func appendBigEndian(_ value: some FixedWidthInteger) {
        for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    /// Appends a text as a variable-length field (RFC 7011 §7), of at most `limit` octets and never half a character.
    mutating func appendVariable(_ text: String, limit: Int) {
        var octets = Array(text.utf8)
        if octets.count > limit {
            var end = limit
            while end > 0 && octets[end] & 0xC0 == 0x80 { end -= 1 }
            octets.removeLast(octets.count - end)
        }
        if octets.count < 255 {
            append(UInt8(octets.count))
        } else {
            append(255)
            appendBigEndian(UInt16(octets.count))
        }
        append(contentsOf: octets)
    }
}
