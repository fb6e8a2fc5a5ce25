import FlowQuery

/// Faults of a question as a terminal shows them.
enum FaultText {
    /// Longer lists of what could have stood at a place say nothing; `zonal fields` has the fields.
    private static let wordLimit = 16

    /// One fault after the other: with its place where that is known, and with the words that could have stood there where they are few.
    ///
    /// - Parameter parameters: what was asked.
    static func lines(_ faults: [RequestFault], of parameters: [String: String]) -> String {
        faults.map { fault in
            guard let column = fault.column, let text = parameters[fault.parameter] else { return fault.description }
            let error = FilterError(column: column, message: fault.message, expected: fault.expected)
            var lines = "\(fault.parameter):\n" + error.caret(in: text)
            if (1...wordLimit).contains(fault.expected.count) {
                lines += "\ncould stand there: " + fault.expected.joined(separator: ", ")
            }
            return lines
        }.joined(separator: "\n")
    }
}
