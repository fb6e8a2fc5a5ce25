/// What may stay in a data folder. Retention takes whole files, the oldest first.
package struct RetentionPolicy: Sendable, Equatable {
    /// A partition goes when its last flows came in longer ago; nil: none goes for its age.
    package var age: Duration?
    /// Bytes that all files under `flows` and `rollups` may have together, logs and files set aside among them; nil: no bound.
    package var bytes: Int64?
    /// As `age`, of rollups, which may outlive the flows that they were made of; nil: none goes for its age.
    package var rollupAge: Duration?

    /// Of `bytes` rollups may have one part in so many.
    static let rollupShare: Int64 = 5

    package init(age: Duration? = nil, bytes: Int64? = nil, rollupAge: Duration? = nil) {
        self.age = age
        self.bytes = bytes
        self.rollupAge = rollupAge
    }

    /// The last write, milliseconds since 1970 UTC, before which a file is past `age`; nil without an age.
    static func limit(_ age: Duration?, now: Int64) -> Int64? {
        guard let age else { return nil }
        let (milliseconds, overflow) = age.components.seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .min : now.subtractingReportingOverflow(milliseconds).partialValue
    }
}

/// The bound on the bytes of a data folder that a writer keeps to while flows come in.
package enum ByteBound: Sendable, Equatable {
    /// Nothing is deleted for want of room: what imports and repairs want.
    case none
    /// 80 % of what the disk had free when the folder was made; the catalogue keeps it (`meta`, `byte_bound`).
    case usual
    case bytes(Int64)

    /// The usual bound of a folder that has none yet.
    ///
    /// - Parameters:
    ///   - free: bytes of the disk that may be written.
    ///   - held: bytes that the folder has already: an older version made it, and its disk had that much more. None of it goes
    ///     because a bound is new.
    static func usual(free: Int64, held: Int64) -> Int64 { max(0, held, free / 5 * 4 + held / 5 * 4) }
}

/// A file of the store that retention removes.
package struct RetiredPartition: Sendable, Equatable {
    /// Bounded: the label of the metric.
    package enum Reason: String, Sendable, CaseIterable { case age, bytes }

    package var name: String
    package var bytes: Int64
    /// When its last flows came in, milliseconds since 1970 UTC; nil when the file was not asked.
    package var lastWrite: Int64?
    package var reason: Reason
}
