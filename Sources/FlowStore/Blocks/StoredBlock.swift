import FlowModel
import FlowQuery
import Synchronization

/// What a partition's file says of one block, read once and kept: a block never changes under its id.
final class StoredBlock: Sendable {
    /// Without the data of columns that have rows of their own.
    let header: BlockHeader
    /// What a filter may know of the block before its columns are read; without its addresses.
    let bounds: BlockBounds
    /// The set of the block's addresses, once a query has asked for it: of a bitmap the words.
    let addressBits = Mutex<[UInt64]?>(nil)
    /// A longer set is not kept.
    static let keptWords = 2048

    init(_ header: BlockHeader) {
        self.header = header
        bounds = header.bounds
    }

    /// What is known of all rows before any is read.
    func facts(_ request: FlowRequest) -> BlockFacts {
        var facts = BlockFacts()
        let range = request.range
        facts.isCounted = (header.columns[.counted]?.column.minimum ?? 0) > 0
        facts.isMatching = request.filter.matchesAll || request.filter.mustMatch(bounds)
        let isLateEnough = range.since.map { $0 <= header.end.lowerBound } ?? true
        if request.overlap {
            facts.isInRange = isLateEnough && (range.until.map { header.flowStart.upperBound < $0 } ?? true)
        } else {
            facts.isInRange = isLateEnough && (range.until.map { header.end.upperBound < $0 } ?? true)
        }
        return facts
    }

    /// The sums of the rows that count, by measure, where they cannot have passed 64 bits.
    var sums: ((Field) -> UInt64)? {
        let sums = header.sums
        for name in [BlockColumn.packets, .bytes, .reversePackets, .reverseBytes] {
            guard let column = header.columns[name]?.column else { return nil }
            // Two sums may be added, too.
            let (most, overflow) = column.maximum.multipliedReportingOverflow(by: UInt64(2 * header.rows))
            if overflow || most == .max { return nil }
        }
        return { field in
            switch field {
            case .records: sums.records
            case .flows: sums.flows
            case .packets: sums.packets
            case .bytes: sums.bytes
            case .revPackets: sums.reversePackets
            case .revBytes: sums.reverseBytes
            case .totalPackets: sums.packets &+ sums.reversePackets
            case .totalBytes: sums.bytes &+ sums.reverseBytes
            default: 0
            }
        }
    }
}
