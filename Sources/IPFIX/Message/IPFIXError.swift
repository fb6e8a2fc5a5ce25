/// Why an IPFIX file was refused: the octet where it is damaged, and what was expected there.
package struct IPFIXError: Error, Hashable, Sendable {
    package enum Fault: Hashable, Sendable {
        /// Fewer octets than the part says it has, or than it needs.
        case truncated(Part, needed: Int, present: Int)
        case version(UInt16)
        case messageLength(Int)
        case setLength(Int, limit: Int)
        case setID(UInt16)
        case templateID(UInt16)
        case scopeCount(Int, fields: Int)
        /// A template whose records would have no octets.
        case emptyRecord(template: UInt16)
        case tooManyTemplates(limit: Int)
        /// Of all templates together.
        case tooManyTemplateFields(limit: Int)
        /// Templates defined and withdrawn over and over.
        case tooManyTemplateChanges(limit: Int)
        case tooManyFields(limit: Int)
        case tooManyRecords(limit: Int)
        /// The file announces another number of data records than it holds.
        case recordCount(announced: Int, present: Int)
        /// The file has reports of two agents, or of two starts of one, and can be no batch of either. Names are cut to 64
        /// characters.
        case severalAgents(String, String)
    }

    package enum Part: String, Sendable {
        case message = "message"
        case set = "set header"
        case template = "template record"
        case record = "data record"
    }

    package var fault: Fault
    /// Counted from the beginning of the file.
    package var offset: Int

    package init(_ fault: Fault, at offset: Int) {
        self.fault = fault
        self.offset = offset
    }

    /// The bounded name for metrics.
    package var label: String {
        switch fault {
        case .truncated: "truncated"
        case .version: "version"
        case .messageLength: "message-length"
        case .setLength: "set-length"
        case .setID: "set-id"
        case .templateID: "template-id"
        case .scopeCount: "scope-count"
        case .emptyRecord: "empty-record"
        case .tooManyTemplates, .tooManyTemplateFields, .tooManyTemplateChanges: "too-many-templates"
        case .tooManyFields: "too-many-fields"
        case .tooManyRecords: "too-many-records"
        case .recordCount: "record-count"
        case .severalAgents: "several-agents"
        }
    }
}

extension IPFIXError: CustomStringConvertible {
    package var description: String { "octet \(offset): \(words)" }

    private var words: String {
        switch fault {
        case .truncated(let part, let needed, let present):
            "expected a \(part.rawValue) of \(needed) octets, found \(present): the file is cut off or a length is wrong"
        case .version(let version):
            "expected an IPFIX message (version 10), found version \(version)"
        case .messageLength(let length):
            "expected a message length of 16 to 65,535 octets, found \(length)"
        case .setLength(let length, let limit):
            "expected a set length of 4 to \(limit) octets, which the message still has, found \(length)"
        case .setID(let id):
            "expected set 2 (templates), 3 (options templates) or a template id from 256 on, found \(id)"
        case .templateID(let id):
            "expected a template id from 256 on, found \(id)"
        case .scopeCount(let count, let fields):
            "expected 1 to \(fields) scope fields in the options template, found \(count)"
        case .emptyRecord(let template):
            "expected a template with at least one octet a record, template \(template) has none"
        case .tooManyTemplates(let limit):
            "expected at most \(limit) templates"
        case .tooManyTemplateFields(let limit):
            "expected at most \(limit) fields in all templates together"
        case .tooManyTemplateChanges(let limit):
            "expected at most \(limit) changes of templates: split the file"
        case .tooManyFields(let limit):
            "expected at most \(limit) fields in a template"
        case .tooManyRecords(let limit):
            "expected at most \(limit) records: split the file"
        case .recordCount(let announced, let present):
            "expected the \(announced) data records that the file announces, found \(present): a part is missing"
        case .severalAgents(let first, let second) where first == second:
            "expected one start of agent \(first), found a report of another one: split the file here"
        case .severalAgents(let first, let second):
            "expected the reports of agent \(first) alone, found one of \(second): split the file here"
        }
    }
}
