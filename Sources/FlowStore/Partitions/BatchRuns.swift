import FlowModel

/// The delivered sequences of each agent and epoch as runs in a table (agent, epoch, first, last): requests under way
/// overtake each other, so a high-water mark would not do.
final class BatchRuns {
    /// The sequences that are some: they are kept as 64 bits with a sign, and so is the number behind each.
    static let sequences: ClosedRange<UInt64> = 1...UInt64(Int64.max) - 1

    private let around: Statement
    private let touching: Statement
    private let remove: Statement
    private let insert: Statement

    /// - Parameter table: its name; the columns are those of `batch` in a partition.
    init(_ database: Database, table: String) throws(SQLiteFailure) {
        // The run that begins at or before the sequence, and the one that begins right after it.
        around = try database.prepare(
            """
            SELECT first, last FROM \(table) WHERE agent = ?1 AND epoch = ?2 AND first IN (
                (SELECT max(first) FROM \(table) WHERE agent = ?1 AND epoch = ?2 AND first <= ?3), ?3 + 1)
            ORDER BY first
            """)
        touching = try database.prepare(
            "SELECT first, last FROM \(table) WHERE agent = ?1 AND epoch = ?2 AND last >= ?3 AND first <= ?4")
        remove = try database.prepare("DELETE FROM \(table) WHERE agent = ?1 AND epoch = ?2 AND first = ?3")
        insert = try database.prepare("INSERT INTO \(table) (agent, epoch, first, last) VALUES (?1, ?2, ?3, ?4)")
    }

    /// - Parameter sequence: 1 … 2^63 − 2.
    func contains(agent: String, epoch: UInt64, sequence: Int64) throws(SQLiteFailure) -> Bool {
        try neighbours(agent, epoch, sequence).contains { $0.first <= sequence && sequence <= $0.last }
    }

    /// Adds a sequence. - Returns: false when it was there.
    @discardableResult
    func add(agent: String, epoch: UInt64, sequence: Int64) throws(SQLiteFailure) -> Bool {
        var run = (first: sequence, last: sequence)
        for other in try neighbours(agent, epoch, sequence) {
            if other.first <= sequence, sequence <= other.last { return false }
            if other.last == sequence - 1 {
                run.first = other.first
            } else if other.first == sequence + 1 {
                run.last = other.last
            } else {
                continue
            }
            bind(remove, agent, epoch, other.first)
            try remove.run()
        }
        bind(insert, agent, epoch, run.first)
        insert.bind(4, run.last)
        try insert.run()
        return true
    }

    /// Adds all sequences of a range, whether they were there or not.
    func add(agent: String, epoch: UInt64, _ range: ClosedRange<Int64>) throws(SQLiteFailure) {
        var run = (first: range.lowerBound, last: range.upperBound)
        bind(touching, agent, epoch, run.first - 1)
        touching.bind(4, run.last + 1)
        var others: [(first: Int64, last: Int64)] = []
        while try touching.step() { others.append((touching.integer(0), touching.integer(1))) }
        for other in others {
            run = (min(run.first, other.first), max(run.last, other.last))
            bind(remove, agent, epoch, other.first)
            try remove.run()
        }
        bind(insert, agent, epoch, run.first)
        insert.bind(4, run.last)
        try insert.run()
    }

    private func neighbours(
        _ agent: String, _ epoch: UInt64, _ sequence: Int64
    ) throws(SQLiteFailure) -> [(first: Int64, last: Int64)] {
        bind(around, agent, epoch, sequence)
        var runs: [(first: Int64, last: Int64)] = []
        while try around.step() { runs.append((around.integer(0), around.integer(1))) }
        return runs
    }

    private func bind(_ statement: Statement, _ agent: String, _ epoch: UInt64, _ sequence: Int64) {
        statement.bind(1, agent)
        statement.bind(2, bits: epoch)
        statement.bind(3, sequence)
    }
}
