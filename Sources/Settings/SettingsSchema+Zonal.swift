extension SettingsSchema {
    /// Names of syslog facilities (RFC 5424 §6.2.1); a facility's number is its place.
    package static let facilities = [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp", "audit",
        "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ]
    /// The built-in exclusions of the scan rules.
    package static let exclusions = [
        "multicast", "broadcast", "dhcp", "mdns", "llmnr", "ssdp", "ntp", "dns", "overlay", "traceroute",
    ]
    /// Kinds of interfaces that an agent can be told to take.
    package static let interfaceKinds = ["veth", "tap", "bridge", "vxlan", "physical", "loopback", "other"]

    /// Tunnels that an agent can look through.
    package static let layers = ["vxlan", "vxlan-gpe", "geneve", "gre", "erspan", "ipip", "mpls", "pppoe"]

    private static let second: Int64 = 1000
    private static let hour: Int64 = 3_600_000
    private static let day: Int64 = 86_400_000
    private static let mebibyte: Int64 = 1 << 20

    /// All settings of Zonal.
    package static let zonal = SettingsSchema(
        sections: [
            ("agent", "What is captured, how it is metered, and where it goes."),
            ("collector", "Where flows are kept and asked for."),
            ("detection", "When traffic is an alert."),
            ("alerting", "Who is told of alerts."),
        ],
        keys: agentKeys + collectorKeys + detectionKeys + alertingKeys,
        rules: [
            // A slow window that is shorter, or needs less, would be the only one that ever fires.
            SettingsRule("detection.horizontal-scan.slow-targets", isAtLeast: "detection.horizontal-scan.targets"),
            SettingsRule("detection.horizontal-scan.slow-window", isAtLeast: "detection.horizontal-scan.window"),
        ])

    private static let agentKeys: [SettingKey] = [
        SettingKey("agent.name", .text, default: nil, flag: "--name", absence: "the host's name", "Name of the agent; unique among the agents of a collector."),
        SettingKey(
            "agent.collector", .url, default: "http://127.0.0.1:8080", allowsNone: true, flag: "--collector",
            "The collector that flows are sent to; `none` with `agent.export`, where others alone are to have them."),
        SettingKey(
            "agent.export", .list(of: .text, limit: 16), default: "", flag: "--export",
            "Other people's collectors that flows are sent to as IPFIX: `udp://HOST:PORT`, `tcp://HOST:PORT`, `tls://HOST:PORT`, with `?format=uniflow` and more behind it (docs/exporters.md)."),
        SettingKey(
            "agent.interfaces", .list(of: .text, limit: 1024), default: "", flag: "--interface",
            "Interfaces to capture, as names or patterns with `*` and `?`; empty takes every interface of `agent.kinds`."),
        SettingKey(
            "agent.exclude", .list(of: .text, limit: 1024), default: "", flag: "--exclude",
            "Interfaces that are never captured, as names or patterns."),
        SettingKey(
            "agent.kinds", .list(of: .choice(interfaceKinds), limit: 16), default: "veth, tap, bridge, vxlan",
            "Kinds of interfaces that are taken when `agent.interfaces` is empty."),
        SettingKey(
            "agent.namespaces", .list(of: .text, limit: 1024), default: "", flag: "--namespace",
            "Network namespaces that are captured besides the agent's own: names and patterns of `ip netns`, and `pid:N` for a process's. Takes CAP_SYS_ADMIN."),
        SettingKey(
            "agent.capture-filter", .expression, default: nil, flag: "--capture-filter", absence: "every frame",
            "Which frames the kernel keeps, in tcpdump's language. What it leaves out is in no account."),
        SettingKey(
            "agent.threads", .integer(1...64), default: "1", flag: "--threads",
            "Threads that meter. With more than one, capture has a thread of its own besides; a flow is always on the same one."),
        SettingKey(
            "agent.ring-budget", .bytes(mebibyte...(1 << 40)), default: "256MiB", flag: "--ring-budget",
            "Memory of all capture rings together; the interfaces share it."),
        SettingKey(
            "agent.snaplen", .integer(64...262_144), default: "256",
            "Bytes of a packet that are captured; headers are all that is read, and lengths come from them."),
        SettingKey(
            "agent.active-timeout", .duration(second...day), default: "60s", flag: "--active-timeout",
            "A flow that goes on is reported so often."),
        SettingKey(
            "agent.idle-timeout", .duration(second...hour), default: "15s", flag: "--idle-timeout",
            "A flow without packets for so long is reported and ended."),
        SettingKey(
            "agent.cache-flows", .integer(1024...100_000_000), default: "1000000", flag: "--cache-flows",
            "Flows in the cache; past it the least recently used go out early, and are counted."),
        SettingKey(
            "agent.cache-bytes", .bytes(mebibyte...(1 << 40)), default: "512MiB",
            "Memory of the flow cache; past it as with `agent.cache-flows`."),
        SettingKey(
            "agent.vxlan-ports", .list(of: .integer(1...65535), limit: 16), default: "4789, 8472", flag: "--vxlan-ports",
            "UDP ports that are read as VXLAN."),
        SettingKey(
            "agent.vxlan-gpe-ports", .list(of: .integer(1...65535), limit: 16), default: "4790",
            "UDP ports that are read as VXLAN-GPE."),
        SettingKey(
            "agent.geneve-ports", .list(of: .integer(1...65535), limit: 16), default: "6081", flag: "--geneve-ports",
            "UDP ports that are read as Geneve."),
        SettingKey(
            "agent.layers", .list(of: .choice(layers), limit: 16), default: layers.joined(separator: ", "), flag: "--layers",
            "Tunnels that are looked through. A packet of another counts for its outer flow."),
        SettingKey(
            "agent.sampling", .integer(1...1_000_000), default: "1", flag: "--sampling",
            "One in so many packets is metered; 1 is all. Written into every record. Scans are seen only without sampling."),
        SettingKey(
            "agent.sampling-method", .choice(["systematic", "random"]), default: "systematic",
            "The first of every so many packets, or each with that probability (RFC 5475)."),
        SettingKey(
            "agent.queue-bytes", .bytes(mebibyte...(1 << 40)), default: "64MiB",
            "Memory of the batches that wait for the collector; past it the oldest go, and are counted."),
    ]

    private static let collectorKeys: [SettingKey] = [
        SettingKey(
            "collector.data", .path, default: "./zonal-data", flag: "--data",
            "Folder of flows, alerts and agents. One process writes it at a time."),
        SettingKey(
            "collector.listen", .endpoint(allowsPortZero: true), default: "127.0.0.1:8080", flag: "--listen",
            "Address of the HTTP API and the page. Nothing asks for a token: keep it on loopback, or behind what does."),
        SettingKey(
            "collector.retention-age", .duration(hour...(3650 * day)), default: "none", allowsNone: true, flag: "--retention-age",
            "Flows are deleted, hour by hour, when an hour's last write is so long ago."),
        SettingKey(
            "collector.retention-bytes", .bytes((16 * mebibyte)...(1 << 50)), default: nil, allowsNone: true,
            flag: "--retention-bytes", absence: "80 % of what the disk had free when the folder was made",
            "Bytes that flows and rollups may have together: past it the oldest hours are deleted; `none` keeps them until the disk is full."),
        SettingKey(
            "collector.rollups", .list(of: .choice(["minute", "hour"]), limit: 2), default: "minute, hour",
            "Sums that are kept beside the flows, and outlive them: `minute` by service port, `hour` by both addresses too; empty keeps none."),
        SettingKey(
            "collector.rollup-retention-age", .duration(hour...(3650 * day)), default: "none", allowsNone: true,
            "Rollups are deleted, day by day, when nothing has been added to a day for so long."),
        SettingKey(
            "collector.netflow", .list(of: .endpoint(allowsPortZero: true), limit: 16), default: "", flag: "--netflow",
            "Where NetFlow v5, v9 and IPFIX of other people's exporters are taken over UDP; empty listens to nobody."),
        SettingKey(
            "collector.sflow", .list(of: .endpoint(allowsPortZero: true), limit: 16), default: "", flag: "--sflow",
            "Where sFlow v5 is taken; empty listens to nobody."),
        SettingKey(
            "collector.ipfix-tcp", .list(of: .endpoint(allowsPortZero: true), limit: 16), default: "", flag: "--ipfix-tcp",
            "Where IPFIX of other people's exporters is taken over TCP; empty listens to nobody."),
        SettingKey(
            "collector.ipfix-tls", .list(of: .endpoint(allowsPortZero: true), limit: 16), default: "", flag: "--ipfix-tls",
            "The same over TLS, which needs `collector.tls-cert` and `collector.tls-key`."),
        SettingKey(
            "collector.tls-cert", .path, default: nil, flag: "--tls-cert", absence: "none",
            "The collector's certificate for `collector.ipfix-tls`, PEM, with those that lead to a CA behind it."),
        SettingKey(
            "collector.tls-key", .path, default: nil, flag: "--tls-key", absence: "none", "The certificate's private key, PEM."),
        SettingKey(
            "collector.tls-ca", .path, default: nil, flag: "--tls-ca", absence: "exporters are asked for no certificate",
            "The CA whose certificates exporters must have, PEM."),
        SettingKey(
            "collector.netflow-allow", .list(of: .prefix, limit: 1024), default: "", flag: "--netflow-allow",
            "Who may export; empty takes everybody. UDP senders can be made up: it keeps out mistakes, not attackers."),
        SettingKey(
            "collector.netflow-sockets", .integer(1...64), default: "1",
            "Sockets for each of these addresses; the kernel spreads exporters over them, each with a buffer of its own."),
        SettingKey(
            "collector.netflow-buffer", .bytes((64 * 1024)...(1 << 30)), default: "32MiB",
            "Buffer of each of these sockets, as asked for; without CAP_NET_ADMIN the kernel gives up to `net.core.rmem_max`."),
        SettingKey(
            "collector.netflow-sampling", .integer(0...1_000_000), default: "0",
            "One in so many packets is what an exporter sees that does not say; 0 leaves it open."),
        SettingKey(
            "collector.netflow-join", .duration(second...(300 * second)), default: "none", allowsNone: true, flag: "--netflow-join",
            "Records of one direction wait so long for those of the other, and become one of both; as they come, without it."),
        SettingKey(
            "collector.query-time-limit", .duration(second...hour), default: "30s",
            "A query that takes longer ends with an error."),
        SettingKey(
            "collector.query-group-limit", .integer(1000...100_000_000), default: "20000000",
            "Groups that one aggregate may hold before its order and limit; past it the query ends with an error."),
        SettingKey(
            "collector.query-memory-limit", .bytes((16 * mebibyte)...(1 << 40)), default: "1GiB",
            "Memory that the groups, distinct values and rows of one query may take; past it the query ends with an error that says what fits."),
        SettingKey(
            "collector.body-limit", .bytes(mebibyte...(1 << 30)), default: "64MiB",
            "Size of a batch as it is sent; it may have eight times as much unpacked."),
    ]

    private static let detectionKeys: [SettingKey] = [
        SettingKey("detection.horizontal-scan.enabled", .boolean, default: "true", "Rule D1: one source fails to reach many hosts on one port."),
        SettingKey("detection.horizontal-scan.targets", .integer(2...2000), default: "8", "Distinct hosts within the window that make an alert."),
        SettingKey("detection.horizontal-scan.window", .duration(second...day), default: "5m", "Length of the window."),
        SettingKey("detection.horizontal-scan.slow-targets", .integer(2...2000), default: "16", "Distinct hosts within the slow window that make an alert; not fewer than `targets`."),
        SettingKey("detection.horizontal-scan.slow-window", .duration(second...day), default: "1h", "Length of the slow window; not shorter than `window`."),
        SettingKey("detection.vertical-scan.enabled", .boolean, default: "true", "Rule D2: one source fails to reach many ports of one host."),
        SettingKey("detection.vertical-scan.targets", .integer(2...2000), default: "15", "Distinct ports within the window that make an alert."),
        SettingKey("detection.vertical-scan.window", .duration(second...day), default: "5m", "Length of the window."),
        SettingKey("detection.agent-silence.enabled", .boolean, default: "true", "Rule D20: an agent stops sending without saying goodbye."),
        SettingKey(
            "detection.agent-silence.after", .duration((5 * second)...day), default: "60s",
            "Silence that makes an alert; an idle agent sends every 20 s."),
        SettingKey("detection.agent-silence.forget-after", .duration(hour...(365 * day)), default: "7d", "An agent silent for so long is forgotten, and its alert closes."),
        SettingKey("detection.exclusions.multicast", .boolean, default: "true", "Scan rules do not look at multicast destinations."),
        SettingKey("detection.exclusions.broadcast", .boolean, default: "true", "Nor at broadcasts."),
        SettingKey("detection.exclusions.dhcp", .boolean, default: "true", "Nor at DHCP (UDP ports 67, 68, 546, 547)."),
        SettingKey("detection.exclusions.mdns", .boolean, default: "true", "Nor at multicast DNS (UDP port 5353)."),
        SettingKey("detection.exclusions.llmnr", .boolean, default: "true", "Nor at LLMNR (UDP port 5355)."),
        SettingKey("detection.exclusions.ssdp", .boolean, default: "true", "Nor at SSDP (UDP port 1900)."),
        SettingKey("detection.exclusions.ntp", .boolean, default: "true", "Nor at NTP (UDP port 123)."),
        SettingKey("detection.exclusions.dns", .boolean, default: "true", "Nor at DNS over UDP (port 53)."),
        SettingKey("detection.exclusions.overlay", .boolean, default: "true", "Nor at tunnels (UDP to ports 4789, 8472, 6081)."),
        SettingKey("detection.exclusions.traceroute", .boolean, default: "true", "Nor at traceroute (UDP to ports 33434 to 33534)."),
        SettingKey(
            "detection.scanners", .list(of: .prefix, limit: 1024), default: "",
            "Sources that are meant to scan; the scan rules do not look at them."),
        SettingKey(
            "detection.monitors", .list(of: .prefix, limit: 1024), default: "",
            "Monitors and load balancers, which try what may be down; the scan rules do not look at them."),
        SettingKey(
            "detection.quiet-period", .duration((10 * second)...(7 * day)), default: "1h",
            "An alert closes when its rule has not fired for so long."),
    ]

    private static let alertingKeys: [SettingKey] = [
        SettingKey(
            "alerting.destinations", .records(destinationMembers, limit: 16), default: "", flag: "--syslog",
            "Syslog receivers (RFC 5424) of alerts; as a flag `udp://HOST:PORT`, `tcp://HOST:PORT` or `tcp+octet-counting://HOST:PORT`.")
    ]

    private static let destinationMembers: [SettingKey] = [
        SettingKey("protocol", .choice(["udp", "tcp"]), default: nil, absence: "needed", "Transport."),
        SettingKey("address", .endpoint(allowsPortZero: false), default: nil, absence: "needed", "Receiver."),
        SettingKey(
            "framing", .choice(["octet-counting", "lf"]), default: "lf",
            "How messages are told apart on TCP (RFC 6587); UDP has one message a datagram and ignores it."),
        SettingKey("facility", .choice(facilities), default: "local4", "Syslog facility."),
        SettingKey(
            "minimum-severity", .choice(["critical", "high", "medium", "low", "info"]), default: "info",
            "Alerts less severe than this are not sent."),
    ]
}
