/// Why a row went on as it came.
package enum JoinRefusal: UInt8, BitwiseCopyable, Hashable, Sendable, CaseIterable {
    // It waited, and no other half came, or none that fitted.

    /// No row of the other direction came within the window.
    case windowPassed
    /// One came whose packets were sampled otherwise: its counters are of another kind.
    case samplingDiffers
    /// One came that is another part of the flow.
    case partDiffers
    /// One came that had ended, or began, longer ago than the window.
    case timesApart
    /// It gave way, the oldest, to a newer row: the limit of rows or of bytes.
    case noRoom
    /// It gave way, the oldest, to another row of its own key.
    case crowded
    /// All that waited was asked for.
    case flushed

    // It cannot be half of a biflow, and did not wait.

    /// It is a biflow: it counts both directions, or says who opened the flow.
    case hasReverse
    /// It counts nothing: an event of a firewall, say.
    case withoutCounters
    /// It does not say whose it is.
    case withoutExporter
    /// An address is lacking, or the two are of two families.
    case withoutAddresses
    /// An address of a group or a broadcast: nothing comes back from there.
    case groupAddress
    /// An ICMP type that nothing answers, or no type.
    case oneWay
    /// A protocol with ports, and none told: a later fragment, or flows summed up by their addresses.
    case withoutPorts
    /// Both ends are the same: its direction cannot be told.
    case sameEnds
    /// It ends before it starts: its times say nothing of what was when.
    case endsBeforeStart

    /// A bounded name for metrics.
    package var label: String {
        switch self {
        case .windowPassed: "window-passed"
        case .samplingDiffers: "sampling-differs"
        case .partDiffers: "part-differs"
        case .timesApart: "times-apart"
        case .noRoom: "no-room"
        case .crowded: "crowded"
        case .flushed: "flushed"
        case .hasReverse: "has-reverse"
        case .withoutCounters: "without-counters"
        case .withoutExporter: "without-exporter"
        case .withoutAddresses: "without-addresses"
        case .groupAddress: "group-address"
        case .oneWay: "one-way"
        case .withoutPorts: "without-ports"
        case .sameEnds: "same-ends"
        case .endsBeforeStart: "ends-before-start"
        }
    }
}

/// The account of what came to be joined: `rows` = `unjoined` + 2 × `pairs` + `waiting`, after every call.
package struct JoinStatistics: Hashable, Sendable {
    /// Rows that came.
    package var rows: UInt64 = 0
    /// Biflows made, each of two rows.
    package var pairs: UInt64 = 0
    /// Rows that wait now for their other half.
    package var waiting = 0
    private var refusals = [UInt64](repeating: 0, count: JoinRefusal.allCases.count)

    package init() {}

    /// Rows that went on as they came, for this reason.
    package subscript(reason: JoinRefusal) -> UInt64 { refusals[Int(reason.rawValue)] }

    /// Rows that went on as they came.
    package var unjoined: UInt64 { refusals.reduce(0, &+) }

    mutating func count(_ reason: JoinRefusal) { refusals[Int(reason.rawValue)] += 1 }
}
