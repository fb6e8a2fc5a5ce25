// Text form: docs/formats/elements.md

/// A user's text of elements, read: what it names, and every line that cannot be taken with its mend.
///
/// What is read is bounded: `octetLimit` octets of text, `elementLimit` elements, lines of `lineLimit` octets, and `faultLimit` faults
/// told.
struct ElementFile: Sendable {
    static let octetLimit = 4_194_304
    static let elementLimit = 16_384
    static let lineLimit = 1000
    static let faultLimit = 100
    private static let nameLimit = 128
    /// IANA's registry «IPFIX Information Element Semantics».
    private static let semantics = [
        "default", "quantity", "totalCounter", "deltaCounter", "identifier", "flags", "list", "snmpCounter", "snmpGauge",
    ]

    private(set) var elements: [ElementID: ElementDescription] = [:]
    private(set) var faults: [ElementRegistry.Fault] = []
    /// Where each element stands, to say so when it comes again.
    private var lines: [ElementID: Int] = [:]
    /// What IANA has given already.
    private let published: ElementRegistry

    /// - Parameter published: IANA's elements, which stay what they are.
    init(_ octets: [UInt8], published: ElementRegistry) {
        self.published = published
        guard octets.count <= Self.octetLimit else {
            faults.append(
                ElementRegistry.Fault(
                    line: 0, text: "", problem: "the file has \(octets.count) octets",
                    mend: "give at most \(Self.octetLimit): a line for each element, no other data"))
            return
        }
        // Windows' editors begin a text with a byte order mark.
        let text = octets.starts(with: [0xEF, 0xBB, 0xBF]) ? octets[3...] : octets[...]
        for (index, line) in text.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
            guard faults.count < Self.faultLimit else { return }
            read(line, number: index + 1)
        }
    }

    private mutating func read(_ line: ArraySlice<UInt8>, number: Int) {
        let content = line.prefix { $0 != 35 }
        if content.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) { return }
        do throws(Problem) {
            guard content.count <= Self.lineLimit else {
                throw Problem("a line of \(content.count) octets", "give at most \(Self.lineLimit); a comment begins with #")
            }
            guard content.allSatisfy({ (32..<127).contains($0) || $0 == 9 || $0 == 13 }) else {
                throw Problem("a character that is not ASCII", "write the element in ASCII; comments may hold anything")
            }
            let words = content.split { $0 == 32 || $0 == 9 || $0 == 13 }.map { String(decoding: $0, as: UTF8.self) }
            let (id, description) = try element(words)
            if let before = lines[id] { throw Problem("element \(id) stands in line \(before) already", "take one of the two out") }
            guard elements.count < Self.elementLimit else {
                throw Problem("more than \(Self.elementLimit) elements", "leave out those that no exporter sends")
            }
            lines[id] = number
            elements[id] = description
        } catch {
            let text = String(decoding: line.prefix(80).map { (32..<127).contains($0) ? $0 : 63 }, as: UTF8.self)
            faults.append(ElementRegistry.Fault(line: number, text: text, problem: error.problem, mend: error.mend))
        }
    }

    private struct Problem: Error {
        let problem: String
        let mend: String
        init(_ problem: String, _ mend: String) { (self.problem, self.mend) = (problem, mend) }
    }

    private func element(_ words: [String]) throws(Problem) -> (ElementID, ElementDescription) {
        guard words.count >= 4 else {
            throw Problem("\(words.count) of the words that an element needs", "write enterprise number, element number, name and type")
        }
        guard words.count <= 6 else {
            throw Problem(
                "\(words.count) words",
                "write six at most: enterprise, element, name, type, semantics, units; a comment begins with #")
        }
        let id = try id(words[0], words[1])
        let description = ElementDescription(
            name: try name(words[2]), type: try type(words[3]), semantics: try semantics(words), units: try units(words))
        try checkOwner(id, description)
        return (id, description)
    }

    private func id(_ enterprise: String, _ element: String) throws(Problem) -> ElementID {
        guard let owner = UInt32(digits: enterprise) else {
            throw Problem(
                "the enterprise number is \(enterprise)",
                "give a private enterprise number of 0 to 4294967295, 0 for NetFlow v9's own")
        }
        if owner == InformationElement.reverseEnterpriseNumber {
            throw Problem(
                "\(owner) is the reverse direction of IANA's elements (RFC 5103)",
                "leave the line out: a reverse element is named after its forward one, which may be given under 0")
        }
        guard let number = UInt16(digits: element), number > 0, owner == 0 || number < 1 << 15 else {
            let limit = owner == 0 ? 65_535 : 32_767
            throw Problem("the element number is \(element)", "give a number of 1 to \(limit), without the enterprise bit")
        }
        return ElementID(enterprise: owner, number)
    }

    private func name(_ word: String) throws(Problem) -> String {
        let first = word.utf8.first ?? 0
        let isName = word.utf8.allSatisfy { Self.isLetter($0) || (48...57).contains($0) || $0 == 95 || $0 == 45 || $0 == 46 }
        guard isName, Self.isLetter(first) || first == 95, word.utf8.count <= Self.nameLimit else {
            throw Problem(
                "the name is \(word.prefix(40))",
                "begin it with a letter, then letters, digits, _, - and ., \(Self.nameLimit) at most: roundTrips say")
        }
        return word
    }

    private func type(_ word: String) throws(Problem) -> ElementDescription.DataType {
        if let type = ElementDescription.DataType.byName[word] { return type }
        let names = ElementDescription.DataType.allCases.map(\.name)
        guard let meant = names.first(where: { $0.lowercased() == word.lowercased() }) else {
            throw Problem("the type is \(word)", "give one of \(names.joined(separator: ", "))")
        }
        throw Problem("the type is \(word)", "spell it \(meant)")
    }

    /// The fifth word is semantics, or units where no semantics are given.
    private func semantics(_ words: [String]) throws(Problem) -> String {
        guard words.count > 4 else { return "" }
        if Self.semantics.contains(words[4]) { return words[4] }
        if let meant = Self.semantics.first(where: { $0.lowercased() == words[4].lowercased() }) {
            throw Problem("the semantics are \(words[4])", "spell them \(meant)")
        }
        guard words.count == 5 else {
            throw Problem("the semantics are \(words[4])", "give one of \(Self.semantics.joined(separator: ", ")), or units alone")
        }
        return ""
    }

    private func units(_ words: [String]) throws(Problem) -> String {
        guard let word = words.dropFirst(4).last, words.count == 6 || !Self.semantics.contains(word) else { return "" }
        guard word.utf8.count <= 32 else { throw Problem("units of \(word.utf8.count) characters", "give one word, octets say") }
        return word
    }

    private func checkOwner(_ id: ElementID, _ description: ElementDescription) throws(Problem) {
        guard id.enterprise == 0, let known = published[id], known.name != description.name || known.type != description.type else {
            return
        }
        throw Problem(
            "element \(id) is IANA's \(known.name) (\(known.type.name)) and stays it",
            "take the line out, or give the enterprise number of whose element it is")
    }

    private static func isLetter(_ octet: UInt8) -> Bool { (65...90).contains(octet) || (97...122).contains(octet) }
}

extension FixedWidthInteger {
    /// Digits alone: `init(_:)` would take a sign too.
    fileprivate init?(digits: String) {
        guard digits.utf8.allSatisfy({ (48...57).contains($0) }), let number = Self(digits) else { return nil }
        self = number
    }
}
