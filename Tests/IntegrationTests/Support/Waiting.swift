import Foundation

/// A condition did not come true in its time.
struct Overdue: Error, CustomStringConvertible {
    let description: String
}

/// Asks again and again until `condition` gives a value. The limit is for what hangs: other tests may hold both cores.
///
/// - Throws: `Overdue` with `what` and the last answer when the time is over; an error of the condition at once.
func eventually<Value>(
    _ what: String, within limit: Duration = .seconds(120), _ condition: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    while true {
        if let value = try await condition() { return value }
        guard ContinuousClock.now < deadline else { throw Overdue(description: "not within \(limit): \(what)") }
        try await Task.sleep(for: .milliseconds(50))
    }
}
