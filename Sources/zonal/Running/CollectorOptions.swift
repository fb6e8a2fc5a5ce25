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

    @Option(help: "Delete the oldest flows, hour by hour, when there are more bytes of them: 200GiB; 80 % of what the disk had free when the folder was made without it, none keeps all.")
    var retentionBytes: String?

    @Option(help: "Address where NetFlow v5, v9 and IPFIX of other exporters are taken over UDP: 0.0.0.0:2055; may be given again.")
    var netflow: [String] = []

    @Option(help: "Address where sFlow v5 is taken: 0.0.0.0:6343; may be given again.")
    var sflow: [String] = []

    @Option(help: "Address where IPFIX is taken over TCP: 0.0.0.0:4739; may be given again.")
    var ipfixTcp: [String] = []

    @Option(help: "Address where IPFIX is taken over TLS: 0.0.0.0:4740; may be given again. Needs --tls-cert and --tls-key.")
    var ipfixTls: [String] = []

    @Option(help: "Of --ipfix-tls: the collector's certificate, PEM, with those that lead to a CA behind it.")
    var tlsCert: String?

    @Option(help: "Of --ipfix-tls: the certificate's private key, PEM.")
    var tlsKey: String?

    @Option(help: "Of --ipfix-tls: the CA whose certificates exporters must have, PEM; without it they are asked for none.")
    var tlsCa: String?

    @Option(help: "Join records of two directions into one where both come within this time: 10s; none without it.")
    var netflowJoin: String?

    @Option(help: "An address or prefix that may export, such as 10.1.0.0/16; may be given again. Everybody may without it.")
    var netflowAllow: [String] = []

    func validate() throws {
        for (flag, values) in [
            ("--netflow", netflow), ("--netflow-allow", netflowAllow), ("--sflow", sflow), ("--ipfix-tcp", ipfixTcp), ("--ipfix-tls", ipfixTls),
        ] where values.contains("") {
            throw ValidationError("\(flag) is empty; leave it out, or give it a value")
        }
    }

    var flags: [String: String] {
        var flags: [String: String] = [:]
        flags["collector.data"] = data
        flags["collector.listen"] = listen
        flags["collector.retention-age"] = retentionAge
        flags["collector.retention-bytes"] = retentionBytes
        if !netflow.isEmpty { flags["collector.netflow"] = netflow.joined(separator: ", ") }
        if !sflow.isEmpty { flags["collector.sflow"] = sflow.joined(separator: ", ") }
        if !ipfixTcp.isEmpty { flags["collector.ipfix-tcp"] = ipfixTcp.joined(separator: ", ") }
        if !ipfixTls.isEmpty { flags["collector.ipfix-tls"] = ipfixTls.joined(separator: ", ") }
        flags["collector.netflow-join"] = netflowJoin
        flags["collector.tls-cert"] = tlsCert
        flags["collector.tls-key"] = tlsKey
        flags["collector.tls-ca"] = tlsCa
        if !netflowAllow.isEmpty { flags["collector.netflow-allow"] = netflowAllow.joined(separator: ", ") }
        return flags
    }
}
