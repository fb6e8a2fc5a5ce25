import FlowModel
import IPFIX

/// One message as it stands on the wire, with names to what is known.
struct DumpMessage {
    enum Kind: String {
        case netFlow5 = "NetFlow v5"
        case netFlow9 = "NetFlow v9"
        case ipfix = "IPFIX"
        case sFlow = "sFlow v5"
        case unknown = "unknown"
    }

    /// What the sequence number says beside the one before it from the same source.
    enum Sequence {
        /// There is none before, or that one could not be counted through.
        case first
        case expected
        case missing(UInt32)
        case late
        case restart
    }

    var kind: Kind
    /// Where it begins in its datagram, and how many octets there are of it.
    var offset: Int
    var length = 0
    var exportMilliseconds: Int64?
    var domain: UInt32?
    var sequence: UInt32?
    var sequenceState = Sequence.first
    /// What else the header says, in its order.
    var header: [DumpField] = []
    var sets: [DumpSet] = []
    /// What is wrong with the message itself, or behind its last set.
    var faults: [DumpFault] = []
    /// All of it, where that was asked for.
    var octets: [UInt8]?
}

/// A set of a message; the records of NetFlow v5; a sample of sFlow.
struct DumpSet {
    enum Content {
        case templates([DumpTemplate])
        /// - Parameter count: of all records, which may be more than there are here.
        case records(template: UInt16?, isOptions: Bool, [DumpRecord], count: Int)
        /// The octets behind the set's header: there is no template, or the set's number means nothing.
        case octets(why: Missing, [UInt8], count: Int)
        /// - Parameter name: what kind of sample it is.
        case sample(name: String, head: [DumpField], [DumpSampleRecord])
    }

    enum Missing {
        case template
        case meaning
    }

    var id: UInt16?
    /// Where it begins in its datagram, and the octets that it says it has.
    var offset: Int
    var length: Int
    var content: Content
    /// Octets behind the last record.
    var padding = 0
    var faults: [DumpFault] = []
}

/// A template, an options template, or a withdrawal of one.
struct DumpTemplate {
    struct Field {
        var name: String
        var element: ElementID
        var length: UInt16
        var type: String
    }

    var offset: Int
    var id: UInt16
    var isOptions: Bool
    /// How many fields come first that say what an options record is about.
    var scopeCount: Int
    var fields: [Field]
    var isWithdrawal: Bool
    /// Octets of a record, at least.
    var minimumLength: Int
    var isVariable: Bool
}

struct DumpRecord {
    var fields: [DumpField]
    var scopeCount: Int
}

/// A record of a sample of sFlow.
struct DumpSampleRecord {
    var name: String
    var fields: [DumpField]
}

struct DumpField {
    var name: String
    var value: DumpValue
}

indirect enum DumpValue {
    case element(ElementValue)
    /// A set of bits, which reads best in hexadecimal.
    case flags(UInt64)
    /// A word for a number.
    case word(String)
    /// Values of one element (RFC 6313 §4.5.1).
    case basicList(semantic: String, name: String, [DumpValue])
    /// Records by templates (RFC 6313 §4.5.2 and §4.5.3).
    case recordList(semantic: String, [DumpListRecord])
    /// Several values of one kind (sFlow's variable arrays).
    case array([DumpValue])
}

struct DumpListRecord {
    var template: UInt16
    /// nil when the template is not known.
    var fields: [DumpField]?
    var octets: [UInt8] = []
}

/// Something that is wrong with a message. What can be read behind it is read.
struct DumpFault {
    /// From the beginning of the datagram.
    var offset: Int
    /// The bounded name, `ExportFault`'s where it has one.
    var reason: String
    var text: String
}
