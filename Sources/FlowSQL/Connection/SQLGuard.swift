import CSQLite

/// Lets nothing through but questions: SQLite's authorizer asks it for each thing that a statement would do.
enum SQLGuard {
    /// What a statement may not do, or nil where it may.
    ///
    /// - Parameters:
    ///   - first, second: the names that go with the action (sqlite.org/c3ref/c_alter_table.html).
    static func refusal(action: Int32, first: String?, second: String?) -> String? {
        switch action {
        case SQLITE_SELECT, SQLITE_RECURSIVE:
            return nil
        case SQLITE_READ:
            let table = first?.lowercased() ?? ""
            // A name without a column may be one that the statement gives itself (WITH), and nothing of it is read.
            if second?.isEmpty != false { return nil }
            return tables.contains(table) ? nil : "there is no table '\(shown(first))' here; there is 'flow'"
        case SQLITE_FUNCTION:
            let name = second?.lowercased() ?? ""
            return functions.contains(name) ? nil : "the function '\(shown(second))' is not allowed here"
        case SQLITE_PRAGMA:
            return "PRAGMA is not allowed: this only reads flows; `zonal fields` lists the columns"
        case SQLITE_ATTACH, SQLITE_DETACH:
            return "other databases cannot be attached; `zonal export --format sqlite` writes a table for that"
        case SQLITE_TRANSACTION, SQLITE_SAVEPOINT:
            return "there are no transactions: this only reads flows"
        default:
            return "this only reads flows: one SELECT, which may begin with WITH or EXPLAIN QUERY PLAN"
        }
    }

    private static func shown(_ name: String?) -> String {
        String((name ?? "").prefix(60).map { $0.isASCII && !$0.isNewline && $0 >= " " ? $0 : "?" })
    }

    private static let tables: Set<String> = ["flow", "json_each", "json_tree"]

    private static let functions: Set<String> = Set(
        """
        net ts iso
        abs char coalesce concat concat_ws format glob hex ifnull iif if instr length like likelihood likely lower ltrim \
        max min nullif octet_length printf quote random randomblob replace round rtrim sign soundex sqlite_version substr \
        substring trim typeof unhex unicode unlikely upper zeroblob
        avg count group_concat string_agg sum total
        row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
        date time datetime julianday unixepoch strftime timediff current_date current_time current_timestamp
        acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh degrees exp floor ln log log10 log2 mod pi pow power \
        radians sin sinh sqrt tan tanh trunc
        json json_array json_array_length json_error_position json_extract json_group_array json_group_object json_insert \
        json_object json_patch json_quote json_remove json_replace json_set json_type json_valid -> ->>
        """.split { $0 == " " || $0 == "\n" }.map(String.init))
}
