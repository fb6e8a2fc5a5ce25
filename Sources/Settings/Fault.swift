/// One thing that is wrong with the settings: where it stands, and what was expected.
package struct Fault: Sendable, Equatable {
    /// Where a value comes from.
    package enum Place: Sendable, Equatable {
        /// Line and column count from 1; columns count Unicode scalars. 0 where there is no line.
        case file(path: String, line: Int, column: Int)
        case environment(name: String)
        case flag(name: String)
        case builtIn

        package var description: String {
            switch self {
            case .file(let path, let line, let column): line > 0 ? "\(path):\(line):\(column)" : path
            case .environment(let name): "environment \(name)"
            case .flag(let name): "flag \(name)"
            case .builtIn: "default"
            }
        }
    }

    package let place: Place
    /// The dotted path of the key; empty where the file as a whole is meant.
    package let key: String
    /// A sentence without full stop.
    package let message: String

    package init(place: Place, key: String = "", message: String) {
        self.place = place
        self.key = key
        self.message = message
    }

    /// `zonal.yaml:12:5: collector.listen: "here" is not HOST:PORT, such as …`
    package var description: String {
        key.isEmpty ? "\(place.description): \(message)" : "\(place.description): \(key): \(message)"
    }

    /// A foreign text as a message may show it: cut, quoted, without control characters.
    static func quoted(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars.prefix(60) {
            shown.unicodeScalars.append(scalar.properties.generalCategory == .control ? "?" : scalar)
        }
        return "\"\(shown)\(text.unicodeScalars.count > 60 ? "…" : "")\""
    }
}

/// Everything that is wrong with the settings, at once.
package struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    package let faults: [Fault]

    package init(_ faults: [Fault]) { self.faults = faults }

    /// One fault a line, in the order of the places.
    package var description: String { faults.map(\.description).joined(separator: "\n") }
}
