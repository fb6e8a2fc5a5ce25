/// An information element (RFC 7012) as this module uses it: who numbers it, its number, its name and its type.
package struct InformationElement: Hashable, Sendable {
    /// Who gave the number.
    package enum Registry: Hashable, Sendable {
        /// IANA's registry «IPFIX Information Elements».
        case iana
        /// The same elements for the reverse direction of a biflow (RFC 5103 §6.1).
        case reverse
        /// This project's own, under the enterprise number that encoder and decoder are given.
        case own
    }

    /// Abstract data types with their numbers (RFC 5610 §3.1).
    package enum DataType: UInt8, Sendable {
        case octetArray = 0
        case unsigned8 = 1
        case unsigned16 = 2
        case unsigned32 = 3
        case unsigned64 = 4
        case float64 = 10
        case boolean = 11
        case macAddress = 12
        case string = 13
        case dateTimeSeconds = 14
        case dateTimeMilliseconds = 15
        case dateTimeMicroseconds = 16
        case dateTimeNanoseconds = 17
        case ipv4Address = 18
        case ipv6Address = 19

        /// Octets on the wire without reduced-size encoding; `variableLength` for strings.
        package var length: UInt16 {
            switch self {
            case .unsigned8, .boolean: 1
            case .unsigned16: 2
            case .unsigned32, .dateTimeSeconds, .ipv4Address: 4
            case .macAddress: 6
            case .unsigned64, .float64, .dateTimeMilliseconds, .dateTimeMicroseconds, .dateTimeNanoseconds: 8
            case .ipv6Address: 16
            case .string, .octetArray: FieldSpecifier.variableLength
            }
        }
    }

    /// Data type semantics with their numbers (RFC 5610 §3.2).
    package enum Semantics: UInt8, Sendable {
        case `default` = 0
        case quantity, totalCounter, deltaCounter, identifier, flags
    }

    /// Units with their numbers (RFC 5610 §3.3, IANA).
    package enum Units: UInt16, Sendable {
        case none = 0
        case octets = 2
        case packets = 3
        case flows = 4
        case milliseconds = 6
        case microseconds = 7
        case messages = 10
    }

    package var registry: Registry
    package var number: UInt16
    package var name: String
    package var type: DataType
    package var semantics: Semantics
    package var units: Units

    init(
        _ registry: Registry, _ number: UInt16, _ name: String, _ type: DataType, _ semantics: Semantics = .default,
        _ units: Units = .none
    ) {
        self.registry = registry
        self.number = number
        self.name = name
        self.type = type
        self.semantics = semantics
        self.units = units
    }

    /// The element of the same number for the reverse direction.
    var reversed: InformationElement {
        var element = self
        element.registry = .reverse
        element.name = "reverse" + name.prefix(1).uppercased() + name.dropFirst()
        return element
    }

    /// Where the own elements are numbered unless told otherwise: the number that RFC 5612 sets aside for documentation.
    package static let documentationEnterpriseNumber: UInt32 = 32473
    /// Where RFC 5103 numbers the elements of the reverse direction.
    package static let reverseEnterpriseNumber: UInt32 = 29305

    /// The enterprise number of a field specifier; nil for IANA's elements, which have none there.
    func enterprise(own: UInt32) -> UInt32? {
        switch registry {
        case .iana: nil
        case .reverse: Self.reverseEnterpriseNumber
        case .own: own
        }
    }
}
