import FlowStore

/// Why SQL gave no answer: what is wrong, where, and the mend.
package struct SQLFault: Error, Sendable, Equatable {
    package enum Code: String, Sendable {
        /// The text is no SQL, or not SQL that these tables understand.
        case wrong
        /// It would change something, or reach outside.
        case notAllowed = "not-allowed"
        case cancelled
        case timeBudget = "time-budget"
        case memoryBudget = "memory-budget"
        /// Right SQL that came to no end: an overflow, a value that is too long.
        case failed
        /// The store could not be read.
        case store
    }

    package let code: Code
    /// One sentence, or several lines where a filter's fault is shown.
    package let message: String
    /// Where in the text, in characters counted from 1; nil where it is no one place.
    package let column: Int?

    package init(_ code: Code, _ message: String, column: Int? = nil) {
        self.code = code
        self.message = message
        self.column = column
    }

    init(_ error: StoreError) {
        switch error.code {
        case .cancelled: self.init(.cancelled, error.reason)
        case .timeBudget: self.init(.timeBudget, error.reason)
        default: self.init(.store, error.description)
        }
    }

    /// True for a fault of the one who asks.
    package var isUsage: Bool { code == .wrong || code == .notAllowed }
}

extension SQLFault: CustomStringConvertible {
    package var description: String { column.map { "column \($0): \(message)" } ?? message }
}
