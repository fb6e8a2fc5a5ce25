import FlowQuery

/// Why the store could not do what it was asked: where, and what to do about it.
package struct StoreError: Error, Sendable, Equatable {
    /// Bounded, for metrics and for choosing an answer.
    package enum Code: String, Sendable, CaseIterable {
        case notFound = "not-found"
        case notWritable = "not-writable"
        case notReadable = "not-readable"
        /// Another process writes the folder.
        case locked
        case newerFormat = "newer-format"
        case damaged
        case diskFull = "disk-full"
        case busy
        /// The caller's own fault: an identity or a cursor that cannot be.
        case invalid
        case cancelled
        case timeBudget = "time-budget"
        /// More groups or buckets than memory is set aside for.
        case tooLarge = "too-large"
        case closed
        case failed
    }

    package let code: Code
    /// The file or folder.
    package let place: String
    /// What is wrong, and the mend where there is one; one sentence without the place.
    package let reason: String
    /// Records of the same call that are stored all the same: other partitions' parts of the batch.
    package var storedRecords = 0
    /// What the same call of `retain` has removed all the same.
    package var retired: [RetiredPartition] = []

    package init(_ code: Code, place: String, _ reason: String) {
        self.code = code
        self.place = place
        self.reason = reason
    }
}

extension StoreError: CustomStringConvertible {
    package var description: String { place.isEmpty ? reason : "\(place): \(reason)" }
}

extension StoreError {
    /// True when the other partitions are none the worse: their part of the work goes on.
    var isOfOneFile: Bool { code == .damaged || code == .newerFormat || code == .notReadable }

    init(_ failure: SQLiteFailure) {
        let code: Code
        let reason: String
        switch failure {
        case let failure where failure.isDamage:
            (code, reason) = (.damaged, "the file is damaged (\(failure.message))")
        case let failure where failure.isFull:
            (code, reason) = (.diskFull, "the disk is full; free some space")
        case let failure where failure.isNotWritable:
            (code, reason) = (.notWritable, "the file cannot be written (\(failure.message)); check its owner and mode")
        case let failure where failure.cannotOpen:
            (code, reason) = (.notReadable, "the file cannot be opened (\(failure.message)); check its owner and mode")
        case let failure where failure.cannotRead:
            (code, reason) = (.notReadable, "the file cannot be read (\(failure.message)); check the disk")
        case let failure where failure.isBusy:
            (code, reason) = (.busy, "another process holds the file (\(failure.message)); try again")
        default:
            (code, reason) = (.failed, "\(failure.message) (SQLite \(failure.code))")
        }
        self.init(code, place: failure.path, reason)
    }

    /// `body`, with any error of the layers below as the store's own.
    static func wrapping<Result>(_ place: String, _ body: () throws -> Result) throws(StoreError) -> Result {
        do {
            return try body()
        } catch {
            throw from(error, place: place)
        }
    }

    /// Any error of the layers below, as the store's own.
    static func from(_ error: any Error, place: String) -> StoreError {
        switch error {
        case let error as StoreError: error
        case let error as SQLiteFailure: StoreError(error)
        case let error as FlowQueryError: StoreError(.tooLarge, place: "", "\(error)")
        case let error as BlockDamage: StoreError(.damaged, place: place, "the file is damaged: \(error)")
        default: StoreError(.failed, place: place, "\(error)")
        }
    }
}
