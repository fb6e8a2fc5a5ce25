import CSQLite

/// What one statement may cost.
package struct SQLLimits: Sendable {
    package var time: Duration
    /// Of SQLite's memory, in bytes: what is sorted, grouped and joined. One block of flows stands beside it.
    package var memory: Int64

    package init(time: Duration = .seconds(60), memory: Int64 = 512 << 20) {
        self.time = time
        self.memory = memory
    }

    /// The longest value, in bytes: no step of SQLite's takes long, or much memory, with it. Its `instr` and `replace` take
    /// the square of it, and nobody looks at the budget within a step.
    static let valueBytes: Int32 = 256 << 10
    static let statementBytes: Int32 = 1 << 20
    /// Lets SQLite have no more memory in this process than twice the budget and what the readers of the store keep, as a
    /// last resort: one step of its machine may take more than the budget before anybody looks.
    package func guardProcess() {
        _ = sqlite3_hard_heap_limit64(2 * memory + (256 << 20))
    }

    /// Steps of SQLite's machine between two looks at the budget.
    static let steps: Int32 = 200
}

/// Watches a statement run: SQLite asks it every few steps whether to go on.
///
/// Used by the thread that runs the statement, but for `isCancelled`, which may look at what other threads change.
final class SQLBudget {
    let limits: SQLLimits
    let isCancelled: @Sendable () -> Bool
    private var end = ContinuousClock.now
    private var memoryBefore: Int64 = 0
    /// Why the statement was ended; nil while it may go on.
    private(set) var fault: SQLFault?

    init(_ limits: SQLLimits, isCancelled: @escaping @Sendable () -> Bool) {
        self.limits = limits
        self.isCancelled = isCancelled
    }

    func begin() {
        fault = nil
        end = ContinuousClock.now.advanced(by: limits.time)
        memoryBefore = sqlite3_memory_used()
    }

    /// What is left for a scan that begins now.
    var timeLeft: Duration { max(.zero, ContinuousClock.now.duration(to: end)) }

    /// - Returns: false when the statement has to end; `fault` says why.
    func mayGoOn() -> Bool {
        if fault != nil { return false }
        if isCancelled() {
            fault = SQLFault(.cancelled, "the query was cancelled")
        } else if ContinuousClock.now >= end {
            fault = timeFault
        } else if sqlite3_memory_used() - memoryBefore > limits.memory {
            fault = SQLFault(
                .memoryBudget,
                "the query took more memory than its budget of \(limits.memory >> 20) MiB; narrow it with a filter or a "
                    + "time, group by fewer columns, or ask for less to be sorted (--memory raises the budget)")
        }
        return fault == nil
    }

    var timeFault: SQLFault {
        let whole = limits.time.components.seconds
        return SQLFault(
            .timeBudget,
            "the query took longer than its budget of \(whole > 0 ? "\(whole) s" : "\(limits.time)"); "
                + "ask for a shorter time or narrow the filter (--timeout raises the budget)")
    }
}
