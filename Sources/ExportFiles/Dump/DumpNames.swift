import IPFIX

/// What a field is called, and how its octets are read.
struct DumpName {
    var name: String
    var type: ElementDescription.DataType
    var isFlags: Bool

    /// - Parameter id: of an element that no registry knows, the name is `enterprise/number`.
    init(_ id: ElementID, _ registry: ElementRegistry) {
        if id.enterprise == TemplateRecord.scopeEnterprise {
            self.init(name: Self.scopes[id.number] ?? "scope\(id.number)", type: .unsigned64, isFlags: false)
        } else if let known = registry[id] {
            self.init(name: known.name, type: known.type, isFlags: known.semantics == "flags")
        } else {
            self.init(name: "\(id.enterprise)/\(id.number)", type: .octetArray, isFlags: false)
        }
    }

    private init(name: String, type: ElementDescription.DataType, isFlags: Bool) {
        self.name = name
        self.type = type
        self.isFlags = isFlags
    }

    /// Scopes of NetFlow v9 that no element says (RFC 3954 §6.1).
    private static let scopes: [UInt16: String] = [
        1: "scopeSystem", 2: "scopeInterface", 3: "scopeLineCard", 4: "scopeCache", 5: "scopeTemplate",
    ]

    func value(_ octets: [UInt8]) -> DumpValue {
        let value = ElementValue(octets, type: type)
        if isFlags, case .unsigned(let bits) = value { return .flags(bits) }
        return .element(value)
    }
}
