import CSQLite
import FlowModel
import FlowQuery

/// The functions that SQL on flows has beside SQLite's own.
///
/// | function | gives |
/// |---|---|
/// | `net(address, network)` | 1 where the address lies in the network, 0 where it does not, NULL without one |
/// | `ts(text)` | a time as `end` has it, milliseconds since 1970 UTC: of RFC 3339, a date, `now`, `-1h` |
/// | `iso(milliseconds)` | RFC 3339 with milliseconds |
enum SQLFunctions {
    /// What `ts` reads relative times against: one moment for the whole statement.
    final class Clock {
        var now: Int64 = 0
    }

    /// The names are known and the numbers of their arguments too: only the shortage of memory can fail.
    static func register(on connection: SQLConnection, clock: Clock) throws(SQLFault) {
        let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS
        // SQLite lets go of this reference when the connection is closed, also when the call fails.
        let reference = unsafe Unmanaged.passRetained(clock).toOpaque()
        let codes = [
            unsafe sqlite3_create_function_v2(connection.handle, "net", 2, flags, nil, net, nil, nil, nil),
            unsafe sqlite3_create_function_v2(connection.handle, "iso", 1, flags, nil, iso, nil, nil, nil),
            unsafe sqlite3_create_function_v2(connection.handle, "ts", 1, flags, reference, ts, nil, nil) { reference in
                if let reference = unsafe reference { unsafe Unmanaged<Clock>.fromOpaque(reference).release() }
            },
        ]
        guard codes.allSatisfy({ $0 == SQLITE_OK }) else { throw SQLFault(.failed, connection.message) }
    }

    typealias Function = @convention(c) (OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?) -> Void

    static let net: Function = { context, _, arguments in
        switch (unsafe argument(arguments, 0), unsafe argument(arguments, 1)) {
        case (.null, _), (_, .null):
            unsafe sqlite3_result_null(context)
        case (.text(let text), .text(let network)):
            guard let prefix = IPPrefix(network) else {
                return unsafe fail(context, "'\(FlowLiteral.shown(network))' is no network such as 10.1.0.0/16 or fd00::/8")
            }
            guard let address = IPAddress(text) else {
                return unsafe fail(context, "'\(FlowLiteral.shown(text))' is no address")
            }
            unsafe sqlite3_result_int(context, prefix.contains(address) ? 1 : 0)
        default:
            unsafe fail(context, "net(address, network) wants two texts, such as net(src, '10.1.0.0/16')")
        }
    }

    private static let iso: Function = { context, _, arguments in
        switch unsafe argument(arguments, 0) {
        case .null: unsafe sqlite3_result_null(context)
        case .integer(let milliseconds):
            unsafe result(context, text: Array(UTCTime.text(milliseconds: milliseconds).utf8))
        case .real(let number) where abs(number) < 9e15:
            unsafe result(context, text: Array(UTCTime.text(milliseconds: Int64(number.rounded(.down))).utf8))
        default: unsafe fail(context, "iso(milliseconds) wants a number, such as iso(\"end\")")
        }
    }

    private static let ts: Function = { context, _, arguments in
        switch unsafe argument(arguments, 0) {
        case .null: unsafe sqlite3_result_null(context)
        case .text(let text):
            // The connection holds it for as long as it has the function.
            guard let reference = unsafe sqlite3_user_data(context) else { return }
            let clock = unsafe Unmanaged<Clock>.fromOpaque(reference).takeUnretainedValue()
            do throws(TimePoint.Fault) {
                unsafe sqlite3_result_int64(context, try TimePoint(text, now: clock.now).milliseconds)
            } catch {
                unsafe fail(context, error.message)
            }
        default: unsafe fail(context, "ts(text) wants a text, such as ts('2026-11-22T14:00:00Z') or ts('-1h')")
        }
    }

    /// Of as many as the function was registered with.
    @unsafe private static func argument(_ arguments: UnsafeMutablePointer<OpaquePointer?>?, _ index: Int) -> SQLValue {
        guard let arguments = unsafe arguments else { return .null }
        return unsafe SQLValue(arguments[index])
    }

    /// SQLite copies the text within the call.
    @unsafe private static func fail(_ context: OpaquePointer?, _ message: String) {
        unsafe sqlite3_result_error(context, message, Int32(clamping: message.utf8.count))
    }
}
