package import Alerting
package import Detection
package import FlowStore

/// What a collector is told at its start. Everything has a working default.
package struct CollectorConfiguration: Sendable {
    /// The folder of flows, alerts and agents; made if it is not there.
    package var dataFolder = "./zonal-data"
    package var listenHost = "127.0.0.1"
    /// 0 lets the system choose; `CollectorService.listening()` tells.
    package var listenPort = 8080

    /// Flows whose hour was last written so long ago are deleted; nil keeps everything.
    package var retentionAge: Duration?
    /// Bytes that flows and rollups may have together: past it the oldest go.
    package var byteBound = ByteBound.usual
    /// What is summed up, and when it is deleted.
    package var rollups = RollupConfiguration()
    package var queryTimeLimit: Duration = .seconds(30)
    package var queryGroupLimit = 20_000_000
    /// Octets.
    package var queryMemoryLimit = 1 << 30
    /// Rows times columns of one answer: it is made in memory before it is sent.
    package var answerValueLimit = 10_000_000
    /// Size of a batch as it is sent; unpacked it may have eight times as much.
    package var bodyByteLimit = 64 << 20
    package var unpackedByteLimit: Int {
        let (product, overflow) = bodyByteLimit.multipliedReportingOverflow(by: 8)
        return overflow ? .max : product
    }

    /// Other people's exporters.
    package var exporters = ExporterConfiguration()

    package var detection = DetectionEngine.Configuration()
    package var alertLifecycle = AlertLifecycle.Configuration()
    package var destinations: [SyslogDestination] = []

    /// Queries under way at one time, and those that may wait for them.
    package var queriesAtOnce = 2
    package var queriesWaiting = 32
    /// Batches decoded and stored at one time, and those that may wait.
    package var batchesAtOnce = 2
    package var batchesWaiting = 64
    /// Bodies of batches in memory at one time, together.
    package var bodiesByteLimit: Int {
        let (product, overflow) = bodyByteLimit.multipliedReportingOverflow(by: 4)
        return overflow ? .max : product
    }
    /// The body of a batch must have come by then.
    package var bodyTimeLimit: Duration = .seconds(120)
    package var connectionLimit = 1024
    /// Octets of a request's path and query, and of its headers together: a filter of 64 KiB fits, each of its octets
    /// percent-encoded, and one of three times as much that needs none of it.
    package static let headByteLimit = 3 * 65_536 + 16_384
    /// A connection on which nothing moves is closed.
    package var idleTimeLimitSeconds: Int64 = 75

    package init() {}

    /// Adds a syslog receiver with all defaults: UDP, local4, every severity.
    package mutating func addSyslogReceiver(host: String, port: UInt16) {
        destinations.append(SyslogDestination(.udp, host: host, port: port))
    }
}
