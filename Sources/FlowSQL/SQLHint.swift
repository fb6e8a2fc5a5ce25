import FlowModel
import FlowQuery

/// Puts the mend beside SQLite's own messages, where there is one.
enum SQLHint {
    static func message(_ message: String) -> String {
        if let name = rest(message, after: "no such column: ") {
            let bare = name.split(separator: ".").last.map(String.init) ?? name
            if Field(rawValue: bare.lowercased())?.isGroupOnly == true {
                return "\(message); it is a number of groups: "
                    + (bare == "records" ? "write count(*)" : "write sum(part = 0)")
            }
            let known = FlowColumn.fields.map(\.rawValue)
            if let near = Spelling.nearest(to: bare, among: known) { return "\(message); did you mean '\(near)'?" }
            return "\(message); `zonal fields` lists them, and texts stand in single quotes"
        }
        if message == "no query solution" {
            return "'filter' and 'include_witnesses' say what is asked for: each stands by itself, joined by AND, as in "
                + "WHERE filter = 'dst port 445' AND bytes > 1000"
        }
        if message.hasSuffix("may not be modified") { return "\(message): this only reads flows" }
        if rest(message, after: "no such table: ") != nil { return "\(message); there is 'flow'" }
        if let name = rest(message, after: "no such function: ") {
            let near = Spelling.nearest(to: name, among: ["net", "ts", "iso", "count", "sum", "total", "group_concat"])
            return near.map { "\(message); did you mean '\($0)'?" } ?? message
        }
        return message
    }

    private static func rest(_ message: String, after start: String) -> String? {
        message.hasPrefix(start) ? String(message.dropFirst(start.count)) : nil
    }
}
