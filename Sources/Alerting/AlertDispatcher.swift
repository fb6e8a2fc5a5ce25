import Glibc
package import Logging
import NIOCore
import NIOPosix

/// Sends notices of alerts to syslog destinations, each with its own queue, so that one that is down holds up no other.
package final class AlertDispatcher: Sendable {
    package struct Configuration: Sendable {
        /// The private enterprise number of our structured data.
        package var enterpriseNumber: UInt32 = 32_473
        package var backoff = Backoff()
        package init() {}
    }

    private let format: AlertSyslogFormat
    private let senders: [DestinationSender]

    /// - Parameter hostname: as syslog shall name this host; what is no printable ASCII is left out.
    package init(
        destinations: [SyslogDestination], hostname: String, configuration: Configuration = Configuration(),
        logger: Logger
    ) {
        format = AlertSyslogFormat(
            hostname: hostname, processIdentifier: String(getpid()), enterpriseNumber: configuration.enterpriseNumber)
        let group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
        senders = destinations.map {
            DestinationSender($0, group: group, backoff: configuration.backoff, logger: logger)
        }
    }

    /// Queues the notice for every destination that wants its severity; returns at once.
    package func send(_ notice: AlertNotice) {
        for sender in senders {
            sender.enqueue(notice) { format.octets(notice, facility: $0.facility, sequence: $1) }
        }
    }

    /// Empties the queues until `close` or until the task is cancelled. To be called once.
    package func run() async {
        await withTaskGroup { group in
            for sender in senders { group.addTask { await sender.run() } }
        }
    }

    /// Takes no more notices. `run` returns when what waits has been sent, or at the first failure of each destination.
    package func close() {
        for sender in senders { sender.close() }
    }

    /// Ids of the alerts whose opening waits for a destination, or may be on its way there.
    package var openingsWaiting: Set<String> { Set(senders.flatMap(\.openings)) }

    /// In the order of the destinations.
    package var statistics: [DestinationStatistics] { senders.map(\.statistics) }
}
