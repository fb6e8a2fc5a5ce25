/// The numbers of the IPFIX messages of one transport session, over all its observation domains.
///
/// Each domain counts its own data records (RFC 7011 §3.1). Open vSwitch counts those of all domains together: what one of them
/// seems to miss, another one had. By chance the number after a gap of one domain is the one that is next by the count of all;
/// so that count is believed when it was right twice and no domain's own count was in between, where the two were not the same.
struct SessionNumbers: Sendable {
    /// So far back a message is late; further back, the exporter has begun again.
    private static let lateRecords: Int32 = 4096
    private static let confirmationsNeeded = 2

    let session: TransportSession
    private var next: UInt32?
    private var domain = -1
    private var isShared = false
    private var confirmations = 0
    /// What the domains' own counts have as missing and the count of all has not, since an own count was right the last time.
    private var suspects = SequenceTracker.Suspects()
    /// How far the last message is ahead by the count of all; nil where the two counts are the same.
    private var ahead: UInt32?
    /// False where the last message says nothing of how its domain counts.
    private(set) var isMeasure = true

    init(_ session: TransportSession) { self.session = session }

    /// - Parameters:
    ///   - units: records of the message; nil when it cannot be known.
    ///   - domain: the slot of the message's domain.
    ///   - own: the number that is next by the domain's own count; nil when it has none.
    /// - Returns: the number that the message should have: by the domain's own count, or by that of all together.
    mutating func expected(_ sequence: UInt32, units: UInt32?, domain: Int, own: UInt32?) -> UInt32? {
        var expected = own
        (ahead, isMeasure) = (nil, true)
        // The two counts are two where another domain's message came in between.
        if domain != self.domain, let next, let own, next != own {
            ahead = UInt32(max(0, Int32(bitPattern: sequence &- next)))
            if sequence == own {
                (isShared, confirmations, suspects) = (false, 0, SequenceTracker.Suspects())
            } else if sequence == next && !isShared {
                confirmations += 1
                isShared = confirmations >= Self.confirmationsNeeded
                isMeasure = false
            }
            if isShared { (expected, isMeasure) = (next, false) }
        }
        if let next, (-Self.lateRecords..<0).contains(Int32(bitPattern: sequence &- next)) { return expected }
        next = units.map { sequence &+ $0 }
        self.domain = domain
        return expected
    }

    /// What came of the last message.
    ///
    /// - Returns: what was counted as missing and was not, now that the count of all is believed.
    mutating func settle(_ event: SequenceTracker.Event) -> SequenceTracker.Suspects? {
        if case .countsOwn = event { suspects = SequenceTracker.Suspects() }
        if isShared {
            defer { suspects = SequenceTracker.Suspects() }
            return suspects.gaps > 0 || suspects.missing > 0 ? suspects : nil
        }
        if case .gap(let units) = event, let ahead {
            suspects.missing += UInt64(units - min(units, ahead))
            if ahead == 0 { suspects.gaps += 1 }
        }
        return nil
    }
}
