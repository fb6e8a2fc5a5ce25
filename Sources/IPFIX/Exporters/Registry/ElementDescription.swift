/// What a registry says of an element.
package struct ElementDescription: Hashable, Sendable {
    /// Abstract data types with their numbers (RFC 5610 §3.1, IANA).
    package enum DataType: UInt8, Sendable, CaseIterable {
        case octetArray = 0
        case unsigned8, unsigned16, unsigned32, unsigned64
        case signed8, signed16, signed32, signed64
        case float32, float64
        case boolean, macAddress, string
        case dateTimeSeconds, dateTimeMilliseconds, dateTimeMicroseconds, dateTimeNanoseconds
        case ipv4Address, ipv6Address
        /// Structured data (RFC 6313).
        case basicList, subTemplateList, subTemplateMultiList
        case unsigned256

        /// The registry's word.
        package var name: String { "\(self)" }
        static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })
    }

    package var name: String
    package var type: DataType
    /// The registry's word, `deltaCounter` say; empty when it has none.
    package var semantics: String = ""
    /// The registry's word, `octets` say; empty when it has none.
    package var units: String = ""

    package init(name: String, type: DataType, semantics: String = "", units: String = "") {
        self.name = name
        self.type = type
        self.semantics = semantics
        self.units = units
    }
}
