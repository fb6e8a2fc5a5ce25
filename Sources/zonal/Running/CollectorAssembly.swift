import AgentCommands
import Alerting
import Collecting
import CollectorService
import Detection
import FlowModel
import FlowStore
import Settings

/// Makes a collector's configuration of settings and `--syslog` flags.
enum CollectorAssembly {
    static func configuration(_ settings: SettingsValues, syslog: [String]) throws(CommandFailure) -> CollectorConfiguration {
        var configuration = CollectorConfiguration()
        configuration.dataFolder = settings.text("collector.data")
        let listen = settings.endpoint("collector.listen")
        configuration.listenHost = listen.host
        configuration.listenPort = listen.port
        configuration.retentionAge = settings.optionalDuration("collector.retention-age")
        if settings.isGiven("collector.retention-bytes") {
            configuration.byteBound = settings.optionalBytes("collector.retention-bytes").map { .bytes($0) } ?? .none
        }
        configuration.rollups.kinds = Set(settings.texts("collector.rollups").compactMap { RollupKind(rawValue: $0) })
        configuration.rollups.maximumAge = settings.optionalDuration("collector.rollup-retention-age")
        configuration.queryTimeLimit = settings.duration("collector.query-time-limit")
        configuration.queryGroupLimit = Int(settings.integer("collector.query-group-limit"))
        configuration.queryMemoryLimit = Int(settings.bytes("collector.query-memory-limit"))
        configuration.bodyByteLimit = Int(settings.bytes("collector.body-limit"))
        configuration.exporters = try exporters(settings)
        configuration.detection = detection(settings)
        configuration.alertLifecycle.quietSeconds = seconds(settings, "detection.quiet-period")
        // As everywhere a flag gives the whole value.
        if syslog.isEmpty {
            configuration.destinations = settings.records("alerting.destinations").compactMap(destination)
        } else {
            for text in syslog { configuration.destinations.append(try destination(flag: text)) }
        }
        return configuration
    }

    private static func exporters(_ settings: SettingsValues) throws(CommandFailure) -> ExporterConfiguration {
        var exporters = ExporterConfiguration()
        func endpoints(_ path: String) -> [(host: String, port: UInt16)] {
            settings.endpoints(path).map { ($0.host, UInt16(clamping: $0.port)) }
        }
        exporters.endpoints = endpoints("collector.netflow")
        exporters.sflowEndpoints = endpoints("collector.sflow")
        exporters.tcpEndpoints = endpoints("collector.ipfix-tcp")
        exporters.tlsEndpoints = endpoints("collector.ipfix-tls")
        exporters.tls = try tls(settings, isUsed: !exporters.tlsEndpoints.isEmpty)
        exporters.allowed = settings.texts("collector.netflow-allow").compactMap { IPPrefix($0) }
        exporters.socketsPerEndpoint = Int(settings.integer("collector.netflow-sockets"))
        exporters.receiveBuffer = Int(settings.bytes("collector.netflow-buffer"))
        exporters.defaultSampling = UInt32(clamping: settings.integer("collector.netflow-sampling"))
        exporters.joinWindowMilliseconds = settings.optionalDuration("collector.netflow-join").map { Int64($0 / .milliseconds(1)) }
        return exporters
    }

    /// The files of TLS: all that are needed, or none.
    private static func tls(_ settings: SettingsValues, isUsed: Bool) throws(CommandFailure) -> ListenerTLS? {
        let (certificate, key) = (settings.optionalText("collector.tls-cert"), settings.optionalText("collector.tls-key"))
        let clientCA = settings.optionalText("collector.tls-ca")
        guard isUsed else {
            if certificate != nil || key != nil || clientCA != nil {
                throw CommandFailure(
                    "collector.tls-cert, tls-key and tls-ca are for IPFIX over TLS, and nobody listens to it: give --ipfix-tls HOST:PORT, or leave them out",
                    isUsage: true)
            }
            return nil
        }
        guard let certificate, let key else {
            throw CommandFailure("--ipfix-tls needs --tls-cert FILE and --tls-key FILE", isUsage: true)
        }
        return ListenerTLS(certificate: certificate, key: key, clientCA: clientCA)
    }

    private static func detection(_ settings: SettingsValues) -> DetectionEngine.Configuration {
        typealias Limit = DetectionEngine.Configuration.Limit
        var detection = DetectionEngine.Configuration()
        func limit(_ targets: String, _ window: String) -> Limit {
            Limit(targets: Int(settings.integer(targets)), windowSeconds: seconds(settings, window))
        }
        detection.horizontalScan = [
            limit("detection.horizontal-scan.targets", "detection.horizontal-scan.window"),
            limit("detection.horizontal-scan.slow-targets", "detection.horizontal-scan.slow-window"),
        ]
        detection.verticalScan = [limit("detection.vertical-scan.targets", "detection.vertical-scan.window")]
        detection.silenceSeconds = seconds(settings, "detection.agent-silence.after")
        detection.silenceForgottenSeconds = seconds(settings, "detection.agent-silence.forget-after")
        for rule in DetectionRule.allCases where !settings.boolean("detection.\(rule.name).enabled") {
            detection.disabledRules.insert(rule)
        }
        detection.exclusions.builtIn = Set(
            Exclusions.BuiltIn.allCases.filter { settings.boolean("detection.exclusions.\($0.rawValue)") })
        detection.exclusions.scanners = settings.texts("detection.scanners").compactMap { IPPrefix($0) }
        detection.exclusions.monitors = settings.texts("detection.monitors").compactMap { IPPrefix($0) }
        return detection
    }

    private static func seconds(_ settings: SettingsValues, _ path: String) -> UInt32 {
        UInt32(clamping: settings.milliseconds(path) / 1000)
    }

    /// A destination of the file; the schema has checked its members.
    private static func destination(_ record: SettingsRecord) -> SyslogDestination? {
        guard let transport = record.text("protocol").flatMap({ SyslogDestination.Transport(rawValue: $0) }),
            let address = record.endpoint("address")
        else { return nil }
        let facility = record.text("facility").flatMap { SettingsSchema.facilities.firstIndex(of: $0) } ?? 20
        return SyslogDestination(
            transport, host: address.host, port: UInt16(truncatingIfNeeded: address.port),
            framing: record.text("framing").flatMap { SyslogDestination.Framing(rawValue: $0) }, facility: UInt8(facility),
            minimumSeverity: record.text("minimum-severity").flatMap { Alert.Severity(name: $0) } ?? .informational)
    }

    /// `udp://HOST:PORT`, `tcp://HOST:PORT` (messages end with a line feed) or `tcp+octet-counting://HOST:PORT`.
    private static func destination(flag text: String) throws(CommandFailure) -> SyslogDestination {
        let fault = CommandFailure(
            "--syslog: \"\(text)\" is not udp://HOST:PORT, tcp://HOST:PORT or tcp+octet-counting://HOST:PORT", isUsage: true)
        guard let mark = text.firstRange(of: "://") else { throw fault }
        let scheme = text[..<mark.lowerBound]
        let address = text[mark.upperBound...]
        guard let colon = address.lastIndex(of: ":"), let port = UInt16(address[address.index(after: colon)...]), port > 0
        else { throw fault }
        var host = String(address[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty else { throw fault }
        switch scheme {
        case "udp": return SyslogDestination(.udp, host: host, port: port)
        case "tcp": return SyslogDestination(.tcp, host: host, port: port)
        case "tcp+octet-counting": return SyslogDestination(.tcp, host: host, port: port, framing: .octetCounting)
        default: throw fault
        }
    }
}
