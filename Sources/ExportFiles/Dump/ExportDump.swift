package import IPFIX

/// Prints what exporters send, readably: templates and options included, with what is wrong and where.
///
/// One owner. It is given packets (a file's, a capture's, a live socket's) one by one, and gives text or JSON lines; between them
/// it remembers templates and sequence numbers within fixed bounds. The output of one packet is bounded by its octets and the
/// names of its elements, some 20 MB at the very worst.
package struct ExportDump: Sendable {
    package enum Form: String, Sendable, CaseIterable {
        /// A headline a message, a line a set, a line a record.
        case text
        /// A JSON object a message and line.
        case json
    }

    package struct Options: Sendable {
        package var form = Form.text
        /// Sets of templates alone, and messages that have any or are faulty.
        package var isTemplatesOnly = false
        /// Records of data and options; else they are counted.
        package var hasRecords = true
        /// So many records of a set.
        package var recordLimit: Int?
        /// The octets of each message too.
        package var hasHex = false

        package init() {}
    }

    package let options: Options
    /// Messages so far, those that were not printed among them.
    package private(set) var messages: UInt64 = 0
    /// Faults so far, by their reason.
    package private(set) var faults: [String: UInt64] = [:]
    /// Data sets without a template before them.
    package private(set) var setsWithoutTemplate: UInt64 = 0
    package private(set) var records: UInt64 = 0
    /// Samples of sFlow.
    package private(set) var samples: UInt64 = 0
    private var reader: DumpReader
    private var text = DumpText()
    private var json = DumpJSON()

    /// - Parameter registry: names and types of elements; what exporters describe themselves (RFC 5610) comes to it.
    package init(options: Options = Options(), registry: ElementRegistry = .standard) {
        self.options = options
        reader = DumpReader(
            options: DumpReader.Options(
                hasRecords: options.hasRecords && !options.isTemplatesOnly,
                recordLimit: max(0, options.recordLimit ?? .max), hasOctets: options.hasHex),
            registry: registry)
    }

    /// What a packet prints; nothing when `isTemplatesOnly` leaves nothing of it.
    package mutating func dump(_ packet: ExportPacket) -> [UInt8] {
        for message in reader.read(packet) {
            messages += 1
            note(message)
            guard let shown = shown(message) else { continue }
            switch options.form {
            case .text: text.add(shown, of: packet, number: messages, options: options)
            case .json: json.add(shown, of: packet, number: messages, options: options)
            }
        }
        return options.form == .text ? text.drain() : json.drain()
    }

    private mutating func note(_ message: DumpMessage) {
        for fault in message.faults { faults[fault.reason, default: 0] += 1 }
        for set in message.sets {
            for fault in set.faults { faults[fault.reason, default: 0] += 1 }
            switch set.content {
            case .octets(.template, _, _): setsWithoutTemplate += 1
            case .records(_, _, _, let count): records += UInt64(count)
            case .sample: samples += 1
            default: break
            }
        }
    }

    private func shown(_ message: DumpMessage) -> DumpMessage? {
        guard options.isTemplatesOnly else { return message }
        var message = message
        message.sets.removeAll { set in
            if case .templates = set.content { return false }
            return set.faults.isEmpty
        }
        return message.sets.isEmpty && message.faults.isEmpty ? nil : message
    }
}
