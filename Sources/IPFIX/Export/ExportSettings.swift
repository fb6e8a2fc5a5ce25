/// How flows are written for other people's collectors.
package struct ExportSettings: Hashable, Sendable {
    /// How the two directions of a flow are told.
    package enum Format: String, Hashable, Sendable, CaseIterable {
        /// One record with reverse counters (RFC 5103).
        case biflow
        /// A record for each direction that has packets.
        case uniflow
    }

    package var format = Format.biflow
    /// Over UDP templates come again; over a connection and in a file they are told once (RFC 7011 §8, §10.3).
    package var transport: ExportTransport
    /// What the flows are observed in, not 0: that is the domain of what the exporter tells of itself (RFC 7011 §3.1).
    package var observationDomainID: UInt32 = 1
    /// The longest message in octets, `messageLimits`. Over UDP it must fit the path's MTU (RFC 7011 §10.3.3), or the
    /// network cuts it into fragments, of which one lost loses all: 1,400 leaves room for the headers of tunnels in 1,500.
    package var messageLimit: Int
    /// Whether elements go along that only we number. They are declared (RFC 5610), and who does not know them skips them.
    package var hasOwnElements = true
    package var enterpriseNumber = InformationElement.documentationEnterpriseNumber

    /// Over UDP, templates and what the exporter tells of itself come again after so many milliseconds and after so many
    /// messages, whichever is first (RFC 7011 §8.1). A collector that is started late reads nothing before; collectors
    /// forget templates after three times the refresh, the shortest lifetime met being 5 minutes.
    package var refreshMilliseconds: Int64 = 60_000
    package var refreshMessages = 1000
    /// Over UDP, names of interfaces and sampling come again after so many milliseconds, as with Cisco's exporters, and at
    /// once where they change. Not with every refresh of the templates: all versions of nfcapd count flow records alone,
    /// against RFC 7011 §3.1, and take each message of options within the flows' domain for a gap in the sequence.
    package var namesRefreshMilliseconds: Int64 = 600_000
    /// Over a connection, what the exporter tells of itself comes again after so many milliseconds.
    package var statisticsMilliseconds: Int64 = 60_000

    package static let messageLimits = 512...65_535

    package init(_ transport: ExportTransport) {
        self.transport = transport
        messageLimit = transport == .datagram ? 1400 : 65_535
    }
}
