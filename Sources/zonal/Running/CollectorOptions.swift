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

    @Option(help: "Address where NetFlow v5, v9 and IPFIX of other exporters are taken over UDP: 0.0.0.0:2055; may be given again.")
    var netflow: [String] = []

    @Option(help: "An address or prefix that may export, such as 10.1.0.0/16; may be given again. Everybody may without it.")
    var netflowAllow: [String] = []

    func validate() throws {
        for (flag, values) in [("--netflow", netflow), ("--netflow-allow", netflowAllow)] where values.contains("") {
            throw ValidationError("\(flag) is empty; leave it out, or give it a value")
        }
    }

    var flags: [String: String] {
        var flags: [String: String] = [:]
        flags["collector.data"] = data
        flags["collector.listen"] = listen
        flags["collector.retention-age"] = retentionAge
        if !netflow.isEmpty { flags["collector.netflow"] = netflow.joined(separator: ", ") }
        if !netflowAllow.isEmpty { flags["collector.netflow-allow"] = netflowAllow.joined(separator: ", ") }
        return flags
    }
}
