// Text form: docs/formats/elements.md

/// Names and types of information elements: IANA's, those that vendors publish, and those that a user or an exporter (RFC
/// 5610) adds.
///
/// Its text form has an element a line, words between blanks: enterprise number (0 is IANA), element number, name, type,
/// then if need be semantics and units; `#` begins a comment. Both tables that come with the module are in that form, and a
/// user's file too.
package struct ElementRegistry: Sendable {
    /// A line that is no element.
    package struct Fault: Error, Hashable, Sendable {
        /// From 1.
        package var line: Int
        package var text: String
        package var expected: String
    }

    /// IANA's elements and the vendors'.
    package static let standard: ElementRegistry = {
        var registry = ElementRegistry()
        // Made by a script and looked at by a test: there is no line in them that is none.
        _ = registry.add(IANAElementTable.text)
        _ = registry.add(VendorElementTable.text)
        return registry
    }()

    private var elements: [ElementID: ElementDescription] = [:]
    /// How many an exporter may add by RFC 5610.
    private static let limit = 65_536

    package init() {}

    package var count: Int { elements.count }

    /// What is known of an element; those of the reverse direction (RFC 5103) are named after IANA's.
    package subscript(_ id: ElementID) -> ElementDescription? {
        if let known = elements[id] { return known }
        guard id.enterprise == InformationElement.reverseEnterpriseNumber, var forward = elements[ElementID(id.number)]
        else { return nil }
        forward.name = "reverse" + forward.name.prefix(1).uppercased() + forward.name.dropFirst()
        return forward
    }

    /// The element that is called so; of several, the one with the lowest numbers.
    ///
    /// - Complexity: O(elements).
    package func element(named name: String) -> ElementID? {
        elements.filter { $0.value.name == name }.keys.min { ($0.enterprise, $0.number) < ($1.enterprise, $1.number) }
    }

    /// Adds the elements of a text, over those of the same number.
    ///
    /// - Returns: the lines that are no elements; the others are added all the same.
    package mutating func add(_ text: String) -> [Fault] {
        var faults: [Fault] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let content = line.prefix { $0 != "#" }
            let words = content.split { $0 == " " || $0 == "\t" || $0 == "\r" }
            if words.isEmpty { continue }
            func fault(_ expected: String) {
                faults.append(Fault(line: index + 1, text: String(line.prefix(200)), expected: expected))
            }
            guard words.count >= 4 else {
                fault("enterprise number, element number, name and type")
                continue
            }
            guard let enterprise = UInt32(words[0]), let number = UInt16(words[1]), number > 0 else {
                fault("an enterprise number and an element number of 1 to 65535")
                continue
            }
            guard let type = ElementDescription.DataType.byName[String(words[3])] else {
                fault("a data type of RFC 7011, unsigned32 say")
                continue
            }
            elements[ElementID(enterprise: enterprise, number)] = ElementDescription(
                name: String(words[2]), type: type, semantics: words.count > 4 ? String(words[4]) : "",
                units: words.count > 5 ? String(words[5]) : "")
        }
        return faults
    }

    /// Adds what an exporter tells of an element of its own; what a registry says already stays.
    package mutating func learn(_ id: ElementID, _ description: ElementDescription) {
        guard elements[id] == nil, elements.count < Self.limit else { return }
        elements[id] = description
    }
}
