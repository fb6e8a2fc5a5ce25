import Yams

/// Walks the tree of a file along the schema, and gathers values and faults.
struct SettingsReader {
    /// So many nodes are looked at; a file of `SettingsFile.byteLimit` cannot hold more without tricks.
    private static let nodeLimit = 1 << 20
    private static let faultLimit = 100

    let path: String
    let schema: SettingsSchema
    private(set) var values: [String: (value: SettingValue, place: Fault.Place)] = [:]
    private(set) var faults: [Fault] = []
    private var nodes = 0

    init(path: String, schema: SettingsSchema) {
        self.path = path
        self.schema = schema
    }

    mutating func read(_ root: Node) {
        if case .scalar(let scalar) = root, Self.isEmpty(scalar) { return }
        section(root, at: "")
    }

    private mutating func section(_ node: Node, at path: String) {
        guard case .mapping(let mapping) = node else {
            if case .scalar(let scalar) = node, Self.isEmpty(scalar) { return }  // all its keys are commented out
            return fault(node, path, "expected a map of \(schema.names(below: path).joined(separator: ", "))")
        }
        for (key, value) in mapping {
            guard hasRoom() else { return }
            guard case .scalar(let name) = key else {
                fault(key, path, "a key must be a plain name")
                continue
            }
            let full = path.isEmpty ? name.string : "\(path).\(name.string)"
            if let known = schema[full] {
                read(value, known)
            } else if schema.isSection(full), !name.string.isEmpty {
                section(value, at: full)
            } else {
                unknown(key, name.string, below: path)
            }
        }
    }

    private mutating func unknown(_ node: Node, _ name: String, below path: String) {
        let names = schema.names(below: path)
        let elsewhere = schema.paths(named: name).prefix(2)
        if Suggestion.nearest(to: name, in: names) == nil, !elsewhere.isEmpty {
            fault(node, path, "unknown key \(Fault.quoted(name)) here; did you mean \(elsewhere.joined(separator: " or "))?")
        } else {
            fault(node, path, Suggestion.unknown(name, among: names))
        }
    }

    private mutating func read(_ node: Node, _ key: SettingKey) {
        if let value = value(node, key) { values[key.path] = (value, place(node)) }
    }

    /// The value of a key, or nil with a fault noted.
    private mutating func value(_ node: Node, _ key: SettingKey, below parent: String = "") -> SettingValue? {
        let name = parent + key.path
        switch (key.kind, node) {
        case (.records(let members, let limit), .sequence(let sequence)):
            guard isWithin(limit, sequence.count, node, name) else { return nil }
            var records: [SettingValue] = []
            for (index, element) in sequence.enumerated() {
                guard hasRoom() else { return nil }
                if let found = record(element, members, "\(name)[\(index + 1)]") { records.append(found) }
            }
            return records.count == sequence.count ? .list(records) : nil
        case (.list(let kind, let limit), .sequence(let sequence)):
            guard isWithin(limit, sequence.count, node, name) else { return nil }
            var elements: [SettingValue] = []
            for (index, element) in sequence.enumerated() {
                guard hasRoom() else { return nil }
                let entry = SettingKey("\(name)[\(index + 1)]", kind, default: nil, "")
                if let found = scalar(element, entry, entry.path) { elements.append(found) }
            }
            return elements.count == sequence.count ? .list(elements) : nil
        case (.records, .scalar(let scalar)) where Self.isEmpty(scalar),
            (.list, .scalar(let scalar)) where Self.isEmpty(scalar):
            return .list([])
        case (.records, _):
            fault(node, name, "expected \(key.kind.expectation)")
            return nil
        default:
            return scalar(node, key, name)
        }
    }

    private mutating func scalar(_ node: Node, _ key: SettingKey, _ name: String) -> SettingValue? {
        guard case .scalar(let scalar) = node else {
            fault(node, name, "expected \(key.kind.expectation)")
            return nil
        }
        if Self.isEmpty(scalar), !key.allowsNone {
            let mend = key.defaultText == nil ? "" : ", or leave the key out"
            fault(node, name, "has no value; expected \(key.kind.expectation)\(mend)")
            return nil
        }
        do throws(SettingKind.ReadingFault) {
            return try key.readAllowingNone(scalar.string)
        } catch {
            fault(node, name, error.message)
            return nil
        }
    }

    private mutating func record(_ node: Node, _ members: [SettingKey], _ name: String) -> SettingValue? {
        guard case .mapping(let mapping) = node else {
            fault(node, name, "expected a map of \(members.map(\.path).joined(separator: ", "))")
            return nil
        }
        var values: [String: SettingValue] = [:]
        var given: Set<String> = []
        let before = faults.count
        for (key, element) in mapping {
            guard hasRoom() else { return nil }
            let text = key.scalar?.string ?? ""
            guard let member = members.first(where: { $0.path == text }) else {
                fault(key, name, Suggestion.unknown(text, among: members.map(\.path)))
                continue
            }
            given.insert(text)
            values[text] = value(element, member, below: "\(name).")
        }
        for member in members where !given.contains(member.path) {
            if let value = member.defaultValue {
                values[member.path] = value
            } else if !member.allowsNone {
                fault(node, name, "\(member.path) is missing; expected \(member.kind.expectation)")
            }
        }
        return faults.count == before ? .record(values) : nil
    }

    private mutating func isWithin(_ limit: Int, _ count: Int, _ node: Node, _ name: String) -> Bool {
        if count > limit { fault(node, name, "\(count) entries are too many; at most \(limit) are read") }
        return count <= limit
    }

    /// An unquoted nothing: `key:` or `key: ~`.
    private static func isEmpty(_ scalar: Node.Scalar) -> Bool {
        scalar.style == .plain && ["", "~", "null"].contains(scalar.string.lowercased())
    }

    private mutating func hasRoom() -> Bool {
        nodes += 1
        return nodes <= Self.nodeLimit && faults.count < Self.faultLimit
    }

    private func place(_ node: Node) -> Fault.Place {
        .file(path: path, line: node.mark?.line ?? 0, column: node.mark?.column ?? 0)
    }

    private mutating func fault(_ node: Node, _ key: String, _ message: String) {
        faults.append(Fault(place: place(node), key: key, message: message))
    }
}
