import CSQLite
import FlowModel

/// Values of columns as SQLite takes them.
enum FlowColumnResult {
    /// Gives one column of the row that the cursor stands at. `context` is SQLite's, for this call.
    @unsafe static func give(_ cursor: FlowTableCursor, _ index: Int, to context: OpaquePointer?) throws(SQLFault) {
        guard FlowColumn.all.indices.contains(index) else { return unsafe sqlite3_result_null(context) }
        switch FlowColumn.all[index] {
        case .filter:
            unsafe result(context, text: Array(cursor.filter.utf8))
        case .includeWitnesses:
            unsafe sqlite3_result_int64(context, cursor.includesWitnesses ? 1 : 0)
        case .field:
            switch try cursor.value(index) {
            case .null: unsafe sqlite3_result_null(context)
            case .integer(let number): unsafe sqlite3_result_int64(context, number)
            case .real(let number): unsafe sqlite3_result_double(context, number)
            case .text: unsafe result(context, text: cursor.text)
            }
        }
    }
}

/// A field's value before it goes to SQLite; the text of `text` stands in the caller's buffer.
enum FlowSQLValue: Equatable {
    case null, text
    case integer(Int64)
    case real(Double)
}

extension FlowBatch {
    /// The value of one field as the table shows it. A counter past 2^63 − 1 is a real: SQL has no larger whole numbers.
    ///
    /// - Parameter text: gets the value's text, where it is one.
    func sqlValue(_ field: Field, row: Int, text: inout [UInt8]) -> FlowSQLValue {
        switch field {
        case .start: return .integer(flowStartMilliseconds[row])
        case .end: return .integer(flowEndMilliseconds[row])
        case .flowStart: return .integer(initialStartMilliseconds[row])
        case .srcPort: return .integer(Int64(sourceTransportPort[row]))
        case .dstPort: return .integer(Int64(destinationTransportPort[row]))
        case .packets: return Self.number(packetDeltaCount[row])
        case .bytes: return Self.number(octetDeltaCount[row])
        case .revPackets: return Self.number(reversePacketDeltaCount[row])
        case .revBytes: return Self.number(reverseOctetDeltaCount[row])
        case .src, .dst:
            text.removeAll(keepingCapacity: true)
            (field == .src ? sourceAddress[row] : destinationAddress[row]).appendText(to: &text)
            return .text
        default:
            switch value(field, row: row) {
            case .absent: return .null
            case .integer(let number): return Self.number(number)
            case .timestamp(let time): return .integer(time)
            case .real(let number): return .real(number)
            case .boolean(let truth): return .integer(truth ? 1 : 0)
            case .address(let address):
                text.removeAll(keepingCapacity: true)
                address.appendText(to: &text)
                return .text
            case .text(let value):
                text.removeAll(keepingCapacity: true)
                text.append(contentsOf: value.utf8)
                return .text
            }
        }
    }

    private static func number(_ value: UInt64) -> FlowSQLValue {
        Int64(exactly: value).map { .integer($0) } ?? .real(Double(value))
    }
}
