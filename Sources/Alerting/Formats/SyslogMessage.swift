import FlowModel

/// A syslog message (RFC 5424), without framing: ASCII header and text, UTF-8 in the values of structured data, no byte
/// order mark, no control characters. Whatever stands in its fields, it is one line with the elements that were put in.
package struct SyslogMessage: Sendable, Equatable {
    /// An SD-ELEMENT. Names and ids are ours and must be SD-NAMEs; values may be anything.
    package struct Element: Sendable, Equatable {
        package var id: String
        package var parameters: [Parameter]
        package init(_ id: String, _ parameters: [Parameter]) {
            self.id = id
            self.parameters = parameters
        }
    }

    package struct Parameter: Sendable, Equatable {
        /// What goes first when the message is too long, the largest first.
        package enum Importance: UInt8, Sendable {
            /// Never left out.
            case key
            case query
            case evidence
        }
        package var name: String
        package var value: String
        package var importance: Importance
        package init(_ name: String, _ value: String, _ importance: Importance = .key) {
            self.name = name
            self.value = value
            self.importance = importance
        }
    }

    package struct Limits: Sendable {
        /// What a receiver should take (RFC 5424 §6.1): past it evidence is left out, then the query, then the text is cut.
        package var soft = 2048
        /// Never passed: what most receivers take at most.
        package var hard = 8192
        /// Octets of one value, before escaping, so that the keys alone stay below `hard`.
        package var value = 128
        package init() {}
    }

    package var facility: UInt8
    package var severity: UInt8
    package var timestampMilliseconds: Int64
    package var hostname: String
    package var applicationName: String
    package var processIdentifier: String
    package var messageIdentifier: String
    package var elements: [Element]
    package var text: String

    package init(
        facility: UInt8, severity: UInt8, timestampMilliseconds: Int64, hostname: String,
        applicationName: String = "zonal", processIdentifier: String, messageIdentifier: String,
        elements: [Element] = [], text: String
    ) {
        self.facility = facility
        self.severity = severity
        self.timestampMilliseconds = timestampMilliseconds
        self.hostname = hostname
        self.applicationName = applicationName
        self.processIdentifier = processIdentifier
        self.messageIdentifier = messageIdentifier
        self.elements = elements
        self.text = text
    }

    /// The message as it goes over the wire. When something was left out, the last element says `truncated="1"`.
    package func octets(limits: Limits = Limits()) -> [UInt8] {
        let header = header
        let text = SyslogText.ascii(text)
        let whole = header + structuredData(upTo: .evidence, isCut: false, limits) + trailer(text[...])
        if whole.count <= limits.soft { return whole }
        for importance in [Parameter.Importance.query, .key] {
            let less = header + structuredData(upTo: importance, isCut: true, limits) + trailer(text[...])
            if less.count <= limits.soft { return less }
        }
        let keys = header + structuredData(upTo: .key, isCut: true, limits)
        let room = max(limits.soft - keys.count - 1, 0)
        return Array((keys + trailer(text.prefix(room))).prefix(limits.hard))
    }

    private var header: [UInt8] {
        var octets = Array("<\(Int(min(facility, 23)) * 8 + Int(min(severity, 7)))>1 ".utf8)
        UTCTime.append(milliseconds: timestampMilliseconds, to: &octets)
        for (field, limit) in [(hostname, 255), (applicationName, 48), (processIdentifier, 128), (messageIdentifier, 32)] {
            octets.append(0x20)
            octets += SyslogText.headerField(field, limit: limit)
        }
        octets.append(0x20)
        return octets
    }

    private func structuredData(upTo importance: Parameter.Importance, isCut: Bool, _ limits: Limits) -> [UInt8] {
        var octets: [UInt8] = []
        for (index, element) in elements.enumerated() {
            octets += Array("[\(element.id)".utf8)
            var parameters = element.parameters.filter { $0.importance.rawValue <= importance.rawValue }
            if isCut, index == elements.count - 1 { parameters.append(Parameter("truncated", "1")) }
            for parameter in parameters {
                octets += Array(" \(parameter.name)=\"".utf8)
                let limit = parameter.importance == .key ? limits.value : limits.hard
                octets += SyslogText.parameterValue(parameter.value, limit: limit)
                octets.append(0x22)
            }
            octets.append(0x5D)
        }
        return octets.isEmpty ? [0x2D] : octets
    }

    private func trailer(_ text: ArraySlice<UInt8>) -> [UInt8] { text.isEmpty ? [] : [0x20] + text }
}
