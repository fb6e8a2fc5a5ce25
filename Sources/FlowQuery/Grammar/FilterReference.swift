package import FlowModel

/// `docs/filter-reference.md`, made from the grammar's words and the field catalogue; a test compares the two.
package enum FilterReference {
    /// A field as the page shows it.
    package struct Entry: Sendable {
        package var field: Field
        package var comparisons: String
        package var values: String
        package var example: String
    }

    /// Every field that a filter can name, in the order of output.
    package static let entries = FilterVocabulary.filterFields.map { field in
        Entry(field: field, comparisons: comparisons(field), values: values(field), example: example(field))
    }

    package static func markdown() -> String {
        """
        # Filter reference

        Made from the grammar and the field catalogue of the program. [filter.md](filter.md) explains the language with examples; this page is for looking up.

        ## Form

        ```text
        filter      = [ any-of ]
        any-of      = all-of { ( "or" | "||" ) all-of }
        all-of      = one { ( "and" | "&&" ) one }
        one         = ( "not" | "!" ) one | "(" any-of ")" | test
        test        = NAME [ comparison ] value | NAME list | NAME ( "absent" | "present" ) | "any" | sided
                    | protocol [ sided ] | family [ sided ]
        sided       = [ side ] ( "ip" | "host" | "net" | "port" | "portrange" | "mac" ) [ comparison ] ( value | list )
        side        = ( "src" | "dst" ) [ ( "or" | "and" ) ( "src" | "dst" ) ]
        list        = [ [ "not" ] "in" ] "[" value { [ "," ] value } "]"
        comment     = "#" and the rest of the line
        ```

        Words are read in any case. A comparison is one of:

        | comparison | also | meaning |
        |---|---|---|
        \(comparisonLines)

        ## Words that begin a test

        | word | meaning |
        |---|---|
        \(lines(FilterVocabulary.primitives.map { ["`\($0.word)`", $0.meaning] }))
        | `src …`, `dst …` | The same of one side: `src 10.0.0.1`, `src net 10/8`, `dst port 53`, `src mac …`; `src or dst`, `src and dst` of one or both. |
        | \(list(FilterVocabulary.others)) | `portrange` is `port`; `inet` is `ipv4`; `inet6` and `ip6` are `ipv6`. |
        | \(list(FilterVocabulary.bareProtocols.sorted())) | The protocol, without `proto` before it. |

        ## Fields

        | field | unit | comparisons | values | example |
        |---|---|---|---|---|
        \(lines(entries.map { ["`\($0.field.rawValue)`", $0.field.description.unit, $0.comparisons, $0.values, "`\($0.example)`"] }))

        `flags` is `tcp_flags`. What each field means:

        | field | meaning | information element |
        |---|---|---|
        \(lines(entries.map { ["`\($0.field.rawValue)`", $0.field.description.meaning, $0.field.description.element] }))

        ## Units

        | of | units |
        |---|---|
        \(lines([
            ["counts and rates", "\(list(Quantity.decimalUnits)) (1000 each), \(list(Quantity.binaryUnits)) (1024 each), in any case, `B` allowed behind; `1.5k`"],
            ["time spans", "\(list(Quantity.spanUnits)), joined too: `1h30m`; a bare number counts the field's unit"],
        ]))

        ## Ranges, wildcards, regular expressions

        `8000-9000` and `8000..9000` are all values from one to another, both included, alone and in lists. Addresses have ranges too, `10.0.0.1-10.0.0.9`; times, MAC addresses and flow ids with two dots only.

        In names `*` stands for any number of characters. A regular expression follows `~` or `!~` and fits anywhere in the name unless `^` and `$` tie it to the ends: literals, `.`, `[a-z]`, `[^a-z]`, `\\d \\w \\s \\D \\W \\S`, `( )`, `(?: )`, `|`, `* + ? {m} {m,} {m,n}`; a backslash makes a sign itself. Quotes keep backslashes as they are, but for one before a quote. No expression takes longer than its length times that of the name.

        ## Names of services

        \(ServiceName.table.map { "`\($0.name)` \($0.port)" }.joined(separator: ", ")).

        ## Limits

        | of | at most |
        |---|---|
        \(lines([
            ["the text", "\(FilterLimits.standard.bytes) bytes"], ["words and signs", "\(FilterLimits.standard.tokens)"],
            ["parentheses and `not` inside one another", "\(FilterLimits.standard.nesting)"],
            ["entries of a list", "\(FilterLimits.standard.listEntries)"],
            ["a regular expression", "\(RegularExpression.programLimit) steps: a letter or set is one, a repetition its copies; \(RegularExpression.nestingLimit) groups inside one another; repetitions up to \(RegularExpression.repetitionLimit)"],
        ]))

        ## Canonical form

        Every filter has one: the same for all texts of the same tree. Words for either side, `host`, `net`, `ip`, `port`, `mac`, are kept; alternatives of one field are one list; neighbouring networks and ranges are joined; values have the unit that makes them shortest. It reads back as the same filter.

        | written | canonical |
        |---|---|
        \(lines(canonicalExamples.map { ["`\($0.replacing("|", with: "\\|"))`", "`\(((try? FlowFilter($0))?.canonical ?? "").replacing("|", with: "\\|"))`"] }))

        """
    }

    private static let canonicalExamples = [
        "src port 80 or dst port 80", "port 80 or port 443", "not tcp and not udp", "bytes >= 10000001",
        "host 192.0.2.0 or host 192.0.2.1", "duration > 5400s", "flags SA and not flags RF", "tcp or udp and port 53",
    ]

    private static func list(_ words: [String]) -> String { words.map { "`\($0)`" }.joined(separator: " ") }

    private static func lines(_ rows: [[String]]) -> String {
        rows.map { "| \($0.joined(separator: " | ")) |" }.joined(separator: "\n")
    }

    private static let comparisonLines = lines([
        ["`=`", "`==` `eq`, or nothing", "equal; of flags: these and no others"],
        ["`!=`", "`<>` `ne`", "`not` of `=`"],
        ["`<` `<=` `>` `>=`", "`lt` `le` `gt` `ge`", "by size"],
        ["`in [a, b]`", "`[a, b]`, `in (a, b)`", "one of them"],
        ["`not in [a, b]`", "", "`not` of `in`"],
        ["`~`", "`=~`", "the regular expression fits"],
        ["`!~`", "", "`not` of `~`"],
        ["`absent`, `present`", "", "whether the record has a value at all"],
    ])

    private static func comparisons(_ field: Field) -> String {
        if field.kind == .boolean { return "alone, `=`, `!=`" }
        return list(FilterParser.comparisonWords(field))
    }

    private static func values(_ field: Field) -> String {
        let largest = FieldCode.largest(field) ?? .max
        switch field.kind {
        case .timestamp: return "RFC 3339 with its zone, or a date"
        case .milliseconds: return "a time span; bare: milliseconds"
        case .microseconds: return "a time span; bare: microseconds"
        case .address: return "an address, a network, `192.168`, `172.16/12`"
        case .port: return "0 to 65535, names of services"
        case .count: return "whole numbers with units"
        case .number: return "0 to \(largest)"
        case .real: return "numbers with units"
        case .proto: return "IANA's keyword or a number"
        case .flags: return "letters of `CEUAPRSF`, or a number"
        case .state, .endReason, .initiatorBasis, .encapsulation, .direction: return list(FilterParser.valueWords(field))
        case .mac: return "six octets with `:` or `-`"
        case .text: return "text, `*` for anything; in quotes where it has blanks or signs"
        case .boolean: return "`true` `false`"
        case .hex: return "up to 16 hexadecimal digits"
        }
    }

    private static func example(_ field: Field) -> String {
        let name = field.rawValue
        switch field.kind {
        case .timestamp: return "\(name) >= 2026-11-22T14:00:00Z"
        case .milliseconds: return "\(name) > 1h"
        case .microseconds: return "\(name) > 20ms"
        case .address: return "\(name) in [10.0.0.0/8, fd00::1]"
        case .port: return "\(name) in [ssh, 8000-8999]"
        case .count: return name.contains("packets") ? "\(name) < 3" : "\(name) >= 1GiB"
        case .number:
            switch field {
            case .vni: return "\(name) 5001"
            case .dscp: return "\(name) 46"
            case .icmpType: return "\(name) 8"
            default: return "\(name) > 1"
            }
        case .real: return "\(name) > 10M"
        case .proto: return "\(name) in [tcp, udp, 132]"
        case .flags: return "\(name) S"
        case .mac: return "\(name) 02:42:ac:11:00:02"
        case .text: return field.isGroupable ? "\(name) ~ \"^hv-[0-9]+$\"" : "\(name) \"1:LQU9qZlK+B5F3KDmev6m5PMibrg=\""
        case .boolean: return "not \(name)"
        case .hex: return "\(name) 00000000000ab1c2"
        case .state: return "\(name) in [S0, REJ]"
        case .endReason, .initiatorBasis, .encapsulation, .direction:
            return "\(name) \(FilterParser.valueWords(field).first ?? "")"
        }
    }
}
