import Logging
import PacketDecoding
import Telemetry

/// What no report has room for, since the start: it goes into the log, now and then.
struct Losses {
    /// Packets that the kernel dropped, and how often it had no room.
    var dropped: UInt64 = 0
    var freezes: UInt64 = 0
    var fragments = FragmentTable.Counters()
    /// Local addresses that found no room in the list.
    var addresses: UInt64 = 0

    /// How often it is told of, in milliseconds.
    static var periodMilliseconds: Int64 { 60_000 }

    /// True when there is something new to tell. Fragments that repeat others or overlap them are told of with the rest.
    func isMore(than before: Losses) -> Bool {
        dropped > before.dropped || freezes > before.freezes || addresses > before.addresses
            || fragments.withoutFirst > before.fragments.withoutFirst || fragments.evicted > before.fragments.evicted
    }

    var metadata: Logger.Metadata {
        [
            LogKey.packetsDropped: "\(dropped)", LogKey.ringFreezes: "\(freezes)", LogKey.addressesDropped: "\(addresses)",
            LogKey.fragments: .dictionary(fragments.byLabel.mapValues { .string(String($0)) }),
        ]
    }
}
