import FlowStore

/// Why a collector cannot start or go on: one sentence with the mend.
package struct CollectorError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        /// The data folder: not there, not writable, locked, of a newer format.
        case dataFolder = "data-folder"
        case addressTaken = "address-taken"
        case addressUnusable = "address-unusable"
        case notPermitted = "not-permitted"
        case failed
    }

    package let code: Code
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    init(dataFolder error: StoreError) { self.init(.dataFolder, error.description) }
}
