/// Which information element a field holds: who numbered it, and its number.
package struct ElementID: Hashable, Sendable, Codable {
    /// The private enterprise number; 0 for IANA's elements and for NetFlow's field types, which have none on the wire.
    package var enterprise: UInt32
    /// 15 bits in IPFIX, 16 in NetFlow v9.
    package var number: UInt16

    package init(enterprise: UInt32 = 0, _ number: UInt16) {
        self.enterprise = enterprise
        self.number = number
    }

    package init(_ field: FieldSpecifier) { self.init(enterprise: field.enterprise ?? 0, field.number) }
}

extension ElementID: CustomStringConvertible {
    /// `8`, or `6876/893` with an enterprise.
    package var description: String { enterprise == 0 ? String(number) : "\(enterprise)/\(number)" }
}
