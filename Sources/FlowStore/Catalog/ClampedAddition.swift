extension UInt64 {
    /// Adds, and stays at the type's maximum where there is no more room: for counters that others have told.
    mutating func addClamped(_ other: UInt64) {
        let (sum, overflow) = addingReportingOverflow(other)
        self = overflow ? .max : sum
    }
}
