/// Numbers from files that others may have written: what is no text and no bits has to be in a range that leaves room for
/// what is done with it.
enum StoredNumber {
    /// Serial numbers, generations and times.
    static let range: ClosedRange<Int64> = 0...(1 << 62)
    /// Milliseconds of a partition: a second to a leap year.
    static let spans: ClosedRange<Int64> = 1_000...31_622_400_000
}
