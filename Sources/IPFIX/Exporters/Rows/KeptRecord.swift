package import FlowModel

/// Which elements of records are kept beside the rows, as octets.
package enum KeptElements: Hashable, Sendable {
    case none
    /// Those of flows that go to no column.
    case unknown
    case these(Set<ElementID>)
    /// All of every record, options among them: what a dump prints.
    case all
}

/// A record with the elements that were asked for.
package struct KeptRecord: Hashable, Sendable {
    package struct Value: Hashable, Sendable {
        package var element: ElementID
        package var octets: [UInt8]

        package init(element: ElementID, octets: [UInt8]) {
            self.element = element
            self.octets = octets
        }
    }

    package enum Kind: Hashable, Sendable {
        /// The number of its row.
        case flow(row: Int)
        /// The first values, so many, say what the others are about.
        case options(scopes: Int)
        case other
    }

    package var exporter: IPAddress
    package var version: UInt16
    package var domain: UInt32
    /// The number of its template; 0 in v5.
    package var template: UInt16
    package var kind: Kind
    /// In the order of the template; an element may come more than once.
    package var values: [Value]
}
