/// A field of a template (RFC 7011 §3.2).
package struct FieldSpecifier: Hashable, Sendable {
    /// The length that stands for «each record says its own» (RFC 7011 §7).
    package static let variableLength: UInt16 = 65_535

    /// nil for IANA's elements.
    package var enterprise: UInt32?
    package var number: UInt16
    package var length: UInt16

    package init(enterprise: UInt32?, number: UInt16, length: UInt16) {
        self.enterprise = enterprise
        self.number = number
        self.length = length
    }

    /// - Parameter length: reduced-size encoding (RFC 7011 §6.2); nil for the type's own length.
    init(_ element: InformationElement, own: UInt32, length: UInt16? = nil) {
        self.init(
            enterprise: element.enterprise(own: own), number: element.number, length: length ?? element.type.length)
    }

    package var isVariable: Bool { length == Self.variableLength }
    /// The octets that the field takes at least.
    package var minimumLength: Int { isVariable ? 1 : Int(length) }
}

extension [FieldSpecifier] {
    /// The octets that a record takes at least; exactly, when no field is variable.
    package var minimumLength: Int { reduce(0) { $0 + $1.minimumLength } }
    var hasVariable: Bool { contains { $0.isVariable } }
}
