import IPFIX

extension ExportTarget {
    /// Reads `udp://HOST:PORT`, `tcp://HOST:PORT` or `tls://HOST:PORT`, with parameters behind a question mark. An IPv6
    /// address stands in brackets; without a port it is IANA's, 4739, and 4740 for TLS.
    package init(_ text: String) throws(ExportTargetError) {
        func wrong(_ problem: String) -> ExportTargetError { ExportTargetError(target: text, problem: problem) }

        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let address = parts.first ?? ""
        guard let colon = address.firstRange(of: "://"), let transport = Transport(rawValue: String(address[..<colon.lowerBound]))
        else {
            throw wrong("it must begin with udp://, tcp:// or tls://, as udp://192.0.2.1:4739")
        }
        let rest = address[colon.upperBound...]
        guard !rest.contains("/") else { throw wrong("«/» cannot stand behind the port: there is no path") }
        guard !rest.contains("@") else { throw wrong("«@» cannot stand in it: IPFIX knows no users and passwords") }
        let (host, port): (Substring, Substring?)
        if rest.hasPrefix("[") {
            guard let end = rest.firstIndex(of: "]") else {
                throw wrong("the bracket of the IPv6 address is not closed, as in [fd00::1]:4739")
            }
            host = rest[rest.index(after: rest.startIndex)..<end]
            let behind = rest[rest.index(after: end)...]
            guard behind.isEmpty || behind.hasPrefix(":") else {
                throw wrong("«\(behind)» behind the bracket must be a colon and the port, as in [fd00::1]:4739")
            }
            port = behind.isEmpty ? nil : behind.dropFirst()
            guard host.contains(":") else { throw wrong("«\(host)» in brackets must be an IPv6 address, as in [fd00::1]:4739") }
        } else {
            let pieces = rest.split(separator: ":", omittingEmptySubsequences: false)
            guard pieces.count <= 2 else { throw wrong("an IPv6 address must stand in brackets, as in [fd00::1]:4739") }
            host = pieces.first ?? ""
            port = pieces.count == 2 ? pieces[1] : nil
        }
        guard !host.isEmpty else { throw wrong("the host is missing, as in udp://192.0.2.1:4739") }
        guard host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw wrong("the host «\(host)» must be a name or an address of ASCII characters")
        }
        self.init(transport, host: String(host))
        if let port {
            guard let number = UInt16(port), number > 0, port.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw wrong("the port «\(port)» must be a number from 1 to 65535")
            }
            self.port = number
        }

        var met: Set<String> = []
        if parts.count == 2 {
            for parameter in parts[1].split(separator: "&", omittingEmptySubsequences: false) {
                let pair = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard pair.count == 2, !pair[1].isEmpty else {
                    throw wrong("«\(parameter)» must be a parameter and its value, as format=uniflow")
                }
                let name = String(pair[0])
                guard met.insert(name).inserted else { throw wrong("\(name) is there twice, and must be there once") }
                do {
                    try set(name, String(pair[1]))
                } catch {
                    throw wrong(error.problem)
                }
            }
        }
        guard (tls.certificate == nil) == (tls.key == nil) else {
            throw wrong("cert and key must be there both or not at all, as cert=FILE&key=FILE")
        }
    }

    private struct ParameterError: Error {
        var problem: String
        init(_ problem: String) { self.problem = problem }
    }

    private mutating func set(_ name: String, _ value: String) throws(ParameterError) {
        switch name {
        case "format":
            guard let format = ExportSettings.Format(rawValue: value) else {
                throw ParameterError("format «\(value)» must be biflow or uniflow")
            }
            settings.format = format
        case "domain":
            settings.observationDomainID = UInt32(try Self.number(value, name, 1...Int(UInt32.max)))
        case "own-elements":
            guard value == "yes" || value == "no" else { throw ParameterError("own-elements «\(value)» must be yes or no") }
            settings.hasOwnElements = value == "yes"
        case "rate":
            recordsPerSecond = try Self.number(value, name, 1...1_000_000_000)
        case "template-refresh":
            guard transport == .udp else {
                throw ParameterError("template-refresh is for udp alone: over a connection templates are told once")
            }
            settings.refreshMilliseconds = try Self.milliseconds(value, name)
        case "datagram":
            guard transport == .udp else { throw ParameterError("datagram is for udp alone") }
            settings.messageLimit = try Self.number(value, name, ExportSettings.messageLimits.lowerBound...Self.longestDatagram)
        case "ca", "cert", "key":
            guard transport == .tls else { throw ParameterError("\(name) is for tls alone: write tls://, or leave it out") }
            switch name {
            case "ca": tls.ca = value
            case "cert": tls.certificate = value
            default: tls.key = value
            }
        default:
            throw ParameterError(
                "there is no parameter «\(name)»: there are format, domain, own-elements, rate, for udp template-refresh and "
                    + "datagram, for tls ca, cert and key")
        }
    }

    /// What UDP over IPv4 can carry: 65,535 octets without the headers.
    private static let longestDatagram = 65_507

    private static func number(_ value: String, _ name: String, _ range: ClosedRange<Int>) throws(ParameterError) -> Int {
        guard let number = Int(value), range.contains(number), value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw ParameterError("\(name) «\(value)» must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// 1 second to 1 day: `60s`, `5m`, `1h`.
    private static func milliseconds(_ value: String, _ name: String) throws(ParameterError) -> Int64 {
        let units: [Character: Int64] = ["s": 1000, "m": 60_000, "h": 3_600_000]
        let digits = value.dropLast()
        guard let unit = value.last.flatMap({ units[$0] }), let number = Int64(digits),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), (1...86_400_000).contains(number),
            (1000...86_400_000).contains(number * unit)
        else {
            throw ParameterError("\(name) «\(value)» must be a time from 1s to 24h, as 60s, 5m or 1h")
        }
        return number * unit
    }
}
