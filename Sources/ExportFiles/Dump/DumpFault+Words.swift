import IPFIX

extension DumpFault {
    init(_ fault: ExportFault, at offset: Int, _ text: String) {
        self.init(offset: offset, reason: fault.rawValue, text: text)
    }

    /// What is wrong with a template record, beginning at an octet.
    init(template fault: ExportFault, at offset: Int, fieldLimit: Int) {
        let text =
            switch fault {
            case .templateTruncated: "the set ends before the template's fields do; the rest of the set is not read"
            case .templateScope: "the numbers or lengths of scope fields make no sense; the rest of the set is not read"
            case .templateFieldLimit: "more than \(fieldLimit) fields in a template; the rest of the set is not read"
            default: "the template record cannot be read"
            }
        self.init(fault, at: offset, text)
    }
}
