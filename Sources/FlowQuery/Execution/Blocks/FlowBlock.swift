package import FlowModel

/// Rows as a store hands them over: columns, of which those of addresses may be ids into a table of the partition.
///
/// Work on ids is what makes a query quick: a network is looked up once for each address of a partition, not once a row,
/// and groups are found by small numbers.
package struct FlowBlock: Sendable {
    /// The columns that the execution asked for; all others may be empty. With `ids`, the columns of addresses are empty.
    package var batch = FlowBatch()
    package var ids: AddressIDs?
    /// The locator of the block's first stored row.
    package var first = RowLocator()
    /// Smallest and largest `end` of the block, where they are known.
    package var ends: ClosedRange<Int64>?
    /// Where only some of the stored rows were read: the place of each in the block, ascending.
    package var places: [Int32]?
    /// Where a row is not one record.
    package var weights: RowWeights?

    package init() {}

    package init(_ batch: FlowBatch, first: RowLocator = RowLocator()) {
        self.batch = batch
        self.first = first
    }

    /// The locator of a row.
    func locator(_ row: Int32) -> RowLocator {
        let place = places.map { $0[Int(row)] } ?? row
        return RowLocator(partition: first.partition, block: first.block, row: first.row &+ Int64(place))
    }

    /// The address in a column of one row.
    func address(_ column: AddressColumn, row: Int) -> IPAddress {
        guard let ids else { return batch[column][row] }
        return ids.table.addresses[Int(ids[column][row])]
    }
}

/// How many records each row stands for, and how many of them are the first of their flow.
package struct RowWeights: Sendable {
    package var records: [UInt64]
    package var flows: [UInt64]

    package init(records: [UInt64], flows: [UInt64]) {
        self.records = records
        self.flows = flows
    }
}

/// The addresses of one partition by id, which the blocks of a query share.
package final class AddressTable: Sendable {
    package let addresses: [IPAddress]

    package init(_ addresses: [IPAddress]) {
        self.addresses = addresses
    }
}

/// The four columns of addresses.
package enum AddressColumn: Int, Sendable, CaseIterable {
    case source, destination, outerSource, outerDestination

    init?(_ field: Field) {
        switch field {
        case .src: self = .source
        case .dst: self = .destination
        case .outerSrc: self = .outerSource
        case .outerDst: self = .outerDestination
        default: return nil
        }
    }
}

/// The columns of addresses as ids.
package struct AddressIDs: Sendable {
    package var table: AddressTable
    /// By `AddressColumn`; each id is below `table.addresses.count`.
    private var columns: [[UInt32]] = [[], [], [], []]

    package init(table: AddressTable) {
        self.table = table
    }

    package subscript(column: AddressColumn) -> [UInt32] {
        get { columns[column.rawValue] }
        _modify { yield &columns[column.rawValue] }
    }
}

extension FlowBatch {
    package subscript(column: AddressColumn) -> [IPAddress] {
        switch column {
        case .source: sourceAddress
        case .destination: destinationAddress
        case .outerSource: outerSource
        case .outerDestination: outerDestination
        }
    }
}
