import ArgumentParser

/// The options of a collector.
struct CollectorOptions: ParsableArguments {
    @Option(help: "Folder of flows, alerts and agents: ./zonal-data.")
    var data: String?

    @Option(help: "Address of the HTTP API and the page: 127.0.0.1:8080.")
    var listen: String?

    @Option(help: "Syslog receiver of alerts: udp://HOST:PORT, tcp://HOST:PORT, tcp+octet-counting://HOST:PORT; may be given again. Instead of those of the file or the environment.")
    var syslog: [String] = []

    @Option(help: "Delete flows, hour by hour, so long after their last write: 30d; none without it.")
    var retentionAge: String?

    var flags: [String: String] {
        var flags: [String: String] = [:]
        flags["collector.data"] = data
        flags["collector.listen"] = listen
        flags["collector.retention-age"] = retentionAge
        return flags
    }
}
