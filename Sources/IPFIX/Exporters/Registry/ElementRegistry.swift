// Text form: docs/formats/elements.md

/// Names and types of information elements: IANA's, those that vendors publish, and those that a user or an exporter (RFC
/// 5610) adds.
///
/// A user's element goes before a vendor's, and that before what an exporter tells; IANA's stay what they are. The two tables
/// that come with the module have the form of a user's file: an element a line.
package struct ElementRegistry: Sendable {
    /// A line of a user's file that cannot be taken.
    package struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        /// From 1; 0 for the whole file.
        package var line: Int
        /// How the line begins.
        package var text: String
        package var problem: String
        /// What to write instead.
        package var mend: String

        /// `line 3: the type is int (4242 7 roundTrips int): give one of …`
        package var description: String {
            line == 0 ? "\(problem): \(mend)" : "line \(line): \(problem) (\(text)): \(mend)"
        }
    }

    /// IANA's elements and the vendors'.
    package static let standard: ElementRegistry = {
        var registry = iana
        registry.addTable(VendorElementTable.text)
        return registry
    }()

    /// IANA's elements alone.
    private static let iana: ElementRegistry = {
        var registry = ElementRegistry()
        registry.addTable(IANAElementTable.text)
        return registry
    }()

    private var elements: [ElementID: ElementDescription] = [:]
    /// How many exporters have added by RFC 5610, and may add.
    private var learned = 0
    private static let learnedLimit = 65_536

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

    /// Adds the elements of a user's file, over vendors' of the same number.
    ///
    /// - Parameter octets: the file, 4 MiB at most.
    /// - Returns: what is wrong with it, all of it up to a hundred lines; then nothing is added.
    package mutating func add(_ octets: [UInt8]) -> [Fault] {
        let file = ElementFile(octets, published: Self.iana)
        guard file.faults.isEmpty else { return file.faults }
        elements.merge(file.elements) { _, new in new }
        return []
    }

    /// Adds the elements of one of the module's own tables, which a script has made and a test looks at.
    ///
    /// - Returns: how many lines are no element.
    @discardableResult
    mutating func addTable(_ text: String) -> Int {
        var faults = 0
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 4, let enterprise = UInt32(words[0]), let number = UInt16(words[1]),
                let type = ElementDescription.DataType.byName[String(words[3])]
            else {
                faults += 1
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
        guard self[id] == nil, learned < Self.learnedLimit else { return }
        learned += 1
        elements[id] = description
    }
}
